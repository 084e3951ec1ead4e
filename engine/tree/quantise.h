// How real gradients become integers: the rounding, one rule for every backend; grad_scales.h has
// the scales. Nothing but always-inlined functions: every kernel tier and the device compile them.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"

namespace boostyard {

// Non-negative floats as integers; what is too large for any purpose counts as 65,535.
BOOSTYARD_HD std::uint32_t TruncateCapped(float x) {
  const float capped = x < 65535.0F ? x : 65535.0F;
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(capped));
}

BOOSTYARD_HD std::int32_t FloorToInt(float x) {
  const auto truncated = static_cast<std::int32_t>(x);
  // Unsigned: a first guess of the scale may be far too large, and its quanta wrap and are not
  // used.
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(truncated) -
                                   (static_cast<float>(truncated) > x ? 1U : 0U));
}

// One row in the 16-bit form, (grad << 16) | hess. `bits`: the row's 32 random bits.
BOOSTYARD_HD std::uint32_t QuantisePair(float grad, float hess, float grad_scale, float hess_scale,
                                        std::uint32_t bits) {
  const float u = static_cast<float>(static_cast<std::int32_t>(bits & 0xFFFFU)) * 0x1p-16F;
  const float v = static_cast<float>(static_cast<std::int32_t>(bits >> 16)) * 0x1p-16F;
  const std::int32_t g = FloorToInt(grad * grad_scale + u);
  const std::int32_t h = FloorToInt(hess * hess_scale + v);
  return (static_cast<std::uint32_t>(g) << 16) | static_cast<std::uint32_t>(h);
}

// Round to nearest by adding and taking away 1.5 * 2^52 (below 2^51); larger ones are integers
// enough.
BOOSTYARD_HD std::int64_t RoundToInt(double x) {
  const double magnitude = x < 0.0 ? -x : x;
  constexpr double kBig = 6755399441055744.0;
  const double rounded = magnitude < 2251799813685248.0 ? (x + kBig) - kBig : x;
  return static_cast<std::int64_t>(rounded);
}

}  // namespace boostyard
