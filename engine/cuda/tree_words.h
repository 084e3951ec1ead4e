// What differs from tree to tree, in device memory: launches of all trees are alike but for it, so
// that they can be recorded and replayed. All trivially copyable.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/cuda/growth_types.h"
#include "engine/tree/grad_scales.h"
#include "engine/tree/growth_rules.h"

namespace boostyard::device {

// Brought by the host before the tree, in one copy.
struct TreeWords {
  std::uint64_t dither_key = 0;
  std::uint64_t sample_key = 0;
  std::uint64_t number = 0;                          // NodeColumnKey
  std::int32_t output = 0;                           // whose margins it adds to
  std::uint32_t drawn_counts[kMostGrownDepth] = {};  // LevelColumns, per depth
};

// The scales of the gradients. They stay from tree to tree, as long as they are right; the device
// puts them right (ScaleStep).
struct ScaleWords {
  GradScales scales;
  std::uint32_t is_redone = 0;  // the pass over gradients comes again
  std::uint32_t is_finite = 1;  // all gradients were

  // What a quantum is worth, and a unit of exact sums.
  BOOSTYARD_HD double ExactGradUnit() const { return 1.0 / scales.wide_grad; }
  BOOSTYARD_HD double ExactHessUnit() const { return 1.0 / scales.wide_hess; }
  BOOSTYARD_HD double GradUnit() const {
    return scales.is_wide ? ExactGradUnit() : 1.0 / static_cast<double>(scales.grad);
  }
  BOOSTYARD_HD double HessUnit() const {
    return scales.is_wide ? ExactHessUnit() : 1.0 / static_cast<double>(scales.hess);
  }
};

// Rules for sums in the units of the tree's gradients, or of exact sums.
struct RulesView {
  SplitRules rules;  // but for the units
  const ScaleWords* scales = nullptr;
  std::uint32_t is_exact = 0;

  BOOSTYARD_HD SplitRules Get() const {
    if (is_exact != 0) return WithUnits(rules, scales->ExactGradUnit(), scales->ExactHessUnit());
    SplitRules result = WithUnits(rules, scales->GradUnit(), scales->HessUnit());
    result.is_rounded = !scales->scales.is_wide;
    return result;
  }
};

}  // namespace boostyard::device
