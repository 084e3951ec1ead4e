// What CSV that is accepted means.
#include "data/open.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/data/csv_support.h"

namespace boostyard::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
using Rows = std::vector<std::vector<float>>;

OpenedData MustOpen(const MemoryFiles& files) {
  auto opened = files.Open();
  EXPECT_TRUE(opened.ok()) << opened.error().message;
  return opened.ok() ? std::move(opened).value() : OpenedData{};
}

Rows RowsOf(const std::string& text) {
  OpenedData data = MustOpen(MemoryFiles({text}));
  return data.stream == nullptr ? Rows{} : ReadTable(*data.stream).rows;
}

testing::AssertionResult Is(const Rows& rows, const Rows& expected) {
  if (SameRows(rows, expected)) return testing::AssertionSuccess();
  auto result = testing::AssertionFailure();
  for (const auto& row : rows) {
    for (const float value : row) result << value << " ";
    result << "/ ";
  }
  return result;
}

TEST(OpenCsv, ReadsPlainRows) {
  EXPECT_TRUE(Is(RowsOf("1,2,3\n0,5,6.5\n"), {{1, 2, 3}, {0, 5, 6.5}}));
}

TEST(OpenCsv, LastLineNeedsNoLineEnd) {
  EXPECT_TRUE(Is(RowsOf("1,2\n3,4"), {{1, 2}, {3, 4}}));
  EXPECT_TRUE(Is(RowsOf("1,2\r\n3,4\r"), {{1, 2}, {3, 4}}));
  EXPECT_TRUE(Is(RowsOf("1,"), {{1, kNan}}));
}

TEST(OpenCsv, ReadsCrLfAndSkipsBlankLines) {
  EXPECT_TRUE(Is(RowsOf("\r\n\n1,2\r\n  \t\r\n\n3,4\r\n\r\n"), {{1, 2}, {3, 4}}));
}

TEST(OpenCsv, IgnoresTheByteOrderMark) {
  OpenedData data =
      MustOpen(MemoryFiles({"\xEF\xBB\xBF"
                            "1,2\n3,4\n",
                            "\xEF\xBB\xBF"
                            "5,6\n"}));
  EXPECT_TRUE(Is(ReadTable(*data.stream).rows, {{1, 2}, {3, 4}, {5, 6}}));
  EXPECT_EQ(data.notes.back(), "ignored the UTF-8 byte order mark of 2 files");
}

TEST(OpenCsv, ReadsQuotes) {
  EXPECT_TRUE(Is(RowsOf("1,\"2.5\",\"\"\n\"0\", \"3\" ,\" 4 \"\r\n\"1\",\"NA\",\"true\""),
                 {{1, 2.5, kNan}, {0, 3, 4}, {1, kNan, 1}}));
}

TEST(OpenCsv, DelimitersWithinQuotesAreText) {
  OpenedData data = MustOpen(MemoryFiles({"y,\"a,b\",\"c \"\"d\"\"\"\n1,2,3\n"}));
  EXPECT_EQ(data.stream->shape().feature_names, (std::vector<std::string>{"a,b", "c \"d\""}));
}

TEST(OpenCsv, ReadsMissingWordsAndBooleans) {
  OpenedData data =
      MustOpen(MemoryFiles({"0,,nan,NaN,NA,N/A\n1,null,None,?, ,true\n True,FALSE,1,2,3,4\n"}));
  EXPECT_TRUE(
      Is(ReadTable(*data.stream).rows,
         {{0, kNan, kNan, kNan, kNan, kNan}, {1, kNan, kNan, kNan, kNan, 1}, {1, 0, 1, 2, 3, 4}}));
  EXPECT_EQ(data.notes.back(), "cells that hold ? are read as missing values");
}

TEST(OpenCsv, ReadsExponentsSignsAndUnderflow) {
  EXPECT_TRUE(Is(RowsOf("1,1e-5,+2.5,1E+3,1e-45,1e-60,-0\n"),
                 {{1, 1e-5F, 2.5F, 1000.0F, 1e-45F, 0.0F, 0.0F}}));
}

TEST(OpenCsv, SniffsEveryDelimiter) {
  for (const std::string delimiter : {",", ";", "\t", "|", " "}) {
    std::string text;
    for (const char c : std::string(delimiter == " " ? "1,2,NA\n0,NA,4\n" : "1,2,\n0,,4\n"))
      text += c == ',' ? delimiter : std::string(1, c);
    OpenedData data = MustOpen(MemoryFiles({text}));
    EXPECT_TRUE(Is(ReadTable(*data.stream).rows, {{1, 2, kNan}, {0, kNan, 4}})) << delimiter;
    EXPECT_EQ(data.notes.size(), delimiter == "," ? 1U : 2U);
  }
}

TEST(OpenCsv, SniffsPastBlanksAfterCommas) {
  EXPECT_TRUE(Is(RowsOf("1, 2, 3\n0, 5, 6\n"), {{1, 2, 3}, {0, 5, 6}}));
}

