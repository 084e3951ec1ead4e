// One set of loops, compiled by three translation units with different instruction sets.
#pragma once

#include <cstddef>

namespace boostyard::test {

// Loops over engine/base/math.h and one gradient.
struct MathTier {
  void (*exp)(const float* in, float* out, std::size_t count);
  void (*log)(const float* in, float* out, std::size_t count);
  void (*log1p)(const float* in, float* out, std::size_t count);
  void (*sigmoid)(const float* in, float* out, std::size_t count);
  void (*exp_double)(const double* in, double* out, std::size_t count);
  void (*log_double)(const double* in, double* out, std::size_t count);
  // grad and hess of binary:logistic for label 1, one after the other.
  void (*gradient)(const float* in, float* out, std::size_t count);
};

extern const MathTier kPortableTier;
extern const MathTier kAvx2Tier;
extern const MathTier kAvx512Tier;

}  // namespace boostyard::test
