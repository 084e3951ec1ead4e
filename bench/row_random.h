// Random numbers of one generated row, in the order in which they are drawn.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/base/rng.h"

namespace boostyard::bench {

class DrawsOfRow {
 public:
  // `key`: RandomKey(seed, set, row).
  explicit DrawsOfRow(std::uint64_t key) : key_(key) {}

  // Uniform in (0, 1).
  double Uniform() {
    return (static_cast<double>(RandomBits(key_, draws_++) >> 11) + 0.5) * 0x1p-53;
  }
  double Exponential() { return -std::log(Uniform()); }
  // Sum of twelve uniforms: normal enough for ages.
  double Normal() {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += Uniform();
    return sum;
  }
  // Normal, by the polar angle and radius of two uniforms.
  double Gaussian() {
    const double radius = std::sqrt(2.0 * Exponential());
    return radius * std::cos(6.283185307179586 * Uniform());
  }

 private:
  std::uint64_t key_;
  std::uint64_t draws_ = 0;
};

}  // namespace boostyard::bench
