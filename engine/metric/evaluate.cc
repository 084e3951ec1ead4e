#include "engine/base/error_table.h"
#include "engine/metric/families.h"
#include "engine/metric/metric.h"
#include "engine/objective/objectives.h"

namespace boostyard {

Result<double> Evaluate(const MetricSpec& metric, const MetricInputs& inputs) {
  // Ranking metrics go by query group, which only XGBoost's trainer knows.
  const ObjectiveInfo* const objective = FindObjective(inputs.objective->name);
  const bool is_ranking = objective != nullptr && objective->task == Task::kRanking;
  if (!metric.is_native() || is_ranking) {
    return MakeError(ErrorId::kInternal, "the metric " + metric.name + " for " +
                                             inputs.objective->name +
                                             " is computed by XGBoost alone");
  }
  BOOSTYARD_RETURN_IF_ERROR(CheckMetricFor(metric, *inputs.objective));
  switch (metric.info->id) {
    case MetricId::kAuc:
    case MetricId::kAucpr:
      return EvaluateRankingCurve(metric.info->id, inputs);
    case MetricId::kMlogloss:
    case MetricId::kMerror:
      return EvaluateMulticlass(metric.info->id, inputs);
    case MetricId::kR2:
      return EvaluateR2(inputs);
    case MetricId::kAccuracy:
    case MetricId::kBalancedAccuracy:
    case MetricId::kF1:
    case MetricId::kF1Binary:
    case MetricId::kF1Macro:
    case MetricId::kPrecision:
    case MetricId::kPrecisionMacro:
    case MetricId::kPrecisionMicro:
    case MetricId::kRecall:
    case MetricId::kRecallMacro:
    case MetricId::kRecallMicro:
      return EvaluateClassification(metric, inputs);
    default:
      return EvaluateElementwise(metric, inputs);
  }
}

}  // namespace boostyard
