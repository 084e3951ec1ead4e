// multi:softmax: several classes, predicts the number of the likeliest; see softmax.h.
#pragma once

#include "engine/objective/softmax.h"

namespace boostyard {

struct MultiSoftmax : SoftmaxLoss {
  static constexpr std::string_view kName = "multi:softmax";
  static constexpr std::string_view kSummary = "several classes, predicts the class number";

  static MultiSoftmax From(const auto&) { return {}; }

  // The first class with the largest margin, written to the row's first output; the others stay.
  BOOSTYARD_HD void Transform(float* margins, int stride, int classes) const {
    int best = 0;
    for (int k = 1; k < classes; ++k) {
      if (margins[k * stride] > margins[best * stride]) best = k;
    }
    margins[0] = static_cast<float>(best);
  }
};

}  // namespace boostyard
