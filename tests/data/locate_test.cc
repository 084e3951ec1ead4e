#include "data/locate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/data/csv_support.h"

namespace boostyard::test {
namespace {

ReadRequest Request(const TempDir& folder) {
  ReadRequest request;
  request.channel = "train";
  request.files = {
      {folder.Write("a.csv", "\xEF\xBB\xBFy;x\n\n1;10\r\n \n0;20"), "train/a.csv", false},
      {folder.Write("b.csv", ""), "train/b.csv", false},
      {folder.Write("c.csv", "1; 30\n\n\n7;40\n"), "train/c.csv", false}};
  return request;
}

TEST(LocateCell, FindsEveryRowAgain) {
  const TempDir folder;
  const ReadRequest request = Request(folder);
  struct Expected {
    const char* file;
    std::uint64_t line;
    std::uint64_t byte;
    const char* line_text;
  };
  const Expected expected[] = {{"train/a.csv", 3, 3, "1;10"},
                               {"train/a.csv", 5, 3, "0;20"},
                               {"train/c.csv", 1, 3, "1; 30"},
                               {"train/c.csv", 4, 3, "7;40"}};
  for (RowIndex row = 0; row < 4; ++row) {
    const auto position = LocateCell(request, row, 2);
    ASSERT_TRUE(position.ok());
    EXPECT_EQ(position->file, expected[row].file);
    EXPECT_EQ(position->line, expected[row].line);
    EXPECT_EQ(position->byte, expected[row].byte);
    EXPECT_EQ(position->column, 2U);
    EXPECT_EQ(position->line_text, expected[row].line_text);
    EXPECT_EQ(position->caret, 2U);
  }
  EXPECT_EQ(LocateCell(request, 0, 1)->byte, 1U);
}

TEST(LocateCell, PassesSpacesBeforeTheLabel) {
  const TempDir folder;
  ReadRequest request;
  request.channel = "train";
  request.files = {{folder.Write("a.csv", " 1 2 3\n   \n  0 5 6\n"), "train/a.csv", false}};
  const auto position = LocateCell(request, 1, 2);
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->line, 3U);
  EXPECT_EQ(position->byte, 5U);
}

TEST(LocateCell, ARowThatIsNotThereIsAnInternalError) {
  const TempDir folder;
  const auto position = LocateCell(Request(folder), 4, 1);
  ASSERT_FALSE(position.ok());
  EXPECT_EQ(NameOf(position.error().id), "internal");
}

TEST(LocateCell, FindsRowsFarIntoLargeFiles) {
  const TempDir folder;
  std::string text;
  for (int row = 0; row < 300'000; ++row) text += std::to_string(row) + ",1\n";
  ReadRequest request;
  request.files = {{folder.Write("a.csv", text), "train/a.csv", false}};
  const auto position = LocateCell(request, 299'998, 1);
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->line, 299'999U);
  EXPECT_EQ(position->line_text, "299998,1");
}

TEST(LocateCell, NamesThePipeThatCannotBeReadAgain) {
  const TempDir folder;
  ReadRequest request = Request(folder);
  const std::string path = (folder.path() / "train_0").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  request.files[1] = {path, "train_0", true};
  EXPECT_EQ(LocateCell(request, 1, 1)->line, 5U);
  const auto position = LocateCell(request, 2, 1);
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->file, "train_0");
  EXPECT_EQ(position->line, 0U);
}

}  // namespace
}  // namespace boostyard::test
