#include "engine/boost/round_metrics.h"

#include <utility>

#include "engine/base/parallel.h"
#include "engine/objective/objectives.h"

namespace boostyard {

RoundMetrics::RoundMetrics(ObjectiveParams objective, std::vector<MetricSpec> specs, int threads)
    : objective_(std::move(objective)), specs_(std::move(specs)), threads_(threads) {}

Status RoundMetrics::Evaluate(std::string_view channel,
                              std::span<const std::span<const float>> margins,
                              std::uint64_t first_row, std::span<const float> labels,
                              std::span<const float> weights, std::vector<MetricValue>& values) {
  const std::size_t outputs = margins.size();
  prediction_count_ = labels.size() * outputs;
  if (predictions_.size() < prediction_count_) predictions_.resize(prediction_count_);
  const std::span<float> predictions(predictions_.data(), prediction_count_);
  if (outputs == 1) {
    TransformForMetrics(objective_, margins[0].subspan(first_row, labels.size()), predictions,
                        threads_);
  } else {
    for (std::size_t k = 0; k < outputs; ++k) {
      const float* from = margins[k].data() + first_row;
      for (std::size_t i = 0; i < labels.size(); ++i) predictions[i * outputs + k] = from[i];
    }
    TransformForMetrics(objective_, predictions, predictions, threads_);
  }
  MetricInputs inputs;
  inputs.objective = &objective_;
  inputs.labels = labels;
  inputs.weights = weights;
  inputs.predictions = predictions;
  inputs.output_count = static_cast<int>(outputs);
  inputs.threads = threads_;
  inputs.scratch = &scratch_;
  for (const MetricSpec& spec : specs_) {
    BOOSTYARD_ASSIGN_OR_RETURN(const double value, boostyard::Evaluate(spec, inputs));
    values.push_back({.channel = channel, .metric = spec.name, .value = value});
  }
  return {};
}

void RoundMetrics::KeepPredictions() {
  std::swap(predictions_, kept_);
  kept_count_ = std::exchange(prediction_count_, 0);
}

}  // namespace boostyard
