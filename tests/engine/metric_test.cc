#include "engine/metric/metric.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/base/math.h"
#include "engine/base/rng.h"
#include "engine/metric/elementwise.h"
#include "engine/objective/objectives.h"
#include "tests/engine/metric_data.h"

namespace boostyard {
namespace {

using test::kAmounts;
using test::kBinary;
using test::kClasses;
using test::kClassMargins;
using test::kCounts;
using test::kMargins;
using test::kShares;
using test::kWeights;

// A metric's spec by text; the default's own form tweedie-nloglik@power included.
MetricSpec SpecOf(const std::string& text, const ObjectiveParams& params) {
  Result<MetricSpec> spec = ParseMetric(text);
  return spec.ok() ? *spec : DefaultMetric(params);
}

struct Rows {
  ObjectiveParams objective;
  std::vector<float> labels;
  std::vector<float> weights;
  std::vector<float> margins;
};

Result<double> ValueOf(const MetricSpec& metric, const Rows& rows, int threads = 1) {
  std::vector<float> predictions(rows.margins.size());
  TransformForMetrics(rows.objective, rows.margins, predictions, threads);
  return Evaluate(metric, {.objective = &rows.objective,
                           .labels = rows.labels,
                           .weights = rows.weights,
                           .predictions = predictions,
                           .output_count = std::max(rows.objective.num_class, 1),
                           .threads = threads});
}

TEST(Metrics, AreTheReferenceContainersThirtyThree) {
  std::string maximised;
  std::string minimised;
  for (const MetricInfo& info : Metrics()) {
    (info.is_maximised ? maximised : minimised) += std::string(info.name) + " ";
  }
  EXPECT_EQ(
      maximised,
      "accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro interval-regression-accuracy "
      "map ndcg precision precision_macro precision_micro r2 recall recall_macro recall_micro ");
  EXPECT_EQ(minimised,
            "aft-nloglik cox-nloglik error gamma-deviance gamma-nloglik logloss mae mape merror "
            "mlogloss mphe mse poisson-nloglik rmse rmsle tweedie-nloglik ");
}

TEST(ParseMetric, TakesNamesAndArguments) {
  for (const MetricInfo& info : Metrics()) {
    const Result<MetricSpec> spec = ParseMetric(" " + std::string(info.name) + "\t");
    ASSERT_TRUE(spec.ok()) << info.name;
    EXPECT_EQ(spec->name, info.name);
    EXPECT_EQ(spec->info, &info);
    EXPECT_FALSE(spec->argument.has_value());
  }
  EXPECT_EQ(ParseMetric("error@.80")->name, "error@0.8");
  EXPECT_EQ(ParseMetric("error@.80")->argument, 0.8);
  EXPECT_EQ(ParseMetric("ndcg@10")->name, "ndcg@10");
  EXPECT_EQ(ParseMetric("map@5")->argument, 5.0);
}

TEST(ParseMetric, RefusesEverythingElse) {
  for (const char* text : {"", "1", "invalid", "<function", "error@", "error@nonfloat", "error@nan",
                           "error@0.5x", "auc@0.5", "ndcg@0", "ndcg@2.5", "map@-1", "rmse@1", "@5",
                           "RMSE", "rmse,mae", "tweedie-nloglik@1.5"}) {
    const Result<MetricSpec> spec = ParseMetric(text);
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_EQ(spec.error().id, ErrorId::kHyperparamBadValue) << text;
    EXPECT_FALSE(spec.error().fix.empty()) << text;
  }
  EXPECT_EQ(ParseMetric("acuracy").error().message, "eval_metric: \"acuracy\" is not a metric");
  EXPECT_EQ(ParseMetric("acuracy").error().fix, "did you mean 'accuracy'?");
  EXPECT_EQ(ParseMetric("log_loss").error().fix, "did you mean 'logloss'?");
  EXPECT_EQ(ParseMetric("error@x").error().fix, "write a number after the @, e.g. error@0.8");
}

TEST(DefaultMetric, IsXgboosts) {
  // The metric names that xgboost-cpu 3.2.0 prints when eval_metric is not given.
  const std::vector<std::pair<std::string, std::string>> want{
      {"reg:squarederror", "rmse"},
      {"reg:linear", "rmse"},
      {"reg:logistic", "rmse"},
      {"reg:squaredlogerror", "rmsle"},
      {"reg:pseudohubererror", "mphe"},
      {"reg:absoluteerror", "mae"},
      {"reg:gamma", "gamma-deviance"},
      {"reg:tweedie", "tweedie-nloglik@1.5"},
      {"count:poisson", "poisson-nloglik"},
      {"binary:logistic", "logloss"},
      {"binary:logitraw", "logloss"},
      {"binary:hinge", "error"},
      {"multi:softmax", "mlogloss"},
      {"multi:softprob", "mlogloss"},
      {"rank:pairwise", "ndcg@32"},
      {"rank:ndcg", "ndcg@32"},
      {"rank:map", "map@32"},
      {"survival:cox", "cox-nloglik"},
      {"survival:aft", "aft-nloglik"}};
  EXPECT_EQ(want.size(), Objectives().size());
  for (const auto& [objective, metric] : want) {
    ObjectiveParams params;
    params.name = objective;
    const MetricSpec spec = DefaultMetric(params);
    EXPECT_EQ(spec.name, metric);
    EXPECT_TRUE(CheckMetricFor(spec, params).ok()) << objective;
    if (FindObjective(objective)->is_native) {
      EXPECT_TRUE(spec.is_native()) << objective;
    }
  }
  ObjectiveParams tweedie;
  tweedie.name = "reg:tweedie";
  tweedie.tweedie_variance_power = 1.25;
  EXPECT_EQ(DefaultMetric(tweedie).name, "tweedie-nloglik@1.25");
}

std::string Reported(const std::string& objective, std::vector<std::string> eval_metric,
                     const std::string& tuning) {
  TrainParams params;
  params.objective.name = objective;
  params.eval_metric = std::move(eval_metric);
  params.tuning_metric = tuning;
  const Result<std::vector<MetricSpec>> metrics = MetricsToReport(params);
  if (!metrics.ok()) return "error";
  std::string names;
  for (const MetricSpec& metric : *metrics) names += metric.name + " ";
  return names;
}

TEST(MetricsToReport, DefaultFirstThenAsAskedThenTheTuningMetric) {
  EXPECT_EQ(Reported("binary:logistic", {}, ""), "logloss ");
  EXPECT_EQ(Reported("binary:logistic", {"auc", "error"}, ""), "auc error ");
  EXPECT_EQ(Reported("binary:logistic", {"f1", "accuracy"}, ""), "logloss f1 accuracy ");
  EXPECT_EQ(Reported("binary:logistic", {"f1", "auc"}, ""), "f1 auc ");
  EXPECT_EQ(Reported("binary:logistic", {}, "f1"), "logloss f1 ");
  EXPECT_EQ(Reported("binary:logistic", {}, "auc"), "auc ");
  EXPECT_EQ(Reported("binary:logistic", {"f1"}, "auc"), "f1 auc ");
  EXPECT_EQ(Reported("binary:logistic", {"auc", "auc"}, "auc"), "auc ");
  EXPECT_EQ(Reported("reg:squarederror", {"mae"}, ""), "rmse mae ");
  EXPECT_EQ(Reported("reg:squarederror", {"rmse"}, "mse"), "rmse mse ");
  EXPECT_EQ(Reported("multi:softprob", {"accuracy"}, ""), "mlogloss accuracy ");
}

TEST(MetricsToReport, ReportsEveryProblemTogether) {
  TrainParams params;
  params.objective.name = "reg:squarederror";
  params.eval_metric = {"auc", "rmsee"};
  const Result<std::vector<MetricSpec>> metrics = MetricsToReport(params);
  ASSERT_FALSE(metrics.ok());
  EXPECT_EQ(metrics.error().id, ErrorId::kHyperparamConflict);
  EXPECT_EQ(metrics.error().message,
            "eval_metric: 'auc' is not defined for the objective reg:squarederror");
  ASSERT_EQ(metrics.error().also.size(), 1U);
  EXPECT_EQ(metrics.error().also[0].fix, "did you mean 'rmse'?");
  EXPECT_EQ(Reported("multi:softmax", {"f1_binary"}, ""), "error");
  EXPECT_EQ(Reported("binary:logistic", {"aft-nloglik"}, ""), "error");
  EXPECT_EQ(Reported("binary:logistic", {"mlogloss"}, ""), "error");
}

TEST(Evaluate, GivesTheValuesOfXgboostAndScikitLearn) {
  // XGBoost's own metrics: Booster.eval_set of a model without trees, xgboost-cpu 3.2.0, the
  // margins as base_margin; it adds up float values, hence the tolerance. The others:
  // scikit-learn 1.9.1 on classes (probability > 0.5, or the largest), which ignores weights as we
  // do.
  struct Row {
    const char* objective;
    const char* metric;
    const std::vector<float>& labels;
    bool is_weighted;
    double want;
  };
  const std::vector<Row> rows{
      {"binary:logistic", "logloss", kBinary, false, 0.6359073300845921},
      {"binary:logistic", "logloss", kBinary, true, 0.6207271676097653},
      {"binary:logistic", "error", kBinary, false, 0.3333333333333333},
      {"binary:logistic", "error", kBinary, true, 0.2658843694061125},
      {"binary:logistic", "error@0.7", kBinary, false, 0.4166666666666667},
      {"binary:logistic", "error@0.7", kBinary, true, 0.40011447844838355},
      {"binary:logistic", "auc", kBinary, false, 0.7256944444444444},
      {"binary:logistic", "auc", kBinary, true, 0.7192276578115864},
      {"binary:logistic", "aucpr", kBinary, false, 0.7352555396647762},
      {"binary:logistic", "aucpr", kBinary, true, 0.6612187557189482},
      {"binary:logistic", "rmse", kBinary, false, 0.47327799170855195},
      {"binary:logistic", "rmse", kBinary, true, 0.4624248375813621},
      {"reg:logistic", "logloss", kShares, false, 0.8863823463519415},
      {"reg:logistic", "logloss", kShares, true, 0.8477268603942215},
      {"reg:logistic", "error", kShares, false, 0.4679166673061748},
      {"reg:logistic", "error", kShares, true, 0.4587750450958227},
      {"reg:logistic", "rmse", kShares, false, 0.40023236235398574},
      {"reg:logistic", "rmse", kShares, true, 0.36327343447481764},
      {"reg:logistic", "mae", kShares, false, 0.3281182254043718},
      {"reg:logistic", "mae", kShares, true, 0.28300907294092065},
      {"reg:squarederror", "rmse", kAmounts, false, 2.570619223249468},
      {"reg:squarederror", "rmse", kAmounts, true, 2.433137855172328},
      {"reg:squarederror", "mae", kAmounts, false, 2.2341666519641876},
      {"reg:squarederror", "mae", kAmounts, true, 2.0096451079819047},
      {"reg:squarederror", "mape", kAmounts, false, 1.5021653436124325},
      {"reg:squarederror", "mape", kAmounts, true, 1.4594515114895659},
      {"reg:squarederror", "mphe", kAmounts, false, 1.529122918844223},
      {"reg:squarederror", "mphe", kAmounts, true, 1.3683155147800494},
      {"reg:pseudohubererror", "mphe", kAmounts, false, 2.2592236399650574},
      {"reg:pseudohubererror", "mphe", kAmounts, true, 2.0232015721550765},
      {"count:poisson", "poisson-nloglik", kCounts, false, 1.0609127152711153},
      {"count:poisson", "poisson-nloglik", kCounts, true, 1.0699190858671364},
      {"count:poisson", "rmse", kCounts, false, 0.6288043421810872},
      {"count:poisson", "rmse", kCounts, true, 0.6354160494147417},
      {"count:poisson", "rmsle", kCounts, false, 0.383680635178828},
      {"count:poisson", "rmsle", kCounts, true, 0.37560660190299894},
      {"reg:gamma", "gamma-nloglik", kAmounts, false, 4.931055665016174},
      {"reg:gamma", "gamma-nloglik", kAmounts, true, 4.3481013362997185},
      {"reg:gamma", "gamma-deviance", kAmounts, false, 7.240335464477539},
      {"reg:gamma", "gamma-deviance", kAmounts, true, 6.332141111589299},
      {"reg:gamma", "rmsle", kAmounts, false, 0.6817705800969548},
      {"reg:gamma", "rmsle", kAmounts, true, 0.6503758324972561},
      {"reg:tweedie", "tweedie-nloglik@1.5", kCounts, false, 3.7097860164940357},
      {"reg:tweedie", "tweedie-nloglik@1.5", kCounts, true, 3.7265006459005146},
      {"reg:tweedie", "tweedie-nloglik@1.2", kCounts, false, 5.83266437985003},
      {"reg:tweedie", "tweedie-nloglik@1.2", kCounts, true, 5.818683709871675},
      {"multi:softprob", "mlogloss", kClasses, false, 0.7336946856230497},
      {"multi:softprob", "mlogloss", kClasses, true, 0.8575699836555756},
      {"multi:softprob", "merror", kClasses, false, 0.20833333333333334},
      {"multi:softprob", "merror", kClasses, true, 0.27590154582198645},
      {"multi:softmax", "mlogloss", kClasses, false, 0.7336946856230497},
      {"multi:softmax", "mlogloss", kClasses, true, 0.8575699836555756},
      {"multi:softmax", "merror", kClasses, false, 0.20833333333333334},
      {"multi:softmax", "merror", kClasses, true, 0.27590154582198645},
      {"binary:logistic", "accuracy", kBinary, true, 0.6666666666666666},
      {"binary:logistic", "balanced_accuracy", kBinary, true, 0.6666666666666666},
      {"binary:logistic", "f1", kBinary, true, 0.6444444444444444},
      {"binary:logistic", "f1_macro", kBinary, true, 0.6444444444444444},
      {"binary:logistic", "precision_macro", kBinary, true, 0.7222222222222223},
      {"binary:logistic", "recall_macro", kBinary, true, 0.6666666666666666},
      {"binary:logistic", "precision_micro", kBinary, true, 0.6666666666666666},
      {"binary:logistic", "recall_micro", kBinary, true, 0.6666666666666666},
      {"binary:logistic", "f1_binary", kBinary, true, 0.5555555555555556},
      {"binary:logistic", "precision", kBinary, true, 0.8333333333333334},
      {"binary:logistic", "recall", kBinary, true, 0.4166666666666667},
      {"multi:softprob", "accuracy", kClasses, true, 0.7916666666666666},
      {"multi:softprob", "balanced_accuracy", kClasses, true, 0.7962962962962963},
      {"multi:softprob", "f1", kClasses, true, 0.7897435897435897},
      {"multi:softprob", "f1_macro", kClasses, true, 0.7897435897435897},
      {"multi:softprob", "precision_macro", kClasses, true, 0.8138528138528138},
      {"multi:softprob", "recall_macro", kClasses, true, 0.7962962962962963},
      {"multi:softprob", "precision_micro", kClasses, true, 0.7916666666666666},
      {"multi:softprob", "recall_micro", kClasses, true, 0.7916666666666666},
      {"reg:squarederror", "r2", kAmounts, true, -15.756663103253345},
      {"reg:squarederror", "mse", kAmounts, true, 6.608083293943358},
  };
  for (const Row& row : rows) {
    Rows data{.objective = {}, .labels = row.labels, .weights = {}, .margins = kMargins};
    data.objective.name = row.objective;
    if (row.is_weighted) data.weights = kWeights;
    if (data.objective.name == "reg:pseudohubererror") data.objective.huber_slope = 2.0;
    if (std::string(row.metric).ends_with("@1.2")) data.objective.tweedie_variance_power = 1.2;
    if (data.objective.name.starts_with("multi:")) {
      data.objective.num_class = 3;
      data.margins = kClassMargins;
    }
    const Result<double> value = ValueOf(SpecOf(row.metric, data.objective), data);
    ASSERT_TRUE(value.ok()) << row.metric;
    EXPECT_NEAR(*value, row.want, 1e-6 * std::abs(row.want))
        << row.objective << " " << row.metric << " weighted: " << row.is_weighted;
  }
}

// Rows of random labels, weights and margins with many ties, enough for several blocks.
Rows RandomRows(const ObjectiveInfo& info, std::size_t count, bool is_weighted) {
  Rows rows;
  rows.objective.name = info.name;
  const std::size_t outputs = info.needs_num_class ? 3 : 1;
  rows.objective.num_class = info.needs_num_class ? 3 : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto draw = static_cast<float>(RandomBits(7, i) % 1000) / 1000.0F;
    float label = draw * 3.0F + 0.001F;
    if (info.labels.max == 1.0) label = draw < 0.3F ? 1.0F : 0.0F;
    if (info.needs_num_class) label = std::floor(draw * 3.0F);
    rows.labels.push_back(label);
    if (is_weighted) rows.weights.push_back(static_cast<float>(RandomBits(8, i) % 100) / 16.0F);
  }
  for (std::size_t i = 0; i < count * outputs; ++i) {
    rows.margins.push_back(static_cast<float>(RandomBits(9, i) % 400) / 100.0F - 2.0F);
  }
  return rows;
}

TEST(Evaluate, IsTheSameOnAnyNumberOfThreads) {
  int checked = 0;
  for (const char* name : {"binary:logistic", "reg:gamma", "multi:softprob"}) {
    const ObjectiveInfo& info = *FindObjective(name);
    for (const bool is_weighted : {false, true}) {
      const Rows rows = RandomRows(info, 9001, is_weighted);
      for (const MetricInfo& metric : Metrics()) {
        const MetricSpec spec = *ParseMetric(metric.name);
        if (!metric.is_native || !CheckMetricFor(spec, rows.objective).ok()) continue;
        const Result<double> one = ValueOf(spec, rows, 1);
        if (!one.ok()) continue;  // amounts are no classes
        // mape divides by labels of 0
        EXPECT_TRUE(std::isfinite(*one) || metric.id == MetricId::kMape) << metric.name;
        for (const int threads : {2, 5}) {
          EXPECT_EQ(BitsOf(*ValueOf(spec, rows, threads)), BitsOf(*one)) << metric.name;
        }
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 60);
}

TEST(Evaluate, ElementwiseEqualsANaiveLoop) {
  Rows rows = RandomRows(*FindObjective("binary:logistic"), 20001, true);
  double squares = 0.0;
  double losses = 0.0;
  double weight_sum = 0.0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    const double p = 1.0 / (1.0 + std::exp(-static_cast<double>(rows.margins[i])));
    const double y = rows.labels[i];
    const double weight = rows.weights[i];
    squares += weight * (p - y) * (p - y);
    losses -= weight * (y == 1.0 ? std::log(p) : std::log1p(-p));
    weight_sum += weight;
  }
  EXPECT_NEAR(*ValueOf(*ParseMetric("rmse"), rows), std::sqrt(squares / weight_sum), 1e-8);
  EXPECT_NEAR(*ValueOf(*ParseMetric("logloss"), rows), losses / weight_sum, 1e-7);
  // A share among the labels takes the long form of its block's rows; the value hardly moves.
  const double before = *ValueOf(*ParseMetric("logloss"), rows);
  rows.labels[0] = std::nextafter(rows.labels[0], 0.5F);
  EXPECT_NEAR(*ValueOf(*ParseMetric("logloss"), rows), before, 1e-10);
}

TEST(Elementwise, BothFormsOfLoglossGiveTheSameBits) {
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const auto p = static_cast<double>(static_cast<float>(RandomBits(10, i) >> 40) * 0x1p-24F);
    for (const double y : {0.0, 1.0}) {
      ASSERT_EQ(Logloss::Row(p, y, {}), LoglossOfClasses::Row(p, y, {})) << p;
    }
  }
}

TEST(Elementwise, LogFactorialIsTheLogarithmOfTheGammaFunction) {
  for (const double y : {0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 8.999, 9.0, 10.0, 123.25, 1e6}) {
    EXPECT_NEAR(LogFactorial(y), std::lgamma(y + 1.0), 1e-11 * (1.0 + std::lgamma(y + 1.0))) << y;
  }
}

// The share of (positive, negative) pairs in the right order; ties count half.
double AucByPairs(const Rows& rows) {
  double right = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    if (rows.labels[i] != 1.0F) continue;
    for (std::size_t j = 0; j < rows.labels.size(); ++j) {
      if (rows.labels[j] != 0.0F) continue;
      const double weight =
          rows.weights.empty() ? 1.0 : static_cast<double>(rows.weights[i]) * rows.weights[j];
      pairs += weight;
      if (rows.margins[i] > rows.margins[j]) right += weight;
      if (rows.margins[i] == rows.margins[j]) right += weight / 2.0;
    }
  }
  return right / pairs;
}

