// The scales of gradients, as bits, against the standard library's frexp and ldexp.
#include "engine/tree/grad_scales.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace boostyard {
namespace {

float ExpectedPacked(float max, double limit) {
  int exponent = 0;
  std::frexp(limit / static_cast<double>(max), &exponent);
  return std::ldexp(1.0F, std::clamp(exponent - 1, -120, 120));
}

double ExpectedWide(float max, std::uint64_t rows) {
  int row_exponent = 0;
  int max_exponent = 0;
  std::frexp(static_cast<double>(rows), &row_exponent);
  std::frexp(static_cast<double>(max), &max_exponent);
  return std::ldexp(1.0, std::clamp(62 - row_exponent - max_exponent, -1000, 200));
}

// Every power of two with its neighbours, subnormal ones and the largest too; where the 16-bit
// form's scales change; and what lies between.
std::vector<float> Magnitudes() {
  std::vector<float> values = {std::numeric_limits<float>::denorm_min(),
                               std::numeric_limits<float>::max()};
  const auto add_with_neighbours = [&](float value) {
    for (const std::uint32_t bits :
         {std::bit_cast<std::uint32_t>(value) - 1, std::bit_cast<std::uint32_t>(value),
          std::bit_cast<std::uint32_t>(value) + 1}) {
      values.push_back(std::bit_cast<float>(bits));
    }
  };
  for (int exponent = -148; exponent <= 127; ++exponent) {
    add_with_neighbours(std::ldexp(1.0F, exponent));
    add_with_neighbours(std::ldexp(1.7F, exponent));
    if (exponent > 112 || exponent < -100) continue;
    add_with_neighbours(static_cast<float>(std::ldexp(32766.0, exponent)));
    add_with_neighbours(static_cast<float>(std::ldexp(65534.0, exponent - 1)));
  }
  return values;
}

TEST(GradScales, AreTheLargestPowersOfTwoThatFit) {
  for (const float max : Magnitudes()) {
    SCOPED_TRACE(max);
    EXPECT_EQ(PackedGradScale(max), ExpectedPacked(max, 32766.0));
    EXPECT_EQ(PackedHessScale(max), ExpectedPacked(max, 65534.0));
    for (const std::uint64_t rows : {1ULL, 2ULL, 3ULL, 1000ULL, 1ULL << 32, (1ULL << 32) + 1}) {
      EXPECT_EQ(WideScale(max, rows), ExpectedWide(max, rows));
    }
  }
}

TEST(GradScales, AreOneWhereThereIsNoGradient) {
  EXPECT_EQ(PackedGradScale(0.0F), 1.0F);
  EXPECT_EQ(PackedHessScale(0.0F), 1.0F);
  EXPECT_EQ(WideScale(0.0F, 10), 1.0);
}

}  // namespace
}  // namespace boostyard
