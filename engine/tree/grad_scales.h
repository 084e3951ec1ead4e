// How real gradients become integers: the scales, one rule for every backend; quantise.h rounds.
//
// 16-bit form: floor(x * scale + u), u uniform from (key, row): without bias. It is taken where
// gradients average at least kMinMeanQuanta quanta; else the 64-bit form, rounded to nearest.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "engine/base/hd.h"
#include "engine/base/math.h"

namespace boostyard {

inline constexpr std::int64_t kMinMeanQuanta = 64;

// As std::frexp and std::ldexp, for normal numbers and 0; these compile for the device.
BOOSTYARD_HD int ExponentOf(double x) {
  return x == 0.0 ? 0 : static_cast<int>((BitsOf(x) >> 52) & 0x7FFU) - 1022;
}
BOOSTYARD_HD float FloatPowerOfTwo(int exponent) {
  return FloatOf(static_cast<std::uint32_t>(exponent + 127) << 23);
}
BOOSTYARD_HD double DoublePowerOfTwo(int exponent) {
  return DoubleOf(static_cast<std::uint64_t>(exponent + 1023) << 52);
}
BOOSTYARD_HD int Clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

// The largest power of two p with max * p <= limit, for the 16-bit form; 1 for max 0.
BOOSTYARD_HD float PackedScale(float max, double limit) {
  if (!(max > 0.0F)) return 1.0F;
  return FloatPowerOfTwo(Clamp(ExponentOf(limit / static_cast<double>(max)) - 1, -120, 120));
}
BOOSTYARD_HD float PackedGradScale(float max) { return PackedScale(max, 32766.0); }
BOOSTYARD_HD float PackedHessScale(float max) { return PackedScale(max, 65534.0); }

// The largest power of two p with rows * max * p < 2^62, for the 64-bit form; 1 for max 0.
BOOSTYARD_HD double WideScale(float max, std::uint64_t rows) {
  if (!(max > 0.0F)) return 1.0;
  const int exponent =
      62 - ExponentOf(static_cast<double>(rows)) - ExponentOf(static_cast<double>(max));
  return DoublePowerOfTwo(Clamp(exponent, -1000, 200));
}

// The scales of one tree's gradients: in the 16-bit form, and in the 64-bit form, whose sums are
// exact.
struct GradScales {
  float grad = 16384.0F;
  float hess = 32768.0F;
  double wide_grad = 1.0;
  double wide_hess = 1.0;
  bool is_wide = false;  // the 64-bit form is taken
};

// Rows are sampled whose 32 random bits are at most this; for fractions below 1.
inline std::uint32_t SampleLimit(double fraction) {
  return static_cast<std::uint32_t>(
      std::clamp(std::ceil(fraction * 0x1p32) - 1.0, 0.0, 4294967295.0));
}

}  // namespace boostyard
