#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/error_table.h"
#include "engine/objective/label_block.h"
#include "engine/objective/objectives.h"

namespace boostyard {
namespace {

constexpr std::size_t kMaxShown = 5;

std::string LabelText(float label) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), label);
  return error == std::errc{} ? std::string(text, end) : std::string();
}

bool IsWhole(float label) { return label == std::floor(label); }

}  // namespace

LabelCheck::LabelCheck(const ObjectiveParams& params)
    : params_(params), info_(FindObjective(params.name)) {
  if (info_ == nullptr) return;
  max_ = info_->task == Task::kMulticlass ? static_cast<double>(params.num_class) - 1.0
                                          : info_->labels.max;
}

bool LabelCheck::IsLegal(float label) const {
  const auto value = static_cast<double>(label);
  const bool is_above = info_->labels.is_min_open ? value > info_->labels.min  //
                                                  : value >= info_->labels.min;
  return is_above && value <= max_ && (!info_->labels.is_integer || IsWhole(label));
}

void LabelCheck::Add(std::span<const float> labels) {
  if (info_ == nullptr) return;
  ForEachLabelBlock(labels, [&](std::span<const float> values, const LabelBlock& block) {
    min_seen_ = std::min(min_seen_, block.min);
    max_seen_ = std::max(max_seen_, block.max);
    all_whole_ =
        all_whole_ && (block.is_whole || std::all_of(values.begin(), values.end(), IsWhole));
    // What lies between legal labels is legal too, but for fractions where they are not.
    const bool is_legal =
        IsLegal(block.min) && IsLegal(block.max) && (block.is_whole || !info_->labels.is_integer);
    if (!is_legal) CollectOffenders(values);
  });
}

void LabelCheck::CollectOffenders(std::span<const float> labels) {
  for (const float label : labels) {
    if (IsLegal(label) || offenders_.size() > kMaxShown) continue;
    if (std::find(offenders_.begin(), offenders_.end(), label) == offenders_.end()) {
      offenders_.push_back(label);
    }
  }
}

Status LabelCheck::Verdict() const {
  if (offenders_.empty()) return {};
  std::string found;
  for (std::size_t i = 0; i < std::min(offenders_.size(), kMaxShown); ++i) {
    if (i > 0) found += ", ";
    found += LabelText(offenders_[i]);
  }
  if (offenders_.size() > kMaxShown) found += " and others";
  std::string rule(info_->labels.text);
  if (info_->task == Task::kMulticlass) {
    rule = "class numbers from 0 to " + std::to_string(params_.num_class - 1);
  }
  return MakeError(ErrorId::kDataLabelRange,
                   "labels must be " + rule + " for " + params_.name + "; found " + found, Cure());
}

std::string LabelCheck::Cure() const {
  const std::string range = "the labels go from " + LabelText(min_seen_) + " to " +  //
                            LabelText(max_seen_);
  if (info_->task == Task::kMulticlass) {
    if (!all_whole_) return "number the classes 0, 1, 2, …, or choose a reg: objective";
    if (min_seen_ == 1.0F && max_seen_ == static_cast<float>(params_.num_class)) {
      return range + ": subtract 1";
    }
    if (min_seen_ < 0.0F) return "number the classes from 0";
    return "set num_class to " + LabelText(max_seen_ + 1.0F) + ", or number the classes from 0";
  }
  if (info_->labels.max == 1.0) {
    if (all_whole_ && min_seen_ == 1.0F && max_seen_ == 2.0F) return range + ": subtract 1";
    if (all_whole_ && min_seen_ == -1.0F && max_seen_ == 1.0F) return "write 0 instead of -1";
    if (all_whole_ && min_seen_ >= 0.0F) {
      return range +
             ": for several classes choose multi:softprob with num_class, for a number "
             "reg:squarederror; is the label the first column?";
    }
    return range + ": choose reg:squarederror for a number; is the label the first column?";
  }
  if (info_->labels.is_min_open && info_->labels.min == 0.0) {
    return "remove those rows, or choose reg:tweedie, which allows 0";
  }
  if (info_->task == Task::kRegression) return "remove those rows, or choose reg:squarederror";
  if (info_->task == Task::kSurvival) {
    return "remove those rows: a survival time is not negative";
  }
  return range + ": write relevance as small whole numbers from 0";
}

Status CheckLabels(const ObjectiveParams& params, std::span<const float> labels) {
  LabelCheck check(params);
  check.Add(labels);
  return check.Verdict();
}

}  // namespace boostyard
