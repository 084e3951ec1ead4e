// contract.md section 10, P0, lines 8 to 10: hyperparameters, validation and metrics.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/job.h"
#include "tests/support/standard_set.h"

namespace boostyard::testing {
namespace {

Hyperparameters With(Hyperparameters base, const Hyperparameters& more) {
  for (const auto& [name, value] : more) base[name] = value;
  return base;
}

// The hyperparameters that the reference's own tests send together.
Hyperparameters StandardSet() {
  return ReferencesStandardSet({{"num_round", "3"},
                                {"eta", "0.3"},
                                {"gamma", "0.0"},
                                {"max_depth", "6"},
                                {"min_child_weight", "1.0"},
                                {"max_delta_step", "0"},
                                {"subsample", "1"},
                                {"colsample_bytree", "1"},
                                {"colsample_bylevel", "1"},
                                {"lambda", "1.0"},
                                {"alpha", "0.0"},
                                {"scale_pos_weight", "1.0"},
                                {"grow_policy", "depthwise"},
                                {"max_bin", "256"},
                                {"seed", "0"},
                                {"verbosity", "1"}});
}

TEST(P0, Line08_ReferencesStandardSetIsAccepted) {
  const FakeRoot root;
  root.WriteHyperparameters(StandardSet());
  root.WriteChannel("train", SmallCsv());
  root.WriteChannel("validation", SmallCsv(100, 2));
  const RunResult result = TrainIn(root);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(MetricOf(result.out, "train-error").size(), 3U);
}

TEST(P0, Line08_NumbersBooleansAndListsAreUnderstood) {
  const FakeRoot root;
  root.Write("input/config/hyperparameters.json",
             R"({"num_round": 2, "max_depth": "3.0", "eta": 0.2, "objective": "\"binary:logistic\"",
                 "save_model_on_termination": false, "eval_metric": ["auc", "logloss"]})");
  root.WriteChannel("train", SmallCsv());
  const RunResult result = TrainIn(root);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(std::regex_match(Lines(result.out).at(0),
                               std::regex("\\[0\\]\ttrain-auc:\\S+\ttrain-logloss:\\S+")))
      << result.out;
}

// contract.md section 3.5, "must be refused": ignored parameters are checked too.
TEST(P0, Line08_ReferencesInvalidCasesAreRefused) {
  const std::vector<Hyperparameters> cases = {
      {{"eta", "-0.1"}},
      {{"eta", "1.01"}},
      {{"gamma", "-0.1"}},
      {{"max_depth", "-0.1"}},
      {{"min_child_weight", "-0.1"}},
      {{"colsample_bytree", "0"}},
      {{"colsample_bylevel", "0"}},
      {{"tree_method", "gpu_exact"}},
      {{"sketch_eps", "0"}},
      {{"sketch_eps", "1"}},
      {{"refresh_leaf", "2"}},
      {{"rate_drop", "1.01"}},
      {{"one_drop", "-0.01"}},
      {{"tweedie_variance_power", "1"}},
      {{"tweedie_variance_power", "2"}},
      {{"verbosity", "-1"}},
      {{"verbosity", "4"}},
      {{"verbosity", "0.5"}},
      {{"eval_metric", "1"}},
      {{"eval_metric", "rmse,invalid"}},
      {{"eval_metric", "error@nonfloat"}},
      {{"eval_metric", "auc@0.5"}},
      {{"eval_metric", "<function"}},
      {{"booster", "1"}},
      {{"objective", "multi:softmax"}},
      {{"objective", "multi:softprob"}},
      {{"process_type", "update"}},
      {{"process_type", "update"}, {"updater", "grow_colmaker"}},
      {{"booster", "gblinear"}, {"updater", "grow_colmaker"}},
      {{"objective", "reg:squarederror"}, {"eval_metric", "auc"}},
      {{"sample_type", "some"}},
      {{"subsample", "nan"}},
      {{"eta", "inf"}},
      {{"num_round", "0"}},
  };
  for (const Hyperparameters& bad : cases) {
    const auto& [name, value] = *bad.begin();
    SCOPED_TRACE(name + "=" + value);
    const FakeRoot root;
    root.WriteHyperparameters(With(SmallHyperparameters(), bad));
    root.WriteChannel("train", SmallCsv(20));
    ExpectRefused(root, TrainIn(root), "UserError: ", {"[hyperparam-"});
  }
}

TEST(P0, Line09_ValidationHasItsOwnColumn) {
  const FakeRoot root;
  root.WriteHyperparameters(SmallHyperparameters());
  root.WriteChannel("train", SmallCsv());
  root.WriteChannel("validation", SmallCsv(100, 2));
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const std::string& line : Lines(result.out)) {
    EXPECT_TRUE(std::regex_match(
        line, std::regex("\\[[0-9]\\]\ttrain-logloss:[0-9.]+\tvalidation-logloss:[0-9.]+")))
        << line;
  }
}

