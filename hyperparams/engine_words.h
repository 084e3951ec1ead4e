// The names of the engine's objectives and metrics as words of stanzas. The lists themselves are
// the engine's: engine/objective/list.h and engine/metric/list.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace boostyard::hyperparams {

std::vector<std::string_view> ObjectiveNames();

// All metrics, without arguments.
std::vector<std::string_view> MetricNames();

// A metric as the engine names it, with its argument: "error@0.8". Errors: kHyperparamBadValue.
Result<std::string> CanonicalMetric(std::string_view text);

// The same behind the name of a channel: "validation:error@0.8", "train:rmse".
Result<std::string> CanonicalTuningMetric(std::string_view text);

}  // namespace boostyard::hyperparams