// Precision over recall with 20,000 steps between neighbouring points, where true and false
// positives grow in proportion.
double AucprByIntegration(const Rows& rows) {
  std::vector<std::size_t> order(rows.labels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rows.margins[a] > rows.margins[b]; });
  const double total = std::accumulate(rows.labels.begin(), rows.labels.end(), 0.0);
  double hits = 0.0;
  double misses = 0.0;
  double area = 0.0;
  for (std::size_t i = 0; i < order.size();) {
    double new_hits = 0.0;
    double new_misses = 0.0;
    const float margin = rows.margins[order[i]];
    for (; i < order.size() && rows.margins[order[i]] == margin; ++i) {
      (rows.labels[order[i]] == 1.0F ? new_hits : new_misses) += 1.0;
    }
    constexpr int kSteps = 20000;
    for (int step = 0; step < kSteps && new_hits > 0.0; ++step) {
      const double share = (step + 0.5) / kSteps;
      const double true_positives = hits + share * new_hits;
      const double false_positives = misses + share * new_misses;
      area += new_hits / total / kSteps * true_positives / (true_positives + false_positives);
    }
    hits += new_hits;
    misses += new_misses;
  }
  return area;
}

TEST(Evaluate, AucIsTheShareOfOrderedPairs) {
  for (const bool is_weighted : {false, true}) {
    const Rows rows = RandomRows(*FindObjective("binary:logistic"), 1500, is_weighted);
    EXPECT_NEAR(*ValueOf(*ParseMetric("auc"), rows), AucByPairs(rows), 1e-12) << is_weighted;
  }
}

