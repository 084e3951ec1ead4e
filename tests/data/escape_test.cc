#include "data/escape.h"

#include <gtest/gtest.h>

#include <string>

namespace boostyard {
namespace {

using namespace std::string_literals;

TEST(QuoteText, EscapesWhatIsNotPrintable) {
  EXPECT_EQ(QuoteText("12O"), "\"12O\"");
  EXPECT_EQ(QuoteText(""), "\"\"");
  EXPECT_EQ(QuoteText("a\"b\\c\t\r\n"), "\"a\\\"b\\\\c\\t\\r\\n\"");
  EXPECT_EQ(QuoteText("\0\x1B\x7F"s), "\"\\x00\\x1B\\x7F\"");
  EXPECT_EQ(QuoteText("gr\xC3\xBC\xC3\x9F"), "\"gr\xC3\xBC\xC3\x9F\"");
}

TEST(QuoteText, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(QuoteText("\xFF"), "\"\\xFF\"");
  EXPECT_EQ(QuoteText("\xC3"), "\"\\xC3\"");
  EXPECT_EQ(QuoteText("\xC0\x80"), "\"\\xC0\\x80\"");           // overlong
  EXPECT_EQ(QuoteText("\xED\xA0\x80"), "\"\\xED\\xA0\\x80\"");  // surrogate
  EXPECT_EQ(QuoteText("\xF4\x90\x80\x80"), "\"\\xF4\\x90\\x80\\x80\"");
  EXPECT_EQ(QuoteText("\xF0\x9F\x98\x80"), "\"\xF0\x9F\x98\x80\"");
}

TEST(QuoteText, CutsBetweenCharacters) {
  EXPECT_EQ(QuoteText(std::string(40, 'x')), "\"" + std::string(40, 'x') + "\"");
  EXPECT_EQ(QuoteText(std::string(41, 'x')), "\"" + std::string(40, 'x') + "\"...");
  EXPECT_EQ(QuoteText(std::string(39, 'x') + "\xC3\xBC"), "\"" + std::string(39, 'x') + "\"...");
}

TEST(ExcerptAround, KeepsShortLinesWhole) {
  const Excerpt excerpt = ExcerptAround("1,2,x\t3", 4);
  EXPECT_EQ(excerpt.text, "1,2,x 3");
  EXPECT_EQ(excerpt.caret, 4U);
  EXPECT_EQ(ExcerptAround("ab\0\xFF"s, 99).text, "ab??");
}

TEST(ExcerptAround, CutsLongLinesAroundThePlace) {
  std::string line;
  for (int i = 0; i < 100; ++i)
    line +=
        "\xC3\xBC"
        "1,";
  for (std::size_t at = 0; at < line.size(); ++at) {
    const Excerpt excerpt = ExcerptAround(line, at);
    ASSERT_LE(excerpt.text.size(), kMaxExcerptBytes);
    ASSERT_LT(excerpt.caret, excerpt.text.size());
    if (static_cast<unsigned char>(line[at]) < 0x80) {
      ASSERT_EQ(excerpt.text[excerpt.caret], line[at]) << at;
    }
    ASSERT_EQ(excerpt.text.find('?'), std::string::npos) << at;
  }
}

}  // namespace
}  // namespace boostyard
