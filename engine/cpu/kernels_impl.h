// The kernels' source, compiled once per tier: kernels_<tier>.cc defines BOOSTYARD_TIER and
// includes this file alone in its compile flags. Only plain arrays, intrinsics and always-inline
// functions: a shared inline function emitted here would carry wide instructions into the rest of
// the program.
#pragma once

#ifndef BOOSTYARD_TIER
#error "include this from kernels_<tier>.cc"
#endif

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "engine/base/math.h"
#include "engine/base/rng.h"
#include "engine/cpu/kernels.h"
#include "engine/objective/list.h"

namespace boostyard::BOOSTYARD_TIER {
namespace {

using Pair = long long __attribute__((vector_size(16)));

// ---------------------------------------------------------------------------------- histograms

BOOSTYARD_HD std::int64_t Unpack(std::uint32_t packed) {
  return (static_cast<std::int64_t>(static_cast<std::int32_t>(packed & 0xFFFF0000U)) << 16) +
         static_cast<std::int64_t>(packed & 0xFFFFU);
}

// Adds `value` to the entries that the first kWidth bytes of `codes` name, one slot after another:
// eight independent additions hide the latency of a repeated bin.
template <int kWidth, class Value>
BOOSTYARD_HD void AddRow(Value* accumulators, std::uint64_t codes, Value value) {
  if constexpr (kWidth >= 1) accumulators[codes & 255] += value;
  if constexpr (kWidth >= 2) accumulators[kSlotStride + ((codes >> 8) & 255)] += value;
  if constexpr (kWidth >= 3) accumulators[2 * kSlotStride + ((codes >> 16) & 255)] += value;
  if constexpr (kWidth >= 4) accumulators[3 * kSlotStride + ((codes >> 24) & 255)] += value;
  if constexpr (kWidth >= 5) accumulators[4 * kSlotStride + ((codes >> 32) & 255)] += value;
  if constexpr (kWidth >= 6) accumulators[5 * kSlotStride + ((codes >> 40) & 255)] += value;
  if constexpr (kWidth >= 7) accumulators[6 * kSlotStride + ((codes >> 48) & 255)] += value;
  if constexpr (kWidth >= 8) accumulators[7 * kSlotStride + (codes >> 56)] += value;
}

// Reads a row of the tile's words and prefetches one address per row meanwhile. The hint is "to
// L2": the nearer one fills the miss buffers that the additions need, and halves the speed.
template <int kWidth, class Value>
BOOSTYARD_HD void AddTile(Value* accumulators, const std::uint64_t* words, std::uint64_t word_step,
                          const Value* values, std::uint32_t count, const std::uint32_t* next_ids,
                          std::uint32_t next_count, const std::uint8_t* next_base,
                          std::uint32_t next_stride) {
  std::uint32_t i = 0;
  const std::uint32_t both = next_count < count ? next_count : count;
  for (; i < both; ++i) {
    __builtin_prefetch(next_base + std::uint64_t{next_ids[i]} * next_stride, 0, 2);
    AddRow<kWidth>(accumulators, words[i * word_step], values[i]);
  }
  for (; i < count; ++i) AddRow<kWidth>(accumulators, words[i * word_step], values[i]);
}

template <class Value>
BOOSTYARD_HD void AddTileOfWidth(int width, Value* accumulators, const std::uint64_t* words,
                                 std::uint64_t word_step, const Value* values, std::uint32_t count,
                                 const std::uint32_t* next_ids, std::uint32_t next_count,
                                 const std::uint8_t* next_base, std::uint32_t next_stride) {
#define BOOSTYARD_WIDTH(W)                                                                     \
  case W:                                                                                      \
    AddTile<W>(accumulators, words, word_step, values, count, next_ids, next_count, next_base, \
               next_stride);                                                                   \
    break;
  switch (width) {
    BOOSTYARD_WIDTH(1)
    BOOSTYARD_WIDTH(2)
    BOOSTYARD_WIDTH(3)
    BOOSTYARD_WIDTH(4)
    BOOSTYARD_WIDTH(5)
    BOOSTYARD_WIDTH(6)
    BOOSTYARD_WIDTH(7)
    default:
      AddTile<8>(accumulators, words, word_step, values, count, next_ids, next_count, next_base,
                 next_stride);
  }
#undef BOOSTYARD_WIDTH
}

// Copies rows of kWords words to the tile, with their gradients.
template <int kWords>
BOOSTYARD_HD void GatherPacked(const AccumulateTask& task, const std::uint32_t* ids,
                               std::uint32_t count) {
  std::uint64_t* out = task.scratch->words;
  std::int64_t* gradients = task.scratch->gradients;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t row = ids[i];
    gradients[i] = Unpack(task.packed[row]);
    __builtin_memcpy(out + i * kWords, task.rows + row * (kWords * 8), kWords * 8);
  }
}

BOOSTYARD_HD void GatherPackedRows(const AccumulateTask& task, const std::uint32_t* ids,
                                   std::uint32_t count) {
  switch (task.stride) {
    case 8:
      GatherPacked<1>(task, ids, count);
      break;
    case 16:
      GatherPacked<2>(task, ids, count);
      break;
    case 32:
      GatherPacked<4>(task, ids, count);
      break;
    default:
      GatherPacked<8>(task, ids, count);
      break;
  }
}

// One word per row: no tile, the row is read where it lies.
template <int kWidth>
void AccumulateNarrowGroup(const AccumulateTask& task) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(task.rows);
  const std::uint32_t* ids = task.list.ids;
  const std::uint64_t count = task.list.count;
  if (!task.prefetches) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t row = ids[i];
      AddRow<kWidth>(task.accumulators, words[row], Unpack(task.packed[row]));
    }
    return;
  }
  constexpr std::uint64_t kAhead = 48;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t ahead = ids[i + kAhead < count ? i + kAhead : count - 1];
    __builtin_prefetch(words + ahead, 0, 2);
    __builtin_prefetch(task.packed + ahead, 0, 2);
    const std::uint64_t row = ids[i];
    AddRow<kWidth>(task.accumulators, words[row], Unpack(task.packed[row]));
  }
}

