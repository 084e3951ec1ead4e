// What auc and aucpr are made of: rows from the highest prediction to the lowest, of which those of
// equal prediction enter the curve together. Rows count in whole numbers, so that sums of them do
// not depend on their order, on a host or on a device.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/base/math.h"
#include "engine/base/row_mass.h"

namespace boostyard {

__extension__ using Uint128 = unsigned __int128;

// A word whose order is the reverse of the float's; both zeros are one.
BOOSTYARD_HD std::uint32_t DescendingKey(float prediction) {
  const std::uint32_t bits = BitsOf(prediction + 0.0F);
  return (bits >> 31) != 0 ? bits : ~bits & 0x7FFFFFFFU;
}

// What lies at and above a prediction, or what a row adds to that.
struct CurvePoint {
  std::uint64_t positives = 0;
  std::uint64_t negatives = 0;
};

BOOSTYARD_HD CurvePoint Plus(const CurvePoint& a, const CurvePoint& b) {
  return {a.positives + b.positives, a.negatives + b.negatives};
}
// The later of two points of a curve.
BOOSTYARD_HD CurvePoint Later(const CurvePoint& a, const CurvePoint& b) {
  return {a.positives < b.positives ? b.positives : a.positives,
          a.negatives < b.negatives ? b.negatives : a.negatives};
}

// A row of label y and weight w counts as w y of a positive and w (1 - y) of a negative.
BOOSTYARD_HD CurvePoint PointOf(const RowMass& rule, float label, float weight) {
  const auto y = static_cast<double>(label);
  const auto w = static_cast<double>(weight);
  return {rule.Of(w * y), rule.Of(w * (1.0 - y))};
}

// Twice the area under (false positives, true positives) between two points: below 2^124, as all
// masses are below 2^62.
BOOSTYARD_HD Uint128 TwiceRocArea(const CurvePoint& before, const CurvePoint& after) {
  return Uint128{after.negatives - before.negatives} * (after.positives + before.positives);
}

// The area under (recall, precision) between two points, as XGBoost interpolates it (Davis and
// Goadrich 2006): true and false positives grow in proportion, which makes precision a hyperbola of
// recall, and the area a logarithm.
BOOSTYARD_HD double PrecisionRecallArea(const CurvePoint& before, const CurvePoint& after,
                                        const CurvePoint& total) {
  const auto gained = static_cast<double>(after.positives - before.positives);
  if (gained == 0.0) return 0.0;
  const auto positives = static_cast<double>(total.positives);
  const double ratio = static_cast<double>(after.negatives - before.negatives) / gained;
  const double from = static_cast<double>(before.positives) / positives;
  const double to = static_cast<double>(after.positives) / positives;
  const double a = ratio + 1.0;
  const double b =
      (static_cast<double>(before.negatives) - ratio * static_cast<double>(before.positives)) /
      positives;
  if (b == 0.0) return (to - from) / a;
  return (to - from - b / a * (Log(a * to + b) - Log(a * from + b))) / a;
}

}  // namespace boostyard
