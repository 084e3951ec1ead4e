// reg:logistic: regression of a share in [0,1], predicts a probability; see logistic_loss.h.
#pragma once

#include "engine/objective/logistic_loss.h"

namespace boostyard {

struct RegLogistic : LogisticLoss {
  static constexpr std::string_view kName = "reg:logistic";
  static constexpr std::string_view kSummary =
      "regression of a share in [0,1], predicts a probability";
  static constexpr Task kTask = Task::kRegression;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "rmse";

  static RegLogistic From(const auto& params) {
    RegLogistic objective;
    objective.scale_pos_weight = static_cast<float>(params.scale_pos_weight);
    return objective;
  }
};

}  // namespace boostyard
