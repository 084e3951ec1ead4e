// The figures that a device works out, and the predictions at the end, are those of the CPU, bit
// for bit, for every native objective and every metric that is defined for it; and no row data come
// back to the host for them.
#include <gtest/gtest.h>

#include <bit>

#include "engine/cuda/host_executor.h"
#include "engine/metric/from_sums.h"
#include "engine/metric/metric.h"
#include "tests/parity/native_cases.h"

namespace boostyard::testing {
namespace {

using device::HostExecutor;
using device::HostExecutorOptions;

struct Figures {
  std::vector<std::uint64_t> metrics;  // bits: a figure may be undefined
  std::vector<float> predictions;
  std::string channel;
  std::string error;
  bool operator==(const Figures&) const = default;
};

class FigureObserver : public RecordingObserver {
 public:
  void OnPredictions(const FinalPredictions& final) override {
    figures.predictions.assign(final.predictions.begin(), final.predictions.end());
    figures.channel = final.channel;
  }
  Figures figures;
};

Figures FiguresOf(const NativeCase& one, device::Executor* executor) {
  FigureObserver observer;
  MemoryStream train(one.train, {});
  MemoryStream validation(one.validation, {});
  const TrainingSet data{&train, one.has_validation ? &validation : nullptr};
  const Result<TrainOutcome> outcome =
      executor == nullptr ? TrainNative(one.params, data, {.threads = 1}, observer)
                          : TrainOnDevice(one.params, data, {.threads = 1}, observer, *executor);
  if (!outcome.ok()) observer.figures.error = outcome.error().message;
  for (const double value : observer.metrics) {
    observer.figures.metrics.push_back(std::bit_cast<std::uint64_t>(value));
  }
  return observer.figures;
}

Figures ExpectTheCpusFigures(const NativeCase& one) {
  const Figures expected = FiguresOf(one, nullptr);
  HostExecutor executor;
  EXPECT_TRUE(FiguresOf(one, &executor) == expected);
  HostExecutor reversed(HostExecutorOptions{.is_reversed = true});
  EXPECT_TRUE(FiguresOf(one, &reversed) == expected) << "blocks in the opposite order";
  return expected;
}

// A block of rows for sums and a part of one.
NativeCase CaseOf(const std::string& objective, bool has_weights) {
  NativeCase one;
  one.params.objective.name = objective;
  one.params.num_round = 2;
  one.params.tree.max_depth = 3;
  DataSpec spec{.rows = 4096 + 5, .columns = 3, .has_weights = has_weights};
  spec.objective = objective;
  if (FindObjective(objective)->needs_num_class) spec.classes = one.params.objective.num_class = 3;
  one.train = TableMaker(spec, 17).Make();
  spec.rows = 1000;
  one.validation = TableMaker(spec, 18).Make();
  one.has_validation = true;
  return one;
}

// All that the native engine computes for the objective. Labels that are no classes: without the
// metrics of classes.
std::vector<std::string> MetricsFor(const ObjectiveParams& objective, bool has_classes) {
  std::vector<std::string> names;
  for (const MetricInfo& info : Metrics()) {
    const Result<MetricSpec> spec = ParseMetric(info.name);
    if (!info.is_native || !spec.ok() || !CheckMetricFor(*spec, objective).ok()) continue;
    if (has_classes || SourceOf(info.id) != MetricSource::kCounts) names.emplace_back(info.name);
  }
  return names;
}

class DeviceMetricsOf : public ::testing::TestWithParam<std::string> {};

TEST_P(DeviceMetricsOf, EveryMetricIsTheCpus) {
  for (const bool has_weights : {false, true}) {
    SCOPED_TRACE(has_weights ? "weighted" : "unweighted");
    NativeCase one = CaseOf(GetParam(), has_weights);
    const Task task = FindObjective(GetParam())->task;
    one.params.eval_metric = MetricsFor(one.params.objective, task != Task::kRegression);
    const Figures figures = ExpectTheCpusFigures(one);
    EXPECT_EQ(figures.error, "");
    EXPECT_EQ(figures.metrics.size(), 4 * one.params.eval_metric.size());
    EXPECT_EQ(figures.channel, "validation");
  }
}

TEST(DeviceMetrics, LabelsThatAreNoClassesAreRefused) {
  NativeCase one = CaseOf("reg:squarederror", false);
  one.params.eval_metric = {"rmse", "f1"};
  const Figures figures = ExpectTheCpusFigures(one);
  EXPECT_EQ(figures.error, "labels must be class numbers from 0 to 1 for the metric f1");
}

INSTANTIATE_TEST_SUITE_P(Objectives, DeviceMetricsOf, ::testing::ValuesIn(NativeObjectives()),
                         [](const auto& objective) {
                           std::string name = objective.param;
                           std::replace(name.begin(), name.end(), ':', '_');
                           return name;
                         });

TEST(DeviceMetrics, TogetherTheyKeepTheirOrder) {
  NativeCase one = CaseOf("binary:logistic", true);
  one.params.eval_metric = {"auc", "logloss", "error@0.3", "f1", "accuracy", "aucpr", "rmse"};
  EXPECT_EQ(ExpectTheCpusFigures(one).metrics.size(), 2U * 2U * 7U);
  one.has_validation = false;
  EXPECT_EQ(ExpectTheCpusFigures(one).channel, "train");
}

TEST(DeviceMetrics, PredictionsAreTheBestRoundsWhereTrainingStopsEarly) {
  for (const std::string objective : {"binary:logistic", "multi:softprob"}) {
    SCOPED_TRACE(objective);
    NativeCase one = CaseOf(objective, false);
    one.params.num_round = 40;
    one.params.tree.eta = 1.0;  // overfits soon
    one.params.tree.max_depth = 8;
    one.params.early_stopping_rounds = 2;
    const Figures figures = ExpectTheCpusFigures(one);
    EXPECT_LT(figures.metrics.size(), 2U * 40U) << "never stopped";
    EXPECT_FALSE(figures.predictions.empty());
  }
}

TEST(DeviceMetrics, NoRowDataComeBackForThem) {
  NativeCase one = CaseOf("binary:logistic", true);
  one.params.eval_metric = {"logloss", "error", "f1", "auc", "aucpr"};
  one.params.tree.max_depth = 1;
  const auto bytes_of = [&](int rounds) {
    one.params.num_round = rounds;
    HostExecutor executor;
    EXPECT_EQ(FiguresOf(one, &executor).error, "");
    return executor.downloaded_bytes();
  };
  const std::uint64_t margins = 4 * (one.train.row_count + one.validation.row_count);
  const std::uint64_t first = bytes_of(1);  // with the predictions at the end
  EXPECT_GT(first, margins);
  EXPECT_LT(bytes_of(9) - first, margins) << "eight rounds more";
}

}  // namespace
}  // namespace boostyard::testing
