// mlogloss and merror, XGBoost's: weighted, probabilities kept at 1e-16 or more, the first of equal
// classes counts.
#include <algorithm>
#include <atomic>

#include "engine/metric/block_sum.h"
#include "engine/metric/families.h"
#include "engine/metric/from_sums.h"

namespace boostyard {
namespace {

// One row's value; `label` is a class.
double RowValue(MetricId metric, const float* predictions, std::size_t classes, std::size_t label) {
  if (metric == MetricId::kMlogloss) {
    return MloglossRow(predictions[label]);
  }
  const float* const best = std::max_element(predictions, predictions + classes);
  return MerrorRow(static_cast<std::size_t>(best - predictions) == label);
}

}  // namespace

Result<double> EvaluateMulticlass(MetricId metric, const MetricInputs& inputs) {
  const std::size_t rows = inputs.labels.size();
  const auto classes = static_cast<std::size_t>(inputs.output_count);
  std::atomic<bool> are_classes{true};
  const double sum =
      SumOverRows(inputs.threads, rows, [&](std::size_t first, std::size_t count, double* values) {
        for (std::size_t i = 0; i < count; ++i) {
          const float label = inputs.labels[first + i];
          if (!(label >= 0.0F && label < static_cast<float>(classes))) {
            are_classes.store(false, std::memory_order_relaxed);
            return;
          }
          const float weight = inputs.weights.empty() ? 1.0F : inputs.weights[first + i];
          values[i] = static_cast<double>(weight) *
                      RowValue(metric, inputs.predictions.data() + (first + i) * classes, classes,
                               static_cast<std::size_t>(label));
        }
      });
  const float* const weights = inputs.weights.empty() ? nullptr : inputs.weights.data();
  return MulticlassFinal(sum, SumOfWeights(inputs.threads, weights, rows), are_classes,
                         inputs.output_count);
}

}  // namespace boostyard