void AccumulateNarrowList(const AccumulateTask& task) {
  switch (task.widths[0]) {
    case 1:
      AccumulateNarrowGroup<1>(task);
      break;
    case 2:
      AccumulateNarrowGroup<2>(task);
      break;
    case 3:
      AccumulateNarrowGroup<3>(task);
      break;
    case 4:
      AccumulateNarrowGroup<4>(task);
      break;
    case 5:
      AccumulateNarrowGroup<5>(task);
      break;
    case 6:
      AccumulateNarrowGroup<6>(task);
      break;
    case 7:
      AccumulateNarrowGroup<7>(task);
      break;
    default:
      AccumulateNarrowGroup<8>(task);
      break;
  }
}

void AccumulateList(const AccumulateTask& task) {
  const std::uint32_t* ids = task.list.ids;
  const std::uint32_t words = task.stride / 8;
  for (std::uint64_t done = 0; done < task.list.count; done += kTileRows) {
    const std::uint64_t left = task.list.count - done;
    const auto count = static_cast<std::uint32_t>(left < kTileRows ? left : kTileRows);
    GatherPackedRows(task, ids + done, count);
    // What the next tile reads: the rest of this list, or the head of the next one.
    const std::uint32_t* next_ids = ids + done + count;
    std::uint64_t next_count = left - count;
    if (next_count == 0) {
      next_ids = task.next.ids;
      next_count = task.next.ids != nullptr ? task.next.count : 0;
    }
    if (next_count > kTileRows) next_count = kTileRows;
    if (!task.prefetches) next_count = 0;
    for (std::uint32_t b = 0; b < task.block_count; ++b) {
      // Block 0 prefetches the rows, block 1 (or 0 again, if alone) the gradients.
      const bool rows = b == 0;
      const std::uint8_t* base =
          rows ? task.rows : reinterpret_cast<const std::uint8_t*>(task.packed);
      AddTileOfWidth(task.widths[b], task.accumulators + b * kBlockStride, task.scratch->words + b,
                     words, static_cast<const std::int64_t*>(task.scratch->gradients), count,
                     next_ids, b < 2 ? static_cast<std::uint32_t>(next_count) : 0, base,
                     rows ? task.stride : 4U);
    }
  }
}

