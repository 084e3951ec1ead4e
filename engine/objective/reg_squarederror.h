// reg:squarederror: regression, squared error.
//
//   L = (m - y)^2 / 2     dL/dm = m - y     d2L/dm2 = 1
// Like XGBoost's, it multiplies rows whose label is exactly 1 by scale_pos_weight.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RegSquaredError : IdentityLink {
  static constexpr std::string_view kName = "reg:squarederror";
  static constexpr std::string_view kSummary = "regression, squared error";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "rmse";
  static constexpr LabelRule kLabels{-kNoLimit, kNoLimit, false, false, "finite numbers"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kRegLoss;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kMean;

  static RegSquaredError From(const auto& params) {
    RegSquaredError objective;
    objective.scale_pos_weight = static_cast<float>(params.scale_pos_weight);
    return objective;
  }

  BOOSTYARD_HD GradPair Gradient(float margin, float label) const {
    const float weight = label == 1.0F ? scale_pos_weight : 1.0F;
    return {(margin - label) * weight, weight};
  }

  BOOSTYARD_HD double Loss(double margin, double label) const {
    const double weight = label == 1.0 ? static_cast<double>(scale_pos_weight) : 1.0;
    return 0.5 * weight * (margin - label) * (margin - label);
  }

  float scale_pos_weight = 1.0F;
};

}  // namespace boostyard
