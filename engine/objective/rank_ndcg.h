// rank:ndcg: ranking, normalised discounted cumulative gain.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct RankNdcg : IdentityLink {
  static constexpr std::string_view kName = "rank:ndcg";
  static constexpr std::string_view kSummary = "ranking, normalised discounted cumulative gain";
  static constexpr Task kTask = Task::kRanking;
  static constexpr bool kIsNative = false;
  static constexpr std::string_view kDefaultMetric = "ndcg";
  static constexpr LabelRule kLabels{0.0, 31.0, false, true, "whole numbers in [0,31]"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kLambdaRank;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  static RankNdcg From(const auto&) { return {}; }
};

}  // namespace boostyard
