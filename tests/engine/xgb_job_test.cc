// What a job sees of the XGBoost trainer: metrics, early stopping, stop requests, errors, engine
// line.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/base/error_table.h"
#include "engine/metric/metric.h"
#include "engine/model/model_io.h"
#include "engine/model/predict.h"
#include "engine/objective/objectives.h"
#include "engine/train.h"
#include "engine/xgb/xgb_api.h"
#include "engine/xgb/xgb_error.h"
#include "tests/support/memory_stream.h"
#include "tests/support/recording_observer.h"

namespace boostyard {
namespace {

using testing::MemoryStream;
using testing::MemoryTable;
using testing::RecordingObserver;

MemoryTable MakeTable(std::size_t rows, unsigned seed, float noise = 0.3F) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = 3;
  for (std::size_t row = 0; row < rows; ++row) {
    const float a = uniform(random);
    table.values.insert(table.values.end(), {a, uniform(random), uniform(random)});
    table.labels.push_back(a + noise * (uniform(random) - 0.5F) > 0.5F ? 1.0F : 0.0F);
  }
  return table;
}

TrainParams Params(int rounds) {
  TrainParams params;
  params.num_round = rounds;
  params.objective.name = "binary:logistic";
  params.tree.max_depth = 3;
  return params;
}

constexpr RunOptions kRun{.engine = EngineChoice::kXgboost, .threads = 1};

Result<TrainOutcome> TrainOn(const TrainParams& params, const MemoryTable& train,
                             const MemoryTable* validation, RecordingObserver& observer,
                             const RunOptions& run = kRun) {
  MemoryStream train_stream(train, {.chunk_rows = 100, .chunks_per_batch = 1});
  if (validation == nullptr) {
    return Train(params, {.train = &train_stream, .validation = nullptr}, run, observer);
  }
  MemoryStream validation_stream(*validation, {.chunk_rows = 100});
  return Train(params, {.train = &train_stream, .validation = &validation_stream}, run, observer);
}

// A metric of a model on a table, by our own loops.
double MetricOf(const Model& model, const MemoryTable& table, const char* name) {
  const MemoryStream stream(table, {.chunk_rows = 1000000});
  std::vector<float> predictions = PredictMargins(model, stream.chunks()[0]);
  TransformForMetrics(model.objective, predictions, predictions, 1);
  return *Evaluate(*ParseMetric(name), {.objective = &model.objective,
                                        .labels = table.labels,
                                        .weights = table.weights,
                                        .predictions = predictions});
}

TEST(XgbJob, ReportsMetricsInOrderFirstTrainThenValidation) {
  TrainParams params = Params(2);
  params.eval_metric = {"accuracy", "auc", "error@0.7"};
  params.tuning_metric = "f1";
  params.tuning_channel = "validation";
  const MemoryTable train = MakeTable(400, 1);
  const MemoryTable validation = MakeTable(200, 2);
  RecordingObserver observer;
  const Result<TrainOutcome> outcome = TrainOn(params, train, &validation, observer);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  std::vector<std::string> names;
  for (const auto& value : observer.values) {
    if (value.round == 1) names.push_back(value.channel + "-" + value.metric);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"train-accuracy", "train-auc", "train-error@0.7",
                                             "train-f1", "validation-accuracy", "validation-auc",
                                             "validation-error@0.7", "validation-f1"}));
  for (const auto& value : observer.values) {
    if (value.round != 1) continue;
    const MemoryTable& table = value.channel == "train" ? train : validation;
    EXPECT_NEAR(value.value, MetricOf(outcome->model, table, value.metric.c_str()), 1e-6)
        << value.channel << "-" << value.metric;
  }
}

TEST(XgbJob, CustomMetricsAloneKeepTheDefault) {
  TrainParams params = Params(1);
  params.eval_metric = {"accuracy"};
  RecordingObserver observer;
  ASSERT_TRUE(TrainOn(params, MakeTable(200, 1), nullptr, observer).ok());
  ASSERT_EQ(observer.values.size(), 2U);
  EXPECT_EQ(observer.values[0].metric, "logloss");
  EXPECT_EQ(observer.values[1].metric, "accuracy");
}

