// count:poisson: counts, Poisson distribution, predicts the mean.
//
//   mean e^m     L = e^m - y m     dL/dm = e^m - y     d2L/dm2 = e^m
// XGBoost takes e^(m + max_delta_step) for the hessian: the largest that the curvature can become
// within one step, so that a step cannot overshoot.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct CountPoisson : LogLink {
  static constexpr std::string_view kName = "count:poisson";
  static constexpr std::string_view kSummary = "counts, Poisson distribution, predicts the mean";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "poisson-nloglik";
  static constexpr LabelRule kLabels{0.0, kNoLimit, false, false, "0 or greater"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kPoisson;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kMean;

  static CountPoisson From(const auto& params) {
    CountPoisson objective;
    objective.max_delta_step = static_cast<float>(params.max_delta_step);
    return objective;
  }

  BOOSTYARD_HD GradPair Gradient(float margin, float label) const {
    return {Exp(margin) - label, Exp(margin + max_delta_step)};
  }

  BOOSTYARD_HD double Loss(double margin, double label) const {
    return Exp(margin) - label * margin;
  }

  float max_delta_step = 0.7F;
};

}  // namespace boostyard
