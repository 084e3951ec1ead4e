// How predictions and margins belong together; objectives inherit one of these.
#pragma once

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

}  // namespace boostyard