TEST(XgbJob, WeightsCountInTrainingAndMetrics) {
  MemoryTable table = MakeTable(300, 4);
  for (std::size_t row = 0; row < table.row_count; ++row) {
    table.weights.push_back(static_cast<float>(row % 3));
  }
  // The same as every row as often as its weight says.
  MemoryTable repeated;
  repeated.feature_count = table.feature_count;
  for (std::size_t row = 0; row < table.row_count; ++row) {
    for (int i = 0; i < static_cast<int>(row % 3); ++i) {
      for (std::size_t f = 0; f < 3; ++f) repeated.values.push_back(table.At(row, f));
      repeated.labels.push_back(table.labels[row]);
      ++repeated.row_count;
    }
  }
  for (const TreeMethod method : {TreeMethod::kExact, TreeMethod::kHist}) {
    TrainParams params = Params(3);
    params.tree.tree_method = method;
    params.tree.max_bin = 1024;
    RecordingObserver by_weight;
    RecordingObserver by_rows;
    ASSERT_TRUE(TrainOn(params, table, nullptr, by_weight).ok());
    ASSERT_TRUE(TrainOn(params, repeated, nullptr, by_rows).ok());
    const auto a = by_weight.History("train", "logloss");
    const auto b = by_rows.History("train", "logloss");
    ASSERT_EQ(a.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
  }
}

class EarlyStoppingJob : public ::testing::TestWithParam<Booster> {};

TEST_P(EarlyStoppingJob, KeepsTheRoundsUpToTheBest) {
  TrainParams params = Params(60);
  params.booster = GetParam();
  params.tree.eta = 0.8;
  params.early_stopping_rounds = 4;
  if (params.booster == Booster::kDart) params.xgboost_settings = {{"rate_drop", "0.3"}};
  const MemoryTable train = MakeTable(150, 1, 0.9F);
  const MemoryTable validation = MakeTable(150, 2, 0.9F);
  RecordingObserver observer;
  const Result<TrainOutcome> outcome = TrainOn(params, train, &validation, observer);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  const std::vector<double> history = observer.History("validation", "logloss");
  const auto best = std::min_element(history.begin(), history.end());
  const int best_round = static_cast<int>(best - history.begin());
  ASSERT_TRUE(outcome->best_round.has_value());
  EXPECT_EQ(*outcome->best_round, best_round);
  if (params.booster != Booster::kGblinear) {
    EXPECT_EQ(outcome->rounds_done, best_round + 5);
    EXPECT_EQ(outcome->model.round_count(), best_round + 1);
  }
  EXPECT_EQ(outcome->model.attributes.at("best_iteration"), std::to_string(best_round));
  EXPECT_NEAR(std::stod(outcome->model.attributes.at("best_score")), *best, 1e-12);
  EXPECT_NEAR(MetricOf(outcome->model, validation, "logloss"), *best, 1e-5);
  // The file says the same.
  const Result<Model> read = ReadModel(WriteModel(outcome->model, ModelFormat::kUbjson));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->attributes, outcome->model.attributes);
}

INSTANTIATE_TEST_SUITE_P(Boosters, EarlyStoppingJob,
                         ::testing::Values(Booster::kGbtree, Booster::kDart, Booster::kGblinear));

TEST(XgbJob, EarlyStoppingWithoutValidationIsAWarning) {
  TrainParams params = Params(3);
  params.early_stopping_rounds = 1;
  RecordingObserver observer;
  const Result<TrainOutcome> outcome = TrainOn(params, MakeTable(200, 1), nullptr, observer);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->rounds_done, 3);
  EXPECT_FALSE(outcome->best_round.has_value());
  ASSERT_FALSE(observer.warnings.empty());
  EXPECT_NE(observer.warnings[0].find("early_stopping_rounds"), std::string::npos);
}

TEST(XgbJob, StopsWhenAskedWithTheModelAsItIs) {
  RecordingObserver observer;
  observer.stop_after_rounds = 2;
  observer.takes_snapshots = true;
  const Result<TrainOutcome> outcome = TrainOn(Params(10), MakeTable(200, 1), nullptr, observer);
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(outcome->was_stopped);
  EXPECT_EQ(outcome->rounds_done, 2);
  EXPECT_EQ(outcome->model.round_count(), 2);
  ASSERT_EQ(observer.snapshots.size(), 2U);
  ASSERT_TRUE(observer.snapshots[0].ok());
  EXPECT_EQ(observer.snapshots[0]->model.round_count(), 1);
  EXPECT_EQ(WriteModel(observer.snapshots[1]->model, ModelFormat::kUbjson),
            WriteModel(outcome->model, ModelFormat::kUbjson));
}

// A signal that comes when a round's listener has just said to go on: the next round ends it, and
// its listener is told, so that a checkpoint of it can be kept.
class StoppedBetweenRounds : public RecordingObserver {
 public:
  RoundDecision OnRound(const RoundReport& report) override {
    RecordingObserver::OnRound(report);
    decision = has_signal_ ? RoundDecision::kStop : RoundDecision::kContinue;
    has_signal_ = rounds == 3;
    return decision;
  }
  bool StopRequested() override { return has_signal_; }

