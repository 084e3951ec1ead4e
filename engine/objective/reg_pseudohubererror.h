// reg:pseudohubererror: regression, squared near 0 and absolute far away.
//
//   z = m - y, s the slope, q = sqrt(1 + z^2 / s^2)     L = s^2 (q - 1)
//   dL/dm = z / q     d2L/dm2 = 1 / q^3 = s^2 / ((s^2 + z^2) q)
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RegPseudoHuberError : IdentityLink {
  static constexpr std::string_view kName = "reg:pseudohubererror";
  static constexpr std::string_view kSummary = "regression, squared near 0 and absolute far away";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "mphe";
  static constexpr LabelRule kLabels{-kNoLimit, kNoLimit, false, false, "finite numbers"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kPseudoHuber;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kNewton;

  static RegPseudoHuberError From(const auto& params) {
    RegPseudoHuberError objective;
    objective.huber_slope = static_cast<float>(params.huber_slope);
    return objective;
  }

  BOOSTYARD_HD GradPair Gradient(float margin, float label) const {
    const float z = margin - label;
    const float slope_square = huber_slope * huber_slope;
    const float root = Sqrt(1.0F + z * z / slope_square);
    return {z / root, slope_square / ((slope_square + z * z) * root)};
  }

  BOOSTYARD_HD double Loss(double margin, double label) const {
    const auto slope = static_cast<double>(huber_slope);
    const double z = (margin - label) / slope;
    return slope * slope * (Sqrt(1.0 + z * z) - 1.0);
  }

  float huber_slope = 1.0F;
};

}  // namespace boostyard
