// reg:absoluteerror: regression, absolute error.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RegAbsoluteError : IdentityLink {
  static constexpr std::string_view kName = "reg:absoluteerror";
  static constexpr std::string_view kSummary = "regression, absolute error";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = false;
  static constexpr std::string_view kDefaultMetric = "mae";
  static constexpr LabelRule kLabels{-kNoLimit, kNoLimit, false, false, "finite numbers"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kNone;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  static RegAbsoluteError From(const auto&) { return {}; }
};

}  // namespace boostyard
