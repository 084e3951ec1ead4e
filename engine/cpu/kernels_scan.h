// The sibling from the parent, and the best split of both. Part of kernels_impl.h.
#pragma once

#ifndef BOOSTYARD_TIER
#error "include this from kernels_impl.h"
#endif

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "engine/base/math.h"
#include "engine/cpu/kernels.h"

namespace boostyard::BOOSTYARD_TIER {
namespace {

// A candidate survives this test if it could equal or beat the best: num / den is the gain up to a
// few roundings, which the slack covers. Only survivors pay for divisions.
constexpr double kSlack = 1.0 - 1e-12;

BOOSTYARD_HD GradSums ValueAt(const SlotValues& values, std::uint32_t code) {
  if (values.packed != nullptr) {
    const std::int64_t packed = values.packed[code];
    return {packed >> 32, packed & 0xFFFFFFFF};
  }
  return {values.grad[code], values.hess[code]};
}

struct ScanState {
  const ScanContext* context;
  ScanNode* node;
  bool is_plain;
};

// The least gain that a candidate needs now.
BOOSTYARD_HD double ThresholdOf(const ScanNode& node) {
  if (!node.found.best.exists()) return node.limits.least;
  const double threshold = node.limits.Threshold(node.found.best.gain);
  return threshold > node.limits.least ? threshold : node.limits.least;
}

// Enters what some candidates of one feature came to.
BOOSTYARD_HD void Enter(ScanNode& node, const SplitCandidate& candidate, double runner_up) {
  if (!(candidate.gain > node.limits.least) || candidate.gain < ThresholdOf(node)) return;
  if (node.feature_gains != nullptr) {
    double& gain = node.feature_gains[candidate.feature];
    gain = candidate.gain > gain ? candidate.gain : gain;
  }
  node.found.Take(candidate, runner_up, node.total);
}

BOOSTYARD_HD void Offer(const ScanState& state, const GradSums& left, FeatureIndex feature,
                        std::uint32_t order, std::int32_t bin, bool is_missing_left) {
  const GradSums right{state.node->total.grad - left.grad, state.node->total.hess - left.hess};
  const int monotone = state.context->monotone != nullptr ? state.context->monotone[feature] : 0;
  SplitCandidate candidate;
  if (!SplitGain(state.context->rules, left, right, monotone, state.node->bounds,
                 &candidate.gain)) {
    return;
  }
  candidate.feature = feature;
  candidate.order = order;
  candidate.bin = bin;
  candidate.is_missing_left = is_missing_left;
  candidate.left = left;
  Enter(*state.node, candidate, -__builtin_inf());
}

// Every threshold of one feature, both directions of missing values.
void ScanOrdinalPortable(const ScanState& state, const SlotValues& values, const DigitView& digit,
                         FeatureIndex feature) {
  const std::uint32_t bins = digit.bin_count;
  GradSums missing;
  if (digit.has_missing) missing = ValueAt(values, bins);
  const bool sees_missing = missing.grad != 0 || missing.hess != 0;
  const std::uint32_t forward = sees_missing ? bins : bins - 1;
  GradSums left;
  if (sees_missing) Offer(state, missing, feature, 2 * bins - 1, -1, true);
  for (std::uint32_t bin = 0; bin < forward; ++bin) {
    const GradSums value = ValueAt(values, bin);
    left.grad += value.grad;
    left.hess += value.hess;
    Offer(state, left, feature, bin, static_cast<std::int32_t>(bin), false);
    if (sees_missing && bin + 1 < bins) {
      const GradSums with_missing{left.grad + missing.grad, left.hess + missing.hess};
      Offer(state, with_missing, feature, 2 * bins - 2 - bin, static_cast<std::int32_t>(bin), true);
    }
  }
}

void ScanExclusivePortable(const ScanState& state, const SlotValues& values,
                           const DigitView& digit) {
  const FeatureIndex* features = state.context->features + digit.first_feature;
  for (std::uint32_t k = 0; k < digit.feature_count; ++k) {
    const FeatureIndex feature = features[k];
    if (state.node->allowed != nullptr && state.node->allowed[feature] == 0) continue;
    const GradSums ones = ValueAt(values, k + 1);
    Offer(state, {state.node->total.grad - ones.grad, state.node->total.hess - ones.hess}, feature,
          0, 0, false);
  }
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)

// The best candidate of each of eight lanes; `order` is whatever number tells candidates apart.
struct LaneBest {
  __m512d gain;
  __m512i order;  // -1: none yet
  __m512i grad;
  __m512i hess;
  __m512d runner_up;  // of those that part the rows differently
  __m512d threshold;  // what a candidate needs
};

// What stays the same over the candidates of a node.
struct LaneRules {
  __m512i total_grad;
  __m512i total_hess;
  __m512d grad_unit;
  __m512d hess_unit;
  __m512d lambda;
  __m512d min_child_weight;
  __m512d limit_factor;
  __m512d limit_offset;
};

BOOSTYARD_HD LaneRules MakeLaneRules(const ScanState& state) {
  const SplitRules& rules = state.context->rules;
  return {_mm512_set1_epi64(state.node->total.grad),
          _mm512_set1_epi64(state.node->total.hess),
          _mm512_set1_pd(rules.grad_unit),
          _mm512_set1_pd(rules.hess_unit),
          _mm512_set1_pd(rules.lambda),
          _mm512_set1_pd(rules.min_child_weight),
          _mm512_set1_pd(state.node->limits.factor),
          _mm512_set1_pd(state.node->limits.offset)};
}

BOOSTYARD_HD LaneBest StartLanes(const ScanNode& node) {
  const __m512d none = _mm512_set1_pd(-__builtin_inf());
  return {none,
          _mm512_set1_epi64(-1),
          _mm512_setzero_si512(),
          _mm512_setzero_si512(),
          none,
          _mm512_set1_pd(ThresholdOf(node))};
}

// Takes in candidates with at least the threshold's gain: the lanes of `keep`.
template <bool kLater>
BOOSTYARD_HD void TakeLanes(const LaneRules& rules, LaneBest& best, __mmask8 keep, __m512d gain,
                            __m512i left_grad, __m512i left_hess, __m512i order) {
  const __mmask8 better =
      _mm512_mask_cmp_pd_mask(keep, gain, best.gain, kLater ? _CMP_GE_OQ : _CMP_GT_OQ);
  const __mmask8 is_same = _mm512_mask_cmpeq_epi64_mask(
      _mm512_cmpeq_epi64_mask(left_grad, best.grad), left_hess, best.hess);
  const __mmask8 is_mirrored = _mm512_mask_cmpeq_epi64_mask(
      _mm512_cmpeq_epi64_mask(_mm512_sub_epi64(rules.total_grad, left_grad), best.grad),
      _mm512_sub_epi64(rules.total_hess, left_hess), best.hess);
  // The loser of the two: where there was none yet, its gain is minus infinity.
  const __m512d loser = _mm512_mask_mov_pd(gain, better, best.gain);
  const auto differs = static_cast<__mmask8>(keep & ~(is_same | is_mirrored));
  best.runner_up = _mm512_mask_max_pd(best.runner_up, differs, best.runner_up, loser);
  best.gain = _mm512_mask_mov_pd(best.gain, better, gain);
  best.order = _mm512_mask_mov_epi64(best.order, better, order);
  best.grad = _mm512_mask_mov_epi64(best.grad, better, left_grad);
  best.hess = _mm512_mask_mov_epi64(best.hess, better, left_hess);
  const __m512d threshold =
      _mm512_sub_pd(_mm512_mul_pd(best.gain, rules.limit_factor), rules.limit_offset);
  best.threshold = _mm512_mask_max_pd(best.threshold, better, best.threshold, threshold);
}

// Offers eight candidates, given what goes left. kLater: of equal ones the later offered wins.
template <bool kLater>
BOOSTYARD_HD void OfferLanes(const LaneRules& rules, LaneBest& best, __m512i left_grad,
                             __m512i left_hess, __m512i order, __mmask8 lanes) {
  const __m512i right_grad = _mm512_sub_epi64(rules.total_grad, left_grad);
  const __m512i right_hess = _mm512_sub_epi64(rules.total_hess, left_hess);
  const __m512d lh = _mm512_mul_pd(_mm512_cvtepi64_pd(left_hess), rules.hess_unit);
  const __m512d rh = _mm512_mul_pd(_mm512_cvtepi64_pd(right_hess), rules.hess_unit);
  __mmask8 keep = _mm512_mask_cmp_pd_mask(lanes, lh, rules.min_child_weight, _CMP_GE_OQ);
  keep = _mm512_mask_cmp_pd_mask(keep, rh, rules.min_child_weight, _CMP_GE_OQ);
  const __m512d zero = _mm512_setzero_pd();
  const __mmask8 has_left = _mm512_cmp_pd_mask(lh, zero, _CMP_GT_OQ);
  const __mmask8 has_right = _mm512_cmp_pd_mask(rh, zero, _CMP_GT_OQ);
  const __m512d lg = _mm512_maskz_mul_pd(has_left, _mm512_cvtepi64_pd(left_grad), rules.grad_unit);
  const __m512d rg =
      _mm512_maskz_mul_pd(has_right, _mm512_cvtepi64_pd(right_grad), rules.grad_unit);
  const __m512d ld = _mm512_add_pd(lh, rules.lambda);
  const __m512d rd = _mm512_add_pd(rh, rules.lambda);
  const __m512d ll = _mm512_mul_pd(lg, lg);
  const __m512d rr = _mm512_mul_pd(rg, rg);
  const __m512d num = _mm512_add_pd(_mm512_mul_pd(ll, rd), _mm512_mul_pd(rr, ld));
  const __m512d bar =
      _mm512_mul_pd(_mm512_mul_pd(_mm512_mul_pd(ld, rd), best.threshold), _mm512_set1_pd(kSlack));
  // Not "num < bar", so that a NaN of an overflow is looked at rather than dropped.
  keep = _mm512_mask_cmp_pd_mask(keep, num, bar, _CMP_NLT_UQ);
  if (keep == 0) return;
  const __m512d gain =
      _mm512_add_pd(_mm512_maskz_div_pd(has_left, ll, ld), _mm512_maskz_div_pd(has_right, rr, rd));
  keep = _mm512_mask_cmp_pd_mask(keep, gain, best.threshold, _CMP_GE_OQ);
  TakeLanes<kLater>(rules, best, keep, gain, left_grad, left_hess, order);
}

// Inclusive prefix sums of eight lanes.
BOOSTYARD_HD __m512i PrefixSums(__m512i v) {
  const __m512i zero = _mm512_setzero_si512();
  v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 7));
  v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 6));
  return _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 4));
}

