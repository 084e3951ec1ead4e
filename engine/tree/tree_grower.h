// Grows one tree on any backend: decides which nodes are split, and writes the tree down. The order
// of growth, the stopping rules and the numbering of nodes are XGBoost's.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/stage_times.h"
#include "engine/params.h"
#include "engine/quantize/cuts.h"
#include "engine/tree/column_sampler.h"
#include "engine/tree/growth_order.h"
#include "engine/tree/growth_rules.h"
#include "engine/tree/interaction.h"
#include "engine/tree/tree.h"
#include "engine/tree/tree_backend.h"

namespace boostyard {

template <TreeBackend Backend>
class TreeGrower {
  static constexpr bool kQueues = requires(Backend & backend) { backend.TakeTree(); };

 public:
  // All references outlive the grower.
  TreeGrower(Backend& backend, const TreeParams& tree, const SampleParams& sample,
             const BinCuts& cuts, LeafSums leaf_sums = LeafSums::kQuanta)
      : backend_(backend),
        params_(tree),
        cuts_(cuts),
        columns_(sample, cuts.feature_count()),
        interactions_(tree.interaction_constraints) {
    growth_.eta = static_cast<float>(tree.eta) / static_cast<float>(tree.num_parallel_tree);
    growth_.gamma = static_cast<float>(tree.gamma);
    growth_.max_depth = tree.max_depth;
    growth_.max_leaves = tree.max_leaves;
    growth_.leaf_sums = leaf_sums;
    rules_.lambda = tree.lambda;
    rules_.alpha = tree.alpha;
    rules_.min_child_weight = tree.min_child_weight;
    rules_.max_delta_step = tree.max_delta_step;
    rules_.min_loss_change = std::max(tree.gamma, static_cast<double>(kMinLossChange));
    for (const int direction : tree.monotone_constraints) {
      rules_.has_monotone = rules_.has_monotone || direction != 0;
    }
  }

  TreeGrower(const TreeGrower&) = delete;  // rules_ is a part of it
  TreeGrower& operator=(const TreeGrower&) = delete;

  // Whether the backend grows trees by itself: Queue, then, instead of Grow.
  bool queues() const {
    if constexpr (kQueues) return backend_.grows_trees();
    return false;
  }

  // `number` counts trees over rounds, classes and parallel trees.
  Result<Tree> Grow(const TreeStart& start, std::uint64_t number) {
    BOOSTYARD_ASSIGN_OR_RETURN(const RootState root, Start(start));
    rules_.grad_unit = root.grad_unit;
    rules_.hess_unit = root.hess_unit;
    rules_.is_rounded = !root.is_wide;
    if (columns_.samples()) columns_.StartTree(number);
    tree_ = Tree();
    nodes_.clear();
    AddRoot(root);
    if (params_.grow_policy == GrowPolicy::kLossguide) {
      GrowLossguide();
    } else {
      GrowDepthwise();
    }
    RefineLeaves(root);
    FinishTree();
    return std::move(tree_);
  }

  // ---- trees that the backend grows by itself (growth_order.h). Precondition: queues().

  void Queue(const TreeStart& start, std::uint64_t number) {
    GrowthOrder order;
    order.start = start;
    order.rules = growth_;
    order.tree_number = number;
    order.column_seed = columns_.seed();
    if (columns_.samples()) {
      columns_.StartTree(number);
      for (int depth = 0; depth < params_.max_depth; ++depth) {
        order.columns.push_back(columns_.LevelColumnsOf(depth));
      }
    }
    const StageScope stage(Stage::kHistograms);  // and all that the backend does not tell apart
    if constexpr (kQueues) backend_.QueueTree(order);
  }

  // Its values go to the margins.
  void AddQueued() {
    if constexpr (kQueues) backend_.AddQueuedTree();
  }

