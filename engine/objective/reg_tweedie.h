// reg:tweedie: regression of amounts with many zeros, Tweedie distribution.
//
//   mean e^m, power r in (1,2)     L = -y e^((1-r) m) / (1-r) + e^((2-r) m) / (2-r)
//   dL/dm = -y e^((1-r) m) + e^((2-r) m)
//   d2L/dm2 = -(1-r) y e^((1-r) m) + (2-r) e^((2-r) m)
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RegTweedie : LogLink {
  static constexpr std::string_view kName = "reg:tweedie";
  static constexpr std::string_view kSummary =
      "regression of amounts with many zeros, Tweedie distribution";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "tweedie-nloglik";
  static constexpr LabelRule kLabels{0.0, kNoLimit, false, false, "0 or greater"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kTweedie;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kMean;

  static RegTweedie From(const auto& params) {
    RegTweedie objective;
    objective.tweedie_variance_power = static_cast<float>(params.tweedie_variance_power);
    return objective;
  }

  BOOSTYARD_HD GradPair Gradient(float margin, float label) const {
    const float a = 1.0F - tweedie_variance_power;
    const float b = 2.0F - tweedie_variance_power;
    const float label_part = label * Exp(a * margin);
    const float mean_part = Exp(b * margin);
    return {mean_part - label_part, b * mean_part - a * label_part};
  }

  BOOSTYARD_HD double Loss(double margin, double label) const {
    const double a = 1.0 - static_cast<double>(tweedie_variance_power);
    const double b = 2.0 - static_cast<double>(tweedie_variance_power);
    return Exp(b * margin) / b - label * Exp(a * margin) / a;
  }

  float tweedie_variance_power = 1.5F;
};

}  // namespace boostyard
