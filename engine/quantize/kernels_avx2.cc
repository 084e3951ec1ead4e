// Compiled with AVX2, BMI2 and POPCNT alone; see kernels.h for what may be used here.
#include <immintrin.h>

#include "engine/quantize/float_key.h"
#include "engine/quantize/kernels.h"

namespace boostyard {
namespace {

BOOSTYARD_HD __m256i Bits(const float* values) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values));
}

BOOSTYARD_HD __m256i KeysOf(__m256i bits) {
  const __m256i sign = _mm256_set1_epi32(static_cast<int>(0x80000000U));
  bits = _mm256_andnot_si256(_mm256_cmpeq_epi32(bits, sign), bits);  // -0 becomes +0
  return _mm256_xor_si256(bits, _mm256_or_si256(_mm256_srai_epi32(bits, 31), sign));
}

BOOSTYARD_HD std::uint32_t OrOf(__m256i bits) {
  alignas(32) std::uint32_t words[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(words), bits);
  std::uint32_t any = 0;
  for (int j = 0; j < 8; ++j) any |= words[j];
  return any;
}

std::uint32_t CountBuckets(const float* values, std::size_t count, std::uint32_t* counts) {
  alignas(32) std::uint16_t buckets[16];
  __m256i any = _mm256_setzero_si256();
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i low = Bits(values + i);
    const __m256i high = Bits(values + i + 8);
    any = _mm256_or_si256(any, _mm256_or_si256(low, high));
    const __m256i first = _mm256_srli_epi32(KeysOf(low), 16);
    const __m256i second = _mm256_srli_epi32(KeysOf(high), 16);
    // Packing mixes the halves of the register: the order does not matter here.
    _mm256_store_si256(reinterpret_cast<__m256i*>(buckets), _mm256_packus_epi32(first, second));
#pragma GCC unroll 16
    for (int j = 0; j < 16; ++j) ++counts[buckets[j]];
  }
  std::uint32_t any_bits = OrOf(any);
  for (; i < count; ++i) {
    any_bits |= FloatBits(values[i]);
    ++counts[FloatKey(values[i]) >> 16];
  }
  return any_bits;
}

std::size_t CountKnown(const float* values, std::size_t count, const std::uint32_t* known,
                       std::size_t known_count, std::uint64_t* masses) {
  std::size_t begin = 0;
  for (; begin + kKnownBlock <= count; begin += kKnownBlock) {
    std::uint8_t matches[kMostKnownValues];
    unsigned matched = 0;
    std::size_t compared = 0;
    for (; compared < known_count && matched < kKnownBlock; ++compared) {
      const __m256i value = _mm256_set1_epi32(static_cast<int>(known[compared]));
      __m256i equal = _mm256_setzero_si256();  // the number of matches in each lane
#pragma GCC unroll 8
      for (std::size_t j = 0; j < kKnownBlock; j += 8) {
        equal = _mm256_sub_epi32(equal, _mm256_cmpeq_epi32(Bits(values + begin + j), value));
      }
      equal = _mm256_sad_epu8(equal, _mm256_setzero_si256());
      const __m128i sums =
          _mm_add_epi64(_mm256_castsi256_si128(equal), _mm256_extracti128_si256(equal, 1));
      matches[compared] =
          static_cast<std::uint8_t>(_mm_cvtsi128_si32(sums) + _mm_extract_epi32(sums, 2));
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
  constexpr std::size_t kFewCodes = 6;
  if (code_count > kFewCodes) {
    kPortableQuantizeKernels.count_codes(codes, count, code_count, counts);
    return;
  }
  std::size_t i = 0;
  std::uint64_t matches[kFewCodes] = {};
  for (; i + 32 <= count; i += 32) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i));
    for (std::size_t code = 0; code < code_count; ++code) {
      const __m256i equal = _mm256_cmpeq_epi8(block, _mm256_set1_epi8(static_cast<char>(code)));
      const auto mask = static_cast<unsigned>(_mm256_movemask_epi8(equal));
      matches[code] += static_cast<std::uint64_t>(_mm_popcnt_u32(mask));
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
  std::size_t kept = 0;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i key = KeysOf(Bits(values + i));
    const __m256i word = _mm256_i32gather_epi32(reinterpret_cast<const int*>(bucket_bits),
                                                _mm256_srli_epi32(key, 21), 4);
    const __m256i bit = _mm256_and_si256(_mm256_srli_epi32(key, 16), _mm256_set1_epi32(31));
    const __m256i wanted = _mm256_slli_epi32(_mm256_srlv_epi32(word, bit), 31);
    const auto mask = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(wanted)));
    // The lane numbers of the set bits, one byte each: the permutation that brings them to the
    // front.
    const std::uint64_t lanes =
        _pext_u64(0x0706050403020100ULL, _pdep_u64(mask, 0x0101010101010101ULL) * 0xFF);
    const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(lanes)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(keys + kept),
                        _mm256_permutevar8x32_epi32(key, order));
    kept += static_cast<std::size_t>(_mm_popcnt_u32(mask));
  }
  for (; i < count; ++i) {
    const std::uint32_t key = FloatKey(values[i]);
    keys[kept] = key;
    kept += (bucket_bits[key >> 21] >> ((key >> 16) & 31)) & 1;
  }
  return kept;
}

