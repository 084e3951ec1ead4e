// What makes a split legal and good: gain, leaf weight, bounds. Shared by every backend; the
// formulas are XGBoost's (src/tree/param.h and split_evaluator.h of its 3.x sources), computed in
// double, in one written order.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/tree/split_candidate.h"

namespace boostyard {

// Regularisation in real units, and the scales that turn quanta into them (powers of two: exact).
struct SplitRules {
  double lambda = 1.0;
  double alpha = 0.0;
  double min_child_weight = 1.0;
  double max_delta_step = 0.0;   // 0: no limit
  double grad_unit = 1.0;        // value of one quantum of gradient
  double hess_unit = 1.0;        // value of one quantum of hessian
  bool has_monotone = false;     // some feature is constrained: gains are those of bounded weights
  bool is_rounded = false;       // sums are of rounded gradients: see split_contest.h
  double min_loss_change = 0.0;  // splits that gain less are not carried out
};

// Where a node's weight may lie (monotone constraints).
struct WeightBounds {
  float lower = -__builtin_inff();
  float upper = __builtin_inff();
};

BOOSTYARD_HD double SoftThreshold(double grad, double alpha) {
  if (grad > alpha) return grad - alpha;
  if (grad < -alpha) return grad + alpha;
  return 0.0;
}

// The weight that minimises the node's objective: -T(G) / (H + lambda), limited by max_delta_step
// and by the bounds; 0 for a node lighter than min_child_weight.
BOOSTYARD_HD double NodeWeight(const SplitRules& rules, double grad, double hess,
                               const WeightBounds& bounds) {
  double weight = 0.0;
  if (hess >= rules.min_child_weight && hess > 0.0) {
    weight = -SoftThreshold(grad, rules.alpha) / (hess + rules.lambda);
    if (rules.max_delta_step > 0.0) {
      if (weight > rules.max_delta_step) weight = rules.max_delta_step;
      if (weight < -rules.max_delta_step) weight = -rules.max_delta_step;
    }
  }
  if (rules.has_monotone) {
    if (weight < static_cast<double>(bounds.lower)) weight = static_cast<double>(bounds.lower);
    if (weight > static_cast<double>(bounds.upper)) weight = static_cast<double>(bounds.upper);
  }
  return weight;
}

// Twice the reduction of the objective by a node of that weight (no factor 1/2, as in XGBoost).
BOOSTYARD_HD double NodeGainAtWeight(const SplitRules& rules, double grad, double hess,
                                     double weight) {
  if (hess <= 0.0) return 0.0;
  if (rules.max_delta_step == 0.0 && !rules.has_monotone) {
    const double thresholded = SoftThreshold(grad, rules.alpha);
    return thresholded * thresholded / (hess + rules.lambda);
  }
  // As XGBoost up to 3.3: no term for alpha here (3.4 adds it).
  return -(2.0 * grad * weight + (hess + rules.lambda) * (weight * weight));
}

BOOSTYARD_HD double NodeGain(const SplitRules& rules, double grad, double hess,
                             const WeightBounds& bounds) {
  return NodeGainAtWeight(rules, grad, hess, NodeWeight(rules, grad, hess, bounds));
}

// Whether gains are plain G^2 / (H + lambda): the case that kernels vectorise.
BOOSTYARD_HD bool IsPlain(const SplitRules& rules) {
  return rules.alpha == 0.0 && rules.max_delta_step == 0.0 && !rules.has_monotone;
}

// The gain of the two children, or false if the split is not allowed. `monotone` is -1, 0 or 1.
BOOSTYARD_HD bool SplitGain(const SplitRules& rules, const GradSums& left, const GradSums& right,
                            int monotone, const WeightBounds& bounds, double* gain) {
  const double left_hess = static_cast<double>(left.hess) * rules.hess_unit;
  const double right_hess = static_cast<double>(right.hess) * rules.hess_unit;
  if (left_hess < rules.min_child_weight || right_hess < rules.min_child_weight) return false;
  const double left_grad = static_cast<double>(left.grad) * rules.grad_unit;
  const double right_grad = static_cast<double>(right.grad) * rules.grad_unit;
  const double left_weight = NodeWeight(rules, left_grad, left_hess, bounds);
  const double right_weight = NodeWeight(rules, right_grad, right_hess, bounds);
  if (monotone > 0 && left_weight > right_weight) return false;
  if (monotone < 0 && left_weight < right_weight) return false;
  *gain = NodeGainAtWeight(rules, left_grad, left_hess, left_weight) +
          NodeGainAtWeight(rules, right_grad, right_hess, right_weight);
  return true;
}

}  // namespace boostyard
