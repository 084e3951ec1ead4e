// Cuts that a device counted are those of the host, bit for bit: over hard columns, weights, coded
// and float pieces, streams in memory and streams that are read again, and little room.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "engine/cuda/device_sketch.h"
#include "engine/cuda/host_executor.h"
#include "engine/quantize/cuts.h"
#include "tests/support/memory_stream.h"

namespace boostyard::testing {
namespace {

using device::HostExecutor;
using device::HostExecutorOptions;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// Each column is hard in a way of its own.
float ValueOf(std::size_t column, std::mt19937& random) {
  const auto below = [&](unsigned limit) { return static_cast<float>(random() % limit); };
  switch (column) {
    case 0:
      return below(1U << 24) / 65536.0F - 100.0F;
    case 1:
      return std::exp(below(1000) / 10.0F - 50.0F) * (below(2) == 0.0F ? -1.0F : 1.0F);
    case 2:
      return 1000.0F + below(100'000) * 1e-4F;  // few buckets
    case 3:
      return below(10) < 7.0F ? 0.0F : below(5000) - 2500.0F;  // a heavy value
    case 4:
      return below(3) == 0.0F ? kMissing : below(70'000);
    case 5:
      return kMissing;
    case 6:
      return below(2) == 0.0F ? -0.0F : below(4);  // signed zeros, few values
    case 7:
      return -7.25F;
    case 8:
      return below(100) == 0.0F ? kMissing : below(200);
    default:
      return below(1000) < 2.0F ? std::numeric_limits<float>::max() : below(1U << 20) * 1e-41F;
  }
}

MemoryTable HardTable(std::size_t rows, bool has_weights) {
  constexpr std::size_t kColumns = 10;
  std::mt19937 random(3);
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = kColumns;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < kColumns; ++c) table.values.push_back(ValueOf(c, random));
    table.labels.push_back(0.0F);
    if (has_weights) table.weights.push_back(static_cast<float>(random() % 5) * 0.37F);
  }
  return table;
}

// Returns the most device memory that was used.
std::uint64_t ExpectTheHostsCuts(const MemoryTable& table,
                                 const MemoryStreamOptions& stream_options, int max_bin,
                                 const HostExecutorOptions& options = {}) {
  MemoryStream stream(table, stream_options);
  const Result<BinCuts> expected = BuildCuts(stream, {.max_bin = max_bin, .threads = 1});
  HostExecutor executor(options);
  auto sketch = DeviceSketch::Make(executor);
  EXPECT_TRUE(expected.ok() && sketch.ok());
  const Result<BinCuts> cuts =
      BuildCuts(stream, {.max_bin = max_bin, .threads = 2, .counter = sketch->get()});
  EXPECT_TRUE(cuts.ok());
  EXPECT_EQ(cuts->begin, expected->begin);
  EXPECT_EQ(cuts->values.size(), expected->values.size());
  EXPECT_EQ(std::memcmp(cuts->values.data(), expected->values.data(),
                        cuts->values.size() * sizeof(float)),
            0);
  EXPECT_EQ(cuts->min_values, expected->min_values);
  EXPECT_EQ(cuts->has_missing, expected->has_missing);
  return executor.most_used_bytes();
}

TEST(DeviceSketch, HardColumns) {
  for (const bool has_weights : {false, true}) {
    const MemoryTable table = HardTable(20'000, has_weights);
    for (const int max_bin : {2, 16, 256, 5000}) {
      for (const bool use_codes : {false, true}) {
        for (const std::size_t chunks_per_batch : {0, 3}) {
          SCOPED_TRACE(std::to_string(max_bin) + (has_weights ? " weights" : "") +
                       (use_codes ? " codes " : " ") + std::to_string(chunks_per_batch));
          ExpectTheHostsCuts(
              table,
              {.chunk_rows = 700, .chunks_per_batch = chunks_per_batch, .use_codes = use_codes},
              max_bin);
        }
      }
    }
  }
}

TEST(DeviceSketch, BlocksInTheOppositeOrder) {
  ExpectTheHostsCuts(HardTable(9'000, true), {.chunk_rows = 500}, 64, {.is_reversed = true});
}

// Pieces larger than the window's, counters of one feature at a time.
TEST(DeviceSketch, LongChunksAndLittleRoom) {
  constexpr std::uint64_t kMemory = std::uint64_t{4} << 20;
  const MemoryTable table = HardTable(150'000, true);
  EXPECT_LE(ExpectTheHostsCuts(table, {.chunk_rows = 140'000}, 256, {.memory_bytes = kMemory}),
            kMemory);
}

TEST(DeviceSketch, WeightsOfZeroLeaveTheirRowsOutButNotTheirMissingValues) {
  MemoryTable table = HardTable(3'000, true);
  for (std::size_t row = 0; row < table.row_count; ++row) {
    if (std::isnan(table.At(row, 8))) table.weights[row] = 0.0F;
  }
  ExpectTheHostsCuts(table, {}, 100);
  ExpectTheHostsCuts(table, {.use_codes = false}, 100);
}

TEST(DeviceSketch, ABrokenDeviceIsTold) {
  HostExecutor executor;
  auto sketch = DeviceSketch::Make(executor);
  ASSERT_TRUE(sketch.ok());
  executor.Break("unspecified launch failure");
  MemoryStream stream(HardTable(100, false), {});
  const Result<BinCuts> cuts = BuildCuts(stream, {.counter = sketch->get()});
  ASSERT_FALSE(cuts.ok());
  EXPECT_EQ(cuts.error().message, "unspecified launch failure");
}

}  // namespace
}  // namespace boostyard::testing
