// Cross entropy of a Bernoulli label; shared by the three logistic objectives.
//
//   p = 1 / (1 + e^-m)     L = -y log p - (1 - y) log(1 - p) = log(1 + e^m) - y m
//   dL/dm = p - y          d2L/dm2 = p (1 - p)
// scale_pos_weight multiplies rows with label 1; the hessian is at least 1e-16 before that, as in
// XGBoost.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct LogisticLoss : LogitLink {
  static constexpr LabelRule kLabels{0.0, 1.0, false, false, "in [0,1]"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kRegLoss;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kMean;

  BOOSTYARD_HD GradPair Gradient(float margin, float label) const {
    const float p = Sigmoid(margin);
    const float weight = label == 1.0F ? scale_pos_weight : 1.0F;
    const float curvature = p * (1.0F - p);
    return {(p - label) * weight, (curvature > 1e-16F ? curvature : 1e-16F) * weight};
  }

  BOOSTYARD_HD double Loss(double margin, double label) const {
    const double positive = margin > 0.0 ? margin : 0.0;
    const double negative = margin > 0.0 ? -margin : margin;
    const double weight = label == 1.0 ? static_cast<double>(scale_pos_weight) : 1.0;
    return weight * (positive + Log1p(Exp(negative)) - label * margin);
  }

  float scale_pos_weight = 1.0F;
};

}  // namespace boostyard