BOOSTYARD_HD __m512i LastLane(__m512i v) {
  return _mm512_permutexvar_epi64(_mm512_set1_epi64(7), v);
}

// Hands the lanes' winners on. `make(order)` completes the candidate.
template <class Make>
BOOSTYARD_HD void CloseLanes(const ScanState& state, const LaneBest& best, const Make& make) {
  alignas(64) double gain[8];
  alignas(64) std::int64_t order[8];
  alignas(64) std::int64_t grad[8];
  alignas(64) std::int64_t hess[8];
  alignas(64) double runner_up[8];
  _mm512_store_si512(order, best.order);
  if (_mm512_movepi64_mask(best.order) == 0xFF) return;  // every lane still at -1
  _mm512_store_pd(gain, best.gain);
  _mm512_store_si512(grad, best.grad);
  _mm512_store_si512(hess, best.hess);
  _mm512_store_pd(runner_up, best.runner_up);
  for (int lane = 0; lane < 8; ++lane) {
    if (order[lane] < 0) continue;
    SplitCandidate candidate = make(order[lane]);
    candidate.gain = gain[lane];
    candidate.left = {grad[lane], hess[lane]};
    Enter(*state.node, candidate, runner_up[lane]);
  }
}

template <bool kPacked>
BOOSTYARD_HD void ScanOrdinalLanes(const ScanState& state, const SlotValues& values,
                                   const DigitView& digit, FeatureIndex feature) {
  const std::uint32_t bins = digit.bin_count;
  GradSums missing;
  if (digit.has_missing) missing = ValueAt(values, bins);
  const bool sees_missing = missing.grad != 0 || missing.hess != 0;
  const std::uint32_t forward = sees_missing ? bins : bins - 1;
  const LaneRules rules = MakeLaneRules(state);
  LaneBest right = StartLanes(*state.node);
  LaneBest left = right;
  const __m512i missing_grad = _mm512_set1_epi64(missing.grad);
  const __m512i missing_hess = _mm512_set1_epi64(missing.hess);
  const __m512i low = _mm512_set1_epi64(0xFFFFFFFF);
  const __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  __m512i carry_a = _mm512_setzero_si512();
  __m512i carry_b = _mm512_setzero_si512();
  if (sees_missing) Offer(state, missing, feature, 2 * bins - 1, -1, true);
  for (std::uint32_t bin = 0; bin < forward; bin += 8) {
    __m512i grad;
    __m512i hess;
    if constexpr (kPacked) {
      const __m512i sums =
          _mm512_add_epi64(PrefixSums(_mm512_loadu_si512(values.packed + bin)), carry_a);
      carry_a = LastLane(sums);
      grad = _mm512_srai_epi64(sums, 32);
      hess = _mm512_and_si512(sums, low);
    } else {
      grad = _mm512_add_epi64(PrefixSums(_mm512_loadu_si512(values.grad + bin)), carry_a);
      hess = _mm512_add_epi64(PrefixSums(_mm512_loadu_si512(values.hess + bin)), carry_b);
      carry_a = LastLane(grad);
      carry_b = LastLane(hess);
    }
    const __m512i order = _mm512_add_epi64(_mm512_set1_epi64(bin), lane);
    const std::uint32_t rest = forward - bin;
    const auto lanes = static_cast<__mmask8>(rest >= 8 ? 0xFF : (1U << rest) - 1);
    OfferLanes<false>(rules, right, grad, hess, order, lanes);
    if (sees_missing) {
      const std::uint32_t inner = bins - 1 - bin < rest ? bins - 1 - bin : rest;
      const auto inner_lanes = static_cast<__mmask8>(inner >= 8 ? 0xFF : (1U << inner) - 1);
      OfferLanes<true>(rules, left, _mm512_add_epi64(grad, missing_grad),
                       _mm512_add_epi64(hess, missing_hess), order, inner_lanes);
    }
  }
  CloseLanes(state, right, [&](std::int64_t order) {
    SplitCandidate candidate;
    candidate.feature = feature;
    candidate.order = static_cast<std::uint32_t>(order);
    candidate.bin = static_cast<std::int32_t>(order);
    return candidate;
  });
  if (!sees_missing) return;
  CloseLanes(state, left, [&](std::int64_t order) {
    SplitCandidate candidate;
    candidate.feature = feature;
    candidate.order = 2 * bins - 2 - static_cast<std::uint32_t>(order);
    candidate.bin = static_cast<std::int32_t>(order);
    candidate.is_missing_left = true;
    return candidate;
  });
}

