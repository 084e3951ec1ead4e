// One model, however many devices: shares of the rows on executors of the host give the CPU
// backend's bytes and metrics, over a part of the covering design (native_cases.h) and where shares
// are empty or forms are rare.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/cuda/host_executor.h"
#include "tests/parity/device_run.h"

namespace boostyard::testing {
namespace {

using device::Executor;
using device::HostExecutor;
using device::HostExecutorOptions;

// Executors of the host; every other one runs its blocks backwards and in other shapes.
class Devices {
 public:
  explicit Devices(int count, const HostExecutorOptions& options = {}) {
    for (int i = 0; i < count; ++i) {
      HostExecutorOptions own = options;
      own.memory_bytes = std::min(options.memory_bytes, kMemoryBytes);
      own.name = "host " + std::to_string(i);
      own.is_reversed = i % 2 == 1;
      own.tuning.chunk_rows = i % 2 == 1 ? 32 : 64;
      executors_.push_back(std::make_unique<HostExecutor>(own));
      pointers_.push_back(executors_.back().get());
    }
  }

  // Windows for rows are a part of the memory, and filled with junk: this keeps them small.
  static constexpr std::uint64_t kMemoryBytes = std::uint64_t{192} << 20;

  std::span<Executor* const> all() const { return pointers_; }
  HostExecutor& at(std::size_t i) { return *executors_[i]; }