TEST(Evaluate, AucprIsTheAreaUnderPrecision) {
  const Rows rows = RandomRows(*FindObjective("binary:logistic"), 1500, false);
  EXPECT_NEAR(*ValueOf(*ParseMetric("aucpr"), rows), AucprByIntegration(rows), 1e-8);
}

// Predictions that a metric makes on its way are those that were made before, and so is the value.
TEST(Evaluate, MakesPredictionsOfMargins) {
  for (const char* name : {"binary:logistic", "reg:squarederror", "count:poisson"}) {
    for (const bool is_weighted : {false, true}) {
      const Rows rows = RandomRows(*FindObjective(name), 9001, is_weighted);
      std::vector<float> predictions(rows.margins.size());
      TransformForMetrics(rows.objective, rows.margins, predictions, 1);
      for (const MetricInfo& info : Metrics()) {
        const Result<MetricSpec> metric = ParseMetric(info.name);
        if (!info.is_native || !CheckMetricFor(*metric, rows.objective).ok()) continue;
        const Result<double> want = ValueOf(*metric, rows);
        if (!want.ok()) continue;  // labels of another kind
        for (const int threads : {1, 3}) {
          std::vector<float> made(rows.margins.size(), -7.0F);
          const double value = *Evaluate(*metric, {.objective = &rows.objective,
                                                   .labels = rows.labels,
                                                   .weights = rows.weights,
                                                   .predictions = made,
                                                   .margins = rows.margins,
                                                   .made = made,
                                                   .threads = threads});
          EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(*want))
              << name << " " << info.name;
          EXPECT_EQ(made, predictions) << name << " " << info.name;
        }
      }
    }
  }
}

