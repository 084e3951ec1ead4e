#include "engine/quantize/bin_search.h"
#include "engine/quantize/float_key.h"
#include "engine/quantize/kernels.h"

namespace boostyard {
namespace {

std::uint32_t CountBuckets(const float* values, std::size_t count, std::uint32_t* counts) {
  std::uint32_t any_bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = FloatBits(values[i]);
    any_bits |= bits;
    ++counts[FloatKeyOfBits(bits) >> 16];
  }
  return any_bits;
}

std::size_t CountKnown(const float* values, std::size_t count, const std::uint32_t* known,
                       std::size_t known_count, std::uint64_t* masses) {
  std::size_t begin = 0;
  for (; begin + kKnownBlock <= count; begin += kKnownBlock) {
    std::uint32_t matches[kMostKnownValues];
    std::size_t matched = 0;
    std::size_t compared = 0;
    for (; compared < known_count && matched < kKnownBlock; ++compared) {
      std::uint32_t equal = 0;
      for (std::size_t i = 0; i < kKnownBlock; ++i) {
        equal += static_cast<std::uint32_t>(FloatBits(values[begin + i]) == known[compared]);
      }
      matches[compared] = equal;
      matched += equal;
    }
    if (matched < kKnownBlock) break;
    for (std::size_t k = 0; k < compared; ++k) masses[k] += matches[k];
  }
  return begin;
}

// Four tables: equal codes in a row do not wait for each other's sums.
void CountCodes(const std::uint8_t* codes, std::size_t count, std::size_t /*code_count*/,
                std::uint32_t* counts) {
  std::uint32_t tables[4][256] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    ++tables[0][codes[i]];
    ++tables[1][codes[i + 1]];
    ++tables[2][codes[i + 2]];
    ++tables[3][codes[i + 3]];
  }
  for (; i < count; ++i) ++tables[0][codes[i]];
  for (std::size_t code = 0; code < 256; ++code) {
    counts[code] += tables[0][code] + tables[1][code] + tables[2][code] + tables[3][code];
  }
}

// Always writes, and keeps what was written only where the bit is set: no branch to guess.
std::size_t FilterKeys(const float* values, std::size_t count, const std::uint32_t* bucket_bits,
                       std::uint32_t* keys) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t key = FloatKey(values[i]);
    keys[kept] = key;
    kept += (bucket_bits[key >> 21] >> ((key >> 16) & 31)) & 1;
  }
  return kept;
}

bool BinValues(const float* values, std::size_t count, const BinTable& table,
               std::uint8_t missing_code, std::uint8_t* bins) {
  bool has_missing = false;
  for (std::size_t i = 0; i < count; ++i) {
    const float value = values[i];
    if (value != value) {
      has_missing = true;
      bins[i] = missing_code;
    } else {
      bins[i] = static_cast<std::uint8_t>(CutsUpTo(table, value));
    }
  }
  return has_missing;
}

void MapCodes(const std::uint8_t* codes, std::size_t count, std::size_t /*code_count*/,
              const std::uint8_t* map, std::uint8_t* bins) {
  for (std::size_t i = 0; i < count; ++i) bins[i] = map[codes[i]];
}

}  // namespace

const QuantizeKernels kPortableQuantizeKernels = {
    .count_buckets = CountBuckets,
    .count_known = CountKnown,
    .count_codes = CountCodes,
    .filter_keys = FilterKeys,
    .bin_values = BinValues,
    .bin_values_needs_slots = true,
    .map_codes = MapCodes,
};

}  // namespace boostyard
