// Metrics: what can be asked for, what it means, and its value.
//
// A metric is a struct in the header of its family, with one row in list.h; from that come the
// allowed values, the direction for early stopping, the task check and the tests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/objective/objective.h"
#include "engine/params.h"

namespace boostyard {

// The order of kMetricTable.
enum class MetricId : std::uint8_t {
  kAccuracy,
  kAftNloglik,
  kAuc,
  kAucpr,
  kBalancedAccuracy,
  kCoxNloglik,
  kError,
  kF1,
  kF1Binary,
  kF1Macro,
  kGammaDeviance,
  kGammaNloglik,
  kIntervalRegressionAccuracy,
  kLogloss,
  kMae,
  kMap,
  kMape,
  kMerror,
  kMlogloss,
  kMphe,
  kMse,
  kNdcg,
  kPoissonNloglik,
  kPrecision,
  kPrecisionMacro,
  kPrecisionMicro,
  kR2,
  kRecall,
  kRecallMacro,
  kRecallMicro,
  kRmse,
  kRmsle,
  kTweedieNloglik,
  kCount,
};

// What may follow the name after '@'.
enum class MetricArgument : std::uint8_t { kNone, kThreshold, kTopCount };

// A set of tasks, as bits 1 << Task.
using TaskSet = std::uint8_t;
constexpr TaskSet SetOf(Task task) {
  return static_cast<TaskSet>(1U << static_cast<unsigned>(task));
}

// What is known of a metric by its base name.
struct MetricInfo {
  MetricId id;
  std::string_view name;
  std::string_view summary;
  bool is_maximised;
  bool is_xgboost;  // one of XGBoost's own: weighted by the row weights
  bool is_custom;   // of the reference container's own: alone, it leaves the objective's default on
  bool is_native;   // Evaluate computes it; otherwise only XGBoost does
  MetricArgument argument;
  TaskSet tasks;  // for which kinds of objective it is defined
};

// One metric as asked for.
struct MetricSpec {
  std::string name;                // as printed, the argument in six digits: "error@0.8"
  std::optional<double> argument;  // after '@'
  const MetricInfo* info = nullptr;

  bool is_maximised() const { return info->is_maximised; }
  bool is_native() const { return info->is_native; }
};

// All metrics, in alphabetical order.
std::span<const MetricInfo> Metrics();

// Reads one metric name, e.g. " error@0.8 ". Errors: kHyperparamBadValue with the nearest name.
Result<MetricSpec> ParseMetric(std::string_view text);

// Whether a metric is defined for an objective. Errors: kHyperparamConflict. An unknown objective
// passes: somebody else reports it.
Status CheckMetricFor(const MetricSpec& metric, const ObjectiveParams& objective);

// The metric that XGBoost prints for an objective if nothing is asked for; XGBoost's names,
// including "tweedie-nloglik@1.5" and "ndcg@32".
MetricSpec DefaultMetric(const ObjectiveParams& objective);

// What each round prints, in order and without repetitions: the objective's default first when
// nothing or only custom metrics are asked for, then eval_metric, then the tuning metric. Errors:
// those of ParseMetric and CheckMetricFor, all together.
Result<std::vector<MetricSpec>> MetricsToReport(const TrainParams& params);

// Memory that evaluations reuse from round to round. Not to be shared by two threads.
struct MetricScratch {
  std::vector<std::uint64_t> keys;
  std::vector<std::uint64_t> sorted;
};

// What a metric is computed from. All spans are borrowed for the call.
struct MetricInputs {
  const ObjectiveParams* objective = nullptr;
  std::span<const float> labels;
  std::span<const float> weights;  // one per row, or empty: all 1
  // What TransformForMetrics makes of the margins: output_count values per row, row-major;
  // probabilities for all classifiers (also multi:softmax and binary:logitraw).
  std::span<const float> predictions;
  int output_count = 1;
  // If not empty (output_count 1): the predictions' margins, not transformed yet. Evaluate does so,
  // into `made`, which is where `predictions` lie: a sum over rows block by block on its way, so
  // that each is read while it is in the nearest cache.
  std::span<const float> margins = {};
  std::span<float> made = {};
  int threads = 1;
  MetricScratch* scratch = nullptr;  // optional
};

// The value of a metric over all rows; the same bits for any thread count. NaN where it is not
// defined (auc with one class only). Errors: kUser where labels and metric do not fit, kInternal
// for a metric that is not native.
Result<double> Evaluate(const MetricSpec& metric, const MetricInputs& inputs);

}  // namespace boostyard
