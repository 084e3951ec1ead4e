// reg:linear: the old name of reg:squarederror; the model file says the new one.
#pragma once

#include "engine/objective/reg_squarederror.h"

namespace boostyard {

struct RegLinear : RegSquaredError {
  static constexpr std::string_view kName = "reg:linear";
  static constexpr std::string_view kModelName = RegSquaredError::kName;
  static constexpr std::string_view kSummary = "old name of reg:squarederror";

  static RegLinear From(const auto& params) { return {RegSquaredError::From(params)}; }
};

}  // namespace boostyard
