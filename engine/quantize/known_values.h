// The values of a column that has few of them, and how often each occurs: found by comparing with
// all of them at once, which is cheaper than a counter per value where the same value comes again
// and again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/quantize/kernels.h"

namespace boostyard {

struct FloatMass {
  std::uint32_t bits = 0;  // of the float
  std::uint64_t mass = 0;
};

class KnownValues {
 public:
  explicit KnownValues(const QuantizeKernels& kernels) : kernels_(&kernels) {}

  // Counts values until one would be more than there is room for; returns how many were counted.
  std::size_t Count(const float* values, std::size_t count);

  // Calls take(FloatMass) for each value, in no particular order; -0 and +0 are two.
  template <class Take>
  void ForEach(const Take& take) const {
    for (std::size_t i = 0; i < size_; ++i) take(FloatMass{.bits = bits_[i], .mass = masses_[i]});
  }

  void Clear() { size_ = 0; }

 private:
  bool CountOne(float value);

  const QuantizeKernels* kernels_;
  std::size_t size_ = 0;
  std::uint32_t bits_[kMostKnownValues];  // of floats: NaNs compare equal where they are
  std::uint64_t masses_[kMostKnownValues];
};

}  // namespace boostyard
