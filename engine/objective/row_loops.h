// The loops over rows that every round runs outside the kernels: margins to predictions, and
// logloss. Compiled once per kernel tier; every tier gives the same bits.
#pragma once

#include <cstddef>

namespace boostyard {

struct RowLoops {
  // Margins to predictions; in and out are the same memory or do not overlap.
  void (*sigmoid)(const float* in, float* out, std::size_t count);
  void (*exp)(const float* in, float* out, std::size_t count);
  // Row-major margins of `classes` outputs to probabilities, in place.
  void (*softprob)(float* rows, std::size_t row_count, int classes);
  // LoglossOfClasses per row: predictions and labels to values.
  void (*logloss)(const float* predictions, const float* labels, double* out, std::size_t count);
  // Whether every label is 0 or 1.
  bool (*are_classes)(const float* labels, std::size_t count);
};

extern const RowLoops kPortableRowLoops;
extern const RowLoops kAvx2RowLoops;    // x86-64 only
extern const RowLoops kAvx512RowLoops;  // x86-64 only

// Those of ActiveKernelTier().
const RowLoops& ActiveRowLoops();

}  // namespace boostyard