void AccumulateDense(const AccumulateTask& task) {
  for (std::uint64_t done = 0; done < task.list.count; done += kTileRows) {
    const std::uint64_t left = task.list.count - done;
    const auto count = static_cast<std::uint32_t>(left < kTileRows ? left : kTileRows);
    const std::uint64_t first = task.list.first + done;
    for (std::uint32_t i = 0; i < count; ++i) {
      task.scratch->gradients[i] = Unpack(task.packed[first + i]);
    }
    const std::uint8_t* rows = task.rows + first * task.stride;
    for (std::uint32_t b = 0; b < task.block_count; ++b) {
      AddTileOfWidth(task.widths[b], task.accumulators + b * kBlockStride,
                     reinterpret_cast<const std::uint64_t*>(rows) + b, task.stride / 8,
                     static_cast<const std::int64_t*>(task.scratch->gradients), count,
                     static_cast<const std::uint32_t*>(nullptr), 0U, rows, 0U);
    }
  }
}

void AccumulatePacked(const AccumulateTask& task) {
  if (task.list.ids == nullptr) {
    AccumulateDense(task);
  } else if (task.stride == 8) {
    AccumulateNarrowList(task);
  } else {
    AccumulateList(task);
  }
}

// Wide gradients: pairs of 64-bit sums, one 16-byte addition per entry.
void AccumulateWide(const AccumulateTask& task) {
  const auto* gradients = reinterpret_cast<const Pair*>(task.wide);
  auto* accumulators = reinterpret_cast<Pair*>(task.accumulators);
  for (std::uint32_t b = 0; b < task.block_count; ++b) {
    Pair* block = accumulators + b * kBlockStride;
    for (std::uint64_t i = 0; i < task.list.count; ++i) {
      const std::uint64_t row = task.list.ids != nullptr ? task.list.ids[i] : task.list.first + i;
      std::uint64_t codes;
      __builtin_memcpy(&codes, task.rows + row * task.stride + b * 8, 8);
      const Pair value = gradients[row];
      for (std::uint32_t s = 0; s < task.widths[b]; ++s) {
        block[s * kSlotStride + ((codes >> (8 * s)) & 255)] += value;
      }
    }
  }
}

void FlushPacked(std::int64_t* packed, std::int64_t* grad, std::int64_t* hess) {
  for (std::uint32_t i = 0; i < kBlockStride; ++i) {
    const std::int64_t value = packed[i];
    grad[i] += value >> 32;
    hess[i] += value & 0xFFFFFFFF;
    packed[i] = 0;
  }
}

// ---------------------------------------------------------------------------------- scanning

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

BOOSTYARD_HD void Offer(const ScanState& state, const GradSums& left, FeatureIndex feature,
                        std::uint32_t order, std::int32_t bin, bool is_missing_left) {
  const GradSums right{state.node->total.grad - left.grad, state.node->total.hess - left.hess};
  const int monotone = state.context->monotone != nullptr ? state.context->monotone[feature] : 0;
  SplitCandidate candidate;
  if (!SplitGain(state.context->rules, left, right, monotone, state.node->bounds,
                 &candidate.gain)) {
    return;
  }
  if (!(candidate.gain > state.node->floor_gain)) return;
  candidate.feature = feature;
  candidate.order = order;
  candidate.bin = bin;
  candidate.is_missing_left = is_missing_left;
  candidate.left = left;
  if (IsBetter(candidate, state.node->best)) state.node->best = candidate;
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
  __m512i order;
  __m512i grad;
  __m512i hess;
};

