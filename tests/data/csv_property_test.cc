// The same table and the same errors whatever the threads, the chunks and the files: compared with
// a naive reader, to the bit.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/data/csv_support.h"
#include "tests/data/naive_csv.h"

namespace boostyard::test {
namespace {

struct Cut {
  int threads;
  std::uint64_t chunk_bytes;
};
constexpr Cut kCuts[] = {{1, 1U << 20}, {1, 1}, {1, 7}, {2, 64}, {3, 2}, {3, 1000}, {7, 33}};

struct Shape {
  char delimiter = ',';
  int columns = 4;
  bool has_weights = false;
  int faults_per_thousand_cells = 0;
};

std::string RandomCell(std::mt19937& random, bool is_target, char delimiter) {
  const auto number = static_cast<int>(random() % 1000);
  char text[64];
  switch (random() % (is_target ? 4 : 9)) {
    case 0:
      return std::to_string(number % 3);
    case 1:
      return "\"" + std::to_string(number) + "\"";
    case 2:
      std::snprintf(text, sizeof(text), "%.9g", number / 777.0);
      return text;
    case 3:
      return delimiter == ',' ? " " + std::to_string(number) + "\t" : "1e-5";
    case 4:
      return delimiter == ' ' ? "\"\"" : "";
    case 5:
      return number % 2 == 0 ? "NA" : "?";
    case 6:
      return number % 2 == 0 ? "True" : "false";
    case 7:
      std::snprintf(text, sizeof(text), "-%de-%d", number, number % 60);
      return text;
    default:
      return "-0.0";
  }
}

// Rows, each with its line end; a few blank lines go along with the row before.
std::vector<std::string> RandomRows(std::mt19937& random, const Shape& shape, int row_count) {
  std::vector<std::string> rows;
  const int targets = shape.has_weights ? 2 : 1;
  const std::string line_end = random() % 2 == 0 ? "\n" : "\r\n";
  for (int row = 0; row < row_count; ++row) {
    std::string text;
    for (int column = 0; column < shape.columns; ++column) {
      if (column > 0) text += shape.delimiter;
      std::string cell = RandomCell(random, column < targets, shape.delimiter);
      // The first row defines the columns, so it stays good.
      if (row > 0 && static_cast<int>(random() % 1000) < shape.faults_per_thousand_cells) {
        constexpr const char* kFaults[] = {"12O", "\"1", "inf", "1e99", "\"1\"x", "-3", "x\"y"};
        cell = random() % 8 == 7 ? std::string("1") + shape.delimiter + "2" : kFaults[random() % 7];
        if (shape.delimiter == ' ' && random() % 4 == 0) cell.clear();
      }
      text += cell;
    }
    if (shape.delimiter == ' ' && random() % 4 == 0) text.insert(0, random() % 5, ' ');
    text += line_end;
    if (random() % 16 == 0) text += random() % 2 == 0 ? "\n" : "\r\n";
    rows.push_back(text);
  }
  return rows;
}

std::string Join(const std::vector<std::string>& rows) {
  std::string text;
  for (const std::string& row : rows) text += row;
  return text;
}

void Declare(MemoryFiles& files, const Shape& shape) {
  files.request.has_weights = shape.has_weights;
  files.request.content_type =
      ContentType{.format = DataFormat::kCsv, .delimiter = shape.delimiter, .has_header = false};
}

class CsvProperty : public testing::TestWithParam<Shape> {};

TEST_P(CsvProperty, TableDoesNotDependOnThreadsChunksOrShortReads) {
  const Shape shape = GetParam();
  std::mt19937 random(11);
  for (int repeat = 0; repeat < 4; ++repeat) {
    std::string text = Join(RandomRows(random, shape, 30 + repeat * 40));
    if (repeat % 2 == 1) text.resize(text.find_last_not_of("\r\n") + 1);
    const NaiveTable expected =
        NaiveReadCsv(text, {.delimiter = shape.delimiter, .has_weights = shape.has_weights});
    ASSERT_TRUE(expected.faults.empty());
    for (const auto& [threads, chunk_bytes] : kCuts) {
      MemoryFiles files({text}, repeat % 2 == 0 ? 5 : 1U << 20);
      Declare(files, shape);
      files.request.threads = threads;
      files.options.chunk_bytes = chunk_bytes;
      auto opened = files.Open();
      ASSERT_TRUE(opened.ok()) << opened.error().message;
      const Table table = ReadTable(*opened->stream);
      ASSERT_TRUE(SameRows(table.rows, expected.rows)) << threads << " " << chunk_bytes;
      ASSERT_EQ(table.shape.row_count, expected.rows.size());
    }
  }
}

TEST_P(CsvProperty, TableDoesNotDependOnTheSplitIntoFiles) {
  const Shape shape = GetParam();
  std::mt19937 random(12);
  const std::vector<std::string> rows = RandomRows(random, shape, 120);
  const NaiveTable expected =
      NaiveReadCsv(Join(rows), {.delimiter = shape.delimiter, .has_weights = shape.has_weights});
  for (const std::size_t shard_count : {1U, 2U, 5U, 60U, 120U}) {
    std::vector<std::string> shards(shard_count);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      shards[row * shard_count / rows.size()] += rows[row];
    }
    shards.insert(shards.begin() + static_cast<std::ptrdiff_t>(shard_count / 2), "");
    MemoryFiles files(shards);
    Declare(files, shape);
    files.request.threads = 3;
    files.options.chunk_bytes = 64;
    auto opened = files.Open();
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected.rows)) << shard_count;
  }
}

