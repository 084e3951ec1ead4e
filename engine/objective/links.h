// How predictions and margins belong together; objectives inherit one of these.
#pragma once

#include <type_traits>

#include "engine/base/math.h"
#include "engine/objective/objective.h"

namespace boostyard {

// The prediction is the margin.
struct IdentityLink {
  BOOSTYARD_HD float Transform(float margin) const { return margin; }
  BOOSTYARD_HD float ToMargin(float base_score) const { return base_score; }
  BOOSTYARD_HD float FromMargin(float margin) const { return margin; }
};

// The prediction is e^margin.
struct LogLink {
  BOOSTYARD_HD float Transform(float margin) const { return Exp(margin); }
  BOOSTYARD_HD float ToMargin(float base_score) const { return Log(base_score); }
  BOOSTYARD_HD float FromMargin(float margin) const { return Exp(margin); }
};

// The prediction is the probability 1 / (1 + e^-margin).
struct LogitLink {
  BOOSTYARD_HD float Transform(float margin) const { return Sigmoid(margin); }
  BOOSTYARD_HD float ToMargin(float base_score) const { return -Log(1.0F / base_score - 1.0F); }
  BOOSTYARD_HD float FromMargin(float margin) const { return Sigmoid(margin); }
};

// How a prediction follows from a margin, as a value.
enum class Link { kIdentity, kLog, kLogit };

// That by which metrics see an objective's margins: of binary:logitraw too they take probabilities.
template <class Objective>
constexpr Link LinkForMetrics() {
  if constexpr (std::is_base_of_v<LogitLink, Objective>) return Link::kLogit;
  if constexpr (std::is_base_of_v<LogLink, Objective>) return Link::kLog;
  return Link::kIdentity;
}

BOOSTYARD_HD float Predict(Link link, float margin) {
  if (link == Link::kLogit) return Sigmoid(margin);
  return link == Link::kLog ? Exp(margin) : margin;
}

}  // namespace boostyard
