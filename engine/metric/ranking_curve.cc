// auc and aucpr by sorting the rows from the highest prediction to the lowest; rows of equal
// prediction enter the curve together.
//
//   auc    the trapezoids under (false positives, true positives); with classes and without weights
//   all
//          counts are integers, so the value is exact up to its one division
//   aucpr  the area under (recall, precision) as XGBoost interpolates it (Davis and Goadrich 2006):
//          between two points true and false positives grow in proportion, which makes precision a
//          hyperbola of recall, and the area a logarithm
// A row of label y and weight w counts as w y of a positive and w (1 - y) of a negative.
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/base/math.h"
#include "engine/metric/families.h"

namespace boostyard {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr int kDigitBits = 11;
constexpr std::size_t kDigitValues = std::size_t{1} << kDigitBits;
constexpr int kPasses = 3;

// A word whose order is the reverse of the float's; both zeros are one.
std::uint32_t DescendingKey(float prediction) {
  const std::uint32_t bits = BitsOf(prediction + 0.0F);
  return (bits >> 31) != 0 ? bits : ~bits & 0x7FFFFFFFU;
}

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

// What lies at and above a prediction. T is uint64 where everything is counts, else double.
template <class T>
struct CurvePoint {
  T positives{};
  T negatives{};
};

// Twice the area under the ROC curve, in units of (positive x negative).
template <class T>
struct RocArea {
  T twice_area{};
  void Add(const CurvePoint<T>& before, const CurvePoint<T>& after, const CurvePoint<T>&) {
    twice_area += (after.negatives - before.negatives) * (after.positives + before.positives);
  }
  double Share(const CurvePoint<T>& total) const {
    return static_cast<double>(twice_area) /
           static_cast<double>(T{2} * total.positives * total.negatives);
  }
};

template <class T>
struct PrecisionRecallArea {
  double area = 0.0;
  void Add(const CurvePoint<T>& before, const CurvePoint<T>& after, const CurvePoint<T>& total) {
    const auto gained = static_cast<double>(after.positives - before.positives);
    if (gained == 0.0) return;
    const auto positives = static_cast<double>(total.positives);
    const double ratio = static_cast<double>(after.negatives - before.negatives) / gained;
    const double from = static_cast<double>(before.positives) / positives;
    const double to = static_cast<double>(after.positives) / positives;
    const double a = ratio + 1.0;
    const double b =
        (static_cast<double>(before.negatives) - ratio * static_cast<double>(before.positives)) /
        positives;
    area += b == 0.0 ? (to - from) / a
                     : (to - from - b / a * (Log(a * to + b) - Log(a * from + b))) / a;
  }
  double Share(const CurvePoint<T>&) const { return area; }
};

// Walks the sorted rows; step(point, payload) adds one row to a point.
template <class T, template <class> class Area, class Step>
double AreaOf(const std::vector<std::uint64_t>& sorted, const Step& step) {
  CurvePoint<T> total;
  for (const std::uint64_t key : sorted) step(total, static_cast<std::uint32_t>(key));
  if (!(total.positives > T{}) || !(total.negatives > T{})) return kUndefined;
  Area<T> area;
  CurvePoint<T> before;
  CurvePoint<T> point;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    step(point, static_cast<std::uint32_t>(sorted[i]));
    if (i + 1 < sorted.size() && (sorted[i + 1] >> 32) == (sorted[i] >> 32)) continue;
    area.Add(before, point, total);
    before = point;
  }
  return area.Share(total);
}

template <template <class> class Area>
double Evaluate(const MetricInputs& inputs, bool are_counts,
                const std::vector<std::uint64_t>& sorted) {
  if (are_counts) {
    return AreaOf<std::uint64_t, Area>(
        sorted, [](CurvePoint<std::uint64_t>& point, std::uint32_t is_positive) {
          point.positives += is_positive;
          point.negatives += 1 - is_positive;
        });
  }
  return AreaOf<double, Area>(sorted, [&](CurvePoint<double>& point, std::uint32_t row) {
    const double weight = inputs.weights.empty() ? 1.0 : static_cast<double>(inputs.weights[row]);
    const auto label = static_cast<double>(inputs.labels[row]);
    point.positives += weight * label;
    point.negatives += weight * (1.0 - label);
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
  return metric == MetricId::kAuc ? Evaluate<RocArea>(inputs, are_counts, scratch.keys)
                                  : Evaluate<PrecisionRecallArea>(inputs, are_counts, scratch.keys);
}

}  // namespace boostyard
