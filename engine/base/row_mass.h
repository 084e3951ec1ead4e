// Row weights as whole numbers, so that sums do not depend on their order.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/base/hd.h"
#include "engine/base/index_types.h"

namespace boostyard {

// mass = floor(weight * scale), at least 1 where the weight is above 0. The scale is the largest
// power of two for which row_count masses stay below 2^62.
class RowMass {
 public:
  RowMass() = default;
  RowMass(float max_weight, RowIndex row_count) {
    if (!(max_weight > 0.0F) || row_count == 0) return;
    int weight_exponent = 0;  // max_weight < 2^weight_exponent
    std::frexp(max_weight, &weight_exponent);
    int row_exponent = 0;  // row_count <= 2^row_exponent
    while (row_exponent < 61 && (RowIndex{1} << row_exponent) < row_count) ++row_exponent;
    scale_ = std::ldexp(1.0, kSumBits - weight_exponent - row_exponent);
  }

  BOOSTYARD_HD std::uint64_t Of(double weight) const {
    const auto mass = static_cast<std::uint64_t>(weight * scale_);
    return mass + static_cast<std::uint64_t>(mass == 0 && weight > 0.0);
  }

 private:
  static constexpr int kSumBits = 61;  // one bit of room for the masses that are raised to 1
  double scale_ = 1.0;
};

}  // namespace boostyard
