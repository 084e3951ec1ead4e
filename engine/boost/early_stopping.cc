#include "engine/boost/early_stopping.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "engine/base/error_table.h"

namespace boostyard {
namespace {

constexpr const char* kBestRound = "best_iteration";
constexpr const char* kBestValue = "best_score";

std::string NumberText(double value) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), value);
  return error == std::errc{} ? std::string(text, end) : std::string();
}

template <class T>
bool ParseWhole(std::string_view text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

Error BadAttribute(std::string_view name, std::string_view text) {
  return MakeError(ErrorId::kModelBad,
                   "the attribute " + std::string(name) + " is \"" +
                       std::string(text.substr(0, 40)) + "\", which is not a number that it can be",
                   "remove the checkpoint to start anew");
}

}  // namespace

Result<MetricSpec> StoppingMetric(const TrainParams& params) {
  if (!params.tuning_metric.empty()) return ParseMetric(params.tuning_metric);
  if (!params.eval_metric.empty()) return ParseMetric(params.eval_metric.back());
  return DefaultMetric(params.objective);
}

bool EarlyStopping::Update(int round, double value) {
  const bool is_better = is_maximised_ ? value > best_value_ : value < best_value_;
  const bool is_rescue = std::isnan(best_value_) && !std::isnan(value);
  if (!best_round_ || is_better || is_rescue) {
    best_round_ = round;
    best_value_ = value;
    return false;
  }
  return IsEnough(round);
}

std::map<std::string, std::string> EarlyStopping::ToAttributes() const {
  if (!best_round_) return {};
  return {{kBestRound, std::to_string(*best_round_)}, {kBestValue, NumberText(best_value_)}};
}

Status EarlyStopping::FromAttributes(const std::map<std::string, std::string>& attributes) {
  const auto round = attributes.find(kBestRound);
  const auto value = attributes.find(kBestValue);
  if (round == attributes.end() || value == attributes.end()) {
    best_round_.reset();
    return {};
  }
  int best_round = 0;
  double best_value = 0.0;
  if (!ParseWhole(round->second, best_round) || best_round < 0) {
    return BadAttribute(kBestRound, round->second);
  }
  if (!ParseWhole(value->second, best_value)) return BadAttribute(kBestValue, value->second);
  best_round_ = best_round;
  best_value_ = best_value;
  return {};
}

}  // namespace boostyard
