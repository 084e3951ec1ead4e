#include "engine/metric/elementwise.h"

#include "engine/metric/block_sum.h"
#include "engine/metric/families.h"
#include "engine/metric/from_sums.h"
#include "engine/objective/objectives.h"
#include "engine/objective/row_loops.h"

namespace boostyard {
namespace {

void ApplyWeights(const MetricInputs& inputs, std::size_t first, std::size_t count,
                  double* values) {
  if (inputs.weights.empty()) return;
  const float* const weights = inputs.weights.data() + first;
  for (std::size_t i = 0; i < count; ++i) values[i] *= static_cast<double>(weights[i]);
}

// Makes the block's predictions, where they are not there yet.
void PredictBlock(const MetricInputs& inputs, std::size_t first, std::size_t count) {
  if (inputs.margins.empty()) return;
  TransformForMetrics(*inputs.objective, inputs.margins.subspan(first, count),
                      inputs.made.subspan(first, count), 1);
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
        PredictBlock(used, first, count);
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
        PredictBlock(inputs, first, count);
        const float* const labels = inputs.labels.data() + first;
        const RowLoops& loops = ActiveRowLoops();
        if (loops.are_classes(labels, count)) {
          loops.logloss(inputs.predictions.data() + first, labels, values, count);
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
  const ElementwiseParams params = ElementwiseParamsOf(metric, *inputs.objective);
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
  const double squared_errors =
      SumOverRows(inputs.threads, rows, [&](std::size_t first, std::size_t count, double* values) {
        MetricInputs unweighted = inputs;
        unweighted.weights = {};
        PredictBlock(inputs, first, count);
        FillBlock<Mse>(unweighted, {}, first, count, values);
      });
  return R2Final(squared_errors, rows, LabelSpread(inputs.labels, inputs.threads));
}

}  // namespace boostyard
