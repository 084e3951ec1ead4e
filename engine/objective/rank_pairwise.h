// rank:pairwise: ranking, pairs in order.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RankPairwise : IdentityLink {
  static constexpr std::string_view kName = "rank:pairwise";
  static constexpr std::string_view kSummary = "ranking, pairs in order";
  static constexpr Task kTask = Task::kRanking;
  static constexpr bool kIsNative = false;
  static constexpr std::string_view kDefaultMetric = "ndcg";
  static constexpr LabelRule kLabels{0.0, 31.0, false, true, "whole numbers in [0,31]"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kLambdaRank;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  static RankPairwise From(const auto&) { return {}; }
};

}  // namespace boostyard