// What stays the same over the candidates of a node.
struct LaneRules {
  __m512i total_grad;
  __m512i total_hess;
  __m512d grad_unit;
  __m512d hess_unit;
  __m512d lambda;
  __m512d min_child_weight;
};

BOOSTYARD_HD LaneRules MakeLaneRules(const ScanState& state) {
  const SplitRules& rules = state.context->rules;
  return {_mm512_set1_epi64(state.node->total.grad),
          _mm512_set1_epi64(state.node->total.hess),
          _mm512_set1_pd(rules.grad_unit),
          _mm512_set1_pd(rules.hess_unit),
          _mm512_set1_pd(rules.lambda),
          _mm512_set1_pd(rules.min_child_weight)};
}

// Lanes start just below what a candidate must reach: above the floor, or equal to the best so far
// (which a lower feature may still replace).
BOOSTYARD_HD LaneBest StartLanes(const ScanNode& node) {
  double start = node.floor_gain;
  if (node.best.exists() && node.best.gain > 0.0) {
    const double below = DoubleOf(BitsOf(node.best.gain) - 1);
    start = below > start ? below : start;
  }
  return {_mm512_set1_pd(start), _mm512_set1_epi64(-1), _mm512_setzero_si512(),
          _mm512_setzero_si512()};
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
      _mm512_mul_pd(_mm512_mul_pd(_mm512_mul_pd(ld, rd), best.gain), _mm512_set1_pd(kSlack));
  // Not "num < bar", so that a NaN of an overflow is looked at rather than dropped.
  keep = _mm512_mask_cmp_pd_mask(keep, num, bar, _CMP_NLT_UQ);
  if (keep == 0) return;
  const __m512d gain =
      _mm512_add_pd(_mm512_maskz_div_pd(has_left, ll, ld), _mm512_maskz_div_pd(has_right, rr, rd));
  keep = _mm512_mask_cmp_pd_mask(keep, gain, best.gain, kLater ? _CMP_GE_OQ : _CMP_GT_OQ);
  best.gain = _mm512_mask_mov_pd(best.gain, keep, gain);
  best.order = _mm512_mask_mov_epi64(best.order, keep, order);
  best.grad = _mm512_mask_mov_epi64(best.grad, keep, left_grad);
  best.hess = _mm512_mask_mov_epi64(best.hess, keep, left_hess);
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
  _mm512_store_si512(order, best.order);
  if (_mm512_movepi64_mask(best.order) == 0xFF) return;  // every lane still at -1
  _mm512_store_pd(gain, best.gain);
  _mm512_store_si512(grad, best.grad);
  _mm512_store_si512(hess, best.hess);
  for (int lane = 0; lane < 8; ++lane) {
    if (order[lane] < 0) continue;
    SplitCandidate candidate = make(order[lane]);
    candidate.gain = gain[lane];
    candidate.left = {grad[lane], hess[lane]};
    if (!(candidate.gain > state.node->floor_gain)) continue;
    if (IsBetter(candidate, state.node->best)) state.node->best = candidate;
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
    __m512i grad;
    __m512i hess;
    if (values.packed != nullptr) {
      const __m512i packed = _mm512_loadu_si512(values.packed + k + 1);
      grad = _mm512_srai_epi64(packed, 32);
      hess = _mm512_and_si512(packed, low);
    } else {
      grad = _mm512_loadu_si512(values.grad + k + 1);
      hess = _mm512_loadu_si512(values.hess + k + 1);
    }
    const std::uint32_t rest = digit.feature_count - k;
    auto lanes = static_cast<__mmask8>(rest >= 8 ? 0xFF : (1U << rest) - 1);
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

void ScanWideSlot(const ScanContext& context, std::uint32_t slot, const std::int64_t* grad,
                  const std::int64_t* hess, ScanNode* node) {
  SlotValues values;
  values.grad = const_cast<std::int64_t*>(grad);  // one digit: nothing is folded
  values.hess = const_cast<std::int64_t*>(hess);
  ScanDigit({&context, node, IsPlain(context.rules)}, values,
            context.digits[context.slots[slot].first_digit]);
}

// ---------------------------------------------------------------------------------- partition

BOOSTYARD_HD bool GoesLeft(const std::uint32_t* bitmap, std::uint32_t code) {
  return ((bitmap[code >> 5] >> (code & 31)) & 1U) != 0;
}

#if defined(__AVX512F__) && defined(__AVX512VL__)

// Which of sixteen codes go left: the bitmap's words by permutation, the bit by a shift.
BOOSTYARD_HD __mmask16 LeftLanes(__m512i codes, __m512i bitmap) {
  const __m512i word = _mm512_permutexvar_epi32(_mm512_srli_epi32(codes, 5), bitmap);
  const __m512i bit = _mm512_srlv_epi32(word, _mm512_and_si512(codes, _mm512_set1_epi32(31)));
  return _mm512_test_epi32_mask(bit, _mm512_set1_epi32(1));
}

BOOSTYARD_HD __m512i LoadBitmap(const std::uint32_t* bitmap) {
  return _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bitmap)));
}

