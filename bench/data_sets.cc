#include "bench/data_sets.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/bank_rows.h"
#include "bench/row_random.h"
#include "engine/base/parallel.h"

namespace boostyard::bench {
namespace {

double Logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// Seven particles with energy, direction and mass-like numbers; then seven numbers derived from
// pairs of them, blurred as a detector would.
bool DrawCollision(std::uint64_t key, float* features) {
  constexpr int kParticles = 7;
  DrawsOfRow random(key);
  std::array<double, kParticles> energy;
  std::array<double, kParticles> slope;
  std::array<double, kParticles> angle;
  const double spread = 0.7 + 0.6 * random.Uniform();
  for (int i = 0; i < kParticles; ++i) {
    energy[i] = std::exp(0.5 * spread * random.Gaussian()) + 0.3 * random.Exponential();
    slope[i] = random.Gaussian();
    angle[i] = 6.283185307179586 * random.Uniform() - 3.141592653589793;
    features[3 * i] = static_cast<float>(energy[i]);
    features[3 * i + 1] = static_cast<float>(slope[i]);
    features[3 * i + 2] = static_cast<float>(angle[i]);
  }
  const auto mass = [&](int i, int j) {
    const double opening =
        std::cosh(std::min(std::abs(slope[i] - slope[j]), 4.0)) - std::cos(angle[i] - angle[j]);
    return std::sqrt(2.0 * energy[i] * energy[j] * std::max(opening, 0.0));
  };
  constexpr std::array<std::array<int, 2>, 7> kPairs{
      {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 5}, {4, 6}, {5, 6}}};
  std::array<double, 7> masses;
  for (std::size_t k = 0; k < kPairs.size(); ++k) {
    masses[k] = mass(kPairs[k][0], kPairs[k][1]);
    features[21 + k] = static_cast<float>(masses[k] * std::exp(0.08 * random.Gaussian()));
  }
  const auto peak = [](double x, double at, double width) {
    return std::exp(-(x - at) * (x - at) / (2.0 * width * width));
  };
  double odds = 2.2 * peak(masses[0], 1.6, 0.4) + 1.6 * peak(masses[2], 2.4, 0.5) -
                1.1 * peak(masses[4], 0.9, 0.4);
  odds += 0.9 * std::tanh(slope[0] * slope[3]) + 0.6 * std::cos(2.0 * angle[1]) * (energy[1] > 1.0);
  odds += 0.5 * std::log(masses[5] / (masses[6] + 0.3) + 0.1) - 0.4 * std::abs(slope[6]);
  odds += energy[2] > 1.4 && slope[2] > 0.0 ? 0.7 : -0.2;
  return random.Uniform() < Logistic(odds - 0.35);
}

// Hidden factors, seen weakly in many columns; the label depends on the factors and on a few
// columns of its own.
bool DrawWide(std::uint64_t key, float* features) {
  constexpr std::size_t kFactors = 20;
  DrawsOfRow random(key);
  std::array<double, kFactors> factors;
  for (double& factor : factors) factor = random.Gaussian();
  for (std::size_t f = 0; f < 500; ++f) {
    double value = 0.0;
    const double factor = factors[f % kFactors];
    if (f < 240) {
      value = random.Gaussian();
    } else if (f < 350) {
      value = 0.5 * factor + 0.3 * factors[(3 * f + 1) % kFactors] + 0.8 * random.Gaussian();
    } else if (f < 420) {
      value = random.Exponential() * std::exp(0.3 * factor);
    } else if (f < 465) {
      value = std::floor(3.0 * random.Exponential() + std::abs(factor));
    } else {
      value = random.Uniform() < Logistic(factor - 1.0) ? 1.0 : 0.0;
    }
    features[f] = static_cast<float>(value);
  }
  double odds = 0.7 * factors[0] + 0.6 * factors[1] * factors[2] - 0.5 * std::abs(factors[3]) +
                0.6 * std::sin(2.0 * factors[4]) + (factors[5] > 0.6 ? 0.8 : 0.0);
  odds += 0.5 * static_cast<double>(features[10]) +
          0.5 * static_cast<double>(features[20]) * static_cast<double>(features[30]);
  odds += 0.2 * static_cast<double>(features[430]) - 0.6 * static_cast<double>(features[480]);
  return random.Uniform() < Logistic(odds - 0.4);
}

bool DrawBank(std::uint64_t key, float* features) {
  const BankRow row = DrawBankRow(key);
  std::copy(row.features.begin(), row.features.end(), features);
  return row.buys;
}

struct Recipe {
  std::string_view name;
  std::uint64_t purpose;
  std::size_t rows;
  std::size_t features;
  bool (*draw)(std::uint64_t key, float* features);
};

constexpr std::array<Recipe, 3> kRecipes{
    {{"higgs1m", 21, 1'000'000, 28, DrawCollision},
     {"wide", 22, 100'000, 500, DrawWide},
     {"bank", 23, kBankRowCount, kBankFeatureCount, DrawBank}}};

Table MakeTable(const Recipe& recipe, std::uint64_t seed, std::size_t first_row, std::size_t rows,
                int threads) {
  Table table{rows, recipe.features, std::vector<float>(rows * recipe.features),
              std::vector<float>(rows)};
  ParallelRegion(threads, [&](int thread) {
    const auto t = static_cast<std::size_t>(thread);
    const auto count = static_cast<std::size_t>(threads);
    for (std::size_t i = rows * t / count; i < rows * (t + 1) / count; ++i) {
      const std::uint64_t key = RandomKey(seed, recipe.purpose, first_row + i);
      table.labels[i] = recipe.draw(key, &table.values[i * recipe.features]) ? 1.0F : 0.0F;
    }
  });
  return table;
}

}  // namespace

DataSet MakeDataSet(std::string_view name, std::uint64_t seed, double scale, int threads) {
  for (const Recipe& recipe : kRecipes) {
    if (recipe.name != name) continue;
    const auto rows = static_cast<std::size_t>(static_cast<double>(recipe.rows) * scale);
    return MakeDataSetOfRows(name, seed, rows, rows / 4, threads);
  }
  return {};
}

DataSet MakeDataSetOfRows(std::string_view name, std::uint64_t seed, std::size_t rows,
                          std::size_t test_rows, int threads) {
  for (const Recipe& recipe : kRecipes) {
    if (recipe.name != name) continue;
    return {std::string(name), MakeTable(recipe, seed, 0, rows, threads),
            MakeTable(recipe, seed, rows, test_rows, threads)};
  }
  return {};
}

}  // namespace boostyard::bench
