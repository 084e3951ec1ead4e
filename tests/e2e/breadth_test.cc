// contract.md section 10: P1, line 2, every objective, booster and way to grow trees through the
// real command; P0, lines 9 and 10, which metric early stopping follows, and
// line 15, the start.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "engine/objective/objectives.h"
#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

Hyperparameters With(Hyperparameters base, const Hyperparameters& more) {
  for (const auto& [name, value] : more) base[name] = value;
  return base;
}

RunResult TrainOn(const FakeRoot& root, const Hyperparameters& hyperparameters) {
  root.WriteHyperparameters(hyperparameters);
  const RunResult result = TrainIn(root);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result;
}

// Labels 0, 1 and 2, or 1 and 2 where 0 is not legal.
std::string LabelledCsv(const ObjectiveInfo& objective) {
  auto rows = SmallRows(300);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool is_many = objective.task == Task::kMulticlass && row % 5 == 0;
    if (is_many) rows[row][0] = "2";
    if (objective.labels.is_min_open || objective.task == Task::kSurvival) {
      rows[row][0] = rows[row][0] == "0" ? "1" : "2";
    }
  }
  return Join(rows);
}

TEST(P1, Line02_EveryObjectiveTrains) {
  EXPECT_GE(Objectives().size(), 19U);
  for (const ObjectiveInfo& objective : Objectives()) {
    SCOPED_TRACE(std::string(objective.name));
    const FakeRoot root;
    root.WriteChannel("train", LabelledCsv(objective));
    Hyperparameters hyperparameters = {{"objective", std::string(objective.name)},
                                       {"num_round", "3"}};
    if (objective.needs_num_class) hyperparameters["num_class"] = "3";
    const RunResult result = TrainOn(root, hyperparameters);
    EXPECT_EQ(Lines(result.out).size(), 3U) << result.out;
    const auto model = ModelIn(root);
    ASSERT_TRUE(model.ok());
    EXPECT_EQ(model->round_count(), 3);
    EXPECT_EQ(model->objective.name, objective.model_name);
  }
}

TEST(P1, Line02_EveryBoosterAndWayToGrowTrains) {
  const std::vector<Hyperparameters> cases = {
      {{"booster", "dart"}, {"rate_drop", "0.5"}, {"skip_drop", "0.1"}},
      {{"booster", "dart"}, {"sample_type", "weighted"}, {"normalize_type", "forest"}},
      {{"booster", "gblinear"}, {"updater", "shotgun"}},
      {{"booster", "gblinear"}, {"updater", "coord_descent"}},
      {{"grow_policy", "lossguide"}, {"max_leaves", "8"}, {"max_depth", "0"}},
      {{"tree_method", "exact"}},
      {{"tree_method", "approx"}},
      {{"tree_method", "hist"}, {"max_bin", "16"}},
      {{"num_parallel_tree", "4"}, {"subsample", "0.5"}, {"colsample_bynode", "0.5"}},
      {{"monotone_constraints", "(1,0,0,-1)"}},
      {{"interaction_constraints", "[[0,1],[2,3]]"}},
      {{"scale_pos_weight", "3"}, {"max_delta_step", "1"}, {"alpha", "1"}},
  };
  for (const Hyperparameters& more : cases) {
    SCOPED_TRACE(more.begin()->first + "=" + more.begin()->second);
    const FakeRoot root;
    root.WriteChannel("train", SmallCsv());
    const RunResult result = TrainOn(root, With(SmallHyperparameters("8"), more));
    const auto losses = MetricOf(result.out, "train-logloss");
    ASSERT_EQ(losses.size(), 8U) << result.out;
    EXPECT_LT(losses.back(), losses.front());
    EXPECT_TRUE(ModelIn(root).ok());
  }
}

// The last metric asked for decides, or the one that is tuned; higher is better where it is.
TEST(P0, Line09_EarlyStoppingFollowsTheRightMetricTheRightWay) {
  const struct {
    Hyperparameters more;
    std::string metric;
    bool is_maximised;
  } cases[] = {
      {{{"eval_metric", "logloss,auc"}}, "auc", true},
      {{{"eval_metric", "auc,logloss"}}, "logloss", false},
      {{{"eval_metric", "accuracy,f1"}}, "f1", true},
      {{{"eval_metric", "auc"}, {"_tuning_objective_metric", "validation:error"}}, "error", false},
      {{{"objective", "rank:ndcg"}, {"eval_metric", "map@5,ndcg@60"}}, "ndcg@60", true},
  };
  for (const auto& followed : cases) {
    SCOPED_TRACE(followed.metric);
    const FakeRoot root;
    root.WriteChannel("train", SmallCsv(200));
    root.WriteChannel("validation", SmallCsv(200, 2));
    const RunResult result = TrainOn(
        root, With(With(SmallHyperparameters("300"),
                        {{"early_stopping_rounds", "4"}, {"eta", "0.6"}, {"max_depth", "6"}}),
                   followed.more));
    auto values = MetricOf(result.out, "validation-" + followed.metric);
    ASSERT_LT(values.size(), 300U) << "it stopped";
    if (!followed.is_maximised) {
      for (double& value : values) value = -value;
    }
    const auto model = ModelIn(root);
    ASSERT_TRUE(model.ok());
    const auto best = static_cast<std::size_t>(std::stoi(model->attributes.at("best_iteration")));
    EXPECT_EQ(static_cast<std::size_t>(model->round_count()), best + 1);
    ASSERT_EQ(values.size(), best + 5) << "four rounds without improvement";
    EXPECT_EQ(values[best], *std::max_element(values.begin(), values.end()));
    EXPECT_NEAR(std::stod(model->attributes.at("best_score")), std::abs(values[best]), 1e-5);
  }
}

// How long it takes is recorded, and measured by bench/; that nothing is loaded or waited for that
// the job does not need is what makes it short.
TEST(P0, Line15_TheFirstMetricLineComesWhileTheJobRunsAndLoadsNoMoreThanItNeeds) {
  const FakeRoot root;
  root.WriteHyperparameters(SmallHyperparameters("100000000"));
  root.WriteChannel("train", SmallCsv(30000));
  const auto start = std::chrono::steady_clock::now();
  RunningBinary running({.arguments = {"--root", root.path()}, .variables = {}, .before_exec = {}});
  ASSERT_TRUE(running.WaitForText("[0]\ttrain-logloss:")) << running.err();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  RecordProperty("seconds_to_first_metric", std::to_string(seconds.count()));
  const std::string maps = ReadText("/proc/" + std::to_string(running.pid()) + "/maps");
  EXPECT_TRUE(Contains(maps, "boostyard"));
  EXPECT_FALSE(Contains(maps, "xgboost")) << "the native engine trains";
  running.Send(SIGTERM);
  EXPECT_EQ(running.Wait().exit_code, 143);
}

TEST(P0, Line10_TuningMetricOfTheTrainChannelNeedsNoValidation) {
  const FakeRoot root;
  root.WriteChannel("train", SmallCsv(200));
  const RunResult result =
      TrainOn(root, With(SmallHyperparameters(), {{"_tuning_objective_metric", "train:auc"}}));
  EXPECT_EQ(MetricOf(result.out, "train-auc").size(), 5U) << result.out;
}

}  // namespace
}  // namespace boostyard::testing
