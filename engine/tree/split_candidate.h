// The best split found for a node so far, and the total order among candidates.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/base/index_types.h"

namespace boostyard {

// Exact sums over the rows of a node, in quanta of the round's scales.
struct GradSums {
  std::int64_t grad = 0;
  std::int64_t hess = 0;
};

// A split of a node: rows with bin <= `bin` go left. Candidates of one feature are numbered in
// XGBoost's order of enumeration by `order`: first missing right, bins ascending (0 .. bins-1),
// then missing left, bins descending (so order = 2 * bins - 2 - bin, bin = bins-2 .. -1; bin -1:
// only the missing rows go left).
struct SplitCandidate {
  static constexpr FeatureIndex kNone = 0xFFFFFFFF;

  double gain = 0.0;  // children's gain, without the parent's; compared exactly
  FeatureIndex feature = kNone;
  std::uint32_t order = 0;
  std::int32_t bin = 0;
  bool is_missing_left = false;
  GradSums left;

  BOOSTYARD_HD bool exists() const { return feature != kNone; }
};

// Whether `a` beats `b`: more gain; at equal gain the lower feature, then the one enumerated first.
// A total order, so the winner does not depend on who compares when.
BOOSTYARD_HD bool IsBetter(const SplitCandidate& a, const SplitCandidate& b) {
  if (!a.exists()) return false;
  if (!b.exists()) return true;
  if (a.gain != b.gain) return a.gain > b.gain;
  if (a.feature != b.feature) return a.feature < b.feature;
  return a.order < b.order;
}

}  // namespace boostyard
