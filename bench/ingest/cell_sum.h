// One number for a whole table, by which readers are compared: every cell times a weight of its
// place, so that cells in the wrong row or column show.
#pragma once

#include <cmath>
#include <cstddef>

namespace boostyard::bench {

class CellSum {
 public:
  // `column` counts from the label, which is 0. A missing cell, NaN, adds nothing.
  void Add(std::size_t row, std::size_t column, float value) {
    if (std::isnan(value)) return;
    const auto weight = static_cast<double>((31 * row + 17 * column) % 97 + 1);
    (column == 0 ? labels_ : features_) += weight * static_cast<double>(value);
    scale_ += weight * std::abs(static_cast<double>(value));
  }

  double labels() const { return labels_; }
  double all() const { return labels_ + features_; }

  // The sum of all absolute values: what a difference is to be measured by.
  double scale() const { return scale_; }

 private:
  double labels_ = 0.0;
  double features_ = 0.0;
  double scale_ = 0.0;
};

}  // namespace boostyard::bench
