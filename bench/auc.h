// The area under the ROC curve by ranks, plainly: the judge of all contenders.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

namespace boostyard::bench {

// Equal scores count half. Labels are 0 or 1; without both kinds the result is 0.5.
inline double AreaUnderCurve(const std::vector<float>& scores, const std::vector<float>& labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double negatives = 0.0;
  double positives = 0.0;
  double area = 0.0;
  for (std::size_t i = 0; i < order.size();) {
    double ones = 0.0;
    double zeros = 0.0;
    const float score = scores[order[i]];
    for (; i < order.size() && scores[order[i]] == score; ++i) {
      (labels[order[i]] > 0.5F ? ones : zeros) += 1.0;
    }
    area += ones * (negatives + zeros / 2.0);
    positives += ones;
    negatives += zeros;
  }
  return positives > 0.0 && negatives > 0.0 ? area / (positives * negatives) : 0.5;
}

}  // namespace boostyard::bench