  // The oldest that was not taken yet. The backend has decided by our rules; only thresholds are
  // the host's to look up.
  Result<Tree> Take() {
    std::vector<GrownNode> nodes;
    if constexpr (kQueues) {
      const StageScope stage(Stage::kHistograms);
      BOOSTYARD_ASSIGN_OR_RETURN(nodes, backend_.TakeTree());
    }
    Tree tree;
    for (const GrownNode& grown : nodes) {
      const auto node = static_cast<std::size_t>(tree.AddNode(grown.parent));
      tree.left[node] = grown.left;
      tree.feature[node] = grown.feature;
      tree.threshold[node] = grown.left >= 0 ? ThresholdOf(grown.feature, grown.bin) : grown.value;
      tree.default_left[node] = grown.default_left != 0 ? 1 : 0;
      tree.base_weight[node] = grown.base_weight;
      tree.loss_change[node] = grown.loss_change;
      tree.sum_hessian[node] = grown.sum_hessian;
    }
    return tree;
  }

 private:
  struct GrowNode {
    NodeTask task;
    int depth = 0;
    float weight = 0.0F;       // before eta
    float loss_change = 0.0F;  // of the best split
    std::vector<std::uint8_t> allowed;
    std::set<FeatureIndex> path;  // features split on above; only with interaction constraints
  };

  Result<RootState> Start(const TreeStart& start) {
    const StageScope stage(Stage::kGradients);
    return backend_.StartTree(start);
  }

  double Grad(const GradSums& sums) const { return GradOf(rules_, sums); }
  double Hess(const GradSums& sums) const { return HessOf(rules_, sums); }

  float ThresholdOf(FeatureIndex feature, std::int32_t bin) const {
    return bin >= 0 ? cuts_.of(feature)[static_cast<std::size_t>(bin)] : cuts_.min_values[feature];
  }

  // Features the node may be split on; no mask if all.
  void SetAllowed(NodeIndex node) {
    GrowNode& grow = nodes_[node];
    const bool is_bound = interactions_.exists() && !grow.path.empty();
    if (!columns_.samples() && !is_bound) return;
    grow.allowed = columns_.samples() ? columns_.MaskOf(node, grow.depth)
                                      : std::vector<std::uint8_t>(cuts_.feature_count(), 1);
    if (is_bound) interactions_.Apply(grow.path, grow.allowed);
    grow.task.allowed = grow.allowed.data();
  }

  void AddRoot(const RootState& state) {
    const NodeIndex root = tree_.AddNode(-1);
    const GradSums& total = state.total;
    GrowNode& grow = nodes_.emplace_back();
    grow.task.node = root;
    grow.task.rows = state.rows;
    grow.task.total = total;
    const WeightBounds bounds;
    grow.task.floor_gain = NodeGain(rules_, Grad(total), Hess(total), bounds);
    grow.weight = WeightOf(rules_, total, bounds);
    tree_.base_weight[root] = grow.weight;
    tree_.threshold[root] = grow.weight * growth_.eta;
    tree_.sum_hessian[root] = static_cast<float>(Hess(total));
    leaf_count_ = 1;
    if (params_.max_leaves == 1) return;
    SetAllowed(root);
    const StageScope stage(Stage::kHistograms);
    backend_.EvaluateRoot(rules_, grow.task, MayChildrenSplit(0));
    stage.AddWork(grow.task.rows);
    TakeBest(root);
  }

  bool MayChildrenSplit(int depth) const { return growth_.MayChildrenSplit(depth); }

  void TakeBest(NodeIndex node) {
    GrowNode& grow = nodes_[node];
    grow.loss_change = LossChangeOf(grow.task.best, grow.task.floor_gain);
  }

  bool IsWorthSplitting(const GrowNode& grow) const {
    return boostyard::IsWorthSplitting(grow.task.best, grow.loss_change, growth_.gamma);
  }

  bool IsFull() const { return params_.max_leaves > 0 && leaf_count_ >= params_.max_leaves; }

  int MonotoneOf(FeatureIndex feature) const {
    return feature < params_.monotone_constraints.size() ? params_.monotone_constraints[feature]
                                                         : 0;
  }

