// reg:gamma: regression of positive amounts, Gamma distribution.
//
//   mean e^m     L = y e^-m + m     dL/dm = 1 - y e^-m     d2L/dm2 = y e^-m
// Like XGBoost's, it multiplies rows whose label is exactly 1 by scale_pos_weight.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RegGamma : LogLink {
  static constexpr std::string_view kName = "reg:gamma";
  static constexpr std::string_view kSummary = "regression of positive amounts, Gamma distribution";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "gamma-deviance";
  static constexpr LabelRule kLabels{0.0, kNoLimit, true, false, "greater than 0"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kRegLoss;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kMean;

  static RegGamma From(const auto& params) {
    RegGamma objective;
    objective.scale_pos_weight = static_cast<float>(params.scale_pos_weight);
    return objective;
  }

  BOOSTYARD_HD GradPair Gradient(float margin, float label) const {
    const float weight = label == 1.0F ? scale_pos_weight : 1.0F;
    const float ratio = label / Exp(margin);
    return {(1.0F - ratio) * weight, ratio * weight};
  }

  BOOSTYARD_HD double Loss(double margin, double label) const {
    const double weight = label == 1.0 ? static_cast<double>(scale_pos_weight) : 1.0;
    return weight * (label * Exp(-margin) + margin);
  }

  float scale_pos_weight = 1.0F;
};

}  // namespace boostyard
