// Gradients, their quantisation, the sample of rows, margins. Part of kernels_impl.h.
#pragma once

#ifndef BOOSTYARD_TIER
#error "include this from kernels_impl.h"
#endif

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "engine/base/math.h"
#include "engine/base/rng.h"
#include "engine/cpu/kernels.h"
#include "engine/cpu/kernels_rows.h"
#include "engine/objective/list.h"
#include "engine/tree/quantise.h"

namespace boostyard::BOOSTYARD_TIER {
namespace {

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

void QuantisePacked(const float* grad, const float* hess, std::uint64_t count, float grad_scale,
                    float hess_scale, std::uint64_t key, std::uint64_t first_row,
                    std::uint32_t* out) {
  const RowRandom random(key);
  for (std::uint64_t i = 0; i < count; ++i) {
    out[i] = QuantisePair(grad[i], hess[i], grad_scale, hess_scale,
                          random.Bits(static_cast<std::uint32_t>(first_row + i)));
  }
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
}  // namespace boostyard::BOOSTYARD_TIER