TEST(P0, Line09_EarlyStoppingKeepsTheBestRound) {
  const FakeRoot root;
  root.WriteHyperparameters(
      With(SmallHyperparameters("500"),
           {{"early_stopping_rounds", "5"}, {"eta", "0.5"}, {"max_depth", "6"}}));
  root.WriteChannel("train", SmallCsv(200));
  root.WriteChannel("validation", SmallCsv(200, 2));
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<double> losses = MetricOf(result.out, "validation-logloss");
  ASSERT_LT(losses.size(), 500U) << "it stopped";
  ASSERT_GT(losses.size(), 6U) << "or the test is too easy";
  const auto best = std::min_element(losses.begin(), losses.end()) - losses.begin();
  EXPECT_EQ(losses.size(), static_cast<std::size_t>(best) + 6) << "five rounds without improvement";
  const auto model = ModelIn(root);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->round_count(), best + 1);
  EXPECT_EQ(model->attributes.at("best_iteration"), std::to_string(best));
  EXPECT_NEAR(std::stod(model->attributes.at("best_score")), losses[static_cast<std::size_t>(best)],
              1e-5);
  EXPECT_TRUE(Contains(result.err, "early stopping: best round " + std::to_string(best) + " with " +
                                       model->attributes.at("best_score") +
                                       "; the model keeps the first " + std::to_string(best + 1) +
                                       " of " + std::to_string(losses.size()) + " rounds"))
      << result.err;
}

TEST(P0, Line09_EarlyStoppingWithoutValidationWarnsAndTrainsOn) {
  const FakeRoot root;
  root.WriteHyperparameters(With(SmallHyperparameters("8"), {{"early_stopping_rounds", "1"}}));
  root.WriteChannel("train", SmallCsv());
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Lines(result.out).size(), 8U);
  EXPECT_TRUE(Contains(result.err, "WARNING")) << result.err;
  EXPECT_TRUE(Contains(result.err, "early")) << result.err;
}

// What the predictions of the finished model say about a table, by plain loops.
struct Judged {
  std::vector<double> labels;
  std::vector<double> predictions;

  double Mean(double (*of)(double label, double prediction)) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < labels.size(); ++i) sum += of(labels[i], predictions[i]);
    return sum / static_cast<double>(labels.size());
  }
  double Count(bool is_positive, bool is_predicted) const {
    double count = 0.0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      count += (labels[i] == 1) == is_positive && (predictions[i] > 0.5) == is_predicted ? 1 : 0;
    }
    return count;
  }
  double Auc() const {
    double wins = 0.0;
    double pairs = 0.0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      for (std::size_t j = 0; j < labels.size(); ++j) {
        if (labels[i] != 1 || labels[j] != 0) continue;
        ++pairs;
        wins += predictions[i] > predictions[j]    ? 1.0
                : predictions[i] == predictions[j] ? 0.5
                                                   : 0.0;
      }
    }
    return wins / pairs;
  }
};

