// The order-preserving integer of a float: a < b exactly if FloatKey(a) < FloatKey(b). -0 counts as
// +0.
#pragma once

#include <cstdint>
#include <cstring>

#include "engine/base/hd.h"

namespace boostyard {

// Keys of finite values; what lies outside came from a NaN (missing) or an infinity (never occurs).
inline constexpr std::uint32_t kMinFiniteKey = 0x00800000;
inline constexpr std::uint32_t kMaxFiniteKey = 0xFF7FFFFF;

// A negative number has all its bits flipped, a positive one its sign bit set.
BOOSTYARD_HD std::uint32_t FloatKeyOfBits(std::uint32_t bits) {
  if (bits == 0x80000000U) bits = 0;
  return bits ^ ((0U - (bits >> 31)) | 0x80000000U);
}

BOOSTYARD_HD std::uint32_t FloatBits(float value) {
  std::uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

BOOSTYARD_HD std::uint32_t FloatKey(float value) { return FloatKeyOfBits(FloatBits(value)); }

// The inverse, for keys of finite values.
BOOSTYARD_HD float KeyFloat(std::uint32_t key) {
  const std::uint32_t bits = (key & 0x80000000U) != 0 ? key ^ 0x80000000U : ~key;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace boostyard
