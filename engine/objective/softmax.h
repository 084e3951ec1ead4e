// Cross entropy over classes; shared by multi:softmax and multi:softprob.
//
//   p_k = e^(m_k) / sum_j e^(m_j)     L = -log p_y
//   dL/dm_k = p_k - [k = y]           hessian taken as 2 p_k (1 - p_k), at least 1e-16: an upper
//   bound
//                                     of the diagonal's effect over all classes, as in XGBoost
// A row's margins lie `stride` floats apart.
#pragma once

#include "engine/base/math.h"
#include "engine/objective/objective.h"

namespace boostyard {

// What the gradients of all classes of one row share: p_k = Exp(m_k - max) / sum.
struct SoftmaxRow {
  float max;
  float sum;
};

struct SoftmaxLoss {
  static constexpr Task kTask = Task::kMulticlass;
  static constexpr bool kIsNative = true;
  static constexpr std::string_view kDefaultMetric = "mlogloss";
  static constexpr LabelRule kLabels{0.0, kNoLimit, false, true, "class numbers in [0,num_class)"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kSoftmax;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  BOOSTYARD_HD SoftmaxRow Prepare(const float* margins, int stride, int classes) const {
    float max = margins[0];
    for (int k = 1; k < classes; ++k) max = margins[k * stride] > max ? margins[k * stride] : max;
    double sum = 0.0;
    for (int k = 0; k < classes; ++k) sum += static_cast<double>(Exp(margins[k * stride] - max));
    return {max, static_cast<float>(sum)};
  }

  // The gradient of one class of a prepared row.
  BOOSTYARD_HD GradPair Gradient(const SoftmaxRow& row, float margin, bool is_label) const {
    const float p = Exp(margin - row.max) / row.sum;
    const float hess = 2.0F * p * (1.0F - p);
    return {is_label ? p - 1.0F : p, hess > 1e-16F ? hess : 1e-16F};
  }

  // The gradient of class `k`; the same bits as the above. Quadratic in the classes if asked for
  // all.
  BOOSTYARD_HD GradPair Gradient(const float* margins, int stride, int classes, int label,
                                 int k) const {
    return Gradient(Prepare(margins, stride, classes), margins[k * stride], k == label);
  }

  BOOSTYARD_HD double Loss(const double* margins, int classes, int label) const {
    double sum = 0.0;
    for (int k = 0; k < classes; ++k) sum += Exp(margins[k] - margins[label]);
    return Log(sum);
  }
};

}  // namespace boostyard
