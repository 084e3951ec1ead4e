// Which nodes the grower splits, in which order, on a backend whose gains are scripted.
#include "engine/tree/tree_grower.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"

namespace boostyard {
namespace {

// Every node can be split with the loss change of the script (0: not at all); a node's sums are
// halved.
struct ScriptedBackend {
  std::map<NodeIndex, double> loss_changes;
  double other_loss_change = 0.0;

  std::vector<NodeIndex> split_nodes;           // in order
  std::vector<std::vector<NodeIndex>> batches;  // of ApplySplits
  std::vector<NodeIndex> last_splits;
  GradSums total = {1024, 4096};
  double unit = 1.0;
  std::uint64_t root_rows = 0;               // 0: gradients are exact
  std::map<NodeIndex, GradSums> exact_sums;  // in units of 2^-10
  std::vector<NodeIndex> refined;
  std::map<NodeIndex, float> leaves;
  int evaluations = 0;
  bool root_may_split_further = false;

  void Answer(NodeTask& task) {
    ++evaluations;
    const auto found = loss_changes.find(task.node);
    const double change = found != loss_changes.end() ? found->second : other_loss_change;
    task.best = SplitCandidate();
    if (change <= 0.0) return;
    task.best.gain = task.floor_gain + change;
    task.best.feature = 0;
    task.best.bin = 0;
    task.best.left = {task.total.grad / 2 + 8, task.total.hess / 2};
  }

