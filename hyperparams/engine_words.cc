#include "hyperparams/engine_words.h"

#include "engine/base/error_table.h"
#include "engine/metric/metric.h"
#include "engine/objective/objectives.h"
#include "hyperparams/text.h"

namespace boostyard::hyperparams {

std::vector<std::string_view> ObjectiveNames() {
  std::vector<std::string_view> names;
  for (const ObjectiveInfo& objective : Objectives()) names.push_back(objective.name);
  return names;
}

std::vector<std::string_view> MetricNames() {
  std::vector<std::string_view> names;
  for (const MetricInfo& metric : Metrics()) names.push_back(metric.name);
  return names;
}

Result<std::string> CanonicalMetric(std::string_view text) {
  BOOSTYARD_ASSIGN_OR_RETURN(MetricSpec metric, ParseMetric(text));
  return std::move(metric.name);
}

Result<std::string> CanonicalTuningMetric(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view channel = Trim(text.substr(0, colon));
  if (colon == std::string_view::npos || (channel != "validation" && channel != "train")) {
    return MakeError(ErrorId::kHyperparamBadValue, Shown(text) + " does not name a channel",
                     "write validation: or train: and a metric, e.g. validation:auc");
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const std::string metric, CanonicalMetric(text.substr(colon + 1)));
  return std::string(channel) + ":" + metric;
}

}  // namespace boostyard::hyperparams
