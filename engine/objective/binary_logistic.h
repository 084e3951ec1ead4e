// binary:logistic: two classes, predicts the probability of class 1; see logistic_loss.h.
#pragma once

#include "engine/objective/logistic_loss.h"

namespace boostyard {

struct BinaryLogistic : LogisticLoss {
  static constexpr std::string_view kName = "binary:logistic";
  static constexpr std::string_view kSummary = "two classes, predicts the probability of class 1";
  static constexpr Task kTask = Task::kBinary;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "logloss";

  static BinaryLogistic From(const auto& params) {
    BinaryLogistic objective;
    objective.scale_pos_weight = static_cast<float>(params.scale_pos_weight);
    return objective;
  }
};

}  // namespace boostyard
