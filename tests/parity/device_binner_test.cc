// The matrix that a device makes is the host's, slot for slot and code for code: over columns of
// all kinds, values that are missing in one channel alone, and streams that do not know their
// length.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/cuda/device_binner.h"
#include "engine/cuda/host_executor.h"
#include "engine/quantize/cuts.h"
#include "tests/support/memory_stream.h"

namespace boostyard::testing {
namespace {

using device::HostExecutor;
using device::HostExecutorOptions;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kColumns = 16;

// `is_validation`: column 1, of 256 bins, and column 8 miss values there alone.
float ValueOf(std::size_t column, std::size_t row, bool is_validation, std::mt19937& random) {
  const auto below = [&](unsigned limit) { return static_cast<float>(random() % limit); };
  switch (column) {
    case 0:
      return below(1U << 20) / 256.0F;
    case 1:
      return is_validation && below(50) == 0.0F ? kMissing : below(1U << 16) - 3e4F;
    case 2:
      return below(7) == 0.0F ? kMissing : below(5000);
    case 3:
      return kMissing;
    case 4:
      return below(2);
    case 5:
    case 6:
    case 7:  // of one group: never two of them together
      return row % 4 == column - 5 ? 1.0F : 0.0F;
    case 8:
      return is_validation && below(9) == 0.0F ? kMissing : below(3);
    case 9:
      return below(40) - 20.0F;
    case 10:
      return 3.5F;
    case 11:
      return below(3) == 0.0F ? -0.0F : below(2);
    case 12:
      return below(200);
    case 13:
      return below(11) == 0.0F ? kMissing : below(2);
    case 14:
      return std::exp(below(1000) / 10.0F - 50.0F);
    default:
      return below(4);
  }
}

MemoryTable TableOf(std::size_t rows, bool is_validation) {
  std::mt19937 random(is_validation ? 2 : 1);
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = kColumns;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      table.values.push_back(ValueOf(c, row, is_validation, random));
    }
    table.labels.push_back(static_cast<float>(row % 5));
    table.weights.push_back(1.0F + static_cast<float>(row % 3));
  }
  return table;
}

// Does not say how long it is until it was read.
class ShyStream : public MemoryStream {
 public:
  ShyStream(const MemoryTable& table, const MemoryStreamOptions& options)
      : MemoryStream(table, options), shape_(MemoryStream::shape()) {
    shape_.row_count = 0;
  }
  const DataShape& shape() const override { return shape_; }

 private:
  DataShape shape_;
};

struct Matrix {
  std::vector<std::vector<std::uint8_t>> columns;
  std::vector<std::vector<FeatureIndex>> features;  // per slot
  std::vector<bool> is_wide;
  std::vector<float> labels;
  std::vector<float> weights;
  bool operator==(const Matrix&) const = default;
};

Matrix Describe(const SlotMatrix& plan) {
  Matrix matrix;
  for (const Slot& slot : plan.slots) {
    matrix.is_wide.push_back(slot.is_wide);
    matrix.features.emplace_back();
    for (const Digit& digit : slot.digits) {
      matrix.features.back().insert(matrix.features.back().end(), digit.features.begin(),
                                    digit.features.end());
    }
  }
  return matrix;
}

void AddRows(const BinnedColumns& rows, Matrix& matrix) {
  std::vector<float> labels(rows.row_count);
  rows.labels.CopyTo(labels.data());
  matrix.labels.insert(matrix.labels.end(), labels.begin(), labels.end());
  matrix.weights.insert(matrix.weights.end(), rows.weights.begin(), rows.weights.end());
}

struct Job {
  MemoryTable train = {};
  std::optional<MemoryTable> validation = {};
  int max_bin = 256;
  bool bundles = true;
  MemoryStreamOptions options = {};
};

BinCuts CutsOf(const Job& job) {
  MemoryStream stream(job.train, {});
  return BuildCuts(stream, {.max_bin = job.max_bin}).value();
}

Matrix OnHost(const Job& job) {
  const BinCuts cuts = CutsOf(job);
  MemoryStream train(job.train, {});
  BinnedColumns rows = BinColumns(train, cuts, 1).value();
  std::optional<BinnedColumns> validation;
  if (job.validation) {
    MemoryStream stream(*job.validation, {});
    validation = BinColumns(stream, cuts, 1).value();
  }
  Matrix with_rows;
  AddRows(rows, with_rows);
  if (validation) AddRows(*validation, with_rows);
  ThreadTeam team(1);
  const SlotMatrix built = BuildSlotMatrix(std::move(rows), validation ? &*validation : nullptr,
                                           cuts, {.bundle = job.bundles, .by_row = false}, team);
  Matrix matrix = Describe(built);
  matrix.labels = with_rows.labels;
  matrix.weights = with_rows.weights;
  for (std::size_t s = 0; s < built.slots.size(); ++s) {
    const std::uint8_t* const codes = built.columns[s].data();
    matrix.columns.emplace_back(codes, codes + built.row_count * (built.slots[s].is_wide ? 2 : 1));
  }
  return matrix;
}

