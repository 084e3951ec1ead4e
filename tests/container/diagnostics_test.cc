#include "container/diagnostics.h"

#include <gtest/gtest.h>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

Error BadNumber(std::string message) {
  return MakeErrorAt(ErrorId::kCsvBadNumber,
                     SourcePosition{.file = "train/part-0003.csv",
                                    .line = 18442,
                                    .byte = 31,
                                    .column = 7,
                                    .line_text = "1,2,\"ä\",12O,5",
                                    .caret = 9},
                     std::move(message), "correct the cell");
}

TEST(FailureLine, HasTheAgreedShape) {
  EXPECT_EQ(FailureLine(BadNumber("\"12O\" is not a number")),
            "UserError: train/part-0003.csv:18442:31: column 7: \"12O\" is not a number. "
            "Fix: correct the cell [csv-bad-number]");
}

TEST(FailureLine, DoesNotNameTheColumnTwice) {
  EXPECT_EQ(FailureLine(BadNumber("column 7 \"age\": \"12O\" is not a number")),
            "UserError: train/part-0003.csv:18442:31: column 7 \"age\": \"12O\" is not a number. "
            "Fix: correct the cell [csv-bad-number]");
}

TEST(FailureLine, JoinsFurtherErrors) {
  EXPECT_EQ(FailureLine(Combine({MakeError(ErrorId::kDiskFull, "a"),
                                 MakeError(ErrorId::kHyperparamUnknown, "b", "c")})),
            "PlatformError: a [disk-full]; also: b. Fix: c [hyperparam-unknown]");
}

TEST(FailureLine, OwnBugsNameVersionAndPlaceWithoutFolders) {
  const std::string line = FailureLine(MakeError(ErrorId::kInternal, "saturated"));
  EXPECT_EQ(
      line.rfind("AlgorithmError: saturated (boostyard " BOOSTYARD_VERSION ", diagnostics_test.cc:",
                 0),
      0U)
      << line;
  EXPECT_EQ(line.find('/'), std::string::npos) << line;
  EXPECT_NE(line.find("report it"), std::string::npos);
}

TEST(FailureLine, IsOneLineOfValidUtf8) {
  EXPECT_EQ(FailureLine(MakeError(ErrorId::kUsage, "a\n\tb\x01\x7F c\xFFz\xC3")),
            "UserError: a  b   c?z? [usage]");
}

TEST(FailureLine, IsCutBetweenCharacters) {
  for (std::size_t padding = 0; padding < 4; ++padding) {
    std::string text(padding, 'x');
    while (text.size() < 2000) text += "€";
    const std::string line = FailureLine(MakeError(ErrorId::kUsage, text));
    EXPECT_LE(line.size(), kFailureLineBytes);
    EXPECT_GT(line.size(), kFailureLineBytes - 4);
    EXPECT_EQ(OneLine(line), line) << "a broken character would have become '?'";
    EXPECT_EQ(line.substr(line.size() - 3), "...");
  }
}

TEST(FailureLine, KeepsAnExactlyFittingLine) {
  const std::string frame = FailureLine(MakeError(ErrorId::kUsage, ""));
  const std::string text(kFailureLineBytes - frame.size(), 'x');
  const std::string line = FailureLine(MakeError(ErrorId::kUsage, text));
  EXPECT_EQ(line.size(), kFailureLineBytes);
  EXPECT_EQ(line.substr(line.size() - 7), "[usage]");
}

TEST(OneLine, KnowsWhichBytesAreUtf8) {
  EXPECT_EQ(OneLine("\xC2\xA2 \xE2\x82\xAC \xF0\x90\x8D\x88"),
            "\xC2\xA2 \xE2\x82\xAC \xF0\x90\x8D\x88");
  EXPECT_EQ(OneLine("\xC0\x80"), "??") << "overlong";
  EXPECT_EQ(OneLine("\xED\xA0\x80"), "???") << "a surrogate";
  EXPECT_EQ(OneLine("\xF4\x90\x80\x80"), "????") << "beyond U+10FFFF";
  EXPECT_EQ(OneLine("\xE2\x82"), "??") << "cut";
}

TEST(Picture, PutsTheCaretBelowTheCharacter) {
  EXPECT_EQ(Picture(BadNumber("x")),
            "     --> train/part-0003.csv:18442:31\n"
            "      |\n"
            "18442 | 1,2,\"ä\",12O,5\n"
            "      |         ^\n");
  EXPECT_EQ(Picture(MakeError(ErrorId::kUsage, "x")), "");
}

}  // namespace
}  // namespace boostyard::container
