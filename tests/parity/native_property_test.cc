// Laws that every model of the native engine obeys.
#include <gtest/gtest.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "engine/model/predict.h"
#include "tests/parity/native_cases.h"

namespace boostyard::testing {
namespace {

Model Train(const NativeCase& one, int threads = 2) {
  RecordingObserver observer;
  Result<Model> model = TrainModel(one, {.threads = threads}, observer);
  if (!model.ok()) {
    ADD_FAILURE() << model.error().message;
    return {};
  }
  return std::move(*model);
}

NativeCase MakePlain(const std::string& objective, const DataSpec& spec, int rounds) {
  NativeCase one;
  one.params.objective.name = objective;
  one.params.objective.num_class = spec.classes;
  one.params.num_round = rounds;
  DataSpec with_objective = spec;
  with_objective.objective = objective;
  one.train = TableMaker(with_objective, 77).Make();
  return one;
}

// ---- monotone constraints

// Rows that differ in one feature alone, which rises.
MemoryTable Sweep(const MemoryTable& base, std::size_t row, std::size_t feature,
                  std::size_t steps) {
  MemoryTable table;
  table.row_count = steps;
  table.feature_count = base.feature_count;
  for (std::size_t i = 0; i < steps; ++i) {
    for (std::size_t f = 0; f < base.feature_count; ++f) {
      const float swept = -4.0F + 8.0F * static_cast<float>(i) / static_cast<float>(steps - 1);
      table.values.push_back(f == feature ? swept : base.At(row, f));
    }
  }
  table.labels.assign(steps, 0.0F);
  return table;
}

void ExpectMonotone(const NativeCase& one) {
  const Model model = Train(one);
  const std::vector<int>& constraints = one.params.tree.monotone_constraints;
  bool is_used = false;
  for (const Tree& tree : model.forest.trees) {
    for (std::size_t node = 0; node < tree.node_count(); ++node) {
      is_used = is_used || (tree.left[node] >= 0 && tree.feature[node] < constraints.size() &&
                            constraints[tree.feature[node]] != 0);
    }
  }
  EXPECT_TRUE(is_used) << "the model says nothing about the law";
  for (std::size_t feature = 0; feature < constraints.size(); ++feature) {
    if (constraints[feature] == 0) continue;
    for (std::size_t row = 0; row < 60; ++row) {
      const MemoryStream stream(Sweep(one.train, row, feature, 81), {.chunk_rows = 81});
      const std::vector<float> margins = PredictMargins(model, stream.chunks()[0]);
      for (std::size_t i = 1; i < margins.size(); ++i) {
        const float rise = margins[i] - margins[i - 1];
        ASSERT_GE(rise * static_cast<float>(constraints[feature]), 0.0F)
            << "feature " << feature << ", row " << row << ", step " << i;
      }
    }
  }
}

TEST(MonotoneProperty, PredictionsFollowTheConstraint) {
  for (const char* objective : {"reg:squarederror", "binary:logistic", "count:poisson"}) {
    for (const GrowPolicy policy : {GrowPolicy::kDepthwise, GrowPolicy::kLossguide}) {
      SCOPED_TRACE(objective);
      NativeCase one = MakePlain(objective, {.rows = 1500, .columns = 4, .has_missing = true}, 8);
      // Against what the data say in some columns: the law has to hold, not to come by itself.
      one.params.tree.monotone_constraints = {-1, 1, 1, 0};
      one.params.tree.grow_policy = policy;
      one.params.tree.max_leaves = policy == GrowPolicy::kLossguide ? 30 : 0;
      ExpectMonotone(one);
      one.params.tree.monotone_constraints = {1, -1};
      one.params.tree.max_delta_step = 0.5;
      ExpectMonotone(one);
    }
  }
}

// ---- interaction constraints

void WalkPaths(const Tree& tree, NodeIndex node, std::set<FeatureIndex> path,
               const std::function<void(const std::set<FeatureIndex>&)>& visit) {
  if (tree.is_leaf(node)) {
    visit(path);
    return;
  }
  path.insert(tree.feature[node]);
  WalkPaths(tree, tree.left[node], path, visit);
  WalkPaths(tree, tree.left[node] + 1, path, visit);
}

TEST(InteractionProperty, APathStaysWithinAGroup) {
  for (const double by_node : {1.0, 0.6}) {
    NativeCase one = MakePlain("reg:squarederror", {.rows = 2000, .columns = 9}, 10);
    one.params.tree.interaction_constraints = {{0, 1, 3}, {1, 2}, {2, 4, 5}, {7, 8}};
    one.params.sample.colsample_bynode = by_node;
    const Model model = Train(one);
    bool is_deep = false;
    for (const Tree& tree : model.forest.trees) {
      WalkPaths(tree, 0, {}, [&](const std::set<FeatureIndex>& path) {
        bool is_legal = path.size() <= 1;
        for (const auto& group : one.params.tree.interaction_constraints) {
          const std::set<FeatureIndex> members(group.begin(), group.end());
          is_legal =
              is_legal || std::includes(members.begin(), members.end(), path.begin(), path.end());
        }
        is_deep = is_deep || path.size() > 1;
        EXPECT_TRUE(is_legal);
      });
    }
    EXPECT_TRUE(is_deep);
  }
}

// ---- weights

// Row i becomes two rows where i is a multiple of 3.
MemoryTable Duplicated(const MemoryTable& table) {
  MemoryTable twice = table;
  for (std::size_t row = 0; row < table.row_count; row += 3) {
    for (std::size_t f = 0; f < table.feature_count; ++f) twice.values.push_back(table.At(row, f));
    twice.labels.push_back(table.labels[row]);
    ++twice.row_count;
  }
  return twice;
}

MemoryTable Weighted(MemoryTable table) {
  table.weights.assign(table.row_count, 1.0F);
  for (std::size_t row = 0; row < table.row_count; row += 3) table.weights[row] = 2.0F;
  return table;
}

// Few values, so that the cuts are the values themselves, whatever the weights.
NativeCase FewValued() {
  NativeCase one = MakePlain("reg:squarederror", {.rows = 900, .columns = 4}, 1);
  for (float& value : one.train.values) value = std::floor(value * 4.0F) / 4.0F;
  for (float& label : one.train.labels) label = std::floor(label * 8.0F) / 8.0F;
  one.params.objective.base_score = 0.0;
  return one;
}

TEST(WeightProperty, ARowTwiceIsWeightTwoExactlyInTheWideForm) {
  NativeCase one = FewValued();
  one.train.labels[1] = 16'777'216.0F;  // an outlier: most gradients are below any 16-bit quantum
  const MemoryTable base = one.train;
  one.train = Duplicated(base);
  const TrainResult duplicated = RunVariant(one, {});
  one.train = Weighted(base);
  const TrainResult weighted = RunVariant(one, {});
  EXPECT_GT(weighted.node_count, 10U);
  EXPECT_TRUE(duplicated.model == weighted.model);
}

TEST(WeightProperty, ARowTwiceIsWeightTwoUpToTheDither) {
  NativeCase one = FewValued();
  one.params.tree.max_depth = 2;
  const MemoryTable base = one.train;
  one.train = Duplicated(base);
  const Model duplicated = Train(one);
  one.train = Weighted(base);
  const Model weighted = Train(one);
  const Tree& a = duplicated.forest.trees[0];
  const Tree& b = weighted.forest.trees[0];
  ASSERT_EQ(a.node_count(), 7U);
  ASSERT_EQ(a.feature, b.feature);
  ASSERT_EQ(a.left, b.left);
  // Every row is off by less than one quantum in either model. Gradients are below 16 (with weights
  // below 32), so a quantum is at most 2^-10; hessians of at most 2 have quanta of 2^-14.
  for (std::size_t node = 0; node < a.node_count(); ++node) {
    if (a.left[node] >= 0) {
      EXPECT_EQ(a.threshold[node], b.threshold[node]);
      continue;
    }
    EXPECT_NEAR(a.threshold[node], b.threshold[node], 0.3 * 2.0 * (0x1p-10 + 16.0 * 0x1p-14));
  }
}

// ---- columns

TEST(ColumnProperty, PermutedColumnsGiveThePermutedModel) {
  NativeCase one =
      MakePlain("binary:logistic", {.rows = 3000, .columns = 14, .has_missing = true}, 5);
  one.params.tree.min_child_weight = 20.0;  // no nodes so small that columns tie
  const std::size_t columns = one.train.feature_count;
  std::vector<std::size_t> to(columns);
  for (std::size_t f = 0; f < columns; ++f) to[f] = (f * 5 + 3) % columns;
  NativeCase permuted = one;
  for (std::size_t row = 0; row < one.train.row_count; ++row) {
    for (std::size_t f = 0; f < columns; ++f) {
      permuted.train.values[row * columns + to[f]] = one.train.At(row, f);
    }
  }
  const Model model = Train(one);
  const Model other = Train(permuted);
  ASSERT_EQ(model.forest.trees.size(), other.forest.trees.size());
  for (std::size_t t = 0; t < model.forest.trees.size(); ++t) {
    const Tree& a = model.forest.trees[t];
    const Tree& b = other.forest.trees[t];
    EXPECT_GT(a.node_count(), 8U);
    ASSERT_EQ(a.left, b.left);
    EXPECT_EQ(a.threshold, b.threshold);
    EXPECT_EQ(a.default_left, b.default_left);
    EXPECT_EQ(a.loss_change, b.loss_change);
    for (std::size_t node = 0; node < a.node_count(); ++node) {
      if (a.left[node] < 0) continue;
      EXPECT_EQ(to[a.feature[node]], b.feature[node]);
    }
  }
}

// ---- trees

double Rmse(const Model& model, const MemoryTable& table) {
  const MemoryStream stream(table, {.chunk_rows = 1'000'000});
  const std::vector<float> margins = PredictMargins(model, stream.chunks()[0]);
  double sum = 0.0;
  for (std::size_t row = 0; row < margins.size(); ++row) {
    const double error = static_cast<double>(margins[row]) - static_cast<double>(table.labels[row]);
    sum += error * error;
  }
  return std::sqrt(sum / static_cast<double>(margins.size()));
}

// The thresholds and default directions of the model send every row where training sent its bins.
TEST(ModelProperty, PredictsWhatTrainingMeasured) {
  for (const int max_bin : {16, 256, 1000}) {
    for (const double subsample : {1.0, 0.6}) {
      NativeCase one =
          MakePlain("reg:squarederror", {.rows = 2500, .columns = 14, .has_missing = true}, 6);
      one.params.tree.max_bin = max_bin;
      one.params.sample.subsample = subsample;
      one.has_validation = true;
      one.validation = TableMaker({.rows = 900, .columns = 14, .has_missing = true}, 5).Make();
      RecordingObserver observer;
      const Result<Model> model = TrainModel(one, {.threads = 2}, observer);
      ASSERT_TRUE(model.ok());
      ASSERT_EQ(observer.metrics.size(), 12U);
      EXPECT_NEAR(observer.metrics[10], Rmse(*model, one.train), 1e-6);
      EXPECT_NEAR(observer.metrics[11], Rmse(*model, one.validation), 1e-6);
      EXPECT_LT(observer.metrics[10], observer.metrics[0]);
    }
  }
}

int DepthOf(const Tree& tree, NodeIndex node) {
  int depth = 0;
  for (; tree.parent[node] >= 0; node = tree.parent[node]) ++depth;
  return depth;
}

TEST(ModelProperty, TreesObeyTheirLimits) {
  for (const GrowPolicy policy : {GrowPolicy::kDepthwise, GrowPolicy::kLossguide}) {
    NativeCase one = MakePlain("reg:squarederror", {.rows = 3000, .columns = 12}, 6);
    TreeParams& params = one.params.tree;
    params.grow_policy = policy;
    params.max_depth = 5;
    params.max_leaves = 13;
    params.min_child_weight = 40.0;
    params.gamma = 2.0;
    for (const Tree& tree : Train(one).forest.trees) {
      int leaves = 0;
      for (NodeIndex node = 0; node < static_cast<NodeIndex>(tree.node_count()); ++node) {
        EXPECT_LE(DepthOf(tree, node), 5);
        EXPECT_GE(tree.sum_hessian[node], 40.0F);
        leaves += tree.is_leaf(node) ? 1 : 0;
        if (tree.is_leaf(node)) continue;
        EXPECT_GE(tree.loss_change[node], 2.0F);
        const NodeIndex left = tree.left[node];
        EXPECT_NEAR(tree.sum_hessian[node], tree.sum_hessian[left] + tree.sum_hessian[left + 1],
                    0.01);
      }
      EXPECT_LE(leaves, 13);
      EXPECT_GT(leaves, 4);
    }
  }
}

// ---- the floating point environment

#if defined(__x86_64__)

// Trains with flushing on and rounding down; expects what the usual environment gives.
void ExpectSameInOddEnvironment(const NativeCase& one) {
  const TrainResult expected = RunVariant(one, {});
  for (const int threads : {1, 3}) {
    MemoryStream stream(one.train);
    RecordingObserver observer;
    const unsigned before = _mm_getcsr();
    const unsigned odd = (before & 0x3FU) | 0x1F80U | 0x8040U | 0x2000U;  // FTZ, DAZ, round down
    _mm_setcsr(odd);
    const Result<TrainOutcome> outcome =
        TrainNative(one.params, {.train = &stream}, {.threads = threads}, observer);
    const unsigned after = _mm_getcsr();
    _mm_setcsr(before);
    EXPECT_EQ(after & 0xFFC0U, odd & 0xFFC0U) << "not restored";
    ASSERT_TRUE(outcome.ok());
    EXPECT_TRUE(WriteModel(outcome->model, ModelFormat::kUbjson) == expected.model) << threads;
    EXPECT_EQ(observer.metrics, expected.metrics);
  }
}

TEST(EnvironmentProperty, TheCallersRoundingChangesNothing) {
  const NativeCase one =
      MakePlain("binary:logistic", {.rows = 500, .columns = 4, .has_missing = true}, 4);
  EXPECT_GT(RunVariant(one, {}).node_count, 40U);
  ExpectSameInOddEnvironment(one);
}

TEST(EnvironmentProperty, TheCallersFlushingChangesNothing) {
  NativeCase one = MakePlain("reg:squarederror", {.rows = 500, .columns = 4}, 4);
  for (float& label : one.train.labels) label = (label + 4.0F) * 1e-40F;
  for (std::size_t i = 0; i < one.train.values.size(); i += 3) one.train.values[i] *= 1e-39F;
  one.params.objective.base_score = 0.0;
  const Model model = Train(one);
  EXPECT_EQ(std::fpclassify(model.forest.trees[0].threshold[0]), FP_SUBNORMAL);
  ExpectSameInOddEnvironment(one);
}

#endif

}  // namespace
}  // namespace boostyard::testing