// Appends the lanes of `mask` to one list, the others to the other. Full stores: the lists have
// room.
BOOSTYARD_HD void Append(__mmask16 mask, __m512i ids, std::uint32_t*& left, std::uint32_t*& right) {
  const auto not_mask = static_cast<__mmask16>(~mask);
  _mm512_storeu_si512(left, _mm512_maskz_compress_epi32(mask, ids));
  _mm512_storeu_si512(right, _mm512_maskz_compress_epi32(not_mask, ids));
  const int count = __builtin_popcount(mask);
  left += count;
  right += 16 - count;
}

#endif

std::uint64_t Partition(std::uint32_t* ids, std::uint64_t count, const std::uint8_t* codes,
                        const std::uint32_t* bitmap, bool prefetches, std::uint32_t* scratch) {
  std::uint32_t* left = ids;
  std::uint32_t* right = scratch;
  std::uint64_t i = 0;
#if defined(__AVX512F__) && defined(__AVX512VL__)
  const __m512i map = LoadBitmap(bitmap);
  const __m512i byte = _mm512_set1_epi32(255);
  constexpr std::uint64_t kAhead = 64;
  for (; i + 16 <= count; i += 16) {
    const __m512i rows = _mm512_loadu_si512(ids + i);
    if (prefetches && i + kAhead + 16 <= count) {
      for (int k = 0; k < 16; ++k) __builtin_prefetch(codes + ids[i + kAhead + k], 0, 2);
    }
    const __m512i gathered = _mm512_i32gather_epi32(rows, codes, 1);
    Append(LeftLanes(_mm512_and_si512(gathered, byte), map), rows, left, right);
  }
#else
  constexpr std::uint64_t kAhead = 48;
#endif
  for (; i < count; ++i) {
#if !(defined(__AVX512F__) && defined(__AVX512VL__))
    if (prefetches && i + kAhead < count) __builtin_prefetch(codes + ids[i + kAhead], 0, 2);
#endif
    const std::uint32_t row = ids[i];
    const bool goes_left = GoesLeft(bitmap, codes[row]);
    *left = row;
    *right = row;
    left += goes_left ? 1 : 0;
    right += goes_left ? 0 : 1;
  }
  const auto right_count = static_cast<std::uint64_t>(right - scratch);
  __builtin_memcpy(left, scratch, right_count * sizeof(std::uint32_t));
  return count - right_count;
}

