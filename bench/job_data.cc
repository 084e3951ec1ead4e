// Writes a generated data set as CSV files without a header, the label first, as a job reads them.
//
// usage: job_data SET ROWS TRAIN.csv TEST.csv     (SET: higgs1m, wide or bank)
// The test file has a quarter as many rows, at most 250,000, drawn after the training rows.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/data_sets.h"
#include "engine/base/parallel.h"

namespace boostyard::bench {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr int kDigits = 6;  // so that text and float agree for every reader
constexpr std::size_t kRowsAtOnce = 8192;
constexpr std::size_t kMaxTestRows = 250'000;

void AppendRow(const Table& table, std::size_t row, std::string& text) {
  text += table.labels[row] > 0.5F ? '1' : '0';
  char cell[32];
  const float* const values = table.values.data() + row * table.feature_count;
  for (std::size_t feature = 0; feature < table.feature_count; ++feature) {
    const std::to_chars_result end = std::to_chars(cell, cell + sizeof cell, values[feature],
                                                   std::chars_format::general, kDigits);
    text += ',';
    text.append(cell, end.ptr);
  }
  text += '\n';
}

// Each thread makes a block of text; the blocks are written in order.
bool WriteTable(const Table& table, const char* path, int threads) {
  std::ofstream file(path, std::ios::binary);
  std::vector<std::string> blocks(static_cast<std::size_t>(threads));
  for (std::size_t begin = 0; begin < table.row_count; begin += kRowsAtOnce * blocks.size()) {
    ParallelRegion(threads, [&](int thread) {
      std::string& text = blocks[static_cast<std::size_t>(thread)];
      text.clear();
      const std::size_t first = begin + kRowsAtOnce * static_cast<std::size_t>(thread);
      const std::size_t last = std::min(first + kRowsAtOnce, table.row_count);
      for (std::size_t row = first; row < last; ++row) AppendRow(table, row, text);
    });
    for (const std::string& text : blocks) {
      file.write(text.data(), static_cast<std::streamsize>(text.size()));
    }
  }
  return static_cast<bool>(file.flush());
}

int Run(const char* set, std::size_t rows, const char* train, const char* test) {
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const DataSet data =
      MakeDataSetOfRows(set, kSeed, rows, std::min(rows / 4, kMaxTestRows), threads);
  if (data.train.row_count == 0) {
    std::fprintf(stderr, "job_data: no set \"%s\", or no rows\n", set);
    return EXIT_FAILURE;
  }
  if (!WriteTable(data.train, train, threads) || !WriteTable(data.test, test, threads)) {
    std::fprintf(stderr, "job_data: cannot write %s and %s\n", train, test);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: job_data SET ROWS TRAIN.csv TEST.csv\n");
    return EXIT_FAILURE;
  }
  return boostyard::bench::Run(argv[1], std::strtoull(argv[2], nullptr, 10), argv[3], argv[4]);
}
