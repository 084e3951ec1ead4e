// Tables of mixed columns with labels for any objective. Everything follows from fixed seeds and
// integer arithmetic, so they are the same everywhere.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/memory_stream.h"

namespace boostyard::testing {

// Uniform numbers from the raw bits of the generator: the standard's distributions are not
// portable.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t Below(std::size_t count) { return static_cast<std::size_t>(engine_() % count); }
  double Unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  // Roughly normal: a sum of uniforms, which needs no library function.
  double Normal() {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += Unit();
    return sum;
  }

 private:
  std::mt19937_64 engine_;
};

struct DataSpec {
  std::size_t rows = 500;
  std::size_t columns = 8;
  bool has_weights = false;
  bool has_missing = false;
  int classes = 0;  // 0: scalar labels
  std::string objective = "reg:squarederror";
};

// Column kinds by number: continuous, few values, group of one-hot, constant, all missing, 0/1,
// heavy tail. The kinds depend on the column alone, so that training and validation agree.
class TableMaker {
 public:
  TableMaker(const DataSpec& spec, std::uint64_t seed) : spec_(spec), random_(seed) {}

  MemoryTable Make() {
    table_.row_count = spec_.rows;
    table_.feature_count = spec_.columns;
    table_.values.assign(spec_.rows * spec_.columns, 0.0F);
    std::vector<double> scores(spec_.rows, 0.0);
    for (std::size_t column = 0; column < spec_.columns;) column += FillColumns(column, scores);
    for (std::size_t row = 0; row < spec_.rows; ++row) {
      table_.labels.push_back(Label(scores[row] + random_.Normal()));
      if (spec_.has_weights) table_.weights.push_back(Weight());
    }
    return std::move(table_);
  }

 private:
  float& Cell(std::size_t row, std::size_t column) {
    return table_.values[row * spec_.columns + column];
  }

  // Returns how many columns were filled.
  std::size_t FillColumns(std::size_t column, std::vector<double>& scores) {
    const std::size_t kind = column % 11;
    const std::size_t one_hot = std::min<std::size_t>(4, spec_.columns - column);
    const double slope = column % 3 == 0 ? 0.8 : column % 3 == 1 ? -0.5 : 0.2;
    for (std::size_t row = 0; row < spec_.rows; ++row) {
      float value = 0.0F;
      if (kind == 3) {  // takes columns 3 to 6
        const std::size_t hot = random_.Below(one_hot + 1);
        if (hot < one_hot) Cell(row, column + hot) = 1.0F;
        scores[row] += hot == 0 ? 0.7 : 0.0;
        continue;
      }
      if (kind == 0 || kind == 10) value = static_cast<float>(random_.Normal());
      if (kind == 1) value = static_cast<float>(random_.Below(5)) - 2.0F;
      if (kind == 2) value = static_cast<float>(std::exp2(3.0 * random_.Normal()));
      if (kind == 7) value = 2.5F;
      if (kind == 8) value = std::numeric_limits<float>::quiet_NaN();
      if (kind == 9) value = static_cast<float>(random_.Below(2));
      if (!std::isnan(value)) scores[row] += slope * std::clamp<double>(value, -2.0, 2.0);
      if (spec_.has_missing && kind != 7 && random_.Below(6) == 0) {
        value = std::numeric_limits<float>::quiet_NaN();
      }
      Cell(row, column) = value;
    }
    return kind == 3 ? one_hot : 1;
  }

  float Label(double score) {
    if (spec_.classes > 1) {
      const double scaled = (score + 3.0) / 6.0 * spec_.classes;
      return static_cast<float>(std::clamp(static_cast<int>(scaled), 0, spec_.classes - 1));
    }
    const std::string& name = spec_.objective;
    if (name.rfind("binary:", 0) == 0) return score > 0.3 ? 1.0F : 0.0F;
    if (name == "reg:logistic") return static_cast<float>(std::clamp(0.5 + score / 8, 0.0, 1.0));
    if (name == "count:poisson") return std::floor(static_cast<float>(std::exp2(score / 2)));
    if (name == "reg:gamma") return static_cast<float>(std::exp2(score / 2)) + 0.01F;
    if (name == "reg:tweedie" || name == "reg:squaredlogerror") {
      return std::max(0.0F, static_cast<float>(score));
    }
    return static_cast<float>(score);
  }

  float Weight() {
    const std::size_t kind = random_.Below(8);
    if (kind == 0) return 0.0F;
    return kind == 1 ? 7.25F : static_cast<float>(0.25 + random_.Unit());
  }

  DataSpec spec_;
  Random random_;
  MemoryTable table_;
};

}  // namespace boostyard::testing
