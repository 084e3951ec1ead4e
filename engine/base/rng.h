// Counter-based random numbers: a pure function of (seed, stream, counter), so that no result
// depends on who draws first. The mixer is the finaliser of SplitMix64 (Steele, Lea, Flood: Fast
// splittable pseudorandom number generators, OOPSLA 2014).
#pragma once

#include <cstdint>

#include "engine/base/hd.h"

namespace boostyard {

BOOSTYARD_HD std::uint64_t MixBits(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xBF58476D1CE4E5B9ULL;
  x ^= x >> 27;
  x *= 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

// A key for one use of randomness: the seed, what it is for, and the round (or tree).
BOOSTYARD_HD std::uint64_t RandomKey(std::uint64_t seed, std::uint64_t purpose,
                                     std::uint64_t round) {
  return MixBits(MixBits(MixBits(seed + 0x9E3779B97F4A7C15ULL) + purpose) + round);
}

// 64 random bits of draw `counter` under `key`.
BOOSTYARD_HD std::uint64_t RandomBits(std::uint64_t key, std::uint64_t counter) {
  return MixBits(key + (counter + 1) * 0x9E3779B97F4A7C15ULL);
}

// 32 random bits per row under one key, cheap enough to vectorise over rows: two rounds of a
// 32-bit mixer (multiply and xor-shift constants of Wellons' "lowbias32" search).
class RowRandom {
 public:
  BOOSTYARD_HD explicit RowRandom(std::uint64_t key)
      : low_(static_cast<std::uint32_t>(key)), high_(static_cast<std::uint32_t>(key >> 32)) {}

  BOOSTYARD_HD std::uint32_t Bits(std::uint32_t row) const { return Mix(Mix(row ^ low_) + high_); }

 private:
  static BOOSTYARD_HD std::uint32_t Mix(std::uint32_t x) {
    x ^= x >> 16;
    x *= 0x7FEB352DU;
    x ^= x >> 15;
    x *= 0x846CA68BU;
    return x ^ (x >> 16);
  }

  std::uint32_t low_;
  std::uint32_t high_;
};

// What randomness is used for: each its own numbers.
enum class RandomPurpose : std::uint64_t {
  kSubsample = 1,
  kColumnsByTree = 2,
  kColumnsByLevel = 3,
  kColumnsByNode = 4,
  kDither = 5,
  kFolds = 6,
};

}  // namespace boostyard
