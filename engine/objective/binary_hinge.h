// binary:hinge: two classes, hinge loss, predicts 0 or 1.
#pragma once

#include "engine/objective/links.h"

namespace boostyard {

struct BinaryHinge : IdentityLink {
  static constexpr std::string_view kName = "binary:hinge";
  static constexpr std::string_view kSummary = "two classes, hinge loss, predicts 0 or 1";
  static constexpr Task kTask = Task::kBinary;
  static constexpr bool kIsNative = false;
  static constexpr std::string_view kDefaultMetric = "error";
  static constexpr LabelRule kLabels{0.0, 1.0, false, true, "0 or 1"};
  static constexpr ModelParamKind kModelParams = ModelParamKind::kNone;
  static constexpr BaseScoreRule kBaseScore = BaseScoreRule::kFixed;

  static BinaryHinge From(const auto&) { return {}; }

  BOOSTYARD_HD float Transform(float margin) const { return margin > 0.0F ? 1.0F : 0.0F; }
};

}  // namespace boostyard