 private:
  std::vector<std::unique_ptr<HostExecutor>> executors_;
  std::vector<Executor*> pointers_;
};

TrainResult RunOnSeveral(const NativeCase& one, int count, const NativeTuning& tuning = {}) {
  const Devices devices(count);
  return RunOnDevices(one, devices.all(), tuning);
}

// Returns the CPU backend's result.
TrainResult ExpectOneModel(const NativeCase& one) {
  const TrainResult expected = RunVariant(one, {.threads = 2});
  EXPECT_EQ(expected.error, "");
  EXPECT_TRUE(RunOnSeveral(one, 3) == expected) << "3 devices";
  EXPECT_TRUE(RunOnSeveral(one, 2, {.grows_on_device = false}) == expected)
      << "2 devices, by the host";
  EXPECT_TRUE(RunOnSeveral(one, 7, {.bundles_columns = false, .device_histograms = 4}) == expected)
      << "7 devices, no bundles, few histograms";
  return expected;
}

class SeveralGrid : public ::testing::TestWithParam<std::size_t> {};

TEST_P(SeveralGrid, DevicesGiveTheCpusModel) {
  const GridCase grid = MakeGridCase(GetParam());
  SCOPED_TRACE(grid.name);
  ExpectOneModel(grid.one);
}

INSTANTIATE_TEST_SUITE_P(Cases, SeveralGrid,
                         ::testing::Range<std::size_t>(BOOSTYARD_FIRST_CASE, BOOSTYARD_END_CASE));

#if BOOSTYARD_FIRST_CASE == 0

TEST(SeveralForms, FewerRowsThanDevices) {
  for (const std::size_t rows : {1, 2, 63, 64, 65, 129}) {
    SCOPED_TRACE(rows);
    NativeCase one = PlainCase("reg:squarederror", rows, 3);
    one.params.tree.min_child_weight = 0.0;
    ExpectOneModel(one);
  }
}

TEST(SeveralForms, TheWideFormAndSamples) {
  NativeCase one = PlainCase("reg:squarederror", 5'000, 12);
  one.train.labels[1234] = 1e9F;
  one.params.sample.subsample = 0.7;
  one.params.tree.max_bin = 1000;
  EXPECT_GT(ExpectOneModel(one).node_count, 2U);
}

TEST(SeveralForms, ASampleThatLeavesDevicesWithoutRows) {
  NativeCase one = PlainCase("binary:logistic", 300, 3);
  one.params.sample.subsample = 0.01;
  one.params.tree.min_child_weight = 0.0;
  ExpectOneModel(one);
}

TEST(SeveralForms, DeepTreesWithContestedNodesAndExactLeaves) {
  NativeCase one = PlainCase("reg:squarederror", 6'000, 6);
  // Columns that say the same: their splits contend.
  for (std::size_t row = 0; row < one.train.row_count; ++row) {
    one.train.values[6 * row + 1] = one.train.values[6 * row];
    one.train.values[6 * row + 2] = -one.train.values[6 * row];
  }
  one.params.tree.max_depth = 10;
  one.params.tree.min_child_weight = 0.01;
  EXPECT_GT(ExpectOneModel(one).node_count, 200U);
}

TEST(SeveralForms, WhatIsMissingOnOneDeviceAloneHasACodeOnAll) {
  NativeCase one = PlainCase("reg:squarederror", 2'000, 2);
  one.params.tree.max_bin = 256;
  // 256 bins have no code to spare in a byte: the column has to be widened everywhere.
  for (std::size_t row = 0; row < one.train.row_count; ++row) {
    one.train.values[2 * row] = static_cast<float>(row % 256);
  }
  one.train.values[2 * 1999] = std::numeric_limits<float>::quiet_NaN();
  ExpectOneModel(one);
}

NativeCase CaseWithMetrics() {
  NativeCase one = PlainCase("binary:logistic", 10'000, 6, 4);
  one.train.weights.assign(one.train.row_count, 0.7F);
  for (std::size_t row = 0; row < one.train.row_count; row += 3) one.train.weights[row] = 1.9F;
  one.validation = PlainCase("binary:logistic", 5'001, 6).train;
  one.has_validation = true;
  one.params.eval_metric = {"logloss", "error@0.3", "auc", "aucpr", "f1", "rmse"};
  return one;
}

TEST(SeveralMetrics, AreThoseOfOneProcessor) {
  const TrainResult expected = ExpectOneModel(CaseWithMetrics());
  EXPECT_EQ(expected.metrics.size(), 4U * 2 * 6);
}

TEST(SeveralMetrics, EarlyStoppingKeepsThePredictionsOfTheBestRound) {
  class Keeper : public RecordingObserver {
   public:
    void OnPredictions(const FinalPredictions& final) override {
      predictions.assign(final.predictions.begin(), final.predictions.end());
    }
    std::vector<float> predictions;
  };
  NativeCase one = CaseWithMetrics();
  one.params.num_round = 30;
  one.params.tree.eta = 1.0;
  one.params.early_stopping_rounds = 2;
  MemoryStream train(one.train, {});
  MemoryStream validation(one.validation, {});
  Keeper expected;
  const Result<TrainOutcome> on_cpu =
      TrainNative(one.params, {&train, &validation}, {.threads = 1}, expected);
  ASSERT_TRUE(on_cpu.ok());
  ASSERT_LT(*on_cpu->best_round + 1, on_cpu->rounds_done);
  const Devices devices(3);
  Keeper found;
  const Result<TrainOutcome> outcome =
      TrainOnDevices(one.params, {&train, &validation}, {.threads = 1}, found, devices.all());
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->best_round, on_cpu->best_round);
  EXPECT_EQ(found.predictions.size(), 5'001U);
  EXPECT_EQ(found.predictions, expected.predictions);
}

// A checkpoint is continued by its trees where they split at cuts of these data, else by values.
TEST(SeveralForms, ATrainingIsContinued) {
  NativeCase one = PlainCase("binary:logistic", 2'000, 12);
  MemoryStream train(one.train, {});
  const TrainingSet data{&train, nullptr};
  RecordingObserver observer;
  one.params.num_round = 2;
  const Result<TrainOutcome> half = TrainNative(one.params, data, {.threads = 1}, observer);
  ASSERT_TRUE(half.ok());
  for (const int max_bin : {256, 7}) {
    SCOPED_TRACE(max_bin);
    one.params.num_round = 4;
    one.params.tree.max_bin = max_bin;
    const TrainingState state{.model = half->model, .rounds_done = 2};
    const RunOptions run{.threads = 1, .resume = &state};
    const Result<TrainOutcome> whole = TrainNative(one.params, data, run, observer);
    const Devices devices(3);
    const Result<TrainOutcome> continued =
        TrainOnDevices(one.params, data, run, observer, devices.all());
    ASSERT_TRUE(whole.ok());
    ASSERT_TRUE(continued.ok());
    EXPECT_EQ(WriteModel(continued->model, ModelFormat::kUbjson),
              WriteModel(whole->model, ModelFormat::kUbjson));
  }
}

TEST(SeveralMemory, EachDeviceHoldsItsShare) {
  NativeCase one = PlainCase("reg:squarederror", 200'000, 20, 1);
  one.params.tree.max_depth = 2;
  HostExecutorOptions options;
  options.memory_bytes = std::uint64_t{24} << 20;  // not enough for one
  Devices alone(1, options);
  const std::string error = RunOnDevices(one, alone.all()).error;
  EXPECT_NE(error.find("device memory, and host 0 has"), std::string::npos) << error;
  Devices devices(4, options);
  EXPECT_TRUE(RunOnDevices(one, devices.all()) == RunVariant(one, {.threads = 1}));
}

// One of several has too little memory, or breaks: the others must not wait for it.

TEST(SeveralErrors, TooLittleMemoryNamesTheDevice) {
  const NativeCase one = PlainCase("reg:squarederror", 60'000, 20, 1);
  HostExecutorOptions little;
  little.name = "the small one";
  little.memory_bytes = std::uint64_t{19} << 20;
  HostExecutor first({.memory_bytes = Devices::kMemoryBytes});
  HostExecutor second(little);
  HostExecutor third({.memory_bytes = Devices::kMemoryBytes});
  Executor* const executors[] = {&first, &second, &third};
  const std::string error = RunOnDevices(one, executors).error;
  EXPECT_NE(error.find(" MB of device memory, and the small one has "), std::string::npos) << error;
}

class BreakingObserver : public RecordingObserver {
 public:
  explicit BreakingObserver(HostExecutor& executor) : executor_(executor) {}
  RoundDecision OnRound(const RoundReport& report) override {
    executor_.Break("cuda:1 failed: an illegal memory access was encountered");
    return RecordingObserver::OnRound(report);
  }

 private:
  HostExecutor& executor_;
};

TEST(SeveralErrors, ADeviceThatFailsEndsTheTraining) {
  for (const bool grows_on_device : {true, false}) {
    NativeCase one = PlainCase("reg:squarederror", 500, 4, 5);
    MemoryStream train(one.train, {});
    Devices devices(3);
    BreakingObserver observer(devices.at(1));
    const Result<TrainOutcome> outcome =
        TrainOnDevices(one.params, {&train, nullptr}, {.threads = 1}, observer, devices.all(),
                       {.grows_on_device = grows_on_device});
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().message, "cuda:1 failed: an illegal memory access was encountered");
    EXPECT_EQ(observer.metrics.size(), 1U);
  }
}

#endif

}  // namespace
}  // namespace boostyard::testing