  // Writes a split into the tree and makes the two children.
  SplitTask Split(NodeIndex node) {
    const NodeIndex left = tree_.AddNode(node);
    const NodeIndex right = tree_.AddNode(node);
    nodes_.emplace_back();
    nodes_.emplace_back();
    GrowNode& parent = nodes_[node];
    const SplitCandidate& best = parent.task.best;
    tree_.left[node] = left;
    tree_.feature[node] = best.feature;
    tree_.threshold[node] = ThresholdOf(best.feature, best.bin);
    tree_.default_left[node] = best.is_missing_left ? 1 : 0;
    tree_.loss_change[node] = parent.loss_change;
    tree_.base_weight[node] = parent.weight;
    const GradSums right_sums{parent.task.total.grad - best.left.grad,
                              parent.task.total.hess - best.left.hess};
    AddChild(node, left, best.left);
    AddChild(node, right, right_sums);
    SetBounds(node, left, right);
    ++leaf_count_;
    return {.node = node,
            .left = left,
            .right = right,
            .split = best,
            .is_last = !MayChildrenSplit(parent.depth)};
  }

  // A child's weight and gain lie within its parent's bounds; its own bounds concern its children.
  void AddChild(NodeIndex parent_index, NodeIndex child, const GradSums& sums) {
    const GrowNode& parent = nodes_[parent_index];
    GrowNode& grow = nodes_[child];
    const WeightBounds& bounds = parent.task.bounds;
    grow.task.node = child;
    grow.task.total = sums;
    grow.task.rows = GuessRows(parent.task.rows, parent.task.total, sums);
    grow.task.floor_gain = NodeGain(rules_, Grad(sums), Hess(sums), bounds);
    grow.weight = WeightOf(rules_, sums, bounds);
    grow.depth = parent.depth + 1;
    if (interactions_.exists()) {
      grow.path = parent.path;
      grow.path.insert(parent.task.best.feature);
    }
    tree_.threshold[child] = grow.weight * growth_.eta;
    tree_.base_weight[child] = tree_.threshold[child];
    tree_.sum_hessian[child] = static_cast<float>(Hess(sums));
  }

  void SetBounds(NodeIndex parent, NodeIndex left, NodeIndex right) {
    const int direction = rules_.has_monotone ? MonotoneOf(nodes_[parent].task.best.feature) : 0;
    SetChildBounds(direction, nodes_[left].weight, nodes_[right].weight, nodes_[parent].task.bounds,
                   nodes_[left].task.bounds, nodes_[right].task.bounds);
  }

  void Evaluate(const std::vector<SplitTask>& splits) {
    std::vector<PairTask> pairs;
    pairs.reserve(splits.size());
    for (const SplitTask& split : splits) {
      SetAllowed(split.left);
      SetAllowed(split.right);
      pairs.push_back({.parent = split.node,
                       .left = &nodes_[split.left].task,
                       .right = &nodes_[split.right].task,
                       .may_split_further = MayChildrenSplit(nodes_[split.left].depth)});
    }
    const StageScope stage(Stage::kHistograms);
    backend_.EvaluatePairs(rules_, pairs);
    for (const PairTask& pair : pairs) stage.AddWork(std::min(pair.left->rows, pair.right->rows));
    for (const SplitTask& split : splits) {
      TakeBest(split.left);
      TakeBest(split.right);
    }
  }

  void Apply(std::vector<SplitTask>& splits) {
    const StageScope stage(Stage::kPartition);
    for (const SplitTask& split : splits) stage.AddWork(nodes_[split.node].task.rows);
    backend_.ApplySplits(splits);
  }

  void GrowDepthwise() {
    std::vector<NodeIndex> level = {0};
    while (!level.empty()) {
      std::vector<SplitTask> splits;
      for (const NodeIndex node : level) {
        if (IsWorthSplitting(nodes_[node]) && !IsFull()) splits.push_back(Split(node));
      }
      level.clear();
      if (splits.empty()) return;
      Apply(splits);
      if (splits.front().is_last || IsFull()) return;
      Evaluate(splits);
      for (const SplitTask& split : splits) {
        level.push_back(split.left);
        level.push_back(split.right);
      }
    }
  }