BOOSTYARD_HD void ScanExclusiveLanes(const ScanState& state, const SlotValues& values,
                                     const DigitView& digit) {
  const FeatureIndex* features = state.context->features + digit.first_feature;
  const LaneRules rules = MakeLaneRules(state);
  LaneBest best = StartLanes(*state.node);
  const __m512i low = _mm512_set1_epi64(0xFFFFFFFF);
  const __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  for (std::uint32_t k = 0; k < digit.feature_count; k += 8) {
    const std::uint32_t rest = digit.feature_count - k;
    auto lanes = static_cast<__mmask8>(rest >= 8 ? 0xFF : (1U << rest) - 1);
    __m512i grad;
    __m512i hess;
    if (values.packed != nullptr) {
      const __m512i packed = _mm512_maskz_loadu_epi64(lanes, values.packed + k + 1);
      grad = _mm512_srai_epi64(packed, 32);
      hess = _mm512_and_si512(packed, low);
    } else {
      grad = _mm512_maskz_loadu_epi64(lanes, values.grad + k + 1);
      hess = _mm512_maskz_loadu_epi64(lanes, values.hess + k + 1);
    }
    if (state.node->allowed != nullptr) {
      for (std::uint32_t i = 0; i < 8 && i < rest; ++i) {
        if (state.node->allowed[features[k + i]] == 0) {
          lanes = static_cast<__mmask8>(lanes & ~(1U << i));
        }
      }
    }
    OfferLanes<false>(rules, best, _mm512_sub_epi64(rules.total_grad, grad),
                      _mm512_sub_epi64(rules.total_hess, hess),
                      _mm512_add_epi64(_mm512_set1_epi64(k), lane), lanes);
  }
  CloseLanes(state, best, [&](std::int64_t k) {
    SplitCandidate candidate;
    candidate.feature = features[k];
    return candidate;
  });
}

