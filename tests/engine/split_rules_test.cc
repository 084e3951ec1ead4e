// Gain and leaf weight against the objective they stand for, and the best split against all there
// are.
#include "engine/tree/split_rules.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "engine/base/rng.h"
#include "engine/cpu/reference_backend.h"

namespace boostyard {
namespace {

// What a leaf of weight w costs: G w + (H + lambda) w^2 / 2 + alpha |w|.
double Cost(const SplitRules& rules, double grad, double hess, double w) {
  return grad * w + 0.5 * (hess + rules.lambda) * w * w + rules.alpha * std::fabs(w);
}

// Twice what a leaf of weight w saves. Where weights are limited, alpha takes part in the weight
// alone (XGBoost's rule).
double Saving(const SplitRules& rules, double grad, double hess, double w) {
  const double cost = Cost(rules, grad, hess, w);
  const bool is_limited = rules.max_delta_step > 0.0 || rules.has_monotone;
  return -2.0 * (is_limited ? cost - rules.alpha * std::fabs(w) : cost);
}

// The least cost over [low, high] by ternary search: the cost is convex.
double BestWeight(const SplitRules& rules, double grad, double hess, double low, double high) {
  for (int i = 0; i < 300; ++i) {
    const double a = low + (high - low) / 3.0;
    const double b = high - (high - low) / 3.0;
    if (Cost(rules, grad, hess, a) < Cost(rules, grad, hess, b)) {
      high = b;
    } else {
      low = a;
    }
  }
  return (low + high) / 2.0;
}

TEST(SplitRules, TheWeightIsTheOneOfLeastCost) {
  std::mt19937_64 random(3);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  for (int i = 0; i < 2000; ++i) {
    SplitRules rules;
    rules.lambda = i % 3 == 0 ? 0.0 : 3.0 * uniform();
    rules.alpha = i % 2 == 0 ? 0.0 : 2.0 * uniform();
    rules.max_delta_step = i % 5 == 0 ? 0.3 : 0.0;
    rules.min_child_weight = 0.0;
    rules.has_monotone = i % 7 == 0;
    WeightBounds bounds;
    if (rules.has_monotone) bounds = {-0.25F, 0.5F};
    const double grad = 10.0 * (uniform() - 0.5);
    const double hess = 0.1 + 5.0 * uniform();
    double low = -100.0;
    double high = 100.0;
    if (rules.max_delta_step > 0.0) {
      low = -rules.max_delta_step;
      high = rules.max_delta_step;
    }
    if (rules.has_monotone) {
      low = std::max<double>(low, bounds.lower);
      high = std::min<double>(high, bounds.upper);
    }
    const double weight = NodeWeight(rules, grad, hess, bounds);
    const double best = BestWeight(rules, grad, hess, low, high);
    EXPECT_NEAR(weight, best, 1e-6);
    EXPECT_NEAR(NodeGain(rules, grad, hess, bounds), Saving(rules, grad, hess, weight), 1e-9);
  }
}

TEST(SplitRules, ALightNodeHasNoWeight) {
  SplitRules rules;
  rules.min_child_weight = 2.0;
  EXPECT_EQ(NodeWeight(rules, 5.0, 1.99, {}), 0.0);
  EXPECT_EQ(NodeWeight(rules, 5.0, 2.0, {}), -5.0 / 3.0);
  rules.min_child_weight = 0.0;
  rules.lambda = 0.0;
  EXPECT_EQ(NodeWeight(rules, 5.0, 0.0, {}), 0.0);
  EXPECT_EQ(NodeGain(rules, 5.0, 0.0, {}), 0.0);
}

TEST(SplitRules, ChildrenMustWeighEnoughAndObeyTheDirection) {
  SplitRules rules;
  rules.min_child_weight = 3.0;
  double gain = 0.0;
  EXPECT_FALSE(SplitGain(rules, {5, 2}, {-5, 9}, 0, {}, &gain));
  EXPECT_FALSE(SplitGain(rules, {5, 9}, {-5, 2}, 0, {}, &gain));
  ASSERT_TRUE(SplitGain(rules, {5, 3}, {-5, 3}, 0, {}, &gain));
  EXPECT_EQ(gain, 25.0 / 4.0 + 25.0 / 4.0);
  rules.has_monotone = true;
  EXPECT_TRUE(SplitGain(rules, {5, 3}, {-5, 3}, 1, {}, &gain));  // weights -1.25, 1.25: rising
  EXPECT_FALSE(SplitGain(rules, {5, 3}, {-5, 3}, -1, {}, &gain));
}

// ---- the best split by brute force

struct Row {
  int bin;  // -1: missing
  std::int64_t grad;
  std::int64_t hess;
};

// The largest gain over all ways that a threshold and a direction can divide the rows, computed
// from the definition of the weights, without sums carried along.
double BruteForceGain(const SplitRules& rules, const std::vector<Row>& rows, int bins, int monotone,
                      const WeightBounds& bounds, double floor_gain) {
  double best = floor_gain;
  for (int bin = -1; bin < bins; ++bin) {
    for (const bool missing_left : {false, true}) {
      double sums[2][2] = {};
      std::size_t counts[2] = {};
      for (const Row& row : rows) {
        const bool is_left = row.bin < 0 ? missing_left : row.bin <= bin;
        sums[is_left ? 0 : 1][0] += static_cast<double>(row.grad) * rules.grad_unit;
        sums[is_left ? 0 : 1][1] += static_cast<double>(row.hess) * rules.hess_unit;
        ++counts[is_left ? 0 : 1];
      }
      if (counts[0] == 0 || counts[1] == 0) continue;
      double gain = 0.0;
      double weights[2];
      bool is_legal = true;
      for (int side = 0; side < 2; ++side) {
        const double grad = sums[side][0];
        const double hess = sums[side][1];
        is_legal = is_legal && hess >= rules.min_child_weight;
        double low = -1e6;
        double high = 1e6;
        if (rules.max_delta_step > 0.0) {
          low = -rules.max_delta_step;
          high = rules.max_delta_step;
        }
        if (rules.has_monotone) {
          low = std::max<double>(low, bounds.lower);
          high = std::min<double>(high, bounds.upper);
        }
        weights[side] = BestWeight(rules, grad, hess, low, high);
        gain += Saving(rules, grad, hess, weights[side]);
      }
      if (!is_legal || (monotone > 0 && weights[0] > weights[1] + 1e-9) ||
          (monotone < 0 && weights[0] < weights[1] - 1e-9)) {
        continue;
      }
      best = std::max(best, gain);
    }
  }
  return best;
}

ReferenceData DataOf(const std::vector<Row>& rows, int bins) {
  ReferenceData data;
  data.cuts.begin = {0, static_cast<std::uint32_t>(bins)};
  for (int bin = 0; bin < bins; ++bin) data.cuts.values.push_back(static_cast<float>(bin) + 0.5F);
  data.cuts.min_values = {-1.0F};
  data.cuts.has_missing = {1};
  data.train_rows = rows.size();
  data.bins.resize(1);
  for (const Row& row : rows) {
    data.bins[0].push_back(static_cast<std::uint32_t>(row.bin < 0 ? bins : row.bin));
    data.labels.push_back(static_cast<float>(-row.grad));  // squared error from margin 0
    data.weights.push_back(1.0F);
  }
  return data;
}

TEST(SplitRules, TheBestSplitIsTheBestOfAll) {
  std::mt19937_64 random(11);
  int splits = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const int bins = 1 + static_cast<int>(random() % 6);
    std::vector<Row> rows(2 + random() % 11);
    for (Row& row : rows) {
      row.bin = static_cast<int>(random() % static_cast<std::uint64_t>(bins + 1)) - 1;
      row.grad = static_cast<std::int64_t>(random() % 21) - 10;
      row.hess = 1;
    }
    rows[0].grad = 12;  // the largest: the scale is 2^11 in every trial
    ObjectiveParams objective;
    objective.name = "reg:squarederror";
    const int monotone = trial % 4 == 3 ? 1 - 2 * (trial % 8 / 4) : 0;
    ReferenceBackend backend(DataOf(rows, bins), objective,
                             monotone == 0 ? std::vector<std::int8_t>()
                                           : std::vector{static_cast<std::int8_t>(monotone)});
    backend.SetMargins(0, 0.0F);
    // Labels are whole quanta: a dither that stays clear of 1 changes nothing.
    const Result<RootState> root = backend.StartTree({.dither_key = RandomKey(1, 5, 0)});
    ASSERT_TRUE(root.ok());
    SplitRules rules;
    rules.grad_unit = root->grad_unit;
    rules.hess_unit = root->hess_unit;
    rules.lambda = trial % 2 == 0 ? 1.0 : 0.25;
    rules.alpha = trial % 3 == 0 ? 1.5 : 0.0;
    rules.max_delta_step = trial % 5 == 0 ? 0.7 : 0.0;
    rules.min_child_weight = trial % 7 == 0 ? 2.0 : 1.0;
    rules.has_monotone = monotone != 0;
    std::vector<Row> quanta = rows;
    for (Row& row : quanta) {
      row.grad = std::llround(static_cast<double>(row.grad) / rules.grad_unit);
      row.hess = std::llround(1.0 / rules.hess_unit);
    }
    NodeTask task;
    task.total = root->total;
    if (rules.has_monotone) task.bounds = {-3.0F, 3.0F};
    const double total_grad = static_cast<double>(root->total.grad) * rules.grad_unit;
    const double total_hess = static_cast<double>(root->total.hess) * rules.hess_unit;
    task.floor_gain = NodeGain(rules, total_grad, total_hess, task.bounds);
    backend.EvaluateRoot(rules, task, true);
    const double brute =
        BruteForceGain(rules, quanta, bins, monotone, task.bounds, task.floor_gain);
    const double found = task.best.exists() ? task.best.gain : task.floor_gain;
    EXPECT_NEAR(found, brute, 1e-5 * (1.0 + brute)) << "trial " << trial;
    splits += task.best.exists() ? 1 : 0;
  }
  EXPECT_GT(splits, 250);
}

// ---- the order among candidates

TEST(SplitCandidate, IsBetterIsATotalOrder) {
  std::vector<SplitCandidate> all = {SplitCandidate()};
  for (const double gain : {1.0, 2.0}) {
    for (const FeatureIndex feature : {0U, 3U}) {
      for (const std::uint32_t order : {0U, 5U}) {
        all.push_back({.gain = gain, .feature = feature, .order = order});
      }
    }
  }
  for (const SplitCandidate& a : all) {
    EXPECT_FALSE(IsBetter(a, a));
    for (const SplitCandidate& b : all) {
      EXPECT_EQ(IsBetter(a, b) != IsBetter(b, a), &a != &b);
      for (const SplitCandidate& c : all) {
        EXPECT_TRUE(IsBetter(a, c) || !IsBetter(a, b) || !IsBetter(b, c));
      }
    }
  }
  EXPECT_TRUE(IsBetter({.gain = 2.0, .feature = 9}, {.gain = 1.0, .feature = 0}));
  EXPECT_TRUE(IsBetter({.gain = 1.0, .feature = 0, .order = 7}, {.gain = 1.0, .feature = 1}));
  EXPECT_TRUE(
      IsBetter({.gain = 1.0, .feature = 1, .order = 0}, {.gain = 1.0, .feature = 1, .order = 1}));
}

}  // namespace
}  // namespace boostyard