  Result<RootState> StartTree(const TreeStart&) {
    RootState root;
    root.total = total;
    root.grad_unit = root.hess_unit = unit;
    root.rows = root_rows;
    root.exact_grad_unit = root.exact_hess_unit = 0x1p-10;
    root.is_wide = root_rows == 0;
    return root;
  }
  void EvaluateRoot(const SplitRules&, NodeTask& root, bool may_split_further) {
    root_may_split_further = may_split_further;
    Answer(root);
  }
  void EvaluatePairs(const SplitRules&, std::span<PairTask> pairs) {
    for (PairTask& pair : pairs) {
      Answer(*pair.left);
      Answer(*pair.right);
    }
  }
  void ApplySplits(std::span<SplitTask> splits) {
    batches.emplace_back();
    for (const SplitTask& split : splits) {
      split_nodes.push_back(split.node);
      batches.back().push_back(split.node);
      if (split.is_last) last_splits.push_back(split.node);
    }
  }
  void SumExactly(std::span<ExactTask> tasks) {
    for (ExactTask& task : tasks) {
      refined.push_back(task.node);
      task.total = exact_sums.at(task.node);
    }
  }
  void FinishTree(std::span<const LeafValue> values) {
    for (const LeafValue& leaf : values) leaves[leaf.node] = leaf.value;
  }
};
static_assert(TreeBackend<ScriptedBackend>);

BinCuts OneFeature() {
  BinCuts cuts;
  cuts.begin = {0, 2};
  cuts.values = {0.5F, 1.5F};
  cuts.min_values = {-1.0F};
  cuts.has_missing = {0};
  return cuts;
}

Tree Grow(ScriptedBackend& backend, const TreeParams& params,
          LeafSums leaf_sums = LeafSums::kQuanta) {
  const BinCuts cuts = OneFeature();
  const SampleParams sample;
  TreeGrower<ScriptedBackend> grower(backend, params, sample, cuts, leaf_sums);
  Result<Tree> tree = grower.Grow({}, 0);
  EXPECT_TRUE(tree.ok());
  return std::move(*tree);
}

std::size_t LeafCount(const Tree& tree) {
  std::size_t count = 0;
  for (const NodeIndex left : tree.left) count += left < 0 ? 1 : 0;
  return count;
}

using Nodes = std::vector<NodeIndex>;

TEST(TreeGrower, DepthwiseGoesLevelByLevelToTheDepth) {
  ScriptedBackend backend;
  backend.other_loss_change = 1.0;
  const Tree tree = Grow(backend, {.max_depth = 3});
  EXPECT_EQ(backend.batches, (std::vector<Nodes>{{0}, {1, 2}, {3, 4, 5, 6}}));
  EXPECT_EQ(backend.last_splits, (Nodes{3, 4, 5, 6}));
  EXPECT_EQ(backend.evaluations, 7);  // the last level's children are leaves for certain
  EXPECT_EQ(tree.node_count(), 15U);
  EXPECT_EQ(LeafCount(tree), 8U);
  EXPECT_EQ(backend.leaves.size(), 8U);
}

TEST(TreeGrower, DepthOneDoesNotKeepTheRootsHistogram) {
  ScriptedBackend backend;
  backend.other_loss_change = 1.0;
  EXPECT_EQ(Grow(backend, {.max_depth = 1}).node_count(), 3U);
  EXPECT_FALSE(backend.root_may_split_further);
}

TEST(TreeGrower, DepthwiseSkipsWhatIsNotWorthIt) {
  ScriptedBackend backend;
  backend.loss_changes = {{0, 5.0}, {1, 0.0}, {2, 2.0}, {3, 3.0}};
  const Tree tree = Grow(backend, {});
  EXPECT_EQ(backend.split_nodes, (Nodes{0, 2, 3}));
  EXPECT_TRUE(tree.is_leaf(1));
}

// The scripted leaf's sums are 512 + 8 and 512 - 8 of gradient, 2048 of hessian, in quanta of 1.
TEST(TreeGrower, LeavesThatRoundingMovesAreSummedExactly) {
  ScriptedBackend backend;
  backend.loss_changes = {{0, 5.0}};
  backend.root_rows = 1'000'000;  // a deviation of 400 quanta and more
  backend.exact_sums = {{1, {600 << 10, 2047 << 10}}, {2, {424 << 10, 2049 << 10}}};
  const Tree tree = Grow(backend, {.eta = 1.0});
  EXPECT_EQ(backend.refined, (Nodes{1, 2}));
  EXPECT_EQ(tree.threshold[1], static_cast<float>(-600.0 / 2048.0));
  EXPECT_EQ(tree.threshold[2], static_cast<float>(-424.0 / 2050.0));
  EXPECT_EQ(tree.sum_hessian[1], 2047.0F);
  EXPECT_EQ(backend.leaves.at(1), tree.threshold[1]);
}

TEST(TreeGrower, LeavesOfFewRowsAndLargeSumsAreNot) {
  ScriptedBackend backend;
  backend.unit = 0x1p-10;
  backend.total = {1 << 20, 1 << 22};
  backend.loss_changes = {{0, 5.0}};
  backend.root_rows = 100;  // a deviation of five quanta of half a million
  Grow(backend, {});
  EXPECT_EQ(backend.refined, Nodes());
}

TEST(TreeGrower, EveryLeafIsExactWhereAskedFor) {
  ScriptedBackend backend;
  backend.unit = 0x1p-10;
  backend.total = {1 << 20, 1 << 22};
  backend.loss_changes = {{0, 5.0}};
  backend.root_rows = 100;  // as above
  backend.exact_sums = {{1, {500 << 10, 2047 << 10}}, {2, {524 << 10, 2047 << 10}}};
  const Tree tree = Grow(backend, {.eta = 1.0}, LeafSums::kExact);
  EXPECT_EQ(backend.refined, (Nodes{1, 2}));
  EXPECT_EQ(tree.threshold[1], static_cast<float>(-500.0 / 2048.0));
  EXPECT_EQ(tree.threshold[2], static_cast<float>(-524.0 / 2048.0));
}

TEST(TreeGrower, ExactLeavesKeepMonotoneOrder) {
  ScriptedBackend backend;
  backend.unit = 0x1p-10;
  backend.total = {1 << 20, 1 << 22};
  backend.loss_changes = {{0, 5.0}};
  backend.root_rows = 100;
  // Left weighs more than right by exact sums, which an increasing feature forbids.
  backend.exact_sums = {{1, {500 << 10, 2047 << 10}}, {2, {524 << 10, 2047 << 10}}};
  const Tree tree = Grow(backend, {.eta = 1.0, .monotone_constraints = {1}});
  EXPECT_EQ(backend.refined, (Nodes{1, 2}));
  EXPECT_EQ(tree.threshold[1], static_cast<float>(-512.0 / 2048.0));
  EXPECT_EQ(tree.threshold[2], tree.threshold[1]);
}

TEST(TreeGrower, GammaIsTheLeastLossChange) {
  for (const GrowPolicy policy : {GrowPolicy::kDepthwise, GrowPolicy::kLossguide}) {
    ScriptedBackend backend;
    backend.loss_changes = {{0, 5.0}, {1, 2.0}, {2, 1.9990234375}, {3, 4.0}};
    Grow(backend, {.gamma = 2.0, .grow_policy = policy});
    EXPECT_EQ(backend.split_nodes, (Nodes{0, 1, 3}));
  }
}

TEST(TreeGrower, RoundingNoiseIsNoGain) {
  ScriptedBackend backend;
  backend.loss_changes = {{0, 1e-7}};
  EXPECT_EQ(Grow(backend, {}).node_count(), 1U);
}

TEST(TreeGrower, LossguideTakesTheLargestLossChangeFirst) {
  ScriptedBackend backend;
  backend.loss_changes = {{0, 1.0}, {1, 2.0}, {2, 6.0}, {3, 4.0}, {4, 3.0}, {5, 9.0}, {6, 2.0}};
  const Tree tree = Grow(backend, {.max_depth = 0, .grow_policy = GrowPolicy::kLossguide});
  // 0 makes 1 and 2; 2 makes 3 (4.0) and 4 (3.0); 3 makes 5 (9.0) and 6 (2.0); then 4, and of the
  // equal 1 and 6 the lower.
  EXPECT_EQ(backend.split_nodes, (Nodes{0, 2, 3, 5, 4, 1, 6}));
  EXPECT_EQ(tree.left[2], 3);
  EXPECT_EQ(tree.left[3], 5);
}

TEST(TreeGrower, MaxLeavesEndsGrowth) {
  for (const GrowPolicy policy : {GrowPolicy::kDepthwise, GrowPolicy::kLossguide}) {
    for (const int max_leaves : {1, 2, 3, 5, 8}) {
      ScriptedBackend backend;
      backend.other_loss_change = 1.0;
      const Tree tree =
          Grow(backend, {.max_depth = 0, .max_leaves = max_leaves, .grow_policy = policy});
      EXPECT_EQ(LeafCount(tree), static_cast<std::size_t>(max_leaves));
      EXPECT_EQ(backend.leaves.size(), static_cast<std::size_t>(max_leaves));
      EXPECT_EQ(backend.evaluations == 0, max_leaves == 1);
    }
  }
}

TEST(TreeGrower, LossguideHeedsTheDepth) {
  ScriptedBackend backend;
  backend.loss_changes = {{1, 9.0}};
  backend.other_loss_change = 1.0;
  Grow(backend, {.max_depth = 2, .grow_policy = GrowPolicy::kLossguide});
  EXPECT_EQ(backend.split_nodes, (Nodes{0, 1, 2}));
  EXPECT_EQ(backend.last_splits, (Nodes{1, 2}));
}

TEST(TreeGrower, LeavesCarryEtaTimesTheWeight) {
  ScriptedBackend backend;
  backend.loss_changes = {{0, 1.0}};
  const Tree tree = Grow(backend, {.eta = 0.5, .num_parallel_tree = 2});
  // 1,024 / 2 + 8 = 520 go left with hessian 2,048.
  const float left = static_cast<float>(-520.0 / 2049.0);
  EXPECT_EQ(tree.threshold[1], left * 0.25F);
  EXPECT_EQ(backend.leaves.at(1), tree.threshold[1]);
  EXPECT_EQ(tree.base_weight[0], static_cast<float>(-1024.0 / 4097.0));
  EXPECT_EQ(tree.sum_hessian[0], 4096.0F);
  EXPECT_EQ(tree.sum_hessian[2], 2048.0F);
  EXPECT_EQ(tree.loss_change[0], 1.0F);
  EXPECT_EQ(tree.threshold[0], 0.5F);
}

TEST(TreeGrower, TheCutBelowAllValuesPartsTheMissingOnes) {
  struct MissingLeft : ScriptedBackend {
    void EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may) {
      ScriptedBackend::EvaluateRoot(rules, root, may);
      root.best.bin = -1;
      root.best.is_missing_left = true;
    }
  };
  MissingLeft backend;
  backend.loss_changes = {{0, 1.0}};
  const BinCuts cuts = OneFeature();
  const TreeParams params;
  TreeGrower<MissingLeft> grower(backend, params, {}, cuts);
  const Result<Tree> tree = grower.Grow({}, 0);
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(tree->threshold[0], -1.0F);
  EXPECT_EQ(tree->default_left[0], 1);
}

TEST(TreeGrower, AMonotoneSplitBoundsItsChildren) {
  struct Bounds : ScriptedBackend {
    std::map<NodeIndex, WeightBounds> bounds;
    void EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs) {
      for (const PairTask& pair : pairs) {
        bounds[pair.left->node] = pair.left->bounds;
        bounds[pair.right->node] = pair.right->bounds;
      }
      ScriptedBackend::EvaluatePairs(rules, pairs);
    }
  };
  Bounds backend;
  backend.loss_changes = {{0, 1.0}, {1, 1.0}};
  const BinCuts cuts = OneFeature();
  TreeParams params;
  params.monotone_constraints = {1};
  TreeGrower<Bounds> grower(backend, params, {}, cuts);
  const Result<Tree> tree = grower.Grow({}, 0);
  ASSERT_TRUE(tree.ok());
  const float middle =
      (static_cast<float>(-520.0 / 2049.0) + static_cast<float>(-504.0 / 2049.0)) / 2.0F;
  EXPECT_EQ(backend.bounds.at(1).upper, middle);
  EXPECT_EQ(backend.bounds.at(2).lower, middle);
  EXPECT_EQ(backend.bounds.at(3).upper <= middle, true);
  EXPECT_EQ(backend.bounds.at(4).upper, middle);
}

TEST(TreeGrower, AnErrorOfTheBackendEndsTheTree) {
  struct Failing : ScriptedBackend {
    Result<RootState> StartTree(const TreeStart&) {
      return MakeError(ErrorId::kTrainFailed, "no", "");
    }
  };
  Failing backend;
  const BinCuts cuts = OneFeature();
  const TreeParams params;
  TreeGrower<Failing> grower(backend, params, {}, cuts);
  EXPECT_FALSE(grower.Grow({}, 0).ok());
}

}  // namespace
}  // namespace boostyard