TEST(OpenCsv, SpacesBeforeALabelAreNoCells) {
  const Rows expected = {{1, 2, 3}, {0, 5, kNan}, {1, 7, 8}};
  EXPECT_TRUE(Is(RowsOf(" 1 2 3\n   0 5 NA\n  \r\n1 7 8\n"), expected));
  const OpenedData data = MustOpen(MemoryFiles({" y a b\n 1 2 3\n"}));
  EXPECT_EQ(data.stream->shape().feature_names, (std::vector<std::string>{"a", "b"}));
  const auto uneven = MemoryFiles({" 2 3\n1 4 5\n"}).Open();
  ASSERT_FALSE(uneven.ok());
  EXPECT_EQ(FaultOf(uneven.error()), (NaiveFault{2, 5, 3, "csv-column-count"}));
}

// They may stand for a missing cell, or align columns: nothing that is taken could be wrong.
TEST(OpenCsv, SpacesInARowAreNoDelimiter) {
  constexpr std::uint64_t kManyRows = 3000;  // blocks of good rows before it
  std::string many;
  for (std::uint64_t row = 0; row < kManyRows; ++row) many += "1 2 3\n";
  const struct {
    std::string text;
    bool has_label;
    NaiveFault fault;
  } cases[] = {
      {"1 2 3\n0  4\n", true, {2, 3, 2, "csv-bad-number"}},
      {"1 2 3\n0 4 \n", true, {2, 5, 3, "csv-bad-number"}},
      {"1 2 3\r\n0 4 \r\n", true, {2, 5, 3, "csv-bad-number"}},
      {"1  2\n0  4\n", true, {1, 3, 2, "csv-bad-number"}},
      {"1 2 3\n0 \t 4\n", true, {2, 4, 2, "csv-bad-number"}},
      {"1 2 3\n0   5 6\n", true, {2, 5, 4, "csv-column-count"}},
      {" 2 3\n1 4 5\n", false, {1, 1, 1, "csv-bad-number"}},
      {many + "1  3\n" + many, true, {kManyRows + 1, 3, 2, "csv-bad-number"}},
  };
  for (const auto& one : cases) {
    for (const int threads : {1, 3}) {
      MemoryFiles files({one.text});
      files.request.has_label = one.has_label;
      files.request.threads = threads;
      files.request.content_type =
          ContentType{.format = DataFormat::kCsv, .delimiter = ' ', .has_header = false};
      const auto opened = files.Open();
      ASSERT_FALSE(opened.ok()) << one.text.substr(0, 40);
      EXPECT_EQ(FaultOf(opened.error()), one.fault) << one.text.substr(0, 40);
    }
  }
  EXPECT_TRUE(Is(RowsOf("1 2 3\n0 \"\" nan\n"), {{1, 2, 3}, {0, kNan, kNan}}));
}

TEST(OpenCsv, ADeclaredDelimiterWins) {
  MemoryFiles files({"1:2:3\n"});
  files.request.content_type = *ParseContentType("text/csv; delimiter=:");
  EXPECT_TRUE(Is(ReadTable(*MustOpen(files).stream).rows, {{1, 2, 3}}));
}

TEST(OpenCsv, SkipsTheHeaderOfEachFile) {
  OpenedData data =
      MustOpen(MemoryFiles({"y,a,b\n1,2,3\n", "\ny,a,b\n0,5,6\n", "1,8,9\n", "y,a,b"}));
  EXPECT_TRUE(Is(ReadTable(*data.stream).rows, {{1, 2, 3}, {0, 5, 6}, {1, 8, 9}}));
  EXPECT_EQ(data.warnings,
            (std::vector<std::string>{
                "the first line of train/a.csv and of 2 other files is a header and was skipped: "
                "columns \"y\", \"a\", \"b\""}));
  EXPECT_EQ(data.stream->shape().feature_names, (std::vector<std::string>{"a", "b"}));
}

TEST(OpenCsv, ADeclaredHeaderWins) {
  MemoryFiles files({"1,2\n3,4\n"});
  files.request.content_type = *ParseContentType("text/csv;header=present");
  EXPECT_TRUE(Is(ReadTable(*MustOpen(files).stream).rows, {{3, 4}}));
  files = MemoryFiles({"y,a\n3,4\n"});
  files.request.content_type = *ParseContentType("text/csv;header=absent");
  EXPECT_FALSE(files.Open().ok());
}

TEST(OpenCsv, PredictionDataHaveNoLabel) {
  MemoryFiles files({"1,2\n,\n"});
  files.request.has_label = false;
  OpenedData data = MustOpen(files);
  EXPECT_EQ(data.stream->shape().feature_count, 2U);
  EXPECT_TRUE(Is(ReadTable(*data.stream, false).rows, {{1, 2}, {kNan, kNan}}));

  files = MemoryFiles({"5\n\"\"\nNA\n7"});
  files.request.has_label = false;
  EXPECT_TRUE(Is(ReadTable(*MustOpen(files).stream, false).rows, {{5}, {kNan}, {kNan}, {7}}));
}

