// Sums over rows that no number of threads can change: each block of 4,096 rows adds its values in
// eight interleaved lanes (so that the loop vectorises) and the lanes in order; then the blocks in
// order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/parallel.h"

namespace boostyard {

inline constexpr std::size_t kSumBlockRows = 4096;

// The sum of `count` values in the written order of the lanes.
inline double SumInLanes(const double* values, std::size_t count) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) lanes[lane] += values[i + lane];
  }
  for (std::size_t lane = 0; i + lane < count; ++lane) lanes[lane] += values[i + lane];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

// The sum over rows of what fill(first_row, count, values) writes: one value per row of a block.
template <class Fill>
double SumOverRows(int threads, std::size_t rows, const Fill& fill) {
  const std::size_t blocks = (rows + kSumBlockRows - 1) / kSumBlockRows;
  std::vector<double> block_sums(blocks);
  ParallelFor(threads, static_cast<std::int64_t>(blocks), [&](std::int64_t block) {
    std::array<double, kSumBlockRows> values;
    const std::size_t first = static_cast<std::size_t>(block) * kSumBlockRows;
    const std::size_t count = std::min(kSumBlockRows, rows - first);
    fill(first, count, values.data());
    block_sums[static_cast<std::size_t>(block)] = SumInLanes(values.data(), count);
  });
  double sum = 0.0;
  for (const double block_sum : block_sums) sum += block_sum;
  return sum;
}

// The sum of the weights; the row count without weights.
inline double SumOfWeights(int threads, const float* weights, std::size_t rows) {
  if (weights == nullptr) return static_cast<double>(rows);
  return SumOverRows(threads, rows, [&](std::size_t first, std::size_t count, double* values) {
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<double>(weights[first + i]);
  });
}

}  // namespace boostyard
