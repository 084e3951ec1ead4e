// auc and aucpr by sorting the rows from the highest prediction to the lowest.
//
//   auc    the trapezoids under (false positives, true positives): a ratio of whole numbers, so
//          exact up to its one division (weights: as fixed-point numbers, row_mass.h)
//   aucpr  a sum of one term for each prediction, at the place of the last of its rows, in the
//   order
//          of block_sum.h
#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/metric/block_sum.h"
#include "engine/metric/curve_points.h"
#include "engine/metric/families.h"
#include "engine/metric/from_sums.h"

namespace boostyard {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kDigitValues = std::size_t{1} << kDigitBits;
constexpr int kPasses = 3;

// Sorts by the upper half of each word, stably: `keys` is left sorted, `other` is scratch.
void SortByUpperHalf(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& other) {
  std::array<std::array<std::uint32_t, kDigitValues>, kPasses> counts{};
  const auto digit_of = [](std::uint64_t key, int pass) {
    return static_cast<std::size_t>(key >> (32 + pass * kDigitBits)) & (kDigitValues - 1);
  };
  for (const std::uint64_t key : keys) {
    for (int pass = 0; pass < kPasses; ++pass) ++counts[pass][digit_of(key, pass)];
  }
  other.resize(keys.size());
  for (int pass = 0; pass < kPasses; ++pass) {
    std::array<std::uint32_t, kDigitValues>& count = counts[pass];
    if (keys.empty() || count[digit_of(keys[0], pass)] == keys.size()) continue;
    std::uint32_t start = 0;
    for (std::uint32_t& entry : count) {
      const std::uint32_t size = entry;
      entry = start;
      start += size;
    }
    for (const std::uint64_t key : keys) other[count[digit_of(key, pass)]++] = key;
    keys.swap(other);
  }
}

class RocCurve {
 public:
  void Add(std::size_t, const CurvePoint& before, const CurvePoint& after, const CurvePoint&) {
    twice_area_ += TwiceRocArea(before, after);
  }
  double Value(const CurvePoint& total) const { return AucFinal(twice_area_, total); }

 private:
  Uint128 twice_area_ = 0;
};

class PrecisionRecallCurve {
 public:
  void Add(std::size_t place, const CurvePoint& before, const CurvePoint& after,
           const CurvePoint& total) {
    if (place / kSumBlockRows != block_) {
      EndBlock();
      block_ = place / kSumBlockRows;
    }
    lanes_[place % lanes_.size()] += PrecisionRecallArea(before, after, total);
  }
  double Value(const CurvePoint& total) {
    EndBlock();
    return AucprFinal(sum_, total);
  }

 private:
  // Places that add nothing may be left out: adding zeros changes no sum.
  void EndBlock() {
    sum_ += SumInLanes(lanes_.data(), lanes_.size());
    lanes_ = {};
  }

  std::array<double, 8> lanes_{};
  std::size_t block_ = 0;
  double sum_ = 0.0;
};

// Walks the sorted rows; point_of(payload) is what a row adds.
template <class Curve, class PointOfRow>
double ValueOf(const std::vector<std::uint64_t>& sorted, const PointOfRow& point_of) {
  CurvePoint total;
  for (const std::uint64_t key : sorted) {
    total = Plus(total, point_of(static_cast<std::uint32_t>(key)));
  }
  Curve curve;
  CurvePoint before;
  CurvePoint point;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    point = Plus(point, point_of(static_cast<std::uint32_t>(sorted[i])));
    if (i + 1 < sorted.size() && (sorted[i + 1] >> 32) == (sorted[i] >> 32)) continue;
    curve.Add(i, before, point, total);
    before = point;
  }
  return curve.Value(total);
}

// Rows that are whole count as 1: powers of two in all masses cancel out of every ratio.
template <class Curve>
double Evaluate(const MetricInputs& inputs, bool are_counts,
                const std::vector<std::uint64_t>& sorted) {
  if (are_counts) {
    return ValueOf<Curve>(sorted, [](std::uint32_t is_positive) {
      return CurvePoint{is_positive, 1 - is_positive};
    });
  }
  const RowMass rule = CurveMass(inputs.weights, inputs.labels.size());
  return ValueOf<Curve>(sorted, [&](std::uint32_t row) {
    return PointOf(rule, inputs.labels[row], inputs.weights.empty() ? 1.0F : inputs.weights[row]);
  });
}

}  // namespace

Result<double> EvaluateRankingCurve(MetricId metric, const MetricInputs& inputs) {
  const std::size_t rows = inputs.labels.size();
  if (rows > std::numeric_limits<std::uint32_t>::max()) {
    return MakeError(
        ErrorId::kDataTooLarge,
        "auc and aucpr take at most 4294967295 rows; there are " + std::to_string(rows),
        "use logloss");
  }
  bool are_counts = inputs.weights.empty();
  for (std::size_t i = 0; are_counts && i < rows; ++i) {
    are_counts = inputs.labels[i] == 0.0F || inputs.labels[i] == 1.0F;
  }
  MetricScratch local;
  MetricScratch& scratch = inputs.scratch == nullptr ? local : *inputs.scratch;
  scratch.keys.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t payload = are_counts ? (inputs.labels[i] == 1.0F ? 1U : 0U) : i;
    scratch.keys[i] =
        static_cast<std::uint64_t>(DescendingKey(inputs.predictions[i])) << 32 | payload;
  }
  SortByUpperHalf(scratch.keys, scratch.sorted);
  return metric == MetricId::kAuc
             ? Evaluate<RocCurve>(inputs, are_counts, scratch.keys)
             : Evaluate<PrecisionRecallCurve>(inputs, are_counts, scratch.keys);
}

}  // namespace boostyard