Matrix OnDevice(const Job& job, const HostExecutorOptions& options = {}) {
  const BinCuts cuts = CutsOf(job);
  HostExecutor executor(options);
  DeviceBinner binner(executor);
  Matrix with_rows;
  for (const MemoryTable* const table : {&job.train, job.validation ? &*job.validation : nullptr}) {
    if (table == nullptr) continue;
    ShyStream stream(*table, job.options);
    const Result<BinnedColumns> rows = binner.Add(stream, cuts, true);
    EXPECT_TRUE(rows.ok());
    AddRows(*rows, with_rows);
  }
  const Result<SlotMatrix> plan = PlanSlots(binner.Facts(), cuts, job.bundles);
  EXPECT_TRUE(plan.ok());
  const Result<std::vector<DeviceColumn>> columns = binner.TakeSlots(*plan);
  EXPECT_TRUE(columns.ok());
  Matrix matrix = Describe(*plan);
  matrix.labels = with_rows.labels;
  matrix.weights = with_rows.weights;
  for (const DeviceColumn& column : *columns) {
    matrix.columns.emplace_back(column.size());
    executor.Download(matrix.columns.back().data(), column.data(), column.size());
  }
  EXPECT_TRUE(executor.Wait().ok());
  return matrix;
}

TEST(DeviceBinner, MakesTheHostsMatrix) {
  for (const bool has_validation : {false, true}) {
    Job job{.train = TableOf(9'001, false)};
    if (has_validation) job.validation = TableOf(3'333, true);
    for (const int max_bin : {256, 16, 1000}) {
      for (const bool bundles : {true, false}) {
        SCOPED_TRACE(std::to_string(max_bin) + (has_validation ? " validation" : "") +
                     (bundles ? " bundles" : ""));
        job.max_bin = max_bin;
        job.bundles = bundles;
        const Matrix expected = OnHost(job);
        job.options = {.chunk_rows = 700, .chunks_per_batch = 3};
        EXPECT_TRUE(OnDevice(job) == expected);
        job.options = {.chunk_rows = 5'000, .use_codes = false};
        EXPECT_TRUE(OnDevice(job, {.is_reversed = true}) == expected) << "floats, reversed";
      }
    }
  }
}

// A byte was enough for 256 bins, until a value was missing.
TEST(DeviceBinner, AColumnIsWidenedForValuesThatAreMissingInValidationAlone) {
  Job job{.train = TableOf(9'001, false)};
  const auto wide_slots = [&] {
    const Matrix matrix = OnDevice(job);
    return std::count(matrix.is_wide.begin(), matrix.is_wide.end(), true);
  };
  const auto before = wide_slots();
  job.validation = TableOf(3'333, true);
  EXPECT_GT(wide_slots(), before);
}

TEST(DeviceBinner, LongChunks) {
  Job job{.train = TableOf(140'000, false)};
  job.options = {.chunk_rows = 139'000};
  EXPECT_TRUE(OnDevice(job, {.memory_bytes = std::uint64_t{12} << 20}) == OnHost(job));
}

TEST(DeviceBinner, TooLittleMemoryNamesBothNumbers) {
  const Job job{.train = TableOf(140'000, false)};
  const BinCuts cuts = CutsOf(job);
  HostExecutor executor(HostExecutorOptions{.memory_bytes = std::uint64_t{3} << 20});
  DeviceBinner binner(executor);
  MemoryStream stream(job.train, {});
  const Result<BinnedColumns> rows = binner.Add(stream, cuts, false);
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().id, ErrorId::kOutOfMemory);
  EXPECT_EQ(rows.error().message.rfind("the columns of 140000 rows need ", 0), 0U)
      << rows.error().message;
  EXPECT_NE(rows.error().message.find(" MB of device memory, and host blocks has "),
            std::string::npos);
  EXPECT_LE(executor.most_used_bytes(), std::uint64_t{2} << 20) << "before columns are allocated";
}

}  // namespace
}  // namespace boostyard::testing
