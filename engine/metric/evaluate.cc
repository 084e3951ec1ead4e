#include "engine/base/error_table.h"
#include "engine/metric/families.h"
#include "engine/metric/from_sums.h"
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
  const MetricSource source = SourceOf(metric.info->id);
  if (!inputs.margins.empty() && source != MetricSource::kRowSum) {
    TransformForMetrics(*inputs.objective, inputs.margins, inputs.made, inputs.threads);
  }
  switch (source) {
    case MetricSource::kOrder:
      return EvaluateRankingCurve(metric.info->id, inputs);
    case MetricSource::kClassSum:
      return EvaluateMulticlass(metric.info->id, inputs);
    case MetricSource::kCounts:
      return EvaluateClassification(metric, inputs);
    case MetricSource::kRowSum:
      break;
  }
  if (metric.info->id == MetricId::kR2) return EvaluateR2(inputs);
  return EvaluateElementwise(metric, inputs);
}

}  // namespace boostyard
