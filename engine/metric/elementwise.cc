#include "engine/metric/elementwise.h"

#include "engine/metric/block_sum.h"
#include "engine/metric/families.h"
#include "engine/objective/row_loops.h"

namespace boostyard {
namespace {

void ApplyWeights(const MetricInputs& inputs, std::size_t first, std::size_t count,
                  double* values) {
  if (inputs.weights.empty()) return;
  const float* const weights = inputs.weights.data() + first;
  for (std::size_t i = 0; i < count; ++i) values[i] *= static_cast<double>(weights[i]);
}

template <class Metric>
void FillBlock(const MetricInputs& inputs, const ElementwiseParams& params, std::size_t first,
               std::size_t count, double* values) {
  const float* const predictions = inputs.predictions.data() + first;
  const float* const labels = inputs.labels.data() + first;
  for (std::size_t i = 0; i < count; ++i) {
    values[i] =
        Metric::Row(static_cast<double>(predictions[i]), static_cast<double>(labels[i]), params);
  }
  ApplyWeights(inputs, first, count, values);
}

template <class Metric>
double Mean(const MetricInputs& inputs, const ElementwiseParams& params, bool is_weighted = true) {
  MetricInputs used = inputs;
  if (!is_weighted) used.weights = {};
  const std::size_t rows = used.labels.size();
  const double sum =
      SumOverRows(used.threads, rows, [&](std::size_t first, std::size_t count, double* values) {
        FillBlock<Metric>(used, params, first, count, values);
      });
  const float* const weights = used.weights.empty() ? nullptr : used.weights.data();
  return Metric::Final(sum, SumOfWeights(used.threads, weights, rows));
}

// Logloss, by the short form where all labels of a block are classes: the same bits either way.
double MeanLogloss(const MetricInputs& inputs, const ElementwiseParams& params) {
  const std::size_t rows = inputs.labels.size();
  const double sum =
      SumOverRows(inputs.threads, rows, [&](std::size_t first, std::size_t count, double* values) {
        const float* const labels = inputs.labels.data() + first;
        bool are_classes = true;
        for (std::size_t i = 0; i < count; ++i) {
          are_classes &= (labels[i] == 0.0F) | (labels[i] == 1.0F);
        }
        if (are_classes) {
          ActiveRowLoops().logloss(inputs.predictions.data() + first, labels, values, count);
          ApplyWeights(inputs, first, count, values);
        } else {
          FillBlock<Logloss>(inputs, params, first, count, values);
        }
      });
  const float* const weights = inputs.weights.empty() ? nullptr : inputs.weights.data();
  return Logloss::Final(sum, SumOfWeights(inputs.threads, weights, rows));
}

}  // namespace

double EvaluateElementwise(const MetricSpec& metric, const MetricInputs& inputs) {
  ElementwiseParams params;
  params.variance_power = metric.argument.value_or(inputs.objective->tweedie_variance_power);
  params.huber_slope = inputs.objective->huber_slope;
  // XGBoost compares two floats.
  params.threshold = static_cast<double>(static_cast<float>(metric.argument.value_or(0.5)));
  switch (metric.info->id) {
    case MetricId::kRmse:
      return Mean<Rmse>(inputs, params);
    case MetricId::kMse:
      return Mean<Mse>(inputs, params, false);
    case MetricId::kMae:
      return Mean<Mae>(inputs, params);
    case MetricId::kMape:
      return Mean<Mape>(inputs, params);
    case MetricId::kRmsle:
      return Mean<Rmsle>(inputs, params);
    case MetricId::kMphe:
      return Mean<Mphe>(inputs, params);
    case MetricId::kLogloss:
      return MeanLogloss(inputs, params);
    case MetricId::kError:
      return Mean<ErrorRate>(inputs, params);
    case MetricId::kPoissonNloglik:
      return Mean<PoissonNloglik>(inputs, params);
    case MetricId::kGammaNloglik:
      return Mean<GammaNloglik>(inputs, params);
    case MetricId::kGammaDeviance:
      return Mean<GammaDeviance>(inputs, params);
    default:
      return Mean<TweedieNloglik>(inputs, params);
  }
}

double EvaluateR2(const MetricInputs& inputs) {
  const std::size_t rows = inputs.labels.size();
  const float* const labels = inputs.labels.data();
  const double label_sum =
      SumOverRows(inputs.threads, rows, [&](std::size_t first, std::size_t count, double* values) {
        for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<double>(labels[first + i]);
      });
  const double mean = label_sum / static_cast<double>(rows);
  const double total =
      SumOverRows(inputs.threads, rows, [&](std::size_t first, std::size_t count, double* values) {
        for (std::size_t i = 0; i < count; ++i) {
          const double difference = static_cast<double>(labels[first + i]) - mean;
          values[i] = difference * difference;
        }
      });
  const double residual = Mean<Mse>(inputs, {}, false) * static_cast<double>(rows);
  if (total == 0.0) return residual == 0.0 ? 1.0 : 0.0;
  return 1.0 - residual / total;
}

}  // namespace boostyard
