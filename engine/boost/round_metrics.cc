#include "engine/boost/round_metrics.h"

#include <utility>

#include "engine/base/parallel.h"
#include "engine/objective/objectives.h"

namespace boostyard {

RoundMetrics::RoundMetrics(ObjectiveParams objective, std::vector<MetricSpec> specs, int threads)
    : objective_(std::move(objective)), specs_(std::move(specs)), threads_(threads) {}

std::span<float> RoundMetrics::Reserve(std::size_t count) {
  prediction_count_ = count;
  if (predictions_.size() < count) predictions_.resize(count);
  return {predictions_.data(), count};
}

std::span<const float> RoundMetrics::Predict(std::span<const std::span<const float>> margins,
                                             std::uint64_t first_row, std::uint64_t rows) {
  const std::size_t outputs = margins.size();
  const std::span<float> predictions = Reserve(rows * outputs);
  if (outputs == 1) {
    TransformForMetrics(objective_, margins[0].subspan(first_row, rows), predictions, threads_);
    return predictions;
  }
  for (std::size_t k = 0; k < outputs; ++k) {
    const float* from = margins[k].data() + first_row;
    for (std::size_t i = 0; i < rows; ++i) predictions[i * outputs + k] = from[i];
  }
  TransformForMetrics(objective_, predictions, predictions, threads_);
  return predictions;
}

void RoundMetrics::SetPredictions(std::span<const std::span<const float>> margins,
                                  std::uint64_t first_row, std::uint64_t rows,
                                  MetricInputs& inputs) {
  if (margins.size() == 1) {
    inputs.made = Reserve(rows);
    inputs.predictions = inputs.made;
    inputs.margins = margins[0].subspan(first_row, rows);
  } else {
    inputs.predictions = Predict(margins, first_row, rows);
  }
}

Status RoundMetrics::Evaluate(std::string_view channel,
                              std::span<const std::span<const float>> margins,
                              std::uint64_t first_row, std::span<const float> labels,
                              std::span<const float> weights, std::vector<MetricValue>& values,
                              MetricFigures known) {
  const auto is_known = [&](std::size_t i) { return i < known.size() && known[i].has_value(); };
  MetricInputs inputs;
  inputs.objective = &objective_;
  inputs.labels = labels;
  inputs.weights = weights;
  inputs.output_count = static_cast<int>(margins.size());
  inputs.threads = threads_;
  inputs.scratch = &scratch_;
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (!is_known(i) && inputs.predictions.empty()) {
      SetPredictions(margins, first_row, labels.size(), inputs);
    }
    BOOSTYARD_ASSIGN_OR_RETURN(const double value, is_known(i)
                                                       ? std::move(*known[i])
                                                       : boostyard::Evaluate(specs_[i], inputs));
    if (!is_known(i)) inputs.margins = {};  // the first metric has made the predictions
    values.push_back({.channel = channel, .metric = specs_[i].name, .value = value});
  }
  return {};
}

void RoundMetrics::KeepPredictions() {
  std::swap(predictions_, kept_);
  kept_count_ = std::exchange(prediction_count_, 0);
}

}  // namespace boostyard
