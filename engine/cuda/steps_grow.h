// Steps that grow a tree on the device: its root, and level after level the splits of the nodes
// that were evaluated. The rules are those of the host's grower (engine/tree/growth_rules.h), and
// so are the order and the numbers of the nodes.
#pragma once

#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/growth_types.h"
#include "engine/cuda/tree_words.h"
#include "engine/tree/growth_rules.h"

namespace boostyard::device {

// What is the same for every level of a tree.
struct GrowthSettings {
  GrowthRules rules;  // but for the units
  const ScaleWords* scales = nullptr;
  const std::int8_t* monotone = nullptr;  // per feature; null: none
  std::uint32_t has_masks = 0;            // nodes may not be split on every feature

  BOOSTYARD_HD int DirectionOf(FeatureIndex feature) const {
    return rules.split.has_monotone && monotone != nullptr ? monotone[feature] : 0;
  }
  BOOSTYARD_HD SplitRules Split() const { return RulesView{rules.split, scales, 0}.Get(); }
  BOOSTYARD_HD SplitRules ExactSplit() const { return RulesView{rules.split, scales, 1}.Get(); }
  BOOSTYARD_HD GrowthRules Rules() const {
    GrowthRules result = rules;
    result.split = Split();
    return result;
  }
};

// Begins a tree. Where a gradient is not finite, it is a root that nothing is done with, and does
// not count.
struct OpenTreeStep {
  static constexpr int kThreads = 32;
  struct Args {
    GrowthSettings settings;
    GrowthView growth;
    const StartWords* start;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      if (thread == 0) Open(args);
    });
  }

 private:
  static BOOSTYARD_STEP void Open(const Args& args) {
    const SplitRules rules = args.settings.Split();
    GrowthHead head;
    head.counts = args.settings.scales->is_finite;
    head.node_count = 1;
    head.leaf_count = 1;
    head.pair_count = head.counts;
    head.level_begin[1] = 1;
    *args.growth.head = head;
    GrowthNode root;
    root.total = args.start->total;
    root.rows = args.start->rows;
    root.floor_gain =
        NodeGain(rules, GradOf(rules, root.total), HessOf(rules, root.total), root.bounds);
    root.weight = WeightOf(rules, root.total, root.bounds);
    root.hist = 0;
    args.growth.nodes[0] = root;
    GrownNode grown;
    grown.base_weight = root.weight;
    grown.value = root.weight * args.settings.rules.eta;
    grown.sum_hessian = static_cast<float>(HessOf(rules, root.total));
    args.growth.grown[0] = grown;
    PairOrder pair;
    pair.left = 0;
    pair.hist[0] = root.hist;
    args.growth.pairs[0] = pair;
    args.growth.tasks[0] = {root.total, root.floor_gain, root.bounds, args.settings.has_masks, 1};
    args.growth.tasks[1] = {};
  }
};

