// The base score from the labels, by sums that no order and no number of threads can change.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/exact_sum.h"
#include "engine/objective/objectives.h"

namespace boostyard {

// Takes labels and weights in any pieces and any order; pieces merge. Every term is a float or a
// product of two floats, which a double holds exactly, and ExactSum adds without rounding.
class LabelStats {
 public:
  explicit LabelStats(const ObjectiveParams& params);

  // `weights` is empty (all 1) or as long as `labels`. Labels are legal (CheckLabels) and finite.
  void Add(std::span<const float> labels, std::span<const float> weights);
  // Precondition: both were made from the same parameters.
  void Merge(const LabelStats& other);

  // XGBoost's estimate (prediction space, rounded to float32 as the model file holds it):
  //   reg:squarederror, reg:logistic, binary:*, reg:gamma   weighted mean of the labels; with
  //       scale_pos_weight other than 1 one Newton step from margin 0
  //   count:poisson, reg:tweedie                            weighted mean
  //   reg:squaredlogerror, reg:pseudohubererror             one Newton step from margin 0
  //   everything else, and no rows                          0.5
  // Probabilities are kept in [1e-6, 1 - 1e-6], means under a logarithm at 1e-16 or more, so that
  // the margin is finite. (XGBoost's multi:* since 3.2 estimates one per class: not expressible as
  // the scalar that every version reads.)
  double EstimateBaseScore() const;

 private:
  bool UsesNewton() const { return rule_ == BaseScoreRule::kNewton; }

  ObjectiveParams params_;
  BaseScoreRule rule_;
  // kMean: weights and weighted labels; kNewton: hessians and gradients at margin 0.
  ExactSum denominator_;
  ExactSum numerator_;
};

}  // namespace boostyard