TEST(P0, Line10_MetricsAreRightAndInTheOrderAskedFor) {
  const FakeRoot root;
  const Names asked = {"logloss",   "error",     "error@0.3", "auc",
                       "aucpr",     "rmse",      "mae",       "accuracy",
                       "f1_binary", "precision", "recall",    "balanced_accuracy"};
  std::string list;
  for (const std::string& name : asked) list += (list.empty() ? "" : ",") + name;
  root.WriteHyperparameters(With(SmallHyperparameters(), {{"eval_metric", list}}));
  root.WriteChannel("train", SmallCsv());
  root.WriteChannel("validation", SmallCsv(200, 2));
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::string order;
  for (const std::string channel : {"train", "validation"}) {
    for (const std::string& name : asked) order += "\t" + channel + "-" + name;
  }
  EXPECT_EQ(std::regex_replace(Lines(result.out).back(), std::regex(":[0-9.]+"), ""),
            "[4]" + order);

  const RunResult predicted =
      RunBinary({.arguments = {"predict", "--model", root.At("model"), "--labels",
                               root.At("input/data/validation/data.csv")},
                 .variables = {},
                 .before_exec = {}});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  Judged judged;
  for (const auto& row : SmallRows(200, 2)) judged.labels.push_back(std::stod(row[0]));
  for (const std::string& line : Lines(predicted.out))
    judged.predictions.push_back(std::stod(line));
  ASSERT_EQ(judged.predictions.size(), judged.labels.size());
  const double hits = judged.Count(true, true);
  const double rejections = judged.Count(false, false);
  const double precision = hits / (hits + judged.Count(false, true));
  const double recall = hits / (hits + judged.Count(true, false));
  const double specificity = rejections / (rejections + judged.Count(false, true));
  const std::pair<const char*, double> expected[] = {
      {"logloss", judged.Mean([](double y, double p) { return -std::log(y == 1 ? p : 1 - p); })},
      {"error", judged.Mean([](double y, double p) { return (p > 0.5) == (y == 1) ? 0.0 : 1.0; })},
      {"error@0.3",
       judged.Mean([](double y, double p) { return (p > 0.3) == (y == 1) ? 0.0 : 1.0; })},
      {"auc", judged.Auc()},
      {"rmse", std::sqrt(judged.Mean([](double y, double p) { return (y - p) * (y - p); }))},
      {"mae", judged.Mean([](double y, double p) { return std::abs(y - p); })},
      {"accuracy", (hits + rejections) / 200},
      {"f1_binary", 2 * precision * recall / (precision + recall)},
      {"precision", precision},
      {"recall", recall},
      {"balanced_accuracy", (recall + specificity) / 2},
  };
  for (const auto& [name, value] : expected) {
    EXPECT_NEAR(MetricOf(result.out, std::string("validation-") + name).back(), value, 1.1e-5)
        << name;
  }
}

TEST(P0, Line10_TuningMetricIsAddedLast) {
  const FakeRoot root;
  root.WriteHyperparameters(
      With(SmallHyperparameters(),
           {{"eval_metric", "error"}, {"_tuning_objective_metric", "validation:auc"}}));
  root.WriteChannel("train", SmallCsv());
  root.WriteChannel("validation", SmallCsv(200, 2));
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(std::regex_replace(Lines(result.out).front(), std::regex(":[0-9.]+"), ""),
            "[0]\ttrain-error\ttrain-auc\tvalidation-error\tvalidation-auc");
}

TEST(P0, Line10_CustomMetricsAloneKeepTheDefault) {
  const FakeRoot root;
  root.WriteHyperparameters(With(SmallHyperparameters(), {{"eval_metric", "accuracy,f1"}}));
  root.WriteChannel("train", SmallCsv());
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(std::regex_replace(Lines(result.out).front(), std::regex(":[0-9.]+"), ""),
            "[0]\ttrain-logloss\ttrain-accuracy\ttrain-f1");
}

}  // namespace
}  // namespace boostyard::testing
