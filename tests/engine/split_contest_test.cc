// When rounding could decide a split: the bound against rounded gradients, the runner-up against
// all candidates.
#include "engine/tree/split_contest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace boostyard {
namespace {

struct Row {
  double grad;
  double hess;
};

// Rows of a logistic loss whose odds have the given spread.
std::vector<Row> LogisticRows(std::mt19937_64& random, std::size_t count, double spread) {
  std::vector<Row> rows;
  std::normal_distribution<double> margins(-0.5, spread);
  std::uniform_real_distribution<double> uniform;
  for (std::size_t i = 0; i < count; ++i) {
    const double p = 1.0 / (1.0 + std::exp(-margins(random)));
    rows.push_back({p - (uniform(random) < p ? 1.0 : 0.0), p * (1.0 - p)});
  }
  return rows;
}

struct RealSums {
  double grad = 0.0;
  double hess = 0.0;
};

double LossChange(const SplitRules& rules, const RealSums& left, const RealSums& total) {
  const auto gain = [&](double grad, double hess) { return NodeGain(rules, grad, hess, {}); };
  return gain(left.grad, left.hess) + gain(total.grad - left.grad, total.hess - left.hess) -
         gain(total.grad, total.hess);
}

TEST(GainNoise, CoversWhatRoundingDoes) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform;
  double closest = 0.0;  // of the differences seen, in parts of the bound
  for (int trial = 0; trial < 3000; ++trial) {
    SplitRules rules;
    rules.lambda = trial % 3 == 0 ? 0.0 : 1.0;
    rules.alpha = trial % 4 == 0 ? 0.5 : 0.0;
    rules.min_child_weight = 0.0;
    rules.grad_unit = 0x1p-10;  // coarse, so that the difference shows
    rules.hess_unit = 0x1p-12;
    rules.is_rounded = true;
    const std::vector<Row> rows = LogisticRows(random, 20 + trial % 500, 0.3 + 0.5 * (trial % 4));
    const double share = 0.05 + 0.9 * uniform(random);
    RealSums exact[2];  // left, total
    GradSums rounded[2];
    for (const Row& row : rows) {
      const GradSums quanta{
          static_cast<std::int64_t>(std::floor(row.grad / rules.grad_unit + uniform(random))),
          static_cast<std::int64_t>(std::floor(row.hess / rules.hess_unit + uniform(random)))};
      const bool is_left = uniform(random) < (row.grad < 0.0 ? share : 1.0 - share);
      for (std::size_t side = is_left ? 0 : 1; side < 2; ++side) {
        exact[side].grad += row.grad;
        exact[side].hess += row.hess;
        rounded[side].grad += quanta.grad;
        rounded[side].hess += quanta.hess;
      }
    }
    RealSums real[2];
    for (int side = 0; side < 2; ++side) {
      real[side] = {static_cast<double>(rounded[side].grad) * rules.grad_unit,
                    static_cast<double>(rounded[side].hess) * rules.hess_unit};
    }
    const double found = LossChange(rules, real[0], real[1]);
    const double difference = std::abs(found - LossChange(rules, exact[0], exact[1]));
    const double bound = MakeGainNoise(rules, rounded[1], rows.size()).Of(found);
    ASSERT_LE(difference, bound) << trial;
    closest = std::max(closest, difference / bound);
  }
  EXPECT_GT(closest, 0.1);  // else far too many nodes would be contested
}

TEST(GainNoise, ExactGradientsHaveNone) {
  SplitRules rules;
  EXPECT_EQ(MakeGainNoise(rules, {1000, 1000}, 50).Of(1.0), 0.0);
  rules.is_rounded = true;
  EXPECT_GT(MakeGainNoise(rules, {1000, 1000}, 50).Of(1.0), 0.0);
}

