// Regression tables whose labels and weights differ in size, trained by ours and by XGBoost.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/base/rng.h"
#include "tests/parity/side_by_side.h"

namespace boostyard::testing {

inline constexpr int kThreads = 1;  // small data: threads would only wait for each other

inline double Uniform(std::uint64_t key, std::uint64_t counter) {
  return (static_cast<double>(RandomBits(key, counter) >> 11) + 0.5) * 0x1p-53;
}

// Weighted root of the mean square.
inline double Rmse(const std::vector<float>& predictions, const MemoryTable& table) {
  double sum = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < table.row_count; ++i) {
    const double weight = table.weights.empty() ? 1.0 : static_cast<double>(table.weights[i]);
    const double error = static_cast<double>(predictions[i]) - static_cast<double>(table.labels[i]);
    sum += weight * error * error;
    weights += weight;
  }
  return std::sqrt(sum / weights);
}

struct BothPredictions {
  std::vector<float> ours;
  std::vector<float> theirs;
};

inline BothPredictions TrainBoth(const bench::XgbLibrary& library, const TrainParams& params,
                                 const MemoryTable& table) {
  MemoryStream stream(table, {.chunk_rows = 16384});
  const Model model = TrainOurs(params, stream, kThreads);
  return {PredictWith(model, stream.chunks()),
          TrainTheirs(library, params, table, table, kThreads)};
}

// Rows of ten columns, a smooth target near 1 and some noise.
inline MemoryTable Regression(std::uint64_t seed, std::size_t rows = 10'000) {
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = 10;
  for (std::size_t i = 0; i < table.row_count; ++i) {
    const std::uint64_t key = RandomKey(seed, 6, i);
    for (std::uint64_t f = 0; f < 10; ++f) {
      table.values.push_back(static_cast<float>(std::floor(200.0 * Uniform(key, f)) / 200.0));
    }
    const float* row = &table.values[10 * i];
    const double target = 1.0 + 0.5 * std::sin(6.0 * static_cast<double>(row[0])) +
                          0.4 * static_cast<double>(row[1] * row[2]) + (row[3] > 0.7F ? 0.3 : 0.0) +
                          0.2 * (Uniform(key, 20) - 0.5);
    table.labels.push_back(static_cast<float>(target));
  }
  return table;
}

inline TrainParams SquaredError(double base_score) {
  TrainParams params;
  params.num_round = 30;
  params.objective.name = "reg:squarederror";
  params.objective.base_score = base_score;
  return params;
}

// How far XGBoost's metric is from itself, relative to `theirs`, after changes that mean nothing:
// another order of the columns; all weights, lambda and min_child_weight by a factor; labels moved
// by at most a hundred-thousandth of the base score, where their noise is a tenth.
inline double OwnSpread(const bench::XgbLibrary& library, const TrainParams& params,
                        const MemoryTable& table, double theirs) {
  double spread = 0.0;
  const auto compare = [&](const MemoryTable& changed, const TrainParams& changed_params) {
    const double rmse =
        Rmse(TrainTheirs(library, changed_params, changed, changed, kThreads), changed);
    spread = std::max(spread, std::abs(rmse / theirs - 1.0));
  };
  MemoryTable reversed = table;
  const auto width = static_cast<std::ptrdiff_t>(table.feature_count);
  for (auto row = reversed.values.begin(); row != reversed.values.end(); row += width) {
    std::reverse(row, row + width);
  }
  compare(reversed, params);
  for (const float factor : {3.0F, 5.0F}) {
    MemoryTable weighted = table;
    if (weighted.weights.empty()) weighted.weights.assign(table.row_count, 1.0F);
    for (float& weight : weighted.weights) weight *= factor;
    TrainParams scaled = params;
    scaled.tree.lambda *= static_cast<double>(factor);
    scaled.tree.min_child_weight *= static_cast<double>(factor);
    compare(weighted, scaled);
  }
  for (const std::uint64_t seed : {1U, 2U}) {
    MemoryTable moved = table;
    for (std::size_t i = 0; i < table.row_count; ++i) {
      const double step = 2.0 * Uniform(RandomKey(seed, 8, 0), i) - 1.0;
      moved.labels[i] += static_cast<float>(1e-5 * *params.objective.base_score * step);
    }
    compare(moved, params);
  }
  return spread;
}

}  // namespace boostyard::testing
