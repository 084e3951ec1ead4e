// rank:map: ranking, mean average precision.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RankMap : IdentityLink {
  static constexpr std::string_view kName = "rank:map";
  static constexpr std::string_view kSummary = "ranking, mean average precision";
  static constexpr Task kTask = Task::kRanking;
  static constexpr bool kIsNative = false;
  static constexpr std::string_view kDefaultMetric = "map";
  static constexpr LabelRule kLabels{0.0, 1.0, false, true, "0 or 1"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kLambdaRank;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  static RankMap From(const auto&) { return {}; }
};

}  // namespace boostyard