// How many of 16 ascending cuts are <= value (0 for a NaN).
BOOSTYARD_HD unsigned CutsUpTo(const float* cuts, __m256 value) {
  const __m256 low = _mm256_cmp_ps(_mm256_load_ps(cuts), value, _CMP_LE_OQ);
  const __m256 high = _mm256_cmp_ps(_mm256_load_ps(cuts + 8), value, _CMP_LE_OQ);
  const auto mask = static_cast<unsigned>(_mm256_movemask_ps(low)) |
                    static_cast<unsigned>(_mm256_movemask_ps(high)) << 8;
  return static_cast<unsigned>(_mm_popcnt_u32(mask));
}

// The bins of 8 values as 32-bit numbers: every cut is compared with.
BOOSTYARD_HD __m256i BinsByFewCuts(const float* values, const BinTable& table, __m256 missing_code,
                                   __m256* any_missing) {
  const __m256 value = _mm256_loadu_ps(values);
  __m256i bins = _mm256_setzero_si256();
  for (std::uint32_t cut = 0; cut < table.cut_count; ++cut) {
    const __m256 above = _mm256_cmp_ps(_mm256_broadcast_ss(table.rows + cut), value, _CMP_LE_OQ);
    bins = _mm256_sub_epi32(bins, _mm256_castps_si256(above));
  }
  const __m256 is_missing = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
  *any_missing = _mm256_or_ps(*any_missing, is_missing);
  return _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(bins), missing_code, is_missing));
}

// Takes whole blocks of 32 values; returns how many.
std::size_t BinByFewCuts(const float* values, std::size_t count, const BinTable& table,
                         std::uint8_t missing_code, std::uint8_t* bins, bool* has_missing) {
  const __m256 missing = _mm256_castsi256_ps(_mm256_set1_epi32(missing_code));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);  // undoes that of the packing
  __m256 any_missing = _mm256_setzero_ps();
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i quarter[4];
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4; ++j) {
      quarter[j] = BinsByFewCuts(values + i + 8 * j, table, missing, &any_missing);
    }
    const __m256i packed = _mm256_packus_epi16(_mm256_packus_epi32(quarter[0], quarter[1]),
                                               _mm256_packus_epi32(quarter[2], quarter[3]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bins + i),
                        _mm256_permutevar8x32_epi32(packed, order));
  }
  *has_missing = _mm256_movemask_ps(any_missing) != 0;
  return i;
}

bool BinValues(const float* values, std::size_t count, const BinTable& table,
               std::uint8_t missing_code, std::uint8_t* bins) {
  bool has_missing = false;
  std::size_t i = 0;
  if (table.cut_count <= kFewCuts) {
    i = BinByFewCuts(values, count, table, missing_code, bins, &has_missing);
  }
  for (; i < count; ++i) {
    const __m256 value = _mm256_broadcast_ss(values + i);
    const unsigned row = CutsUpTo(table.row_ends, value);
    const unsigned bin = 16 * row + CutsUpTo(table.rows + 16 * row, value);
    const bool is_missing = values[i] != values[i];
    has_missing |= is_missing;
    bins[i] = is_missing ? missing_code : static_cast<std::uint8_t>(bin);
  }
  return has_missing;
}

void MapCodes(const std::uint8_t* codes, std::size_t count, std::size_t code_count,
              const std::uint8_t* map, std::uint8_t* bins) {
  std::size_t i = 0;
  if (code_count <= 16) {
    const __m256i table =
        _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(map)));
    const __m256i missing = _mm256_set1_epi8(static_cast<char>(map[255]));
    for (; i + 32 <= count; i += 32) {
      const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i));
      // Code 255 has its sign bit set, the others have not: it chooses.
      const __m256i mapped = _mm256_blendv_epi8(_mm256_shuffle_epi8(table, block), missing, block);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(bins + i), mapped);
    }
  }
  for (; i < count; ++i) bins[i] = map[codes[i]];
}

}  // namespace

const QuantizeKernels kAvx2QuantizeKernels = {
    .count_buckets = CountBuckets,
    .count_known = CountKnown,
    .count_codes = CountCodes,
    .filter_keys = FilterKeys,
    .bin_values = BinValues,
    .bin_values_needs_slots = false,
    .map_codes = MapCodes,
};

}  // namespace boostyard
