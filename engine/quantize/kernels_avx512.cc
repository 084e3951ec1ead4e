// Compiled with AVX-512 F, BW, DQ, VL, VBMI and VBMI2 alone; see kernels.h for what may be used
// here.
#include <immintrin.h>

#include "engine/quantize/float_key.h"
#include "engine/quantize/kernels.h"

namespace boostyard {
namespace {

BOOSTYARD_HD __m512i KeysOf(__m512i bits) {
  const __m512i sign = _mm512_set1_epi32(static_cast<int>(0x80000000U));
  bits = _mm512_mask_mov_epi32(bits, _mm512_cmpeq_epi32_mask(bits, sign),
                               _mm512_setzero_si512());  // -0 becomes +0
  return _mm512_xor_si512(bits, _mm512_or_si512(_mm512_srai_epi32(bits, 31), sign));
}

std::uint32_t CountBuckets(const float* values, std::size_t count, std::uint32_t* counts) {
  alignas(64) std::uint16_t buckets[32];
  __m512i any = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m512i low = _mm512_loadu_si512(values + i);
    const __m512i high = _mm512_loadu_si512(values + i + 16);
    any = _mm512_or_si512(any, _mm512_or_si512(low, high));
    const __m512i first = _mm512_srli_epi32(KeysOf(low), 16);
    const __m512i second = _mm512_srli_epi32(KeysOf(high), 16);
    // Packing mixes the quarters of the register: the order does not matter here.
    _mm512_store_si512(buckets, _mm512_packus_epi32(first, second));
#pragma GCC unroll 32
    for (int j = 0; j < 32; ++j) ++counts[buckets[j]];
  }
  auto any_bits = static_cast<std::uint32_t>(_mm512_reduce_or_epi32(any));
  for (; i < count; ++i) {
    any_bits |= FloatBits(values[i]);
    ++counts[FloatKey(values[i]) >> 16];
  }
  return any_bits;
}

// One bit for each of 64 values.
BOOSTYARD_HD __mmask64 Join(__mmask16 a, __mmask16 b, __mmask16 c, __mmask16 d) {
  return _mm512_kunpackd(_mm512_kunpackw(d, c), _mm512_kunpackw(b, a));
}

std::size_t CountKnown(const float* values, std::size_t count, const std::uint32_t* known,
                       std::size_t known_count, std::uint64_t* masses) {
  std::size_t begin = 0;
  for (; begin + kKnownBlock <= count; begin += kKnownBlock) {
    const __m512i a = _mm512_loadu_si512(values + begin);
    const __m512i b = _mm512_loadu_si512(values + begin + 16);
    const __m512i c = _mm512_loadu_si512(values + begin + 32);
    const __m512i d = _mm512_loadu_si512(values + begin + 48);
    std::uint8_t matches[kMostKnownValues];
    unsigned matched = 0;
    std::size_t compared = 0;
    for (; compared < known_count && matched < kKnownBlock; ++compared) {
      const __m512i value = _mm512_set1_epi32(static_cast<int>(known[compared]));
      const __mmask64 equal =
          Join(_mm512_cmpeq_epi32_mask(a, value), _mm512_cmpeq_epi32_mask(b, value),
               _mm512_cmpeq_epi32_mask(c, value), _mm512_cmpeq_epi32_mask(d, value));
      matches[compared] = static_cast<std::uint8_t>(_mm_popcnt_u64(equal));
      matched += matches[compared];
    }
    if (matched < kKnownBlock) break;
    for (std::size_t k = 0; k < compared; ++k) masses[k] += matches[k];
  }
  return begin;
}

// Few codes: compare with each and count the matches. Many: one counter per code.
void CountCodes(const std::uint8_t* codes, std::size_t count, std::size_t code_count,
                std::uint32_t* counts) {
  constexpr std::size_t kFewCodes = 16;
  if (code_count > kFewCodes) {
    kPortableQuantizeKernels.count_codes(codes, count, code_count, counts);
    return;
  }
  std::size_t i = 0;
  std::uint64_t matches[kFewCodes] = {};
  for (; i + 64 <= count; i += 64) {
    const __m512i block = _mm512_loadu_si512(codes + i);
    for (std::size_t code = 0; code < code_count; ++code) {
      const __mmask64 mask =
          _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(static_cast<char>(code)));
      matches[code] += static_cast<std::uint64_t>(_mm_popcnt_u64(mask));
    }
  }
  std::uint64_t matched = 0;
  for (std::size_t code = 0; code < code_count; ++code) {
    matched += matches[code];
    counts[code] += static_cast<std::uint32_t>(matches[code]);
  }
  counts[255] += static_cast<std::uint32_t>(i - matched);
  for (; i < count; ++i) ++counts[codes[i]];
}

std::size_t FilterKeys(const float* values, std::size_t count, const std::uint32_t* bucket_bits,
                       std::uint32_t* keys) {
  const __m512i one = _mm512_set1_epi32(1);
  std::size_t kept = 0;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m512i key = KeysOf(_mm512_loadu_si512(values + i));
    const __m512i word = _mm512_i32gather_epi32(_mm512_srli_epi32(key, 21), bucket_bits, 4);
    const __m512i bit = _mm512_and_si512(_mm512_srli_epi32(key, 16), _mm512_set1_epi32(31));
    const __mmask16 wanted = _mm512_test_epi32_mask(_mm512_srlv_epi32(word, bit), one);
    _mm512_storeu_si512(keys + kept, _mm512_maskz_compress_epi32(wanted, key));
    kept += static_cast<std::size_t>(_mm_popcnt_u32(wanted));
  }
  for (; i < count; ++i) {
    const std::uint32_t key = FloatKey(values[i]);
    keys[kept] = key;
    kept += (bucket_bits[key >> 21] >> ((key >> 16) & 31)) & 1;
  }
  return kept;
}