  RoundDecision decision = RoundDecision::kContinue;

 private:
  bool has_signal_ = false;
};

TEST(XgbJob, NoRoundIsTheLastUnlessItsListenerSaidSo) {
  for (const EngineChoice engine : {EngineChoice::kNative, EngineChoice::kXgboost}) {
    StoppedBetweenRounds observer;
    const Result<TrainOutcome> outcome =
        TrainOn(Params(10), MakeTable(200, 1), nullptr, observer, {.engine = engine, .threads = 1});
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_TRUE(outcome->was_stopped);
    EXPECT_EQ(outcome->rounds_done, 4);
    EXPECT_EQ(observer.decision, RoundDecision::kStop);
  }
}

TEST(XgbJob, AStopBeforeTheFirstRoundGivesAModelWithoutTrees) {
  RecordingObserver observer;
  observer.stops_at_once = true;
  const Result<TrainOutcome> outcome = TrainOn(Params(10), MakeTable(200, 1), nullptr, observer);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_TRUE(outcome->was_stopped);
  EXPECT_EQ(outcome->rounds_done, 0);
  EXPECT_TRUE(outcome->model.forest.trees.empty());
}

TEST(XgbJob, NamesTheEngineAndWhy) {
  RecordingObserver observer;
  const RunOptions run{.engine = EngineChoice::kAuto, .threads = 2};
  TrainParams params = Params(1);
  params.booster = Booster::kDart;
  const Result<TrainOutcome> outcome = TrainOn(params, MakeTable(100, 1), nullptr, observer, run);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->engine, "xgboost " + (*LoadXgb())->version);
  ASSERT_EQ(observer.engine.size(), 1U);
  EXPECT_EQ(
      observer.engine[0],
      "engine: xgboost " + (*LoadXgb())->version +
          " on cpu, 2 threads (the native engine does not support booster=dart); its promises "
          "about repeatability are XGBoost's");
}

TEST(XgbJob, AskingTheNativeEngineForTooMuchIsAnError) {
  RecordingObserver observer;
  TrainParams params = Params(1);
  params.booster = Booster::kDart;
  const Result<TrainOutcome> outcome =
      TrainOn(params, MakeTable(100, 1), nullptr, observer, {.engine = EngineChoice::kNative});
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().id, ErrorId::kEngineUnavailable);
  EXPECT_NE(outcome.error().message.find("booster=dart"), std::string::npos);
}

TEST(XgbJob, AGpuThatTheLibraryCannotUseIsAnError) {
  if ((*LoadXgb())->has_cuda) GTEST_SKIP() << "this XGBoost was built with CUDA";
  RecordingObserver observer;
  TrainParams params = Params(1);
  params.device = {.kind = DeviceKind::kCuda, .ordinal = 1};
  const Result<TrainOutcome> outcome = TrainOn(params, MakeTable(100, 1), nullptr, observer);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().id, ErrorId::kDeviceUnavailable);
  EXPECT_NE(outcome.error().message.find("device=cuda:1"), std::string::npos);
}

TEST(XgbJob, BadLabelsAreTheUsersError) {
  MemoryTable table = MakeTable(100, 1);
  table.labels[42] = 2.0F;
  RecordingObserver observer;
  const Result<TrainOutcome> outcome = TrainOn(Params(1), table, nullptr, observer);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().id, ErrorId::kDataLabelRange);
}

TEST(XgbJob, BadSettingsAreTheUsersErrorInOneLine) {
  const std::vector<std::pair<std::string, std::string>> settings{{"eta", "x"},
                                                                  {"max_depth", "-3"},
                                                                  {"updater", "grow_nothing"},
                                                                  {"max_bin", "1"},
                                                                  {"base_score", "2"}};
  for (const auto& setting : settings) {
    SCOPED_TRACE(setting.first);
    TrainParams params = Params(1);
    params.xgboost_settings = {setting};
    RecordingObserver observer;
    const Result<TrainOutcome> outcome = TrainOn(params, MakeTable(100, 1), nullptr, observer);
    ASSERT_FALSE(outcome.ok());
    const Error& error = outcome.error();
    EXPECT_EQ(KindOf(error), ErrorKind::kUser) << error.message;
    EXPECT_EQ(error.message.find('\n'), std::string::npos);
    EXPECT_EQ(error.message.find("Stack trace"), std::string::npos);
    EXPECT_EQ(error.message.find(".cc:"), std::string::npos) << error.message;
    EXPECT_FALSE(error.fix.empty());
  }
}

