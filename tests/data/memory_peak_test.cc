// How much memory it takes from a file to bins: the most that a process of its own ever held.
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "bench/ingest/files.h"
#include "data/open.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"
#include "tests/data/csv_support.h"

namespace boostyard::test {
namespace {

constexpr int kThreads = 2;
constexpr double kThreadBytes = kThreads * 8.0 * (1 << 20);

// The most memory of a child that runs `body`, in bytes; below 0 if that fails.
double PeakOf(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) return -1e18;
  return static_cast<double>(usage.ru_maxrss) * 1024.0;
}

// From the file to its bins.
double IngestPeak(const std::string& path, bool is_kept) {
  const double base = PeakOf([] { return true; });
  return PeakOf([&] {
           ReadRequest request;
           request.channel = "train";
           request.files = {{path, "rows.csv", false}};
           request.threads = kThreads;
           if (!is_kept) {
             request.memory_limit_bytes = 1U << 30;
             request.memory_used_bytes = request.memory_limit_bytes - (32U << 20);
           }
           Result<OpenedData> data = OpenData(request);
           if (!data.ok() || data->stream->shape().is_kept != is_kept) return false;
           const Result<BinCuts> cuts =
               BuildCuts(*data->stream, {.max_bin = 256, .threads = kThreads});
           if (!cuts.ok()) return false;
           const Result<BinnedColumns> bins = BinColumns(*data->stream, *cuts, kThreads, true);
           return bins.ok() && bins->row_count == data->stream->shape().row_count;
         }) -
         base;
}

const bench::CsvKind& Kind(std::string_view name) {
  for (const bench::CsvKind& kind : bench::kCsvKinds) {
    if (kind.name == name) return kind;
  }
  std::abort();
}

class MemoryPeak : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers need memory of their own";
#endif
  }
  std::string Write(const bench::CsvKind& kind, std::size_t rows) {
    const std::string path = (folder_.path() / "rows.csv").string();
    EXPECT_TRUE(bench::WriteCsvFile(kind, rows, path));
    return path;
  }

  TempDir folder_;
};

TEST_F(MemoryPeak, OfCodesThatAreKeptIsThatOfTheBins) {
  constexpr std::size_t kRows = 500'000;
  const double cells = 59.0 * kRows;
  const double peak = IngestPeak(Write(Kind("bank20"), kRows), true);
  EXPECT_GT(peak, cells);
  EXPECT_LT(peak, 1.25 * cells + kThreadBytes) << peak / 1e6;
}

TEST_F(MemoryPeak, OfFloatsThatAreKeptIsThatOfTheFloats) {
  constexpr std::size_t kRows = 250'000;
  const double bytes = kRows * (28.0 + 24.0 * 4.0);
  const double peak = IngestPeak(Write(Kind("g6"), kRows), true);
  EXPECT_GT(peak, kRows * 24.0 * 4.0);
  EXPECT_LT(peak, 1.25 * bytes + kThreadBytes) << peak / bytes;
}

// Counting distinct floats takes three quarters of a MiB for each feature, however many rows there
// are; codes, next to nothing.
TEST_F(MemoryPeak, OfFilesThatAreReadAgainIsThatOfTheBins) {
  constexpr std::size_t kRows = 500'000;
  const double cells = 59.0 * kRows;
  const double peak = IngestPeak(Write(Kind("bank20"), kRows), false);
  EXPECT_GT(peak, cells);
  EXPECT_LT(peak, 1.3 * cells + kThreadBytes) << peak / cells;
}

}  // namespace
}  // namespace boostyard::test
