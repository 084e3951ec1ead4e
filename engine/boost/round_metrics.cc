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
  predictions_.resize(labels.size() * outputs);
  if (outputs == 1) {
    TransformForMetrics(objective_, margins[0].subspan(first_row, labels.size()), predictions_,
                        threads_);
  } else {
    for (std::size_t k = 0; k < outputs; ++k) {
      const float* from = margins[k].data() + first_row;
      for (std::size_t i = 0; i < labels.size(); ++i) predictions_[i * outputs + k] = from[i];
    }
    TransformForMetrics(objective_, predictions_, predictions_, threads_);
  }
  MetricInputs inputs;
  inputs.objective = &objective_;
  inputs.labels = labels;
  inputs.weights = weights;
  inputs.predictions = predictions_;
  inputs.output_count = static_cast<int>(outputs);
  inputs.threads = threads_;
  inputs.scratch = &scratch_;
  for (const MetricSpec& spec : specs_) {
    BOOSTYARD_ASSIGN_OR_RETURN(const double value, boostyard::Evaluate(spec, inputs));
    values.push_back({.channel = channel, .metric = spec.name, .value = value});
  }
  return {};
}

}  // namespace boostyard