std::uint64_t PartitionDense(std::uint64_t first, std::uint64_t count, const std::uint8_t* codes,
                             const std::uint32_t* bitmap, std::uint32_t* ids,
                             std::uint32_t* scratch) {
  std::uint32_t* left = ids;
  std::uint32_t* right = scratch;
  std::uint64_t i = 0;
#if defined(__AVX512F__) && defined(__AVX512VL__)
  const __m512i map = LoadBitmap(bitmap);
  __m512i rows =
      _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)),
                       _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  for (; i + 16 <= count; i += 16) {
    const __m512i wide =
        _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + first + i)));
    Append(LeftLanes(wide, map), rows, left, right);
    rows = _mm512_add_epi32(rows, _mm512_set1_epi32(16));
  }
#endif
  for (; i < count; ++i) {
    const auto row = static_cast<std::uint32_t>(first + i);
    const bool goes_left = GoesLeft(bitmap, codes[row]);
    *left = row;
    *right = row;
    left += goes_left ? 1 : 0;
    right += goes_left ? 0 : 1;
  }
  const auto right_count = static_cast<std::uint64_t>(right - scratch);
  __builtin_memcpy(left, scratch, right_count * sizeof(std::uint32_t));
  return count - right_count;
}

// ---------------------------------------------------------------------------------- gradients

// Non-negative floats as integers; what is too large for any purpose counts as 65,535.
BOOSTYARD_HD std::uint32_t TruncateCapped(float x) {
  const float capped = x < 65535.0F ? x : 65535.0F;
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(capped));
}

template <class Objective>
void GradientLoop(const void* erased, const float* margins, const float* labels,
                  std::uint64_t count, float* grad, float* hess) {
  const Objective objective = *static_cast<const Objective*>(erased);
  for (std::uint64_t i = 0; i < count; ++i) {
    const GradPair pair = objective.Gradient(margins[i], labels[i]);
    grad[i] = pair.grad;
    hess[i] = pair.hess;
  }
}

using GradientFunction = void (*)(const void*, const float*, const float*, std::uint64_t, float*,
                                  float*);

template <class List>
struct GradientTable;
template <class... Objectives>
struct GradientTable<TypeList<Objectives...>> {
  static constexpr GradientFunction kFunctions[] = {&GradientLoop<Objectives>...};
};

void Gradients(int objective_index, const void* objective, const float* margins,
               const float* labels, std::uint64_t count, float* grad, float* hess) {
  GradientTable<NativeScalarObjectives>::kFunctions[objective_index](objective, margins, labels,
                                                                     count, grad, hess);
}

void Weigh(const float* weights, std::uint64_t count, float* grad, float* hess) {
  for (std::uint64_t i = 0; i < count; ++i) {
    grad[i] *= weights[i];
    hess[i] *= weights[i];
  }
}

void SoftmaxPrepare(const float* margins, std::uint64_t stride, int classes, std::uint64_t count,
                    float* max, float* sum) {
  constexpr std::uint64_t kRun = 256;
  double total[kRun];
  for (std::uint64_t begin = 0; begin < count; begin += kRun) {
    const std::uint64_t run = count - begin < kRun ? count - begin : kRun;
    float* top = max + begin;
    const float* first = margins + begin;
    for (std::uint64_t i = 0; i < run; ++i) top[i] = first[i];
    for (int k = 1; k < classes; ++k) {
      const float* margin = first + static_cast<std::uint64_t>(k) * stride;
      for (std::uint64_t i = 0; i < run; ++i) top[i] = margin[i] > top[i] ? margin[i] : top[i];
    }
    for (std::uint64_t i = 0; i < run; ++i) total[i] = 0.0;
    for (int k = 0; k < classes; ++k) {
      const float* margin = first + static_cast<std::uint64_t>(k) * stride;
      for (std::uint64_t i = 0; i < run; ++i) {
        total[i] += static_cast<double>(Exp(margin[i] - top[i]));
      }
    }
    for (std::uint64_t i = 0; i < run; ++i) sum[begin + i] = static_cast<float>(total[i]);
  }
}