TEST(OpenCsv, PredictionHeaderHoldsNoNumber) {
  MemoryFiles files({"a,b\n1,2\n"});
  files.request.has_label = false;
  EXPECT_TRUE(Is(ReadTable(*MustOpen(files).stream, false).rows, {{1, 2}}));
  files = MemoryFiles({"a,3\n1,2\n"});
  files.request.has_label = false;
  EXPECT_FALSE(files.Open().ok());  // a faulty row must not vanish as a header
}

TEST(OpenCsv, ReadsWeights) {
  MemoryFiles files({"1,0.5,3\n0,0,6\n"});
  files.request.has_weights = true;
  OpenedData data = MustOpen(files);
  EXPECT_TRUE(data.stream->shape().has_weights);
  EXPECT_EQ(data.stream->shape().feature_count, 1U);
  EXPECT_TRUE(Is(ReadTable(*data.stream).rows, {{1, 0.5, 3}, {0, 0, 6}}));
}

TEST(OpenCsv, ValidationWithoutWeightsIsUnweighted) {
  MemoryFiles files({"1,2,3\n"});
  files.request.channel = "validation";
  files.request.has_weights = true;
  files.request.expected_features = 2;
  OpenedData data = MustOpen(files);
  EXPECT_FALSE(data.stream->shape().has_weights);
  EXPECT_TRUE(Is(ReadTable(*data.stream).rows, {{1, 2, 3}}));
  EXPECT_EQ(data.warnings, (std::vector<std::string>{
                               "the channel validation has no weight column (one column fewer than "
                               "the training data): its rows are not weighted"}));
}

TEST(OpenCsv, RowsFollowTheOrderOfTheFiles) {
  const TempDir folder;
  ReadRequest request;
  request.channel = "train";
  for (const std::string name : {"b.csv", "a/z.csv", "a.csv"}) {
    const std::string digit(1, static_cast<char>('1' + request.files.size()));
    request.files.push_back({folder.Write(name, digit + "," + digit + "\n"), name, false});
  }
  auto opened = OpenData(request);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(Is(ReadTable(*opened->stream).rows, {{1, 1}, {2, 2}, {3, 3}}));
}

TEST(OpenCsv, TheStreamRewinds) {
  OpenedData data = MustOpen(MemoryFiles({"1,2\n3,4\n"}));
  EXPECT_TRUE(data.stream->shape().is_kept);
  EXPECT_EQ(ReadTable(*data.stream).rows.size(), 2U);
  EXPECT_EQ(ReadTable(*data.stream).rows.size(), 0U);
  ASSERT_TRUE(data.stream->Rewind().ok());
  EXPECT_EQ(ReadTable(*data.stream).rows.size(), 2U);
}

TEST(OpenCsv, FewDistinctValuesAreCodedAscending) {
  std::string text;
  for (int row = 0; row < 1000; ++row) {
    text += "1," + std::to_string(2 - row % 3) + "," + std::to_string(row % 255) + "," +
            std::to_string(row % 256) + ",\n";
  }
  OpenedData data = MustOpen(MemoryFiles({text}));
  const auto batch = data.stream->NextBatch();
  ASSERT_EQ(batch->size(), 1U);
  const ColumnChunk& chunk = (*batch)[0];
  ASSERT_EQ(chunk.features.size(), 4U);
  EXPECT_EQ(
      std::vector<float>(chunk.features[0].dictionary.begin(), chunk.features[0].dictionary.end()),
      (std::vector<float>{0, 1, 2}));
  EXPECT_EQ(chunk.features[1].dictionary.size(), 255U);
  EXPECT_TRUE(
      std::is_sorted(chunk.features[1].dictionary.begin(), chunk.features[1].dictionary.end()));
  EXPECT_FALSE(chunk.features[2].is_coded());
  EXPECT_EQ(chunk.features[2].floats.size(), 1000U);
  EXPECT_TRUE(chunk.features[3].is_coded());  // nothing but missing values
  EXPECT_EQ(chunk.features[3].codes[999], ColumnPiece::kMissingCode);
  EXPECT_TRUE(chunk.weights.empty());
}

TEST(OpenCsv, WideRowsAreLongerThanChunks) {
  std::string text;
  std::vector<float> row;
  for (int column = 0; column < 30000; ++column) {
    text += (column == 0 ? "" : ",") + std::to_string(column);
    row.push_back(static_cast<float>(column));
  }
  MemoryFiles files({text + "\n" + text + "\n" + text});
  files.options.chunk_bytes = 1000;
  files.request.threads = 2;
  EXPECT_TRUE(Is(ReadTable(*MustOpen(files).stream).rows, {row, row, row}));
}

TEST(OpenCsv, SaysWhatItTookAChannelWithoutTypeFor) {
  EXPECT_EQ(MustOpen(MemoryFiles({"1,2\n"})).notes,
            (std::vector<std::string>{
                "the channel train has no content type: train/a.csv looks like csv"}));
}

}  // namespace
}  // namespace boostyard::test
