// When quantised gradients are not enough to choose a node's split, and what decides then.
//
// Gradients of the 16-bit form are rounded by up to a quantum, without bias. That moves gains: by
// how much, GainNoise says, in the square root of the node's rows. Nearly always the best candidate
// leads by more. Where it does not, the node is contested: every candidate of the features that
// could hold the best one is evaluated again, with sums of exact gradients, and the best by those
// wins. Which nodes are contested, and by which features, follows from quantised sums alone, so
// every backend finds the same ones, whatever the order of scanning.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/base/hd.h"
#include "engine/tree/split_candidate.h"
#include "engine/tree/split_rules.h"

namespace boostyard {

// The standard deviation of a sum of n rounded gradients is at most sqrt(n) / 2 quanta. So many of
// them may a candidate be behind and still contend: enough for two candidates, for children with
// fewer hessians a row than their parent, and for six deviations each.
inline constexpr double kContestWidth = 16.0;

// How far rounding moves the loss changes of a node's candidates.
//
// By strong convexity, (HL + lambda) (wL - w)^2 + (HR + lambda) (wR - w)^2 is at most the loss
// change + lambda w^2 + 2 alpha |w|, w being the weights of the node and its children; and errors
// dL, dR of the children's gradients change it by 2 (wL - w) dL + 2 (wR - w) dR. With dL^2 below
// nL quanta^2 / 4 on average, the change is below quanta * sqrt(rows / (H + lambda) * that bound).
struct GainNoise {
  double square = 0.0;  // 0: gradients are exact
  double excess = 0.0;

  // For a candidate of that loss change.
  BOOSTYARD_HD double Of(double loss_change) const {
    return std::sqrt(square * ((loss_change > 0.0 ? loss_change : 0.0) + excess));
  }
};

// `total` in quanta; `rows` are the node's.
BOOSTYARD_HD GainNoise MakeGainNoise(const SplitRules& rules, const GradSums& total,
                                     std::uint64_t rows) {
  GainNoise noise;
  const double grad = static_cast<double>(total.grad) * rules.grad_unit;
  const double hess = static_cast<double>(total.hess) * rules.hess_unit + rules.lambda;
  if (!rules.is_rounded || !(hess > 0.0)) return noise;
  const double weight = (grad < 0.0 ? -grad : grad) / hess;
  const double unit = kContestWidth * (rules.grad_unit + weight * rules.hess_unit) / 2.0;
  noise.square = unit * unit * static_cast<double>(rows) / hess;
  noise.excess = rules.lambda * weight * weight + 2.0 * rules.alpha * weight;
  return noise;
}

// What a scan has to look at: candidates whose gain is above `least`, and at least
// Threshold(gain of the best so far). That is a superset of those that contend in the end.
struct ContestBounds {
  double least = 0.0;
  double factor = 1.0;
  double offset = 0.0;

  BOOSTYARD_HD double Threshold(double best_gain) const { return best_gain * factor - offset; }
};

// A little wider than what it is compared with, for the rounding of these very expressions.
inline constexpr double kWider = 1.0 + 1e-9;

BOOSTYARD_HD ContestBounds MakeContestBounds(const SplitRules& rules, const GainNoise& noise,
                                             double floor_gain) {
  ContestBounds bounds;
  const double bar = floor_gain + rules.min_loss_change * (1.0 - 1e-6);
  bounds.least = bar - kWider * noise.Of(rules.min_loss_change);
  if (noise.square == 0.0) return bounds;
  // sqrt(a x) <= x / c + a c / 4 for every c: a threshold that rises with the best gain.
  constexpr double kShare = 0x1p-10;
  bounds.factor = 1.0 - kShare;
  bounds.offset = kWider * (noise.square / (4.0 * kShare) + noise.Of(0.0)) - kShare * floor_gain;
  return bounds;
}

// The best candidate, and the gain of the best one that parts the rows differently. Candidates with
// the same sums, or with left and right exchanged, count as the same: their gains are equal.
struct Contest {
  SplitCandidate best;
  double runner_up = -__builtin_inf();

  // Takes in another's result over further candidates of the same node; in any order.
  BOOSTYARD_HD void Take(const SplitCandidate& candidate, double its_runner_up,
                         const GradSums& total) {
    if (!candidate.exists()) return;
    if (!best.exists()) {
      best = candidate;
      runner_up = its_runner_up;
      return;
    }
    const GradSums& a = best.left;
    const GradSums& b = candidate.left;
    const bool is_same = (a.grad == b.grad && a.hess == b.hess) ||
                         (a.grad == total.grad - b.grad && a.hess == total.hess - b.hess);
    double other = is_same ? its_runner_up : candidate.gain;
    if (IsBetter(candidate, best)) {
      other = is_same || its_runner_up > best.gain ? its_runner_up : best.gain;
      best = candidate;
    }
    runner_up = other > runner_up ? other : runner_up;
  }

  // The least gain of a feature's best candidate with which the feature contends; infinite where
  // the node is not contested: the best is the best, or no split is worth it.
  BOOSTYARD_HD double LeastContending(const SplitRules& rules, const GainNoise& noise,
                                      double floor_gain) const {
    if (noise.square == 0.0 || !best.exists()) return __builtin_inf();
    const double bar = floor_gain + rules.min_loss_change;
    const double width = noise.Of(best.gain - floor_gain);
    if (best.gain < bar - width) return __builtin_inf();
    const bool is_at_bar = best.gain < bar + width;
    if (!is_at_bar && runner_up < best.gain - width) return __builtin_inf();
    return best.gain - width;
  }
};

}  // namespace boostyard
