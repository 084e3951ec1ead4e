// Which rows go left. Part of kernels_impl.h.
#pragma once

#ifndef BOOSTYARD_TIER
#error "include this from kernels_impl.h"
#endif

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "engine/cpu/kernels.h"

namespace boostyard::BOOSTYARD_TIER {
namespace {

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

}  // namespace
}  // namespace boostyard::BOOSTYARD_TIER
