#include "data/content_type.h"

#include <gtest/gtest.h>

#include <utility>

#include "data/format_list.h"
#include "data/magic.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

TEST(FormatList, RowsStandInTheOrderOfTheFormats) {
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kFormats[i].format), i);
  }
  EXPECT_EQ(NameOf(DataFormat::kRecordio), "recordio-protobuf");
}

TEST(ParseContentType, KnowsEveryName) {
  for (const char* text : {"csv", "text/csv", "Text/CSV", " text/csv ", "text/csv; charset=utf-8",
                           "text/csv;label_size=1", "text/csv;"}) {
    const auto type = ParseContentType(text);
    ASSERT_TRUE(type.ok()) << text;
    EXPECT_EQ(type->format, DataFormat::kCsv);
    EXPECT_FALSE(type->delimiter.has_value());
    EXPECT_FALSE(type->has_header.has_value());
  }
  for (const char* text : {"libsvm", "text/libsvm", "text/x-libsvm", "Text/X-LibSVM"}) {
    EXPECT_EQ(ParseContentType(text)->format, DataFormat::kLibsvm) << text;
  }
  EXPECT_EQ(ParseContentType("application/x-parquet")->format, DataFormat::kParquet);
  EXPECT_EQ(ParseContentType("parquet")->format, DataFormat::kParquet);
  EXPECT_EQ(ParseContentType("recordio-protobuf")->format, DataFormat::kRecordio);
  EXPECT_EQ(ParseContentType("application/x-recordio-protobuf")->format, DataFormat::kRecordio);
}

TEST(ParseContentType, TakesParameters) {
  EXPECT_EQ(ParseContentType("text/tab-separated-values")->delimiter, '\t');
  EXPECT_EQ(ParseContentType("tsv")->delimiter, '\t');
  EXPECT_EQ(ParseContentType("text/csv; delimiter=\";\"; header=absent")->delimiter, ';');
  EXPECT_EQ(ParseContentType("text/csv; delimiter=\";\"; header=absent")->has_header, false);
  EXPECT_EQ(ParseContentType("text/csv;delimiter=|")->delimiter, '|');
  EXPECT_EQ(ParseContentType("text/csv;delimiter=Tab")->delimiter, '\t');
  EXPECT_EQ(ParseContentType("text/csv;header=Present")->has_header, true);
}

TEST(ParseContentType, RefusesTheRestAndListsWhatIsKnown) {
  for (const char* text : {"", "text/plain", "application/json", "textcsv"}) {
    const auto type = ParseContentType(text);
    ASSERT_FALSE(type.ok()) << text;
    EXPECT_EQ(NameOf(type.error().id), "channel-content-type");
    EXPECT_NE(type.error().fix.find("text/csv, csv"), std::string::npos);
  }
}

TEST(ParseContentType, CureOfABadParameterIsAboutTheParameter) {
  const std::pair<const char*, const char*> cases[] = {
      {"text/csv;label_size=0", "label_size"},    {"text/csv; label_size=2", "label_size"},
      {"text/csv;delimiter=x", "semicolon"},      {"text/csv;delimiter=", "semicolon"},
      {"text/csv;header=maybe", "header=absent"},
  };
  for (const auto& [text, cure] : cases) {
    const auto type = ParseContentType(text);
    ASSERT_FALSE(type.ok()) << text;
    EXPECT_EQ(NameOf(type.error().id), "channel-content-type");
    EXPECT_NE(type.error().fix.find(cure), std::string::npos) << type.error().fix;
  }
}

TEST(SniffFormat, TellsFormatsApart) {
  EXPECT_EQ(SniffFormat("PAR1...."), DataFormat::kParquet);
  EXPECT_EQ(SniffFormat("\x0A\x23\xD7\xCE...."), DataFormat::kRecordio);
  for (const char* text : {"1 1:0.5\n", "0 0:1 3:-2.5\n\n1 2:1e5\n", "1:0.5 qid:3 1:2 # note\n",
                           "# comment\n-1 1:1\r\n+1\n",
                           "\xEF\xBB\xBF"
                           "1 1:1\n"}) {
    EXPECT_EQ(SniffFormat(text), DataFormat::kLibsvm) << text;
  }
  for (const char* text : {"1,2\n", "1 2 3\n", "1\n2\n", "1 1:2 x\n", "1 a:2\n", "1:2,3:4\n", "",
                           "1 1:2\n1,2\n", "12:30 5\n", "y 1:2\n"}) {
    EXPECT_EQ(SniffFormat(text), DataFormat::kCsv) << text;
  }
}

}  // namespace
}  // namespace boostyard
