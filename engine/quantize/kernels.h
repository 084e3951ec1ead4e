// The inner loops of quantisation, one set per kernel tier. All sets give the same results.
//
// The files of the wide tiers are alone in their compile flags: they use plain arrays, intrinsics
// and functions that are always inlined, so that no wide instruction gets into code shared with
// others.
#pragma once

#include <cstddef>
#include <cstdint>

namespace boostyard {

inline constexpr std::size_t kBucketCount = 65'536;  // buckets are the upper 16 bits of a FloatKey
inline constexpr std::size_t kNarrowBins = 256;      // bins whose numbers fit one byte
inline constexpr std::size_t kMostKnownValues = 32;  // that count_known compares with
inline constexpr std::size_t kKnownBlock = 64;       // values that it takes at a time
inline constexpr std::size_t kFewCuts = 12;          // up to which a value is compared with all

// The interior cuts of a feature (all but its last) in the shapes that the kernels search.
struct BinTable {
  // For at most 256 bins: the cuts in 16 rows of 16, filled up with infinity, and the last cut of
  // each row but the bottom one.
  alignas(64) float rows[kNarrowBins];
  alignas(64) float row_ends[16];
  std::uint32_t cut_count = 0;  // of the interior ones
  // For any number: the keys between the first and the last cut in equal slots of 2^shift keys;
  // slot s holds the cuts first_cut[s] to first_cut[s + 1] - 1. Filled in where a kernel needs it.
  const float* cuts = nullptr;
  const std::uint32_t* first_cut = nullptr;
  std::uint32_t first_key = 0;
  std::uint32_t last_key = 0;
  std::uint32_t shift = 0;
};

struct QuantizeKernels {
  // counts[FloatKey(values[i]) >> 16] += 1. Returns a number whose lower 16 bits are those that are
  // set in the lower 16 bits of any value.
  std::uint32_t (*count_buckets)(const float* values, std::size_t count, std::uint32_t* counts);
  // For whole blocks of kKnownBlock values that have no bits but known[0 .. known_count): adds up
  // how often each occurs. Returns where the first other block, or the rest, begins. At most
  // kMostKnownValues different ones.
  std::size_t (*count_known)(const float* values, std::size_t count, const std::uint32_t* known,
                             std::size_t known_count, std::uint64_t* masses);
  // counts[codes[i]] += 1; codes are below code_count, or 255.
  void (*count_codes)(const std::uint8_t* codes, std::size_t count, std::size_t code_count,
                      std::uint32_t* counts);
  // Writes the keys whose bucket has its bit set, in order; returns how many. `keys` has room for
  // count + 16.
  std::size_t (*filter_keys)(const float* values, std::size_t count,
                             const std::uint32_t* bucket_bits, std::uint32_t* keys);
  // codes[i] = number of cuts <= values[i], or missing_code for a NaN. At most 256 bins. Returns
  // whether there was a NaN.
  bool (*bin_values)(const float* values, std::size_t count, const BinTable& table,
                     std::uint8_t missing_code, std::uint8_t* bins);
  bool bin_values_needs_slots;  // bin_values reads first_cut
  // bins[i] = map[codes[i]]; codes are below code_count, or 255.
  void (*map_codes)(const std::uint8_t* codes, std::size_t count, std::size_t code_count,
                    const std::uint8_t* map, std::uint8_t* bins);
};

extern const QuantizeKernels kPortableQuantizeKernels;
#if defined(__x86_64__)
extern const QuantizeKernels kAvx2QuantizeKernels;
extern const QuantizeKernels kAvx512QuantizeKernels;
#endif

// Those of ActiveKernelTier().
const QuantizeKernels& ActiveQuantizeKernels();

}  // namespace boostyard
