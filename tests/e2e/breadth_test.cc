// contract.md section 10: P1, line 2, every objective, booster and way to grow trees through the
// real command; P0, lines 9 and 10, which metric early stopping follows, and
// line 15, the start.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "engine/model/predict.h"
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

// The names of contract.md section 3.3.
TEST(P1, Line02_ObjectivesAreThoseOfTheReference) {
  for (const char* name :
       {"reg:squarederror", "reg:linear", "reg:logistic", "reg:squaredlogerror",
        "reg:pseudohubererror", "reg:absoluteerror", "reg:gamma", "reg:tweedie", "count:poisson",
        "binary:logistic", "binary:logitraw", "binary:hinge", "multi:softmax", "multi:softprob",
        "rank:pairwise", "rank:ndcg", "rank:map", "survival:cox", "survival:aft"}) {
    EXPECT_NE(FindObjective(name), nullptr) << name;
  }
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

// The model of a job with more settings, on rows of four features.
Model TrainedWith(const Hyperparameters& more, const std::string& csv = SmallCsv()) {
  const FakeRoot root;
  root.WriteChannel("train", csv);
  TrainOn(root, With(SmallHyperparameters("8"), more));
  auto model = ModelIn(root);
  EXPECT_TRUE(model.ok());
  return model.ok() ? *std::move(model) : Model();
}

// The margin of one row of numbers.
float MarginOf(const Model& model, const std::vector<float>& row) {
  std::vector<ColumnPiece> pieces(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) pieces[i].floats = std::span(&row[i], 1);
  ColumnChunk chunk;
  chunk.row_count = 1;
  chunk.features = pieces;
  return PredictMargins(model, chunk).front();
}

TEST(P1, Line02_MonotoneConstraintsHold) {
  const Model free = TrainedWith({{"max_depth", "6"}});
  const Model bound = TrainedWith({{"max_depth", "6"}, {"monotone_constraints", "(1,-1,0,0)"}});
  int falls_when_free = 0;
  for (int other = 0; other < 40; ++other) {
    std::vector<float> row{0, static_cast<float>(other % 10), static_cast<float>(other % 2),
                           static_cast<float>(other * 25)};
    for (int value = 1; value < 100; ++value) {
      row[0] = static_cast<float>(value - 1);
      const float before = MarginOf(bound, row);
      const float free_before = MarginOf(free, row);
      row[0] = static_cast<float>(value);
      EXPECT_GE(MarginOf(bound, row), before);
      falls_when_free += MarginOf(free, row) < free_before ? 1 : 0;
    }
    for (int value = 1; value < 10; ++value) {
      row[1] = static_cast<float>(value - 1);
      const float before = MarginOf(bound, row);
      row[1] = static_cast<float>(value);
      EXPECT_LE(MarginOf(bound, row), before);
    }
  }
  EXPECT_GT(falls_when_free, 0) << "or the constraint had nothing to do";
}

// The features on the way to each leaf, collected from `node` down.
void CollectPaths(const Tree& tree, NodeIndex node, std::set<FeatureIndex> path,
                  std::set<std::set<FeatureIndex>>& paths) {
  const auto at = static_cast<std::size_t>(node);
  if (tree.left[at] < 0) {
    paths.insert(path);
    return;
  }
  path.insert(tree.feature[at]);
  CollectPaths(tree, tree.left[at], path, paths);
  CollectPaths(tree, tree.left[at] + 1, path, paths);
}

int PathsAcross(const Model& model) {
  std::set<std::set<FeatureIndex>> paths;
  for (const Tree& tree : model.forest.trees) CollectPaths(tree, 0, {}, paths);
  return static_cast<int>(std::count_if(paths.begin(), paths.end(), [](const auto& path) {
    const bool has_first = path.count(0) + path.count(1) > 0;
    return has_first && path.count(2) + path.count(3) > 0;
  }));
}

TEST(P1, Line02_InteractionConstraintsHold) {
  EXPECT_GT(PathsAcross(TrainedWith({})), 0) << "or the constraint had nothing to do";
  EXPECT_EQ(PathsAcross(TrainedWith({{"interaction_constraints", "[[0,1],[2,3]]"}})), 0);
}

TEST(P1, Line02_LossguideAndParallelTreesHaveTheShapeAskedFor) {
  const Model lossguide =
      TrainedWith({{"grow_policy", "lossguide"}, {"max_leaves", "5"}, {"max_depth", "0"}});
  for (const Tree& tree : lossguide.forest.trees) EXPECT_LE(tree.node_count(), 9U);
  EXPECT_EQ(lossguide.forest.trees[0].node_count(), 9U) << "five leaves, four splits";
  const Model parallel = TrainedWith({{"num_parallel_tree", "4"}, {"subsample", "0.5"}});
  EXPECT_EQ(parallel.forest.trees.size(), 32U);
  EXPECT_EQ(parallel.round_count(), 8);
}

// A weight of two is a row that stands there twice.
TEST(P1, Line02_WeightsCountRows) {
  auto weighted = SmallRows(300);
  std::vector<std::vector<std::string>> repeated;
  for (std::size_t row = 0; row < weighted.size(); ++row) {
    const std::size_t times = 1 + row % 3;
    repeated.insert(repeated.end(), times, weighted[row]);
    weighted[row].insert(weighted[row].begin() + 1, std::to_string(times));
  }
  const FakeRoot by_weight;
  by_weight.WriteChannel("train", Join(weighted));
  const FakeRoot by_row;
  by_row.WriteChannel("train", Join(repeated));
  const auto losses =
      MetricOf(TrainOn(by_weight, With(SmallHyperparameters(), {{"csv_weights", "1"}})).out,
               "train-logloss");
  const auto expected = MetricOf(TrainOn(by_row, SmallHyperparameters()).out, "train-logloss");
  ASSERT_EQ(losses.size(), 5U);
  ASSERT_EQ(expected.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(losses[i], expected[i], 2e-5) << i;
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
  EXPECT_FALSE(Contains(maps, "libcuda") || Contains(maps, "libnvidia")) << "on the CPU";
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
