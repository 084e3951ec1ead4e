#include "container/commands/evaluation.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/metric/metric.h"
#include "engine/objective/objectives.h"

namespace boostyard::container {
namespace {

// What people want to know beside the objective's own metric.
std::vector<std::string_view> UsualMetrics(Task task) {
  switch (task) {
    case Task::kBinary:
      return {"logloss", "auc", "error"};
    case Task::kMulticlass:
      return {"mlogloss", "merror"};
    case Task::kRegression:
      return {"rmse", "mae"};
    case Task::kRanking:
    case Task::kSurvival:
      break;
  }
  return {};
}

std::vector<MetricSpec> MetricsOf(const ObjectiveParams& objective) {
  std::vector<MetricSpec> metrics{DefaultMetric(objective)};
  const ObjectiveInfo* info = FindObjective(objective.name);
  if (info == nullptr) return metrics;
  for (const std::string_view name : UsualMetrics(info->task)) {
    auto metric = ParseMetric(name);
    if (metric.ok() && metric->name != metrics.front().name) metrics.push_back(*std::move(metric));
  }
  return metrics;
}

std::string Line(const std::string& name, double value) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), "%.5f", value);
  return name + ": " + text.data() + "\n";
}

// "90% (10769)"
std::string Share(std::uint64_t count, std::uint64_t whole) {
  const double percent =
      whole == 0 ? 0.0 : 100.0 * static_cast<double>(count) / static_cast<double>(whole);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.0f%% (%llu)", percent,
                static_cast<unsigned long long>(count));
  return text.data();
}

std::string Row(const std::string& name, const std::string& first, const std::string& second) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%-10s %-15s %s\n", name.c_str(), first.c_str(),
                second.c_str());
  return text.data();
}

}  // namespace

std::string ConfusionMatrix(const std::vector<float>& labels,
                            const std::vector<float>& probabilities, double threshold) {
  std::uint64_t counts[2][2] = {{0, 0}, {0, 0}};  // [observed][predicted]
  for (std::size_t row = 0; row < labels.size(); ++row) {
    ++counts[labels[row] > 0.5F ? 1 : 0]
            [static_cast<double>(probabilities[row]) > threshold ? 1 : 0];
  }
  const std::uint64_t right = counts[0][0] + counts[1][1];
  std::array<char, 80> rate{};
  std::snprintf(rate.data(), rate.size(), "\nOverall Classification Rate: %.1f%%\n\n",
                labels.empty()
                    ? 0.0
                    : 100.0 * static_cast<double>(right) / static_cast<double>(labels.size()));
  const std::uint64_t negatives = counts[0][0] + counts[1][0];
  const std::uint64_t positives = counts[0][1] + counts[1][1];
  return rate.data() + Row("Predicted", "0", "1") + "Observed\n" +
         Row("0", Share(counts[0][0], negatives), Share(counts[0][1], positives)) +
         Row("1", Share(counts[1][0], negatives), Share(counts[1][1], positives));
}

Result<std::string> DescribeScores(const Model& model, const Scored& scored,
                                   std::optional<double> threshold) {
  const ObjectiveInfo* info = FindObjective(model.objective.name);
  if (threshold && (info == nullptr || info->task != Task::kBinary)) {
    return MakeError(
        ErrorId::kUsage,
        "--threshold is for models of two classes, and this one is " + model.objective.name,
        "leave --threshold out");
  }
  BOOSTYARD_RETURN_IF_ERROR(CheckLabels(model.objective, scored.labels));
  MetricInputs inputs;
  inputs.objective = &model.objective;
  inputs.labels = scored.labels;
  inputs.predictions = scored.predictions;
  inputs.output_count = model.output_count();
  std::string text;
  for (const MetricSpec& metric : MetricsOf(model.objective)) {
    if (!metric.is_native()) continue;
    BOOSTYARD_ASSIGN_OR_RETURN(const double value, Evaluate(metric, inputs));
    text += Line(metric.name, value);
  }
  if (threshold) text += ConfusionMatrix(scored.labels, scored.predictions, *threshold);
  return text;
}

}  // namespace boostyard::container