TEST(ContestBounds, TheThresholdRisesAndNeverPassesAContender) {
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> exponent(-12.0, 4.0);
  for (int trial = 0; trial < 2000; ++trial) {
    SplitRules rules;
    rules.is_rounded = true;
    rules.grad_unit = 0x1p-15;
    rules.hess_unit = 0x1p-17;
    rules.min_loss_change = std::pow(10.0, exponent(random) / 3.0);
    const GradSums total{static_cast<std::int64_t>(random() % 2000000) - 1000000,
                         static_cast<std::int64_t>(random() % 90000000) + 1000};
    const GainNoise noise = MakeGainNoise(rules, total, 1 + random() % 100000);
    const double floor_gain = std::pow(10.0, exponent(random) / 2.0);
    const ContestBounds bounds = MakeContestBounds(rules, noise, floor_gain);
    double last = -std::numeric_limits<double>::infinity();
    for (double loss_change = 1e-9; loss_change < 1e5; loss_change *= 3.0) {
      const double best = floor_gain + loss_change;
      const double threshold = bounds.Threshold(best);
      EXPECT_GE(threshold, last);
      last = threshold;
      Contest contest;
      contest.best.feature = 0;
      contest.best.gain = best;
      contest.runner_up = best;
      const double least = contest.LeastContending(rules, noise, floor_gain);
      if (!std::isfinite(least)) continue;
      EXPECT_LE(threshold, least) << loss_change;
      EXPECT_LE(bounds.least, best) << loss_change;
    }
  }
}

SplitCandidate CandidateOf(FeatureIndex feature, std::uint32_t order, std::int64_t grad,
                           const GradSums& total) {
  SplitCandidate candidate;
  candidate.feature = feature;
  candidate.order = order;
  candidate.left = {grad, 10 * grad};
  // The same for both sides' exchange.
  candidate.gain = static_cast<double>(std::abs(2 * grad - total.grad));
  return candidate;
}

TEST(Contest, FindsBestAndRunnerUpInAnyOrderAndGrouping) {
  std::mt19937_64 random(9);
  const GradSums total{16, 160};
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<SplitCandidate> all;
    for (std::uint32_t i = 0; i < 1 + random() % 8; ++i) {
      all.push_back(CandidateOf(static_cast<FeatureIndex>(random() % 3), i,
                                static_cast<std::int64_t>(random() % 17), total));
    }
    SplitCandidate best;
    for (const SplitCandidate& one : all) {
      if (IsBetter(one, best)) best = one;
    }
    double runner_up = -std::numeric_limits<double>::infinity();
    for (const SplitCandidate& one : all) {
      if (one.left.grad == best.left.grad || one.left.grad == total.grad - best.left.grad) continue;
      runner_up = std::max(runner_up, one.gain);
    }
    std::shuffle(all.begin(), all.end(), random);
    Contest groups[3];
    const double none = -std::numeric_limits<double>::infinity();
    for (const SplitCandidate& one : all) groups[random() % 3].Take(one, none, total);
    Contest found;
    for (const Contest& group : groups) found.Take(group.best, group.runner_up, total);
    EXPECT_EQ(found.best.feature, best.feature);
    EXPECT_EQ(found.best.order, best.order);
    EXPECT_EQ(found.runner_up, runner_up);
  }
}

TEST(Contest, NeedsARivalOrABarThatIsNear) {
  SplitRules rules;
  rules.is_rounded = true;
  rules.grad_unit = rules.hess_unit = 0x1p-10;
  rules.min_loss_change = 2.0;
  const GainNoise noise = MakeGainNoise(rules, {100, 100 << 10}, 100);
  const double floor_gain = 1.0;
  const auto is_contested = [&](double loss_change, double behind) {
    Contest contest;
    contest.best.feature = 3;
    contest.best.gain = floor_gain + loss_change;
    contest.runner_up = contest.best.gain - behind;
    return std::isfinite(contest.LeastContending(rules, noise, floor_gain));
  };
  const double width = noise.Of(10.0);
  ASSERT_LT(width, 1.0);
  EXPECT_TRUE(is_contested(10.0, 0.9 * width));
  EXPECT_FALSE(is_contested(10.0, 1.1 * width));
  EXPECT_TRUE(is_contested(2.0 + 0.5 * noise.Of(2.0), 1e9));
  EXPECT_TRUE(is_contested(2.0 - 0.5 * noise.Of(2.0), 1e9));
  EXPECT_FALSE(is_contested(2.0 - 2.0 * noise.Of(2.0), 0.0));  // not worth it in any case
  EXPECT_FALSE(std::isfinite(Contest().LeastContending(rules, noise, floor_gain)));
}

}  // namespace
}  // namespace boostyard
