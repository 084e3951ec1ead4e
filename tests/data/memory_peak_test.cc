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

// From the file to its bins; with as much memory as there is, or with `most_bytes` for the rows,
// which then are read again.
double IngestPeak(const std::string& path, std::uint64_t most_bytes = 0) {
  const double base = PeakOf([] { return true; });
  return PeakOf([&] {
           ReadRequest request;
           request.channel = "train";
           request.files = {{path, "rows.csv", false}};
           request.threads = kThreads;
           if (most_bytes > 0) {
             request.memory_limit_bytes = 1U << 30;
             request.memory_used_bytes = request.memory_limit_bytes - most_bytes;
           }
           Result<OpenedData> data = OpenData(request);
           if (!data.ok() || data->stream->shape().is_kept != (most_bytes == 0)) return false;
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
  const double peak = IngestPeak(Write(Kind("bank20"), kRows));
  EXPECT_GT(peak, cells);
  EXPECT_LT(peak, 1.25 * cells + kThreadBytes) << peak / 1e6;
}

TEST_F(MemoryPeak, OfFloatsThatAreKeptIsThatOfTheFloats) {
  constexpr std::size_t kRows = 250'000;
  const double bytes = kRows * (28.0 + 24.0 * 4.0);
  const double peak = IngestPeak(Write(Kind("g6"), kRows));
  EXPECT_GT(peak, kRows * 24.0 * 4.0);
  EXPECT_LT(peak, 1.25 * bytes + kThreadBytes) << peak / bytes;
}

TEST_F(MemoryPeak, OfCodesThatAreReadAgainIsThatOfTheBins) {
  constexpr std::size_t kRows = 500'000;
  const double cells = 59.0 * kRows;
  const double peak = IngestPeak(Write(Kind("bank20"), kRows), 32U << 20);
  EXPECT_GT(peak, cells);
  EXPECT_LT(peak, 1.3 * cells + kThreadBytes) << peak / cells;
}

// Counting distinct floats has as much memory as the bins will have, be they ever so few.
TEST_F(MemoryPeak, OfFloatsThatAreReadAgainIsThatOfTheBins) {
  for (const std::size_t rows : {20'000, 60'000, 150'000}) {
    const double cells = 28.0 * static_cast<double>(rows);
    const double peak =
        IngestPeak(Write(Kind("g6"), rows), static_cast<std::uint64_t>(1.2 * cells));
    EXPECT_GT(peak, cells);
    EXPECT_LT(peak, 1.3 * cells + kThreadBytes) << rows << " rows: " << peak / 1e6;
  }
}

}  // namespace
}  // namespace boostyard::test