void SoftmaxGradients(const float* margins, const float* max, const float* sum, const float* labels,
                      int output, std::uint64_t count, float* grad, float* hess) {
  const SoftmaxLoss loss;
  const auto own = static_cast<float>(output);
  for (std::uint64_t i = 0; i < count; ++i) {
    const GradPair pair = loss.Gradient(SoftmaxRow{max[i], sum[i]}, margins[i], labels[i] == own);
    grad[i] = pair.grad;
    hess[i] = pair.hess;
  }
}

// Non-negative floats order like their bits, so the maximum is an integer one and vectorises.
void Measure(const float* grad, const float* hess, std::uint64_t count, float grad_scale,
             float hess_scale, GradientStats* stats) {
  std::uint32_t max_grad = BitsOf(stats->max_grad);
  std::uint32_t max_hess = BitsOf(stats->max_hess);
  std::uint64_t sum_grad = 0;
  std::uint64_t sum_hess = 0;
  // With the right scale a truncated value is below 65,536, so that 32-bit sums of 16,384 rows
  // hold; with a wrong one they may wrap, and are not used.
  constexpr std::uint64_t kRun = 16384;
  for (std::uint64_t begin = 0; begin < count; begin += kRun) {
    const std::uint64_t end = begin + kRun < count ? begin + kRun : count;
    std::uint32_t run_grad = 0;
    std::uint32_t run_hess = 0;
    for (std::uint64_t i = begin; i < end; ++i) {
      const std::uint32_t g = BitsOf(grad[i]) & 0x7FFFFFFFU;
      const std::uint32_t h = BitsOf(hess[i]) & 0x7FFFFFFFU;
      max_grad = g > max_grad ? g : max_grad;
      max_hess = h > max_hess ? h : max_hess;
      run_grad += TruncateCapped(FloatOf(g) * grad_scale);
      run_hess += TruncateCapped(FloatOf(h) * hess_scale);
    }
    sum_grad += run_grad;
    sum_hess += run_hess;
  }
  stats->max_grad = FloatOf(max_grad);
  stats->max_hess = FloatOf(max_hess);
  stats->sum_abs_grad += static_cast<std::int64_t>(sum_grad);
  stats->sum_hess += static_cast<std::int64_t>(sum_hess);
}

BOOSTYARD_HD std::int32_t FloorToInt(float x) {
  const auto truncated = static_cast<std::int32_t>(x);
  // Unsigned: a first guess of the scale may be far too large, and its quanta wrap and are not
  // used.
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(truncated) -
                                   (static_cast<float>(truncated) > x ? 1U : 0U));
}

void QuantisePacked(const float* grad, const float* hess, std::uint64_t count, float grad_scale,
                    float hess_scale, std::uint64_t key, std::uint64_t first_row,
                    std::uint32_t* out) {
  const RowRandom random(key);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint32_t bits = random.Bits(static_cast<std::uint32_t>(first_row + i));
    const float u = static_cast<float>(static_cast<std::int32_t>(bits & 0xFFFFU)) * 0x1p-16F;
    const float v = static_cast<float>(static_cast<std::int32_t>(bits >> 16)) * 0x1p-16F;
    const std::int32_t g = FloorToInt(grad[i] * grad_scale + u);
    const std::int32_t h = FloorToInt(hess[i] * hess_scale + v);
    out[i] = (static_cast<std::uint32_t>(g) << 16) | static_cast<std::uint32_t>(h);
  }
}

// Round to nearest by adding and taking away 1.5 * 2^52 (below 2^51); larger ones are integers
// enough.
BOOSTYARD_HD std::int64_t RoundToInt(double x) {
  const double magnitude = x < 0.0 ? -x : x;
  constexpr double kBig = 6755399441055744.0;
  const double rounded = magnitude < 2251799813685248.0 ? (x + kBig) - kBig : x;
  return static_cast<std::int64_t>(rounded);
}

