// survival:cox: survival times, proportional hazards; negative labels are censored.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct SurvivalCox : LogLink {
  static constexpr std::string_view kName = "survival:cox";
  static constexpr std::string_view kSummary =
      "survival times, proportional hazards; negative labels are censored";
  static constexpr Task kTask = Task::kSurvival;
  static constexpr bool kIsNative = false;
  static constexpr std::string_view kDefaultMetric = "cox-nloglik";
  static constexpr LabelRule kLabels{-kNoLimit, kNoLimit, false, false, "finite numbers"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kNone;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  static SurvivalCox From(const auto&) { return {}; }
};

}  // namespace boostyard