TEST(XgbJob, OneClassOnlyGivesAModel) {
  MemoryTable table = MakeTable(100, 1);
  for (const float label : {0.0F, 1.0F}) {
    std::fill(table.labels.begin(), table.labels.end(), label);
    RecordingObserver observer;
    const Result<TrainOutcome> outcome = TrainOn(Params(2), table, nullptr, observer);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_LT(observer.History("train", "logloss").back(), 0.1);
  }
}

TEST(XgbJob, AColumnWithoutAnyValueKeepsItsPlace) {
  MemoryTable table = MakeTable(200, 1);
  for (std::size_t row = 0; row < table.row_count; ++row) {
    table.values[row * 3 + 2] = std::nanf("");
  }
  for (const TreeMethod method : {TreeMethod::kExact, TreeMethod::kHist}) {
    TrainParams params = Params(1);
    params.tree.tree_method = method;
    RecordingObserver observer;
    const Result<TrainOutcome> outcome = TrainOn(params, table, nullptr, observer);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_EQ(outcome->model.feature_count, 3U);
  }
}

TEST(XgbJob, FeatureNamesReachTheModel) {
  MemoryTable table = MakeTable(100, 1);
  table.feature_names = {"age", "job=admin.", "z\xC3\xBCrich"};
  for (const Booster booster : {Booster::kGbtree, Booster::kGblinear}) {
    TrainParams params = Params(1);
    params.booster = booster;
    RecordingObserver observer;
    const Result<TrainOutcome> outcome = TrainOn(params, table, nullptr, observer);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_EQ(outcome->model.feature_names, table.feature_names);
  }
}

TEST(XgbJob, RankingUsesGroupsAndTheirWeights) {
  MemoryTable table = MakeTable(200, 1);
  for (std::size_t row = 0; row < table.row_count; ++row) {
    table.query_ids.push_back(row / 20);
    table.weights.push_back(row / 20 == 3 ? 2.0F : 1.0F);
  }
  TrainParams params = Params(4);
  params.objective.name = "rank:ndcg";
  params.eval_metric = {"ndcg@5", "map"};
  RecordingObserver observer;
  const Result<TrainOutcome> outcome = TrainOn(params, table, &table, observer);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  const std::vector<double> history = observer.History("validation", "ndcg@5");
  ASSERT_EQ(history.size(), 4U);
  EXPECT_GT(history.back(), 0.9);
}

TEST(XgbJob, ConstraintsArePassedOn) {
  MemoryTable table = MakeTable(400, 1);
  TrainParams params = Params(5);
  params.tree.monotone_constraints = {-1, 0, 0};  // against the truth: feature 0 becomes useless
  RecordingObserver constrained;
  const Result<TrainOutcome> outcome = TrainOn(params, table, nullptr, constrained);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  for (const Tree& tree : outcome->model.forest.trees) {
    for (std::size_t node = 0; node < tree.node_count(); ++node) {
      EXPECT_TRUE(tree.is_leaf(static_cast<NodeIndex>(node)) || tree.feature[node] != 0U);
    }
  }
  params.tree.monotone_constraints.clear();
  params.tree.interaction_constraints = {{1, 2}};
  RecordingObserver interacting;
  ASSERT_TRUE(TrainOn(params, table, nullptr, interacting).ok());
}

TEST(XgbError, KeepsTheFirstLineAndLeavesPlacesOut) {
  EXPECT_EQ(FirstLineOf("[12:34:56] /workspace/src/a.cc:78: Check failed: a == b (1 vs. 2) : label "
                        "must be in [0,1] for logistic regression\nStack trace:\n  [bt] (0) x"),
            "label must be in [0,1] for logistic regression");
  EXPECT_EQ(
      FirstLineOf("[12:34:56] WARNING: /workspace/src/learner.cc:782: \nParameters: { \"x\" } "
                  "are not used.\n"),
      "Parameters: { \"x\" } are not used");
  EXPECT_EQ(FirstLineOf(""), "");
  EXPECT_EQ(FirstLineOf("[12:34:56] "), "");
  EXPECT_EQ(KindOf(XgbErrorOf("label must be in [0,1]")), ErrorKind::kUser);
  EXPECT_EQ(KindOf(XgbErrorOf("something of its own")), ErrorKind::kInternal);
  EXPECT_EQ(KindOf(XgbErrorOf("std::bad_alloc")), ErrorKind::kPlatform);
}

}  // namespace
}  // namespace boostyard