#endif  // AVX-512

void ScanOrdinal(const ScanState& state, const SlotValues& values, const DigitView& digit) {
  const FeatureIndex feature = state.context->features[digit.first_feature];
  if (state.node->allowed != nullptr && state.node->allowed[feature] == 0) return;
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  if (state.is_plain) {
    if (values.packed != nullptr) {
      ScanOrdinalLanes<true>(state, values, digit, feature);
    } else {
      ScanOrdinalLanes<false>(state, values, digit, feature);
    }
    return;
  }
#endif
  ScanOrdinalPortable(state, values, digit, feature);
}

void ScanDigit(const ScanState& state, const SlotValues& values, const DigitView& digit) {
  if (!digit.is_exclusive) {
    ScanOrdinal(state, values, digit);
    return;
  }
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  if (state.is_plain) {
    ScanExclusiveLanes(state, values, digit);
    return;
  }
#endif
  ScanExclusivePortable(state, values, digit);
}

// Sums one array over all digits but the top one: marginal[v] gets the sum of digit value v, the
// rest of `values` becomes the histogram of the lower digits.
void FoldTopDigit(std::int64_t* values, std::uint32_t stride, std::uint32_t base,
                  std::int64_t* marginal) {
  for (std::uint32_t v = 0; v < base; ++v) {
    const std::int64_t* part = values + v * stride;
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < stride; ++i) sum += part[i];
    marginal[v] = sum;
  }
  for (std::uint32_t v = 1; v < base; ++v) {
    const std::int64_t* part = values + v * stride;
    for (std::uint32_t i = 0; i < stride; ++i) values[i] += part[i];
  }
}

