#include "engine/metric/metric.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "engine/base/did_you_mean.h"
#include "engine/base/error_table.h"
#include "engine/metric/list.h"
#include "engine/objective/objectives.h"

namespace boostyard {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

const MetricInfo* FindMetric(std::string_view base_name) {
  for (const MetricInfo& info : kMetricTable) {
    if (info.name == base_name) return &info;
  }
  return nullptr;
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 80)) + "\""; }

Error UnknownMetric(std::string_view text, std::string_view base_name) {
  std::vector<std::string_view> names;
  for (const MetricInfo& info : kMetricTable) names.push_back(info.name);
  const std::string_view nearest = NearestName(base_name, names);
  std::string fix;
  if (!nearest.empty()) {
    fix = "did you mean '" + std::string(nearest) + "'?";
  } else {
    fix = "use some of: ";
    for (const std::string_view name : names) {
      if (name != names.front()) fix += ", ";
      fix += name;
    }
  }
  return MakeError(ErrorId::kHyperparamBadValue,
                   "eval_metric: " + Quoted(text) + " is not a metric", std::move(fix));
}

Error BadArgument(std::string_view text, const MetricInfo& info) {
  const std::string name(info.name);
  std::string fix;
  switch (info.argument) {
    case MetricArgument::kNone:
      fix = "write '" + name + "' alone; only error, map and ndcg take an argument";
      break;
    case MetricArgument::kThreshold:
      fix = "write a number after the @, e.g. " + name + "@0.8";
      break;
    case MetricArgument::kTopCount:
      fix = "write a whole number from 1 after the @, e.g. " + name + "@10";
      break;
  }
  return MakeError(
      ErrorId::kHyperparamBadValue,
      "eval_metric: " + Quoted(text) + " has an argument that '" + name + "' does not take",
      std::move(fix));
}

// The argument as a number, if it is one of the kind that the metric takes.
std::optional<double> ParseArgument(std::string_view text, MetricArgument kind) {
  const char* const end = text.data() + text.size();
  if (kind == MetricArgument::kThreshold) {
    double value = 0.0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
    return value;
  }
  if (kind == MetricArgument::kTopCount) {
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value == 0) return std::nullopt;
    return static_cast<double>(value);
  }
  return std::nullopt;
}

MetricSpec SpecOf(MetricId id) {
  const MetricInfo& info = kMetricTable[static_cast<std::size_t>(id)];
  return {.name = std::string(info.name), .argument = std::nullopt, .info = &info};
}

// A number as XGBoost prints it in a metric's name: six significant digits.
std::string ShortText(double value) {
  char text[32];
  const auto [end, error] =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 6);
  return error == std::errc{} ? std::string(text, end) : std::string();
}

bool HasName(const std::vector<MetricSpec>& metrics, std::string_view name) {
  return std::any_of(metrics.begin(), metrics.end(),
                     [&](const MetricSpec& metric) { return metric.name == name; });
}

}  // namespace

std::span<const MetricInfo> Metrics() { return kMetricTable; }

Result<MetricSpec> ParseMetric(std::string_view text) {
  text = Trim(text);
  const std::size_t at = text.find('@');
  const std::string_view base_name = text.substr(0, at);
  const MetricInfo* const info = FindMetric(base_name);
  if (info == nullptr) return UnknownMetric(text, base_name);
  MetricSpec spec{.name = std::string(base_name), .argument = std::nullopt, .info = info};
  if (at != std::string_view::npos) {
    spec.argument = ParseArgument(text.substr(at + 1), info->argument);
    if (!spec.argument) return BadArgument(text, *info);
    spec.name = std::string(base_name) + "@" + ShortText(*spec.argument);
  }
  return spec;
}

Status CheckMetricFor(const MetricSpec& metric, const ObjectiveParams& objective) {
  const ObjectiveInfo* const info = FindObjective(objective.name);
  if (info == nullptr || (metric.info->tasks & SetOf(info->task)) != 0) return {};
  std::string fix = "use a metric that fits, e.g. " + DefaultMetric(objective).name;
  return MakeError(
      ErrorId::kHyperparamConflict,
      "eval_metric: '" + metric.name + "' is not defined for the objective " + objective.name,
      std::move(fix));
}

MetricSpec DefaultMetric(const ObjectiveParams& objective) {
  const ObjectiveInfo* const info = FindObjective(objective.name);
  const MetricInfo* const metric = info == nullptr ? nullptr : FindMetric(info->default_metric);
  MetricSpec spec = SpecOf(metric == nullptr ? MetricId::kRmse : metric->id);
  if (spec.info->id == MetricId::kTweedieNloglik) {
    spec.argument = objective.tweedie_variance_power;
    spec.name += "@" + ShortText(objective.tweedie_variance_power);
  } else if (spec.info->argument == MetricArgument::kTopCount) {
    spec.argument = 32.0;  // XGBoost's pairs per sample
    spec.name += "@32";
  }
  return spec;
}

Result<std::vector<MetricSpec>> MetricsToReport(const TrainParams& params) {
  std::vector<std::string> texts = params.eval_metric;
  if (!params.tuning_metric.empty()) texts.push_back(params.tuning_metric);
  std::vector<MetricSpec> asked;
  std::vector<Error> errors;
  for (const std::string& text : texts) {
    Result<MetricSpec> spec = ParseMetric(text);
    if (!spec.ok()) {
      errors.push_back(spec.error());
      continue;
    }
    if (HasName(asked, spec->name)) continue;
    if (const Status status = CheckMetricFor(*spec, params.objective); !status.ok()) {
      errors.push_back(status.error());
      continue;
    }
    asked.push_back(*std::move(spec));
  }
  if (!errors.empty()) return Combine(std::move(errors));
  const bool needs_default = std::all_of(
      asked.begin(), asked.end(), [](const MetricSpec& metric) { return metric.info->is_custom; });
  MetricSpec standard = DefaultMetric(params.objective);
  if (needs_default && !HasName(asked, standard.name)) {
    asked.insert(asked.begin(), std::move(standard));
  }
  return asked;
}

}  // namespace boostyard
