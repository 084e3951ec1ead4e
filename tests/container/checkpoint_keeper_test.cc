#include "container/checkpoint_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/fake_root.h"
#include "tests/support/random_model.h"
#include "tests/support/recording_observer.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;
using boostyard::testing::RecordingObserver;
using Names = std::vector<std::string>;

struct PastRound {
  int round;
  double value;
  bool operator==(const PastRound&) const = default;
};

class InnerObserver : public RecordingObserver {
 public:
  void OnPastRound(const RoundReport& report) override {
    past.push_back({report.round, report.metrics[0].value});
  }
  std::vector<PastRound> past;
};

class CheckpointKeeperTest : public ::testing::Test {
 protected:
  // Rounds [first, end) of a training of `num_round`, told to a keeper.
  void RunRounds(int first, int end, int num_round) {
    auto directory = CheckpointDir::Open(plan_.directory);
    ASSERT_TRUE(directory.ok()) << directory.error().message;
    CheckpointKeeper keeper(*std::move(directory), plan_, inner_);
    const TrainingState* const state = keeper.Resume(num_round);
    resumed_rounds_ = state == nullptr ? 0 : state->rounds_done;
    for (int round = first; round < end; ++round) {
      const std::vector<MetricValue> metrics{
          {.channel = "train", .metric = "rmse", .value = 1.0 / (1 + round)}};
      const auto snapshot = [&]() -> Result<TrainingState> {
        ++snapshots_;
        return TrainingState{.model = testing::MakeRandomModel(2), .rounds_done = round + 1};
      };
      keeper.OnRound({.round = round,
                      .is_last = round + 1 == num_round,
                      .metrics = metrics,
                      .snapshot = snapshot});
    }
  }
  Names Files() const {
    Names names;
    for (const auto& entry : std::filesystem::directory_iterator(plan_.directory)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  FakeRoot root_;
  CheckpointPlan plan_{.directory = root_.At("checkpoints"),
                       .seconds = 10000.0,
                       .hyperparameters = {{"eta", "0.3"}, {"num_round", "10"}}};
  InnerObserver inner_;
  int resumed_rounds_ = -1;
  int snapshots_ = 0;
};

TEST_F(CheckpointKeeperTest, WritesAtTheEndWhateverTheTime) {
  RunRounds(0, 10, 10);
  EXPECT_EQ(Files(), Names{"xgboost-checkpoint.9"});
  EXPECT_EQ(snapshots_, 1) << "a copy of the model costs";
  EXPECT_EQ(inner_.rounds, 10);
}

TEST_F(CheckpointKeeperTest, WritesWhenTheListenerStops) {
  inner_.stop_after_rounds = 4;
  RunRounds(0, 4, 10);
  EXPECT_EQ(Files(), Names{"xgboost-checkpoint.3"});
}

TEST_F(CheckpointKeeperTest, WritesEveryRoundIfAskedTo) {
  plan_.seconds = 0.0;
  RunRounds(0, 3, 10);
  EXPECT_EQ(Files(),
            (Names{"xgboost-checkpoint.0", "xgboost-checkpoint.1", "xgboost-checkpoint.2"}));
}

TEST_F(CheckpointKeeperTest, ContinuesAndTellsThePast) {
  plan_.seconds = 0.0;
  RunRounds(0, 3, 10);
  EXPECT_EQ(resumed_rounds_, 0);
  RunRounds(3, 4, 10);
  EXPECT_EQ(resumed_rounds_, 3);
  EXPECT_EQ(inner_.past, (std::vector<PastRound>{{0, 1.0}, {1, 1.0 / 2}, {2, 1.0 / 3}}));
  EXPECT_TRUE(inner_.warnings.empty()) << inner_.warnings[0];
  inner_.past.clear();
  RunRounds(4, 5, 10);
  EXPECT_EQ(inner_.past.size(), 4U) << "what was told is kept too";
}

TEST_F(CheckpointKeeperTest, ChangedHyperparametersAreNamedButNotTheFreeOnes) {
  RunRounds(0, 10, 10);
  plan_.hyperparameters = {{"eta", "0.1"}, {"num_round", "20"}, {"nthread", "3"}, {"gamma", "1"}};
  RunRounds(10, 11, 20);
  ASSERT_EQ(inner_.warnings.size(), 1U);
  EXPECT_EQ(inner_.warnings[0],
            "hyperparameters have changed since the checkpoint: eta (0.3, now 0.1), gamma (not "
            "given, now 1); further rounds use the new ones, so the model is that of neither");
}

TEST_F(CheckpointKeeperTest, MoreRoundsThanAskedForAreKeptAndSaidSo) {
  RunRounds(0, 10, 10);
  RunRounds(10, 10, 4);
  EXPECT_EQ(resumed_rounds_, 10);
  ASSERT_EQ(inner_.warnings.size(), 1U);
  EXPECT_EQ(inner_.warnings[0],
            "the checkpoint has 10 rounds and num_round is 4: all of them are kept");
}

TEST_F(CheckpointKeeperTest, BadOnesAreWarnedOf) {
  root_.Write("checkpoints/xgboost-checkpoint.5", "x");
  RunRounds(0, 1, 10);
  EXPECT_EQ(resumed_rounds_, 0);
  ASSERT_EQ(inner_.warnings.size(), 1U);
  EXPECT_EQ(inner_.warnings[0],
            "checkpoint passed over, xgboost-checkpoint.5: it has 1 bytes, too few for a "
            "checkpoint");
  ASSERT_FALSE(inner_.infos.empty());
  EXPECT_NE(inner_.infos[0].find("none of them can be used"), std::string::npos);
}

TEST_F(CheckpointKeeperTest, OneThatCannotBeWrittenDoesNotEndTheTraining) {
  auto directory =
      CheckpointDir::Open(plan_.directory, {.rename = [](const char*, const char*) { return -1; }});
  if (directory.ok()) FAIL() << "the probe goes the way of a checkpoint";
  plan_.seconds = 0.0;
  auto opened = CheckpointDir::Open(plan_.directory);
  ASSERT_TRUE(opened.ok());
  CheckpointKeeper keeper(*std::move(opened), plan_, inner_);
  std::filesystem::remove_all(plan_.directory);
  const auto snapshot = []() -> Result<TrainingState> {
    return TrainingState{.model = testing::MakeRandomModel(2), .rounds_done = 1};
  };
  EXPECT_EQ(keeper.OnRound({.round = 0, .is_last = false, .metrics = {}, .snapshot = snapshot}),
            RoundDecision::kContinue);
  ASSERT_EQ(inner_.warnings.size(), 1U);
  EXPECT_EQ(inner_.warnings[0].rfind("no checkpoint of round 0: ", 0), 0U) << inner_.warnings[0];
}

}  // namespace
}  // namespace boostyard::container