  void GrowLossguide() {
    // The largest loss change first; of equal ones the lower node.
    const auto is_after = [](const std::pair<float, NodeIndex>& a,
                             const std::pair<float, NodeIndex>& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    };
    std::priority_queue<std::pair<float, NodeIndex>, std::vector<std::pair<float, NodeIndex>>,
                        decltype(is_after)>
        queue(is_after);
    queue.emplace(nodes_[0].loss_change, 0);
    while (!queue.empty()) {
      const NodeIndex node = queue.top().second;
      queue.pop();
      if (!IsWorthSplitting(nodes_[node]) || IsFull()) return;
      std::vector<SplitTask> splits = {Split(node)};
      Apply(splits);
      if (splits.front().is_last || IsFull()) continue;
      Evaluate(splits);
      for (const NodeIndex child : {splits.front().left, splits.front().right}) {
        queue.emplace(nodes_[child].loss_change, child);
      }
    }
  }

  // Leaves get their values from exact sums where these are wanted.
  void RefineLeaves(const RootState& root) {
    if (!rules_.is_rounded) return;
    const StageScope stage(Stage::kLeaves);
    std::vector<ExactTask> coarse;
    for (std::size_t node = 0; node < tree_.node_count(); ++node) {
      const auto index = static_cast<NodeIndex>(node);
      if (!tree_.is_leaf(index)) continue;
      const NodeTask& leaf = nodes_[node].task;
      if (WantsExactSums(growth_, leaf.total, leaf.rows)) coarse.push_back({index, {}});
    }
    backend_.SumExactly(coarse);
    if (rules_.has_monotone) RefineBounds(root, coarse);
    for (const ExactTask& task : coarse) {
      // Within its own bounds, which keep it apart from its sibling's.
      const float weight = ExactWeight(root, task, nodes_[task.node].task.bounds);
      tree_.threshold[task.node] = weight * growth_.eta;
      tree_.base_weight[task.node] = task.node == 0 ? weight : weight * growth_.eta;
      tree_.sum_hessian[task.node] =
          static_cast<float>(static_cast<double>(task.total.hess) * root.exact_hess_unit);
    }
  }

  float ExactWeight(const RootState& root, const ExactTask& task,
                    const WeightBounds& bounds) const {
    return ExactWeightOf(WithUnits(rules_, root.exact_grad_unit, root.exact_hess_unit),
                         task.node == 0, task.total, bounds);
  }

  // Weights and bounds again, from the root down, from the exact sums of all leaves.
  void RefineBounds(const RootState& root, const std::vector<ExactTask>& leaves) {
    std::vector<GradSums> sums(tree_.node_count());
    for (const ExactTask& leaf : leaves) sums[leaf.node] = leaf.total;
    for (std::size_t node = sums.size() - 1; node > 0; --node) {
      GradSums& parent = sums[tree_.parent[node]];
      parent.grad += sums[node].grad;
      parent.hess += sums[node].hess;
    }
    for (std::size_t node = 0; node < sums.size(); ++node) {
      const NodeIndex left = tree_.left[node];
      if (left < 0) continue;
      for (const NodeIndex child : {left, left + 1}) {
        nodes_[child].weight = ExactWeight(root, {child, sums[child]}, nodes_[node].task.bounds);
      }
      SetBounds(static_cast<NodeIndex>(node), left, left + 1);
    }
  }

  void FinishTree() {
    std::vector<LeafValue> leaves;
    for (std::size_t node = 0; node < tree_.node_count(); ++node) {
      const auto index = static_cast<NodeIndex>(node);
      if (tree_.is_leaf(index)) leaves.push_back({index, tree_.threshold[node]});
    }
    const StageScope stage(Stage::kLeaves);
    backend_.FinishTree(leaves);
  }

  Backend& backend_;
  const TreeParams& params_;
  const BinCuts& cuts_;
  ColumnSampler columns_;
  InteractionConstraints interactions_;
  GrowthRules growth_;
  SplitRules& rules_ = growth_.split;
  Tree tree_;
  std::deque<GrowNode> nodes_;  // addresses stay
  int leaf_count_ = 0;
};

}  // namespace boostyard