void QuantiseWide(const float* grad, const float* hess, std::uint64_t count, double grad_scale,
                  double hess_scale, WideGradient* out) {
  for (std::uint64_t i = 0; i < count; ++i) {
    out[i] = {RoundToInt(static_cast<double>(grad[i]) * grad_scale),
              RoundToInt(static_cast<double>(hess[i]) * hess_scale)};
  }
}

void Sample(std::uint64_t first, std::uint64_t count, std::uint64_t key, std::uint32_t limit,
            std::uint32_t* in, std::uint64_t* in_count, std::uint32_t* out,
            std::uint64_t* out_count) {
  const RowRandom random(key);
  std::uint32_t* in_end = in;
  std::uint32_t* out_end = out;
  std::uint64_t i = 0;
#if defined(__AVX512F__) && defined(__AVX512VL__)
  alignas(64) std::uint32_t bits[64];
  for (; i + 64 <= count; i += 64) {
    for (std::uint32_t k = 0; k < 64; ++k) {
      bits[k] = random.Bits(static_cast<std::uint32_t>(first + i + k));
    }
    for (std::uint32_t k = 0; k < 64; k += 16) {
      const __m512i rows =
          _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first + i + k)),
                           _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
      const __mmask16 keep = _mm512_cmple_epu32_mask(_mm512_load_si512(bits + k),
                                                     _mm512_set1_epi32(static_cast<int>(limit)));
      Append(keep, rows, in_end, out_end);
    }
  }
#endif
  for (; i < count; ++i) {
    const auto row = static_cast<std::uint32_t>(first + i);
    const bool keep = random.Bits(row) <= limit;
    *in_end = row;
    *out_end = row;
    in_end += keep ? 1 : 0;
    out_end += keep ? 0 : 1;
  }
  *in_count = static_cast<std::uint64_t>(in_end - in);
  *out_count = static_cast<std::uint64_t>(out_end - out);
}

GradSums SumPacked(const std::uint32_t* packed, RowList rows) {
  GradSums sums;
  constexpr std::uint64_t kRun = 16384;  // 32-bit partial sums hold
  for (std::uint64_t begin = 0; begin < rows.count; begin += kRun) {
    const std::uint64_t end = begin + kRun < rows.count ? begin + kRun : rows.count;
    std::int32_t grad = 0;
    std::uint32_t hess = 0;
    if (rows.ids == nullptr) {
      const std::uint32_t* values = packed + rows.first;
      for (std::uint64_t i = begin; i < end; ++i) {
        grad += static_cast<std::int32_t>(values[i]) >> 16;
        hess += values[i] & 0xFFFFU;
      }
    } else {
      for (std::uint64_t i = begin; i < end; ++i) {
        const std::uint32_t value = packed[rows.ids[i]];
        grad += static_cast<std::int32_t>(value) >> 16;
        hess += value & 0xFFFFU;
      }
    }
    sums.grad += grad;
    sums.hess += hess;
  }
  return sums;
}

void AddLeafValues(const std::uint16_t* leaf_of_row, const float* values, std::uint64_t count,
                   float* margins) {
  for (std::uint64_t i = 0; i < count; ++i) margins[i] += values[leaf_of_row[i]];
}

}  // namespace

extern const KernelTable kTable;
const KernelTable kTable = {
    .accumulate_packed = &AccumulatePacked,
    .accumulate_wide = &AccumulateWide,
    .flush_packed = &FlushPacked,
    .scan_block = &ScanBlock,
    .scan_wide_slot = &ScanWideSlot,
    .partition = &Partition,
    .partition_dense = &PartitionDense,
    .gradients = &Gradients,
    .softmax_prepare = &SoftmaxPrepare,
    .softmax_gradients = &SoftmaxGradients,
    .weigh = &Weigh,
    .measure = &Measure,
    .quantise_packed = &QuantisePacked,
    .quantise_wide = &QuantiseWide,
    .sample = &Sample,
    .sum_packed = &SumPacked,
    .add_leaf_values = &AddLeafValues,
};

}  // namespace boostyard::BOOSTYARD_TIER
