// reg:squaredlogerror: regression, squared error of log(1 + y).
//
//   d = log(1 + m) - log(1 + y)     L = d^2 / 2
//   dL/dm = d / (1 + m)             d2L/dm2 = (1 - d) / (1 + m)^2, at least 1e-6
// Margins are taken as at least -1 + 1e-6, as in XGBoost.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RegSquaredLogError : IdentityLink {
  static constexpr std::string_view kName = "reg:squaredlogerror";
  static constexpr std::string_view kSummary = "regression, squared error of log(1 + y)";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "rmsle";
  static constexpr LabelRule kLabels{-1.0, kNoLimit, true, false, "greater than -1"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kNone;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kNewton;

  static RegSquaredLogError From(const auto&) { return {}; }

  BOOSTYARD_HD GradPair Gradient(float margin, float label) const {
    const float m = margin > kLowest ? margin : kLowest;
    const float difference = Log1p(m) - Log1p(label);
    const float one_plus = m + 1.0F;
    const float hess = (1.0F - difference) / (one_plus * one_plus);
    return {difference / one_plus, hess > 1e-6F ? hess : 1e-6F};
  }

  BOOSTYARD_HD double Loss(double margin, double label) const {
    const double difference = Log1p(margin) - Log1p(label);
    return 0.5 * difference * difference;
  }

  static constexpr float kLowest = -0.999999F;
};

}  // namespace boostyard
