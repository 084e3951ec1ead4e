// Metrics from what was added up over rows: for a device, which adds up itself. The values are
// those of Evaluate, bit for bit, if sums over rows are in the order of block_sum.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/metric/curve_points.h"
#include "engine/metric/elementwise.h"
#include "engine/metric/metric.h"

namespace boostyard {

// The values of some metrics, in order; missing where somebody else has to work them out.
using MetricFigures = std::vector<std::optional<Result<double>>>;

// What a metric is made of.
enum class MetricSource : std::uint8_t {
  kRowSum,    // the sum of ElementwiseRow over rows, weighted if IsWeighted
  kClassSum,  // the weighted sum of a value per row that depends on all classes' predictions
  kCounts,    // counts per class
  kOrder,     // the order of the predictions
};
MetricSource SourceOf(MetricId metric);

// Whether its rows count by their weights.
constexpr bool IsWeighted(MetricId metric) {
  return metric != MetricId::kMse && metric != MetricId::kR2;
}

// ---- kRowSum

ElementwiseParams ElementwiseParamsOf(const MetricSpec& metric, const ObjectiveParams& objective);

// The value of a row before its weight.
BOOSTYARD_HD double ElementwiseRow(MetricId metric, double p, double y,
                                   const ElementwiseParams& params) {
  switch (metric) {
    case MetricId::kRmse:
    case MetricId::kMse:
    case MetricId::kR2:
      return SquaredErrorRow::Row(p, y, params);
    case MetricId::kMae:
      return Mae::Row(p, y, params);
    case MetricId::kMape:
      return Mape::Row(p, y, params);
    case MetricId::kRmsle:
      return Rmsle::Row(p, y, params);
    case MetricId::kMphe:
      return Mphe::Row(p, y, params);
    case MetricId::kLogloss:
      return y == 0.0 || y == 1.0 ? LoglossOfClasses::Row(p, y, params)
                                  : Logloss::Row(p, y, params);
    case MetricId::kError:
      return ErrorRate::Row(p, y, params);
    case MetricId::kPoissonNloglik:
      return PoissonNloglik::Row(p, y, params);
    case MetricId::kGammaNloglik:
      return GammaNloglik::Row(p, y, params);
    case MetricId::kGammaDeviance:
      return GammaDeviance::Row(p, y, params);
    default:
      return TweedieNloglik::Row(p, y, params);
  }
}

// From the sum over rows and the sum of weights (rows, if not weighted); not for r2.
double ElementwiseFinal(MetricId metric, double sum, double weight);

// The sum of squared differences between labels and their mean.
double LabelSpread(std::span<const float> labels, int threads);
double R2Final(double squared_errors, std::size_t rows, double label_spread);

// ---- kClassSum

// The value of a row from the probability of its class, and from whether that is the most probable.
BOOSTYARD_HD double MloglossRow(float label_probability) {
  const auto p = static_cast<double>(label_probability);
  return -Log(p < kLeastProbability ? kLeastProbability : p);
}
BOOSTYARD_HD double MerrorRow(bool is_hit) { return is_hit ? 0.0 : 1.0; }

// From the sum over rows, and whether all labels are classes. Errors: kDataLabelRange.
Result<double> MulticlassFinal(double sum, double weight, bool are_classes, int classes);

// ---- kCounts

struct ClassCounts {
  std::uint64_t hits = 0;
  std::uint64_t labels = 0;
  std::uint64_t predicted = 0;
};

// Classes that a metric of so many outputs counts.
constexpr int CountedClasses(int outputs) { return outputs > 2 ? outputs : 2; }

// From the counts of all classes, or none if a label is no class. Errors: kDataLabelRange.
Result<double> ClassificationFinal(const MetricSpec& metric, std::span<const ClassCounts> counts,
                                   int outputs);

// ---- kOrder

// What a row counts; weights: one per row, or empty.
RowMass CurveMass(std::span<const float> weights, std::size_t rows);

// From the areas between the points of the curve and its last point; NaN where a class has no rows.
double AucFinal(Uint128 twice_area, const CurvePoint& total);
double AucprFinal(double area, const CurvePoint& total);

}  // namespace boostyard
