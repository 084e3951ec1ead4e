// survival:aft: survival times, accelerated failure.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct SurvivalAft : LogLink {
  static constexpr std::string_view kName = "survival:aft";
  static constexpr std::string_view kSummary = "survival times, accelerated failure";
  static constexpr Task kTask = Task::kSurvival;
  static constexpr bool kIsNative = false;
  static constexpr std::string_view kDefaultMetric = "aft-nloglik";
  static constexpr LabelRule kLabels{0.0, kNoLimit, false, false, "0 or greater"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kAft;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  static SurvivalAft From(const auto&) { return {}; }
};

}  // namespace boostyard