TEST_P(CsvProperty, ErrorsAreTheFirstFiveForAnyThreadsAndChunks) {
  Shape shape = GetParam();
  std::mt19937 random(13);
  int reports = 0;
  for (const int faults : {2, 20, 300}) {
    shape.faults_per_thousand_cells = faults;
    for (int repeat = 0; repeat < 3; ++repeat) {
      const std::string text = Join(RandomRows(random, shape, 100));
      const NaiveTable expected =
          NaiveReadCsv(text, {.delimiter = shape.delimiter, .has_weights = shape.has_weights});
      std::vector<NaiveFault> first(
          expected.faults.begin(),
          expected.faults.begin() +
              static_cast<std::ptrdiff_t>(std::min<std::size_t>(5, expected.faults.size())));
      if (first.empty()) continue;
      ++reports;
      std::string report;
      for (const auto& [threads, chunk_bytes] : kCuts) {
        MemoryFiles files({text});
        Declare(files, shape);
        files.request.threads = threads;
        files.options.chunk_bytes = chunk_bytes;
        const auto opened = files.Open();
        ASSERT_FALSE(opened.ok());
        ASSERT_EQ(FaultsOf(opened.error()), first) << text;
        const std::string rendered = Render(opened.error());
        if (report.empty()) report = rendered;
        ASSERT_EQ(rendered, report);
      }
    }
  }
  EXPECT_GE(reports, 6);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CsvProperty,
    testing::Values(Shape{}, Shape{.delimiter = ';', .columns = 2},
                    Shape{.delimiter = '\t', .columns = 7, .has_weights = true},
                    Shape{.delimiter = ' ', .columns = 5}, Shape{.delimiter = '|', .columns = 30}),
    [](const auto& instance) { return "Case" + std::to_string(instance.index); });

// Writes `bytes` into the pipe in small pieces, then closes it.
std::thread WriterOf(const std::string& path, const std::string& bytes, std::size_t piece) {
  return std::thread([path, bytes, piece] {
    std::ofstream out(path, std::ios::binary);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      out.write(bytes.data() + at,
                static_cast<std::streamsize>(std::min(piece, bytes.size() - at)));
      out.flush();
    }
  });
}

TEST(CsvPipe, GivesTheSameAsTheFile) {
  std::mt19937 random(14);
  const Shape shape{.columns = 6};
  for (const int row_count : {1, 50, 20000}) {
    const std::string text = Join(RandomRows(random, shape, row_count));
    const NaiveTable expected = NaiveReadCsv(text, {});
    for (const std::uint64_t chunk_bytes : {std::uint64_t{16'384}, std::uint64_t{1} << 20}) {
      for (const int threads : {1, 3}) {
        const TempDir folder;
        const std::string path = (folder.path() / "train_0").string();
        ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
        std::thread writer = WriterOf(path, text, 7001);
        MemoryFiles files({});
        files.request.files = {{path, "train_0", true}};
        files.request.threads = threads;
        files.options.chunk_bytes = chunk_bytes;
        auto opened = files.Open();
        writer.join();
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected.rows));
      }
    }
  }
}

TEST(CsvPipe, ReportsTheSameErrorsAsTheFile) {
  std::mt19937 random(15);
  const Shape shape{.columns = 6};
  std::vector<std::string> rows = RandomRows(random, shape, 30000);
  rows[100] = "1,2,3,4,abc,6\n";
  rows[12000] = "1,2\n";
  rows[29000] = "x,2,3,4,5,6\n";
  const std::string text = Join(rows);
  MemoryFiles in_memory({text});
  const auto from_file = in_memory.Open();
  ASSERT_FALSE(from_file.ok());
  ASSERT_EQ(FaultsOf(from_file.error()).size(), 3U);

  const TempDir folder;
  const std::string path = (folder.path() / "train_0").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer = WriterOf(path, text, 50'000);
  MemoryFiles files({});
  files.request.files = {{path, "train/a.csv", true}};
  files.request.threads = 2;
  files.options.chunk_bytes = 20'000;
  const auto from_pipe = files.Open();
  writer.join();
  ASSERT_FALSE(from_pipe.ok());
  EXPECT_EQ(Render(from_pipe.error()), Render(from_file.error()));
}

}  // namespace
}  // namespace boostyard::test
