// Writes the data set of ./dev demo: bench/bank_rows.h as headerless CSV, label first. Every run
// writes the same bytes.
//
// usage: demo_data --train FILE --test FILE [--rows N]
// Each row goes to the test file with a chance of 30 %.
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "bench/bank_rows.h"
#include "engine/base/rng.h"

namespace {

using boostyard::bench::BankRow;

constexpr double kTestShare = 0.3;

std::string LineOf(const BankRow& row) {
  std::string line = row.buys ? "1" : "0";
  for (const float value : row.features) line += ',' + std::to_string(static_cast<int>(value));
  return line + '\n';
}

struct Options {
  const char* train = nullptr;
  const char* test = nullptr;
  int rows = boostyard::bench::kBankRowCount;
};

bool ParseOptions(std::span<char*> arguments, Options& options) {
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    if (name == "--train") {
      options.train = arguments[i + 1];
    } else if (name == "--test") {
      options.test = arguments[i + 1];
    } else if (name == "--rows") {
      const char* end = value.data() + value.size();
      if (std::from_chars(value.data(), end, options.rows).ptr != end) return false;
    } else {
      return false;
    }
  }
  return arguments.size() % 2 == 0 && options.train != nullptr && options.test != nullptr &&
         options.rows > 0;
}

// What went to one of the two files.
struct Part {
  std::FILE* file = nullptr;
  int rows = 0;
  int buyers = 0;

  bool Write(const BankRow& row) {
    rows += 1;
    buyers += row.buys ? 1 : 0;
    const std::string line = LineOf(row);
    return std::fwrite(line.data(), 1, line.size(), file) == line.size();
  }
  void Report(const char* name) const {
    std::printf("%s: %d rows, 59 features, %.1f %% buyers\n", name, rows,
                rows == 0 ? 0.0 : 100.0 * buyers / rows);
  }
};

int Fail(const char* path) {
  std::fprintf(stderr, "demo_data: cannot write %s: %s\n", path, std::strerror(errno));
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!ParseOptions({argv + 1, static_cast<std::size_t>(argc - 1)}, options)) {
    std::fprintf(stderr, "usage: demo_data --train FILE --test FILE [--rows N]\n");
    return EXIT_FAILURE;
  }
  Part train{std::fopen(options.train, "wb")};
  if (train.file == nullptr) return Fail(options.train);
  Part test{std::fopen(options.test, "wb")};
  if (test.file == nullptr) return Fail(options.test);
  for (int i = 0; i < options.rows; ++i) {
    const BankRow row = boostyard::bench::DrawBankRow(
        boostyard::RandomKey(2026, 11, static_cast<std::uint64_t>(i)));
    const bool is_test = row.share < kTestShare;
    if (!(is_test ? test : train).Write(row)) return Fail(is_test ? options.test : options.train);
  }
  if (std::fclose(train.file) != 0) return Fail(options.train);
  if (std::fclose(test.file) != 0) return Fail(options.test);
  train.Report(options.train);
  test.Report(options.test);
  return EXIT_SUCCESS;
}
