#include "engine/boost/round_metrics.h"

#include <utility>

#include "engine/base/parallel.h"
#include "engine/objective/objectives.h"

namespace boostyard {

RoundMetrics::RoundMetrics(ObjectiveParams objective, std::vector<MetricSpec> specs, int threads)
    : objective_(std::move(objective)), specs_(std::move(specs)), threads_(threads) {}

std::span<const float> RoundMetrics::Predict(std::span<const std::span<const float>> margins,
                                             std::uint64_t first_row, std::uint64_t rows) {
  const std::size_t outputs = margins.size();
  prediction_count_ = rows * outputs;
  if (predictions_.size() < prediction_count_) predictions_.resize(prediction_count_);
  const std::span<float> predictions(predictions_.data(), prediction_count_);
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
      inputs.predictions = Predict(margins, first_row, labels.size());
    }
    BOOSTYARD_ASSIGN_OR_RETURN(const double value, is_known(i)
                                                       ? std::move(*known[i])
                                                       : boostyard::Evaluate(specs_[i], inputs));
    values.push_back({.channel = channel, .metric = specs_[i].name, .value = value});
  }
  return {};
}

void RoundMetrics::KeepPredictions() {
  std::swap(predictions_, kept_);
  kept_count_ = std::exchange(prediction_count_, 0);
}

}  // namespace boostyard
