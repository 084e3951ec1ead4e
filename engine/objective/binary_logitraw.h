// binary:logitraw: two classes, predicts the margin (log odds); see logistic_loss.h.
#pragma once

#include "engine/objective/logistic_loss.h"

namespace boostyard {

struct BinaryLogitRaw : LogisticLoss {
  static constexpr std::string_view kName = "binary:logitraw";
  static constexpr std::string_view kSummary = "two classes, predicts the margin (log odds)";
  static constexpr Task kTask = Task::kBinary;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "logloss";

  static BinaryLogitRaw From(const auto& params) {
    BinaryLogitRaw objective;
    objective.scale_pos_weight = static_cast<float>(params.scale_pos_weight);
    return objective;
  }

  // The prediction is the bare margin, and XGBoost takes the base score as one too: as it stands,
  // though it estimates the mean of the labels.
  BOOSTYARD_HD float Transform(float margin) const { return margin; }
  BOOSTYARD_HD float ToMargin(float base_score) const { return base_score; }
  BOOSTYARD_HD float FromMargin(float margin) const { return margin; }
};

}  // namespace boostyard