// How many of 16 ascending cuts are <= value (0 for a NaN).
BOOSTYARD_HD unsigned CutsUpTo(__m512 cuts, __m512 value) {
  return static_cast<unsigned>(_mm_popcnt_u32(_mm512_cmp_ps_mask(cuts, value, _CMP_LE_OQ)));
}

// Takes whole blocks of 64 values; returns how many. Every cut is compared with.
std::size_t BinByFewCuts(const float* values, std::size_t count, const BinTable& table,
                         std::uint8_t missing_code, std::uint8_t* bins, __mmask64* any_missing) {
  const __m512i missing = _mm512_set1_epi8(static_cast<char>(missing_code));
  const __m512i one = _mm512_set1_epi8(1);
  std::size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const __m512 a = _mm512_loadu_ps(values + i);
    const __m512 b = _mm512_loadu_ps(values + i + 16);
    const __m512 c = _mm512_loadu_ps(values + i + 32);
    const __m512 d = _mm512_loadu_ps(values + i + 48);
    __m512i bin = _mm512_setzero_si512();
    for (std::uint32_t cut = 0; cut < table.cut_count; ++cut) {
      const __m512 threshold = _mm512_set1_ps(table.rows[cut]);
      const __mmask64 above = Join(_mm512_cmp_ps_mask(threshold, a, _CMP_LE_OQ),
                                   _mm512_cmp_ps_mask(threshold, b, _CMP_LE_OQ),
                                   _mm512_cmp_ps_mask(threshold, c, _CMP_LE_OQ),
                                   _mm512_cmp_ps_mask(threshold, d, _CMP_LE_OQ));
      bin = _mm512_mask_add_epi8(bin, above, bin, one);
    }
    const __mmask64 is_missing =
        Join(_mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), _mm512_cmp_ps_mask(b, b, _CMP_UNORD_Q),
             _mm512_cmp_ps_mask(c, c, _CMP_UNORD_Q), _mm512_cmp_ps_mask(d, d, _CMP_UNORD_Q));
    *any_missing |= is_missing;
    _mm512_storeu_si512(bins + i, _mm512_mask_mov_epi8(bin, is_missing, missing));
  }
  return i;
}

bool BinValues(const float* values, std::size_t count, const BinTable& table,
               std::uint8_t missing_code, std::uint8_t* bins) {
  if (table.cut_count <= kFewCuts && count >= 64) {
    __mmask64 any_missing = 0;
    const std::size_t done = BinByFewCuts(values, count, table, missing_code, bins, &any_missing);
    // The rest once more as part of the last 64.
    if (done < count) {
      const std::size_t last = count - 64;
      BinByFewCuts(values + last, 64, table, missing_code, bins + last, &any_missing);
    }
    return any_missing != 0;
  }
  const __m512 row_ends = _mm512_load_ps(table.row_ends);
  const __m128i missing = _mm_set1_epi8(static_cast<char>(missing_code));
  alignas(16) std::uint8_t block[16];
  unsigned any_missing = 0;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
#pragma GCC unroll 16
    for (std::size_t j = 0; j < 16; ++j) {
      const __m512 value = _mm512_set1_ps(values[i + j]);
      const unsigned row = CutsUpTo(row_ends, value);
      const unsigned in_row = CutsUpTo(_mm512_load_ps(table.rows + 16 * row), value);
      block[j] = static_cast<std::uint8_t>(16 * row + in_row);
    }
    const __m512 sixteen = _mm512_loadu_ps(values + i);
    const __mmask16 is_missing = _mm512_cmp_ps_mask(sixteen, sixteen, _CMP_UNORD_Q);
    any_missing |= is_missing;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bins + i),
                     _mm_mask_mov_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(block)),
                                       is_missing, missing));
  }
  for (; i < count; ++i) {
    const __m512 value = _mm512_set1_ps(values[i]);
    const unsigned row = CutsUpTo(row_ends, value);
    const unsigned in_row = CutsUpTo(_mm512_load_ps(table.rows + 16 * row), value);
    const bool is_missing = values[i] != values[i];
    any_missing |= static_cast<unsigned>(is_missing);
    bins[i] = is_missing ? missing_code : static_cast<std::uint8_t>(16 * row + in_row);
  }
  return any_missing != 0;
}

void MapCodes(const std::uint8_t* codes, std::size_t count, std::size_t /*code_count*/,
              const std::uint8_t* map, std::uint8_t* bins) {
  const __m512i map0 = _mm512_loadu_si512(map);
  const __m512i map1 = _mm512_loadu_si512(map + 64);
  const __m512i map2 = _mm512_loadu_si512(map + 128);
  const __m512i map3 = _mm512_loadu_si512(map + 192);
  std::size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const __m512i block = _mm512_loadu_si512(codes + i);
    const __m512i low = _mm512_permutex2var_epi8(map0, block, map1);
    const __m512i high = _mm512_permutex2var_epi8(map2, block, map3);
    _mm512_storeu_si512(bins + i, _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(block), high));
  }
  for (; i < count; ++i) bins[i] = map[codes[i]];
}

}  // namespace

const QuantizeKernels kAvx512QuantizeKernels = {
    .count_buckets = CountBuckets,
    .count_known = CountKnown,
    .count_codes = CountCodes,
    .filter_keys = FilterKeys,
    .bin_values = BinValues,
    .bin_values_needs_slots = false,
    .map_codes = MapCodes,
};

}  // namespace boostyard