// Scans a slot. A bundle's values are overwritten (folded digit by digit).
void ScanSlot(const ScanState& state, const SlotView& slot, SlotValues values,
              TileScratch* scratch) {
  const DigitView* digits = state.context->digits + slot.first_digit;
  for (std::uint32_t d = slot.digit_count - 1; d > 0; --d) {
    SlotValues marginals;
    if (values.packed != nullptr) {
      marginals.packed = scratch->marginals[0];
      FoldTopDigit(values.packed, digits[d].stride, digits[d].base, marginals.packed);
    } else {
      marginals.grad = scratch->marginals[0];
      marginals.hess = scratch->marginals[1];
      FoldTopDigit(values.grad, digits[d].stride, digits[d].base, marginals.grad);
      FoldTopDigit(values.hess, digits[d].stride, digits[d].base, marginals.hess);
    }
    ScanDigit(state, marginals, digits[d]);
  }
  ScanDigit(state, values, digits[0]);
}

BOOSTYARD_HD void CopyWords(std::int64_t* to, const std::int64_t* from, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) to[i] = from[i];
}

// Child, parent and sibling are packed.
BOOSTYARD_HD void TakePacked(const BlockScan& scan, const SlotView& slot, std::uint32_t index,
                             std::uint32_t padded) {
  std::int64_t* child = scan.scratch->values[0];
  std::int64_t* sibling = scan.scratch->values[1];
  const std::int64_t* from = scan.packed + index * kSlotStride;
  CopyWords(child, from, padded);
  if (scan.child_out.data != nullptr) {
    CopyWords(scan.child_out.data + slot.histogram_offset, from, padded);
  }
  if (scan.parent.data == nullptr) return;
  const std::int64_t* parent = scan.parent.data + slot.histogram_offset;
  for (std::uint32_t i = 0; i < padded; ++i) sibling[i] = parent[i] - from[i];
  if (scan.sibling_out.data != nullptr) {
    CopyWords(scan.sibling_out.data + slot.histogram_offset, sibling, padded);
  }
}

// Writes gradients and hessians of one slot to a histogram, in its form.
BOOSTYARD_HD void Keep(const HistogramRef& out, const SlotView& slot, std::uint32_t histogram_size,
                       const std::int64_t* grad, const std::int64_t* hess, std::uint32_t padded) {
  if (out.data == nullptr) return;
  std::int64_t* to = out.data + slot.histogram_offset;
  if (!out.is_wide) {
    for (std::uint32_t i = 0; i < padded; ++i) {
      to[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(grad[i]) << 32) + hess[i];
    }
    return;
  }
  CopyWords(to, grad, padded);
  CopyWords(to + histogram_size, hess, padded);
}

