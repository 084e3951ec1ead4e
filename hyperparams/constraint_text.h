// The two small grammars of constraints.
//   signs:  (1,0,-1)  [1,0,-1]  1,0,-1        numbers in a tuple, a JSON list or bare
//   groups: [[0,1],[2,3]]                     also with round brackets
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hyperparams/spec.h"

namespace boostyard::hyperparams {

// Nothing for text that is not of the grammar. "()" and "[]" are empty lists; a group is never
// empty.
std::optional<Signs> ParseSigns(std::string_view text);
std::optional<FeatureGroups> ParseFeatureGroups(std::string_view text);

// The spelling that XGBoost reads.
std::string PrintSigns(const Signs& signs);
std::string PrintFeatureGroups(const FeatureGroups& groups);

}  // namespace boostyard::hyperparams
