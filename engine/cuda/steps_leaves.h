// Steps that finish a tree that was grown on the device: leaves get their values from exact sums
// where rounding shows, as TreeGrower::RefineLeaves has it.
#pragma once

#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/growth_types.h"
#include "engine/cuda/steps_grow.h"
#include "engine/tree/growth_rules.h"

namespace boostyard::device {

BOOSTYARD_HD bool WantsExactSums(const GrowthRules& rules, const GrowthNode& leaf) {
  return boostyard::WantsExactSums(rules, leaf.total, leaf.rows);
}

// Lists the nodes whose rows are to be summed exactly: leaves that have rows of their own, and
// parents of leaves whose rows are still theirs. One block.
struct VisitLeavesStep {
  static constexpr int kThreads = 512;
  struct Args {
    GrowthSettings settings;
    GrowthView growth;
    VisitOrder* visits;
    GradSums* sums;  // two for each visit, cleared here
  };
  struct Shared {
    std::uint32_t scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const GrowthRules rules = args.settings.Rules();
    const std::uint32_t count = rules.split.is_rounded ? args.growth.head->node_count : 0;
    typename Block::template Local<std::uint32_t> ranks;
    std::uint32_t before = 0;
    for (std::uint32_t first = 0; first < count; first += kThreads) {
      block.ForEachThread([&](int thread) {
        const std::uint32_t node = first + static_cast<unsigned>(thread);
        ranks[thread] = node < count && IsVisited(args, rules, node) ? 1 : 0;
      });
      const std::uint32_t total = block.InclusiveSum(ranks, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t node = first + static_cast<unsigned>(thread);
        if (node >= count || !IsVisited(args, rules, node)) return;
        const std::uint32_t visit = before + ranks[thread] - 1;
        args.growth.nodes[node].visit = static_cast<std::int32_t>(visit);
        args.visits[visit] = {static_cast<std::int32_t>(node),
                              args.growth.grown[node].left >= 0 ? 1U : 0U};
        args.sums[2 * visit] = {};
        args.sums[2 * visit + 1] = {};
      });
      before += total;
    }
    block.ForEachThread([&](int thread) {
      if (thread == 0) args.growth.head->visit_count = before;
    });
  }

 private:
  static BOOSTYARD_STEP bool IsVisited(const Args& args, const GrowthRules& rules,
                                       std::uint32_t index) {
    const std::int32_t left = args.growth.grown[index].left;
    const GrowthNode* nodes = args.growth.nodes;
    if (left < 0) return nodes[index].has_rows != 0 && WantsExactSums(rules, nodes[index]);
    return nodes[left].has_rows == 0 &&
           (WantsExactSums(rules, nodes[left]) || WantsExactSums(rules, nodes[left + 1]));
  }
};

// Gives leaves their values, and the nodes that rows walk through their leaves. One block.
struct FinishTreeStep {
  static constexpr int kThreads = 512;
  struct Args {
    GrowthSettings settings;
    GrowthView growth;
    const GradSums* sums;  // of the visits
    WalkNode* walk;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const GrowthRules rules = args.settings.Rules();
    const std::uint32_t count = args.growth.head->node_count;
    const bool is_refined = rules.split.is_rounded && args.growth.head->counts != 0;
    const auto for_each_node = [&](std::uint32_t begin, std::uint32_t end, const auto& body) {
      block.ForEachThread([&](int thread) {
        for (std::uint32_t i = begin + static_cast<unsigned>(thread); i < end; i += kThreads) {
          body(i, args.growth.grown[i].left);
        }
      });
    };
    if (is_refined && rules.split.has_monotone) {
      RefineBounds(args, for_each_node);
      for_each_node(0, count, [&](std::uint32_t node, std::int32_t left) {
        if (left < 0) SetValue(args, node, args.growth.nodes[node].total);
      });
    } else if (is_refined) {
      for_each_node(0, count, [&](std::uint32_t node, std::int32_t left) {
        if (left < 0 && WantsExactSums(rules, args.growth.nodes[node])) {
          SetValue(args, node, SumsOf(args, node));
        }
      });
    }
    for_each_node(0, count, [&](std::uint32_t node, std::int32_t left) {
      if (left >= 0) return;
      args.walk[node].left = -1;
      args.walk[node].value = args.growth.grown[node].value;
    });
  }

 private:
  // The exact sums of a leaf: its own, or its side of its parent's.
  static BOOSTYARD_STEP const GradSums& SumsOf(const Args& args, std::uint32_t index) {
    const GrowthNode& leaf = args.growth.nodes[index];
    if (leaf.has_rows != 0) return args.sums[2 * leaf.visit + 1];
    const std::int32_t parent = args.growth.grown[index].parent;
    const bool is_left = args.growth.grown[parent].left == static_cast<std::int32_t>(index);
    return args.sums[2 * args.growth.nodes[parent].visit + (is_left ? 1 : 0)];
  }

  // Within the leaf's own bounds, which keep it apart from its sibling's value.
  static BOOSTYARD_STEP void SetValue(const Args& args, std::uint32_t index, const GradSums& sums) {
    const SplitRules exact = args.settings.ExactSplit();
    const float weight = ExactWeightOf(exact, index == 0, sums, args.growth.nodes[index].bounds);
    GrownNode& grown = args.growth.grown[index];
    grown.value = weight * args.settings.rules.eta;
    grown.base_weight = index == 0 ? weight : grown.value;
    grown.sum_hessian = static_cast<float>(HessOf(exact, sums));
  }

  // Weights and bounds again, from the root down, from the exact sums of all leaves: these replace
  // the nodes' totals.
  template <class ForEachNode>
  static BOOSTYARD_STEP void RefineBounds(const Args& args, const ForEachNode& for_each_node) {
    const std::uint32_t* levels = args.growth.head->level_begin;
    GrowthNode* nodes = args.growth.nodes;
    const SplitRules exact = args.settings.ExactSplit();
    for (std::int32_t depth = args.settings.rules.max_depth; depth >= 0; --depth) {
      for_each_node(levels[depth], levels[depth + 1], [&](std::uint32_t node, std::int32_t left) {
        nodes[node].total =
            left < 0 ? SumsOf(args, node) : Plus(nodes[left].total, nodes[left + 1].total);
      });
    }
    for (std::int32_t depth = 0; depth < args.settings.rules.max_depth; ++depth) {
      for_each_node(levels[depth], levels[depth + 1], [&](std::uint32_t node, std::int32_t left) {
        if (left < 0) return;
        const WeightBounds bounds = nodes[node].bounds;
        for (std::int32_t child = left; child < left + 2; ++child) {
          nodes[child].weight = ExactWeightOf(exact, false, nodes[child].total, bounds);
        }
        SetChildBounds(args.settings.DirectionOf(args.growth.grown[node].feature),
                       nodes[left].weight, nodes[left + 1].weight, bounds, nodes[left].bounds,
                       nodes[left + 1].bounds);
      });
    }
  }
};

}  // namespace boostyard::device