BOOSTYARD_HD void SplitPacked(const std::int64_t* packed, std::int64_t* grad, std::int64_t* hess,
                              std::uint32_t padded) {
  for (std::uint32_t i = 0; i < padded; ++i) {
    grad[i] = packed[i] >> 32;
    hess[i] = packed[i] & 0xFFFFFFFF;
  }
}

// At least one of the three is wide: everything apart.
BOOSTYARD_HD void TakeWide(const BlockScan& scan, const SlotView& slot, std::uint32_t index,
                           std::uint32_t padded) {
  std::int64_t* grad = scan.scratch->values[0];
  std::int64_t* hess = scan.scratch->values[1];
  const std::uint32_t size = scan.context->histogram_size;
  if (scan.packed != nullptr) {
    SplitPacked(scan.packed + index * kSlotStride, grad, hess, padded);
  } else {
    CopyWords(grad, scan.wide_grad + index * kSlotStride, padded);
    CopyWords(hess, scan.wide_hess + index * kSlotStride, padded);
  }
  if (scan.parent.data != nullptr) {
    std::int64_t* sibling_grad = scan.scratch->values[2];
    std::int64_t* sibling_hess = scan.scratch->values[3];
    const std::int64_t* parent = scan.parent.data + slot.histogram_offset;
    if (scan.parent.is_wide) {
      for (std::uint32_t i = 0; i < padded; ++i) sibling_grad[i] = parent[i] - grad[i];
      for (std::uint32_t i = 0; i < padded; ++i) sibling_hess[i] = parent[size + i] - hess[i];
    } else {
      SplitPacked(parent, sibling_grad, sibling_hess, padded);
      for (std::uint32_t i = 0; i < padded; ++i) sibling_grad[i] -= grad[i];
      for (std::uint32_t i = 0; i < padded; ++i) sibling_hess[i] -= hess[i];
    }
    Keep(scan.sibling_out, slot, size, sibling_grad, sibling_hess, padded);
  }
  Keep(scan.child_out, slot, size, grad, hess, padded);
}

// Whether any feature of the slot may be split now.
BOOSTYARD_HD bool IsSlotAllowed(const ScanContext& context, const SlotView& slot,
                                const std::uint8_t* allowed) {
  if (allowed == nullptr) return true;
  for (std::uint32_t d = 0; d < slot.digit_count; ++d) {
    const DigitView& digit = context.digits[slot.first_digit + d];
    for (std::uint32_t k = 0; k < digit.feature_count; ++k) {
      if (allowed[context.features[digit.first_feature + k]] != 0) return true;
    }
  }
  return false;
}

void ScanBlock(const BlockScan& scan) {
  const ScanContext& context = *scan.context;
  const bool is_plain = IsPlain(context.rules);
  const bool is_packed = scan.packed != nullptr &&
                         (scan.parent.data == nullptr || !scan.parent.is_wide) &&
                         !scan.child_out.is_wide && !scan.sibling_out.is_wide;
  for (std::uint32_t i = 0; i < scan.slot_count; ++i) {
    const SlotView& slot = context.slots[scan.first_slot + i];
    const std::uint32_t padded = (slot.code_count + 7) / 8 * 8;
    SlotValues child;
    SlotValues sibling;
    if (is_packed) {
      TakePacked(scan, slot, i, padded);
      child.packed = scan.scratch->values[0];
      sibling.packed = scan.scratch->values[1];
    } else {
      TakeWide(scan, slot, i, padded);
      child.grad = scan.scratch->values[0];
      child.hess = scan.scratch->values[1];
      sibling.grad = scan.scratch->values[2];
      sibling.hess = scan.scratch->values[3];
    }
    if (IsSlotAllowed(context, slot, scan.child->allowed)) {
      ScanSlot({&context, scan.child, is_plain}, slot, child, scan.scratch);
    }
    if (scan.sibling != nullptr && IsSlotAllowed(context, slot, scan.sibling->allowed)) {
      ScanSlot({&context, scan.sibling, is_plain}, slot, sibling, scan.scratch);
    }
  }
}

void ScanSlotApart(const ScanContext& context, std::uint32_t slot, std::int64_t* grad,
                   std::int64_t* hess, ScanNode* node, TileScratch* scratch) {
  SlotValues values;
  values.grad = grad;
  values.hess = hess;
  ScanSlot({&context, node, IsPlain(context.rules)}, context.slots[slot], values, scratch);
}

}  // namespace
}  // namespace boostyard::BOOSTYARD_TIER
