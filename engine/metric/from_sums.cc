#include "engine/metric/from_sums.h"

#include <algorithm>
#include <limits>
#include <string>

#include "engine/base/error_table.h"
#include "engine/metric/block_sum.h"

namespace boostyard {

MetricSource SourceOf(MetricId metric) {
  switch (metric) {
    case MetricId::kAuc:
    case MetricId::kAucpr:
      return MetricSource::kOrder;
    case MetricId::kMlogloss:
    case MetricId::kMerror:
      return MetricSource::kClassSum;
    case MetricId::kAccuracy:
    case MetricId::kBalancedAccuracy:
    case MetricId::kF1:
    case MetricId::kF1Binary:
    case MetricId::kF1Macro:
    case MetricId::kPrecision:
    case MetricId::kPrecisionMacro:
    case MetricId::kPrecisionMicro:
    case MetricId::kRecall:
    case MetricId::kRecallMacro:
    case MetricId::kRecallMicro:
      return MetricSource::kCounts;
    default:
      return MetricSource::kRowSum;
  }
}

ElementwiseParams ElementwiseParamsOf(const MetricSpec& metric, const ObjectiveParams& objective) {
  ElementwiseParams params;
  params.variance_power = metric.argument.value_or(objective.tweedie_variance_power);
  params.huber_slope = objective.huber_slope;
  // XGBoost compares two floats.
  params.threshold = static_cast<double>(static_cast<float>(metric.argument.value_or(0.5)));
  return params;
}

double ElementwiseFinal(MetricId metric, double sum, double weight) {
  switch (metric) {
    case MetricId::kRmse:
    case MetricId::kRmsle:
      return RootFinal::Final(sum, weight);
    case MetricId::kGammaDeviance:
      return GammaDeviance::Final(sum, weight);
    default:
      return MeanFinal::Final(sum, weight);
  }
}

double LabelSpread(std::span<const float> labels, int threads) {
  const std::size_t rows = labels.size();
  const double label_sum =
      SumOverRows(threads, rows, [&](std::size_t first, std::size_t count, double* values) {
        for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<double>(labels[first + i]);
      });
  const double mean = label_sum / static_cast<double>(rows);
  return SumOverRows(threads, rows, [&](std::size_t first, std::size_t count, double* values) {
    for (std::size_t i = 0; i < count; ++i) {
      const double difference = static_cast<double>(labels[first + i]) - mean;
      values[i] = difference * difference;
    }
  });
}

double R2Final(double squared_errors, std::size_t rows, double label_spread) {
  const auto count = static_cast<double>(rows);
  const double residual = MeanFinal::Final(squared_errors, count) * count;
  if (label_spread == 0.0) return residual == 0.0 ? 1.0 : 0.0;
  return 1.0 - residual / label_spread;
}

Result<double> MulticlassFinal(double sum, double weight, bool are_classes, int classes) {
  if (are_classes) return MeanFinal::Final(sum, weight);
  return MakeError(ErrorId::kDataLabelRange,
                   "labels must be class numbers from 0 to " + std::to_string(classes - 1) +
                       " for merror and mlogloss",
                   "number the classes from 0");
}

namespace {

bool HasBothClasses(const CurvePoint& total) { return total.positives > 0 && total.negatives > 0; }

}  // namespace

RowMass CurveMass(std::span<const float> weights, std::size_t rows) {
  float max_weight = weights.empty() ? 1.0F : 0.0F;
  for (const float weight : weights) max_weight = std::max(max_weight, weight);
  return {max_weight, rows};
}

double AucFinal(Uint128 twice_area, const CurvePoint& total) {
  if (!HasBothClasses(total)) return std::numeric_limits<double>::quiet_NaN();
  const Uint128 whole = Uint128{2} * total.positives * total.negatives;
  return static_cast<double>(twice_area) / static_cast<double>(whole);
}

double AucprFinal(double area, const CurvePoint& total) {
  return HasBothClasses(total) ? area : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace boostyard