TEST(Evaluate, AucReusesItsScratch) {
  const Rows rows = RandomRows(*FindObjective("binary:logistic"), 1500, false);
  MetricScratch scratch;
  scratch.keys.assign(99999, 7);
  MetricInputs inputs{.objective = &rows.objective,
                      .labels = rows.labels,
                      .weights = {},
                      .predictions = rows.margins,
                      .output_count = 1,
                      .threads = 1,
                      .scratch = &scratch};
  const double first = *Evaluate(*ParseMetric("auc"), inputs);
  EXPECT_EQ(*Evaluate(*ParseMetric("auc"), inputs), first);
  EXPECT_NEAR(first, AucByPairs(rows), 1e-12);
}

TEST(Evaluate, AucOfOneClassIsNotDefined) {
  Rows rows = RandomRows(*FindObjective("binary:logistic"), 50, false);
  for (const float label : {0.0F, 1.0F}) {
    rows.labels.assign(50, label);
    EXPECT_TRUE(std::isnan(*ValueOf(*ParseMetric("auc"), rows)));
    EXPECT_TRUE(std::isnan(*ValueOf(*ParseMetric("aucpr"), rows)));
  }
}

TEST(Evaluate, ClassesThatNeverOccurDoNotCount) {
  // scikit-learn 1.9.1: y = [0, 0, 2], p = [0, 3, 2] of four classes.
  Rows rows;
  rows.objective.name = "multi:softprob";
  rows.objective.num_class = 4;
  rows.labels = {0, 0, 2};
  rows.margins = {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0};
  EXPECT_DOUBLE_EQ(*ValueOf(*ParseMetric("f1_macro"), rows), (2.0 / 3.0 + 1.0) / 3.0);
  EXPECT_DOUBLE_EQ(*ValueOf(*ParseMetric("balanced_accuracy"), rows), 0.75);
  EXPECT_DOUBLE_EQ(*ValueOf(*ParseMetric("precision_macro"), rows), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(*ValueOf(*ParseMetric("recall_macro"), rows), 0.5);
}

TEST(Evaluate, RefusesLabelsThatAreNoClasses) {
  Rows rows = RandomRows(*FindObjective("reg:gamma"), 50, false);
  EXPECT_EQ(ValueOf(*ParseMetric("accuracy"), rows).error().id, ErrorId::kDataLabelRange);
  rows = RandomRows(*FindObjective("multi:softprob"), 50, false);
  rows.labels[7] = 3.0F;
  EXPECT_EQ(ValueOf(*ParseMetric("mlogloss"), rows).error().id, ErrorId::kDataLabelRange);
  EXPECT_EQ(ValueOf(*ParseMetric("f1"), rows).error().id, ErrorId::kDataLabelRange);
}

TEST(Evaluate, LeavesToXgboostWhatOnlyItComputes) {
  const Rows rows = RandomRows(*FindObjective("rank:ndcg"), 50, false);
  EXPECT_EQ(ValueOf(*ParseMetric("ndcg"), rows).error().id, ErrorId::kInternal);
  EXPECT_EQ(ValueOf(*ParseMetric("auc"), rows).error().id, ErrorId::kInternal);
}

}  // namespace
}  // namespace boostyard