// Takes over what the evaluation of a level's nodes has found, decides which are split, and writes
// down the splits and the pairs of their children. One block.
struct GrowStep {
  static constexpr int kThreads = 512;
  struct Args {
    GrowthSettings settings;
    GrowthView growth;
    std::int32_t depth;        // of the nodes that are split
    const SplitPlace* places;  // per feature
    SplitOrder* splits;
  };
  struct Shared {
    std::uint32_t scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const GrowthHead head = *args.growth.head;
    const GrowthRules& rules = args.settings.rules;
    const std::uint32_t begin = head.level_begin[args.depth];
    const std::uint32_t end = head.level_begin[args.depth + 1];
    // At most so many leaves more.
    const std::uint32_t most = rules.max_leaves > 0
                                   ? static_cast<std::uint32_t>(rules.max_leaves) - head.leaf_count
                                   : end - begin;
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < 2 * head.pair_count;
           i += kThreads) {
        TakeResult(args, i);
      }
    });
    typename Block::template Local<std::uint32_t> ranks;
    std::uint32_t before = 0;
    for (std::uint32_t first = begin; first < end; first += kThreads) {
      block.ForEachThread([&](int thread) {
        ranks[thread] = IsWanted(args, first + static_cast<unsigned>(thread), end) ? 1 : 0;
      });
      const std::uint32_t total = block.InclusiveSum(ranks, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t node = first + static_cast<unsigned>(thread);
        const std::uint32_t rank = before + ranks[thread] - 1;
        if (IsWanted(args, node, end) && rank < most) Split(args, node, rank, head.node_count);
      });
      before += total;
    }
    const std::uint32_t splits = before < most ? before : most;
    block.ForEachThread([&](int thread) {
      if (thread == 0) Close(args, splits);
    });
  }

 private:
  static BOOSTYARD_STEP void TakeResult(const Args& args, std::uint32_t i) {
    const PairOrder& pair = args.growth.pairs[i / 2];
    const std::uint32_t side = i % 2;
    const std::int32_t index = side == 0 ? pair.left : pair.right;
    if (index < 0) return;
    const PairResult& result = args.growth.results[i / 2];
    GrowthNode& node = args.growth.nodes[index];
    node.best = result.best[side];
    node.rows = result.rows[side];
    node.has_rows = 1;
    if (pair.parent_hist < 0) return;  // the root: it keeps its histogram
    const bool is_built = (side == 0) == (result.is_left_built != 0);
    node.hist = pair.hist[is_built ? 0 : 1];
  }

  static BOOSTYARD_STEP bool IsWanted(const Args& args, std::uint32_t index, std::uint32_t end) {
    if (index >= end) return false;
    const GrowthNode& node = args.growth.nodes[index];
    return IsWorthSplitting(node.best, LossChangeOf(node.best, node.floor_gain),
                            args.settings.rules.gamma);
  }

  // `rank`: among the splits of this level.
  static BOOSTYARD_STEP void Split(const Args& args, std::uint32_t index, std::uint32_t rank,
                                   std::uint32_t node_count) {
    const auto parent = static_cast<std::int32_t>(index);
    const auto left = static_cast<std::int32_t>(node_count + 2 * rank);
    const GrowthNode& node = args.growth.nodes[index];
    const SplitCandidate best = node.best;
    GrownNode& grown = args.growth.grown[index];
    grown.left = left;
    grown.feature = best.feature;
    grown.bin = best.bin;
    grown.default_left = best.is_missing_left ? 1 : 0;
    grown.loss_change = LossChangeOf(best, node.floor_gain);
    grown.base_weight = node.weight;
    grown.value = 0.0F;
    GrowthNode left_node = MakeChild(args, parent, best.left, left);
    GrowthNode right_node = MakeChild(args, parent, Minus(node.total, best.left), left + 1);
    SetChildBounds(args.settings.DirectionOf(best.feature), left_node.weight, right_node.weight,
                   node.bounds, left_node.bounds, right_node.bounds);
    args.growth.nodes[left] = left_node;
    args.growth.nodes[left + 1] = right_node;
    const bool is_last = !args.settings.rules.MayChildrenSplit(args.depth);
    const SplitPlace place = args.places[best.feature];
    args.splits[rank] = {.node = parent,
                         .left = left,
                         .right = left + 1,
                         .slot = place.slot,
                         .digit = place.digit,
                         .exclusive_value = place.exclusive_value,
                         .bin = best.bin,
                         .is_missing_left = grown.default_left,
                         .moves_rows = is_last ? 0U : 1U,
                         .end_tile = 0};
    if (!is_last) OrderPair(args, parent, left, rank);
  }

  // A child's weight and gain lie within its parent's bounds.
  static BOOSTYARD_STEP GrowthNode MakeChild(const Args& args, std::int32_t parent_index,
                                             const GradSums& total, std::int32_t index) {
    const SplitRules rules = args.settings.Split();
    const GrowthNode& parent = args.growth.nodes[parent_index];
    GrowthNode node;
    node.total = total;
    node.rows = GuessRows(parent.rows, parent.total, total);
    node.floor_gain = NodeGain(rules, GradOf(rules, total), HessOf(rules, total), parent.bounds);
    node.weight = WeightOf(rules, total, parent.bounds);
    GrownNode grown;
    grown.parent = parent_index;
    grown.value = node.weight * args.settings.rules.eta;
    grown.base_weight = grown.value;
    grown.sum_hessian = static_cast<float>(HessOf(rules, total));
    args.growth.grown[index] = grown;
    return node;
  }

  // The pair's evaluation. One child takes the parent's histogram, if there are to be grandchildren
  // that need it, the other the first of the half that the parent's children did not have so far.
  static BOOSTYARD_STEP void OrderPair(const Args& args, std::int32_t parent, std::int32_t left,
                                       std::uint32_t rank) {
    const std::int32_t hist = args.growth.nodes[parent].hist;
    const std::int32_t half = std::int32_t{1} << (args.settings.rules.max_depth - 2 - args.depth);
    const bool keeps = args.settings.rules.MayChildrenSplit(args.depth + 1);
    args.growth.pairs[rank] = {parent, left, left + 1, hist, {hist + half, keeps ? hist : -1}};
    for (std::int32_t side = 0; side < 2; ++side) {
      const GrowthNode& node = args.growth.nodes[left + side];
      args.growth.tasks[2 * rank + static_cast<std::uint32_t>(side)] = {
          node.total, node.floor_gain, node.bounds, args.settings.has_masks, 1};
    }
  }

  static BOOSTYARD_STEP void Close(const Args& args, std::uint32_t splits) {
    const GrowthRules& rules = args.settings.rules;
    GrowthHead& head = *args.growth.head;
    head.node_count += 2 * splits;
    head.leaf_count += splits;
    head.split_count = splits;
    head.level_begin[args.depth + 2] = head.node_count;
    const bool is_full =
        rules.max_leaves > 0 && head.leaf_count >= static_cast<std::uint32_t>(rules.max_leaves);
    head.pair_count = is_full || !rules.MayChildrenSplit(args.depth) ? 0 : splits;
  }
};

}  // namespace boostyard::device
