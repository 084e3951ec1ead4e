// One model, whatever the device: its steps, run on the host block by block, give the CPU backend's
// bytes and metrics over the covering design (native_cases.h), whatever the layout of launches, the
// order of blocks and threads, and the room for histograms.
#include <gtest/gtest.h>

#include "engine/cuda/host_executor.h"
#include "tests/parity/device_run.h"

namespace boostyard::testing {
namespace {

using device::HostExecutor;
using device::HostExecutorOptions;

TrainResult RunOnBlocks(const NativeCase& one, const HostExecutorOptions& options,
                        const NativeTuning& tuning = {}) {
  HostExecutor executor(options);
  return RunOnDevice(one, executor, tuning);
}

// Small chunks, one block a multiprocessor, counters for a part of the codes at a time.
HostExecutorOptions Cramped() {
  HostExecutorOptions options;
  options.is_reversed = true;
  options.tuning.multiprocessors = 1;
  options.tuning.histogram_blocks = 1;
  options.tuning.row_blocks = 1;
  options.tuning.chunk_rows = 32;
  options.tuning.shared_bytes = 20 << 10;
  return options;
}

// Returns the CPU backend's result.
TrainResult ExpectOneModel(const NativeCase& one) {
  const TrainResult expected = RunVariant(one, {.threads = 2});
  EXPECT_TRUE(expected.error.empty()) << expected.error;
  EXPECT_TRUE(RunOnBlocks(one, {}) == expected);
  EXPECT_TRUE(RunOnBlocks(one, Cramped()) == expected) << "cramped";
  EXPECT_TRUE(RunOnBlocks(one, {}, {.grows_on_device = false}) == expected) << "by the host";
  EXPECT_TRUE(RunOnBlocks(one, {}, {.bundles_columns = false, .device_histograms = 4}) == expected)
      << "no bundles, few histograms";
  return expected;
}

class DeviceGrid : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DeviceGrid, BlocksGiveTheCpusModel) {
  const GridCase grid = MakeGridCase(GetParam());
  SCOPED_TRACE(grid.name);
  ExpectOneModel(grid.one);
}

INSTANTIATE_TEST_SUITE_P(Cases, DeviceGrid,
                         ::testing::Range<std::size_t>(BOOSTYARD_FIRST_CASE, BOOSTYARD_END_CASE));

#if BOOSTYARD_FIRST_CASE == 0

// Cases that no level of the design reaches.

TEST(DeviceForms, EveryDepth) {
  NativeCase one = PlainCase("binary:logistic", 3'000, 6);
  one.params.tree.min_child_weight = 0.01;
  std::size_t nodes = 0;
  for (int depth = 1; depth <= 12; ++depth) {
    SCOPED_TRACE(depth);
    one.params.tree.max_depth = depth;
    const std::size_t more = ExpectOneModel(one).node_count;
    EXPECT_GT(more, nodes);
    nodes = more;
  }
}

TEST(DeviceForms, OneFeatureToAThousand) {
  for (const std::size_t columns : {1, 2, 31, 32, 33, 1000}) {
    SCOPED_TRACE(columns);
    NativeCase one = PlainCase("reg:squarederror", 400, columns);
    one.params.tree.max_depth = 3;
    ExpectOneModel(one);
  }
}

TEST(DeviceForms, OneRow) { ExpectOneModel(PlainCase("reg:squarederror", 1, 3)); }

TEST(DeviceForms, RarePositivesNeedTheWideForm) {
  NativeCase one = PlainCase("binary:logistic", 20'000, 3);
  for (std::size_t row = 0; row < one.train.row_count; ++row) {
    one.train.labels[row] = row % 10'000 == 77 ? 1.0F : 0.0F;
  }
  one.params.tree.min_child_weight = 0.0;
  EXPECT_GT(ExpectOneModel(one).node_count, 2U);
}

TEST(DeviceForms, OneHugeLabelWithSampleAndWideColumns) {
  NativeCase one = PlainCase("reg:squarederror", 5'000, 12);
  one.train.labels[1234] = 1e9F;
  one.params.sample.subsample = 0.7;
  one.params.tree.max_bin = 1000;
  EXPECT_GT(ExpectOneModel(one).node_count, 2U);
}

TEST(DeviceForms, NodesBeyondThe32BitSumsAreFlushed) {
  NativeCase one = PlainCase("binary:logistic", 150'000, 2);
  one.params.tree.max_depth = 3;
  const TrainResult expected = RunVariant(one, {.threads = 2});
  HostExecutorOptions options;
  options.tuning.multiprocessors = 1;
  options.tuning.histogram_blocks = 1;
  options.tuning.chunk_rows = 32'768;
  EXPECT_TRUE(RunOnBlocks(one, options) == expected);
}

TEST(DeviceForms, EmptyTreesAndEmptySamples) {
  NativeCase one = PlainCase("binary:logistic", 300, 3);
  one.params.tree.gamma = 1e9;
  EXPECT_EQ(ExpectOneModel(one).node_count, 2U);  // roots alone
  one.params.tree.gamma = 0.0;
  one.params.sample.subsample = 1e-9;
  EXPECT_EQ(ExpectOneModel(one).node_count, 2U);
}

TEST(DeviceForms, ATrainingIsContinuedFromItsTrees) {
  NativeCase one = PlainCase("binary:logistic", 2'000, 12);
  one.params.num_round = 4;
  MemoryStream train(one.train, {});
  const TrainingSet data{&train, nullptr};
  RecordingObserver observer;
  const Result<TrainOutcome> whole = TrainNative(one.params, data, {.threads = 1}, observer);
  ASSERT_TRUE(whole.ok());
  one.params.num_round = 2;
  HostExecutor executor;
  const Result<TrainOutcome> half =
      TrainOnDevice(one.params, data, {.threads = 1}, observer, executor);
  ASSERT_TRUE(half.ok());
  const TrainingState state{.model = half->model, .rounds_done = 2};
  one.params.num_round = 4;
  const Result<TrainOutcome> continued =
      TrainOnDevice(one.params, data, {.threads = 1, .resume = &state}, observer, executor);
  ASSERT_TRUE(continued.ok());
  EXPECT_EQ(WriteModel(continued->model, ModelFormat::kUbjson),
            WriteModel(whole->model, ModelFormat::kUbjson));
}

// What goes wrong.

TEST(DeviceErrors, TooLittleMemoryNamesBothNumbersBeforeAnythingIsTaken) {
  HostExecutorOptions options;
  options.memory_bytes = std::uint64_t{20} << 20;
  const NativeCase one = PlainCase("reg:squarederror", 100'000, 40);
  const std::string error = RunOnBlocks(one, options).error;
  EXPECT_EQ(error.rfind("training needs ", 0), 0U) << error;
  EXPECT_NE(error.find(" MB of device memory, and host blocks has 20.3 MB free"), std::string::npos)
      << error;
}

class BreakingObserver : public RecordingObserver {
 public:
  explicit BreakingObserver(HostExecutor& executor) : executor_(executor) {}
  RoundDecision OnRound(const RoundReport& report) override {
    executor_.Break("an illegal memory access was encountered");
    return RecordingObserver::OnRound(report);
  }

 private:
  HostExecutor& executor_;
};

TEST(DeviceErrors, ADeviceThatFailsEndsTheTraining) {
  NativeCase one = PlainCase("reg:squarederror", 500, 4);
  one.params.num_round = 5;
  MemoryStream train(one.train, {});
  HostExecutor executor;
  BreakingObserver observer(executor);
  const Result<TrainOutcome> outcome =
      TrainOnDevice(one.params, {&train, nullptr}, {.threads = 1}, observer, executor);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().message, "an illegal memory access was encountered");
  EXPECT_EQ(observer.metrics.size(), 1U);
}

TEST(DeviceQueue, TheHostWaitsOnceALevelWhereNothingIsContested) {
  NativeCase one = PlainCase("reg:squarederror", 2'000, 3);
  one.params.num_round = 3;
  one.params.tree.max_depth = 4;
  // Steps that are far apart: no two splits of a node come near each other.
  for (std::size_t row = 0; row < one.train.row_count; ++row) {
    const std::size_t kind = row % 16;
    for (std::size_t f = 0; f < 3; ++f) {
      one.train.values[3 * row + f] = static_cast<float>(f == 0 ? kind : row / 16 % 2);
    }
    one.train.labels[row] = static_cast<float>(1U << kind);
  }
  MemoryStream train(one.train, {});
  HostExecutor executor;
  RecordingObserver observer;
  const Result<TrainOutcome> outcome =
      TrainOnDevice(one.params, {&train, nullptr}, {.threads = 1, .evaluates_metrics = false},
                    observer, executor, {.grows_on_device = false});
  ASSERT_TRUE(outcome.ok());
  // The cuts: buckets, then cells, twice. Columns, and which of them exclude each other; setting
  // up; a tree: up to thrice until the scales and the form are right, then the root, three levels,
  // and exact sums of leaves.
  EXPECT_LE(executor.waits(), 3U + 3U + 3U * (3 + 1 + 3 + 1));
}

#endif

}  // namespace
}  // namespace boostyard::testing
