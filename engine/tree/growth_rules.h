// What decides how a tree grows: which nodes are split, what children inherit, which leaves need
// exact sums. One text for the grower of the host (tree_grower.h) and for that of the device.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/base/hd.h"
#include "engine/tree/split_candidate.h"
#include "engine/tree/split_rules.h"

namespace boostyard {

inline constexpr float kMinLossChange = 1e-6F;  // XGBoost's kRtEps

// What a leaf's value comes from, where gradients are of the 16-bit form.
enum class LeafSums {
  kQuanta,  // their sums, exact ones only where a thousandth of the value could be wrong
  kExact,   // always exact sums
};

// Rules and limits of a tree.
struct GrowthRules {
  SplitRules split;
  float gamma = 0.0F;
  float eta = 0.3F;             // divided by the parallel trees
  std::int32_t max_depth = 6;   // 0: no limit
  std::int32_t max_leaves = 0;  // 0: no limit
  LeafSums leaf_sums = LeafSums::kQuanta;

  BOOSTYARD_HD bool IsTooDeep(int depth) const { return max_depth > 0 && depth >= max_depth; }
  BOOSTYARD_HD bool MayChildrenSplit(int depth) const { return !IsTooDeep(depth + 1); }
};

// Sums of quanta in real units.
BOOSTYARD_HD double GradOf(const SplitRules& rules, const GradSums& sums) {
  return static_cast<double>(sums.grad) * rules.grad_unit;
}
BOOSTYARD_HD double HessOf(const SplitRules& rules, const GradSums& sums) {
  return static_cast<double>(sums.hess) * rules.hess_unit;
}

// The same rules with other units, for sums of exact gradients.
BOOSTYARD_HD SplitRules WithUnits(SplitRules rules, double grad_unit, double hess_unit) {
  rules.grad_unit = grad_unit;
  rules.hess_unit = hess_unit;
  rules.is_rounded = false;
  return rules;
}

// What the best split of a node gains; 0 where there is none.
BOOSTYARD_HD float LossChangeOf(const SplitCandidate& best, double floor_gain) {
  return best.exists() ? static_cast<float>(best.gain - floor_gain) : 0.0F;
}

BOOSTYARD_HD bool IsWorthSplitting(const SplitCandidate& best, float loss_change, float gamma) {
  return best.exists() && loss_change > kMinLossChange && loss_change >= gamma;
}

// A node's weight before eta; `bounds` are its parent's.
BOOSTYARD_HD float WeightOf(const SplitRules& rules, const GradSums& sums,
                            const WeightBounds& bounds) {
  return static_cast<float>(NodeWeight(rules, GradOf(rules, sums), HessOf(rules, sums), bounds));
}

// That of a node other than the root: split off, it was heavy enough, whatever exact sums say.
BOOSTYARD_HD float ExactWeightOf(SplitRules exact_rules, bool is_root, const GradSums& sums,
                                 const WeightBounds& bounds) {
  if (!is_root) exact_rules.min_child_weight = 0.0;
  return WeightOf(exact_rules, sums, bounds);
}

// The rows of a child that nobody counts, by its share of the hessian.
BOOSTYARD_HD std::uint64_t GuessRows(std::uint64_t parent_rows, const GradSums& parent,
                                     const GradSums& child) {
  if (child.hess <= 0 || child.hess >= parent.hess) return parent_rows;
  const double share = static_cast<double>(child.hess) / static_cast<double>(parent.hess);
  return static_cast<std::uint64_t>(share * static_cast<double>(parent_rows)) + 1;
}

// Bounds of the children's own children: those of a monotone split may not cross the middle of the
// two weights. `direction` is the split feature's constraint.
BOOSTYARD_HD void SetChildBounds(int direction, float left_weight, float right_weight,
                                 const WeightBounds& parent, WeightBounds& left,
                                 WeightBounds& right) {
  left = parent;
  right = parent;
  const float middle = (left_weight + right_weight) / 2.0F;
  if (direction > 0) {
    left.upper = middle;
    right.lower = middle;
  } else if (direction < 0) {
    left.lower = middle;
    right.upper = middle;
  }
}

// Whether rounding may have moved a leaf's weight by more than a thousandth: that has a standard
// deviation of 0.41 sqrt(rows) quanta, 0.5 at most, and five of the latter are to be within it.
BOOSTYARD_HD bool IsCoarse(const SplitRules& rules, const GradSums& total, std::uint64_t rows) {
  constexpr double kDeviations = 5.0;
  constexpr double kShare = 1e-3 / kDeviations;
  const double grad = GradOf(rules, total);
  const double weight_hess = HessOf(rules, total) + rules.lambda;
  const double force = (grad < 0.0 ? -grad : grad) - rules.alpha;
  const double weight = (force > 0.0 ? force : 0.0) / weight_hess;
  const double deviation =
      std::sqrt(static_cast<double>(rows)) / 2.0 * (rules.grad_unit + weight * rules.hess_unit);
  return force > -kDeviations * deviation && deviation > kShare * force;
}

// Whether a leaf's exact sums are wanted: all of them, or where rounding shows. Bounds of monotone
// constraints are halfway between weights, so that all of these matter there.
BOOSTYARD_HD bool WantsExactSums(const GrowthRules& rules, const GradSums& total,
                                 std::uint64_t rows) {
  return rules.leaf_sums == LeafSums::kExact || rules.split.has_monotone ||
         IsCoarse(rules.split, total, rows);
}

}  // namespace boostyard
