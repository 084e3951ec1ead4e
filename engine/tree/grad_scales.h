// How real gradients become integers: the scales, one rule for every backend; quantise.h rounds.
//
// 16-bit form: floor(x * scale + u), u uniform from (key, row): without bias. It is taken where
// gradients average at least kMinMeanQuanta quanta; else the 64-bit form, rounded to nearest.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace boostyard {

inline constexpr std::int64_t kMinMeanQuanta = 64;

// The largest power of two p with max * p <= limit, for the 16-bit form; 1 for max 0.
inline float PackedScale(float max, double limit) {
  if (!(max > 0.0F)) return 1.0F;
  int exponent = 0;
  std::frexp(limit / static_cast<double>(max), &exponent);
  return std::ldexp(1.0F, std::clamp(exponent - 1, -120, 120));
}
inline float PackedGradScale(float max) { return PackedScale(max, 32766.0); }
inline float PackedHessScale(float max) { return PackedScale(max, 65534.0); }

// The largest power of two p with rows * max * p < 2^62, for the 64-bit form; 1 for max 0.
inline double WideScale(float max, std::uint64_t rows) {
  if (!(max > 0.0F)) return 1.0;
  int row_exponent = 0;
  int max_exponent = 0;
  std::frexp(static_cast<double>(rows), &row_exponent);
  std::frexp(static_cast<double>(max), &max_exponent);
  return std::ldexp(1.0, std::clamp(62 - row_exponent - max_exponent, -1000, 200));
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
