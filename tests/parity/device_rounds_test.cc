// Rounds of trees that grow on the device: the launches of a tree are replayed, nothing of a round
// being baked into them, and the host waits once a round, with the next tree under way.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/cuda/host_executor.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/staging_ring.h"
#include "tests/parity/device_run.h"

namespace boostyard::testing {
namespace {

using device::HostExecutor;

NativeCase ClassCase(int classes) {
  NativeCase one = LightCase("multi:softprob", 1'000, 6);
  one.params.objective.num_class = classes;
  one.train =
      TableMaker({.rows = 1'000, .columns = 6, .classes = classes, .objective = "multi:softprob"},
                 1)
          .Make();
  return one;
}

// ---- waits

struct Counts {
  std::uint64_t waits = 0;
  std::uint64_t overlaps = 0;
  std::uint64_t replays = 0;
  std::size_t nodes = 0;
};

Counts Count(NativeCase one, int rounds, bool has_metrics, bool grows_on_device) {
  one.params.num_round = rounds;
  HostExecutor executor;
  MemoryStream train(one.train, {});
  RecordingObserver observer;
  const Result<TrainOutcome> outcome =
      TrainOnDevice(one.params, {&train, nullptr}, {.threads = 1, .evaluates_metrics = has_metrics},
                    observer, executor, {.grows_on_device = grows_on_device});
  EXPECT_TRUE(outcome.ok());
  Counts counts{executor.waits(), executor.overlaps(), executor.replays(), 0};
  if (!outcome.ok()) return counts;
  for (const Tree& tree : outcome->model.forest.trees) counts.nodes += tree.node_count();
  return counts;
}

// Those of rounds 4 to 9.
Counts CountSixRounds(const NativeCase& one, bool has_metrics, bool grows_on_device = true) {
  const Counts few = Count(one, 3, has_metrics, grows_on_device);
  const Counts many = Count(one, 9, has_metrics, grows_on_device);
  EXPECT_GT(many.nodes, few.nodes + 6 * 3);  // no stumps
  return {many.waits - few.waits, many.overlaps - few.overlaps, many.replays - few.replays, 0};
}

void ExpectOneWaitARound(const NativeCase& one, std::uint64_t trees) {
  const Counts bare = CountSixRounds(one, false);
  EXPECT_EQ(bare.waits, 6U);
  EXPECT_EQ(bare.overlaps, 6U) << "the next tree is under way";
  EXPECT_EQ(bare.replays, 6 * trees);
  const Counts metrics = CountSixRounds(one, true);
  EXPECT_EQ(metrics.waits, 6U) << "trees come with the figures";
  EXPECT_EQ(metrics.replays, 6 * trees);
}

TEST(DeviceRounds, TheHostWaitsOnceARound) {
  NativeCase one = LightCase("binary:logistic", 2'000, 12);
  ExpectOneWaitARound(one, 1);
  EXPECT_GT(CountSixRounds(one, false, false).waits, 6U * 6U);  // once a level and more
}

// Gradients shrink from round to round, and their scales with them.
TEST(DeviceRounds, ScalesThatChangeTakeNoWait) {
  NativeCase one = LightCase("reg:squarederror", 2'000, 12);
  one.params.tree.eta = 0.9;
  ExpectOneWaitARound(one, 1);
}

TEST(DeviceRounds, SamplesConstraintsAndParallelTrees) {
  NativeCase one = LightCase("binary:logistic", 2'000, 12);
  one.params.sample.subsample = 0.5;
  one.params.sample.colsample_bylevel = 0.8;
  one.params.sample.colsample_bynode = 0.5;
  one.params.tree.monotone_constraints = {1, -1};
  one.params.tree.interaction_constraints = {{0, 1, 2}, {2, 9, 10, 11}};
  ExpectOneWaitARound(one, 1);
  one.params.tree.num_parallel_tree = 3;
  ExpectOneWaitARound(one, 3);
}

TEST(DeviceRounds, AllClassesOfARound) { ExpectOneWaitARound(ClassCase(4), 4); }

// ---- models

// Many rounds, each replayed: keys, numbers, outputs, columns and scales are the round's own.
TEST(DeviceRounds, ReplayedRoundsGiveTheCpusModel) {
  std::vector<NativeCase> cases = {LightCase("binary:logistic", 1'500, 12),
                                   LightCase("reg:squarederror", 1'500, 12), ClassCase(3)};
  for (NativeCase& one : cases) {
    SCOPED_TRACE(one.params.objective.name);
    one.params.num_round = 12;
    one.params.tree.eta = 0.9;
    one.params.sample = {.subsample = 0.6,
                         .colsample_bytree = 0.9,
                         .colsample_bylevel = 0.9,
                         .colsample_bynode = 0.7,
                         .seed = 5};
    one.params.tree.num_parallel_tree = 2;
    const TrainResult expected = RunVariant(one, {.threads = 1});
    ASSERT_EQ(expected.error, "");
    HostExecutor executor;
    EXPECT_TRUE(RunOnDevice(one, executor) == expected);
    EXPECT_GE(executor.replays(), 22U);
  }
}

// From the 16-bit form to the 64-bit one: as the one huge label is learned, the other rows count.
TEST(DeviceRounds, TheFormChangesWithoutTheHost) {
  NativeCase one = LightCase("reg:squarederror", 3'000, 6);
  one.train.labels[1234] = 1e6F;
  one.params.num_round = 30;
  one.params.tree.eta = 1.0;
  one.params.tree.lambda = 0.0;
  one.params.tree.max_depth = 4;
  one.params.eval_metric = {"rmse", "mae"};
  const TrainResult expected = RunVariant(one, {.threads = 1});
  // The mean gradient is below 64 quanta in the first round: 1e6 / 3000 * 2 of 1e6, which are less
  // than 32,767 quanta. In the last it is above: mae of at most rmse * sqrt(3000).
  const std::size_t last = expected.metrics.size() - 1;
  EXPECT_GT(expected.metrics[last], 0.3 * expected.metrics[last - 1]);
  HostExecutor executor;
  EXPECT_TRUE(RunOnDevice(one, executor) == expected);
}

// ---- the end of a training

// Stops after a round; keeps what it was told.
class StoppingObserver : public RecordingObserver {
 public:
  explicit StoppingObserver(int last) : last_(last) {}
  RoundDecision OnRound(const RoundReport& report) override {
    RecordingObserver::OnRound(report);
    const Result<TrainingState> state = report.snapshot();
    EXPECT_TRUE(state.ok());
    if (state.ok()) snapshots.push_back(WriteModel(state->model, ModelFormat::kUbjson));
    return report.round == last_ ? RoundDecision::kStop : RoundDecision::kContinue;
  }
  void OnPredictions(const FinalPredictions& final) override {
    predictions.assign(final.predictions.begin(), final.predictions.end());
  }

  std::vector<std::vector<std::uint8_t>> snapshots;
  std::vector<float> predictions;

 private:
  const int last_;
};

// The tree that is under way when the listener stops the training is as if it had never been.
TEST(DeviceRounds, AStoppedTrainingEndsWithItsLastRound) {
  NativeCase one = LightCase("binary:logistic", 2'000, 6);
  one.params.num_round = 10;
  MemoryStream train(one.train, {});
  StoppingObserver expected(3);
  const Result<TrainOutcome> by_cpu =
      TrainNative(one.params, {&train, nullptr}, {.threads = 1}, expected);
  ASSERT_TRUE(by_cpu.ok());
  HostExecutor executor;
  for (int training = 0; training < 2; ++training) {
    StoppingObserver found(3);
    const Result<TrainOutcome> by_device =
        TrainOnDevice(one.params, {&train, nullptr}, {.threads = 1}, found, executor);
    ASSERT_TRUE(by_device.ok());
    EXPECT_TRUE(by_device->was_stopped);
    EXPECT_EQ(WriteModel(by_device->model, ModelFormat::kUbjson),
              WriteModel(by_cpu->model, ModelFormat::kUbjson));
    EXPECT_EQ(found.metrics, expected.metrics);
    EXPECT_EQ(found.snapshots, expected.snapshots);
    EXPECT_EQ(found.predictions, expected.predictions);
  }
  EXPECT_EQ(expected.snapshots.size(), 4U);
  EXPECT_EQ(expected.predictions.size(), 2'000U);
}

TEST(DeviceRounds, GradientsThatAreNotFiniteEndTheTraining) {
  NativeCase one = LightCase("reg:squarederror", 500, 4);
  for (std::size_t row = 0; row < 500; ++row) one.train.labels[row] = row % 2 == 0 ? 1e38F : -1e38F;
  one.train.weights.assign(500, 10.0F);
  const TrainResult expected = RunVariant(one, {.threads = 1});
  HostExecutor executor;
  const TrainResult found = RunOnDevice(one, executor);
  EXPECT_EQ(expected.error.rfind("gradients are not finite", 0), 0U) << expected.error;
  EXPECT_EQ(found.error, expected.error);
  EXPECT_EQ(found.metrics.size(), expected.metrics.size());
}

// ---- the recording itself

TEST(HostRecording, ReplaysWhatItHasRecordedAndNotesOtherLaunches) {
  HostExecutor executor;
  std::vector<float> out(4, 0.0F);
  std::unique_ptr<device::Recording> recording;
  const auto fill = [&](float value) {
    executor.RunRecorded(recording, [&] {
      device::Launch<device::FillStep>(executor, {}, {out.data(), value, out.size()});
    });
  };
  fill(1.0F);
  EXPECT_EQ(out, std::vector<float>(4, 1.0F));
  out.assign(4, 0.0F);
  fill(1.0F);
  EXPECT_EQ(out, std::vector<float>(4, 1.0F));
  EXPECT_TRUE(executor.Wait().ok());
  if (!HostExecutor::ComparesArguments()) GTEST_SKIP() << "the compiler cannot tell padding";
  fill(2.0F);
  EXPECT_EQ(out, std::vector<float>(4, 1.0F));
  const Status status = executor.Wait();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "launch 0 of 1 is not the one that was recorded");
}

TEST(HostRecording, ADownloadIsThereAfterTheWait) {
  HostExecutor executor;
  const float from[2] = {1.0F, 2.0F};
  float to[2] = {};
  executor.Download(&to[0], &from[0], sizeof(float));
  const std::uint64_t place = executor.Place();
  executor.Download(&to[1], &from[1], sizeof(float));
  EXPECT_NE(to[0], 1.0F);
  ASSERT_TRUE(executor.WaitUntil(place).ok());
  EXPECT_EQ(to[0], 1.0F);
  EXPECT_NE(to[1], 2.0F);
  ASSERT_TRUE(executor.Wait().ok());
  EXPECT_EQ(to[1], 2.0F);
}

// ---- downloads

TEST(StagingRing, PlacesDoNotMeetAndComeBackInOrder) {
  constexpr std::uint64_t kBytes = 64 * device::StagingRing::kAlignment;
  device::StagingRing ring(kBytes);
  std::deque<std::pair<std::uint64_t, std::uint64_t>> taken;  // begin, end
  Random random(7);
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (random.Below(2) == 0) {
      const std::uint64_t bytes = 1 + random.Below(kBytes / 3);
      const std::optional<std::uint64_t> place = ring.Take(bytes);
      if (!place) {
        ++refused;
        ASSERT_FALSE(taken.empty()) << "an empty ring has room";
        continue;
      }
      ASSERT_EQ(*place % device::StagingRing::kAlignment, 0U);
      ASSERT_LE(*place + bytes, kBytes);
      for (const auto& [begin, end] : taken) {
        ASSERT_TRUE(*place + bytes <= begin || end <= *place);
      }
      taken.emplace_back(*place, *place + bytes);
    } else if (!taken.empty()) {
      taken.pop_front();
      ring.GiveBack();
    }
  }
  EXPECT_GT(refused, 100U);
  while (!taken.empty()) {
    taken.pop_front();
    ring.GiveBack();
  }
  EXPECT_EQ(ring.Take(kBytes), 0U);
}

}  // namespace
}  // namespace boostyard::testing
