// What the native engine trains.
#include <utility>

#include "engine/boost/train_native.h"
#include "engine/metric/metric.h"
#include "engine/objective/objectives.h"

namespace boostyard {

std::optional<std::string> WhyNotNative(const TrainParams& params, bool has_query_ids) {
  const ObjectiveInfo* objective = FindObjective(params.objective.name);
  if (params.booster == Booster::kGblinear) return "booster=gblinear";
  if (params.booster == Booster::kDart) return "booster=dart";
  if (objective == nullptr || !objective->is_native) return "objective=" + params.objective.name;
  if (params.tree.tree_method == TreeMethod::kExact) return "tree_method=exact";
  if (params.tree.tree_method == TreeMethod::kApprox) return "tree_method=approx";
  if (params.sample.sampling_method == SamplingMethod::kGradientBased) {
    return "sampling_method=gradient_based";
  }
  if (params.tree.max_bin < 2 || params.tree.max_bin > 65536) return "max_bin outside 2 to 65,536";
  if (has_query_ids) return "ranking groups";
  for (const auto& [name, value] : params.xgboost_settings) {
    if (name == "updater" || name == "process_type") return name + "=" + value;
  }
  Result<std::vector<MetricSpec>> metrics = MetricsToReport(params);
  if (!metrics.ok()) return std::nullopt;  // an error of its own, reported by the training
  for (const MetricSpec& metric : *metrics) {
    if (!metric.is_native()) return "eval_metric=" + metric.name;
  }
  return std::nullopt;
}

}  // namespace boostyard
