// multi:softprob: several classes, predicts the probability of each; see softmax.h.
#pragma once

#include "engine/objective/softmax.h"

namespace boostyard {

struct MultiSoftprob : SoftmaxLoss {
  static constexpr std::string_view kName = "multi:softprob";
  static constexpr std::string_view kSummary = "several classes, predicts a probability for each";

  static MultiSoftprob From(const auto&) { return {}; }

  // The margins of one row to probabilities, in place.
  BOOSTYARD_HD void Transform(float* margins, int stride, int classes) const {
    const SoftmaxRow row = Prepare(margins, stride, classes);
    for (int k = 0; k < classes; ++k) {
      margins[k * stride] = Exp(margins[k * stride] - row.max) / row.sum;
    }
  }
};

}  // namespace boostyard
