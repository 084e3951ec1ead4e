// The step that decides which features a node may be split on: columns drawn by tree, level and
// node (engine/tree/column_sampler.h), and interaction constraints (engine/tree/interaction.h).
#pragma once

#include "engine/base/rng.h"
#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/growth_types.h"
#include "engine/cuda/tree_words.h"
#include "engine/tree/column_sampler.h"

namespace boostyard::device {

// Block y: child y % 2 of pair y / 2; it writes row y of the masks.
struct MaskStep {
  static constexpr int kThreads = 256;
  struct Args {
    WorkCount pairs_at_hand;
    const PairOrder* pairs;
    const GrownNode* grown;
    const std::uint8_t* level_mask;  // per feature; null: all
    const TreeWords* tree;
    std::int32_t depth;
    std::uint64_t column_seed;
    InteractionView interactions;
    std::uint32_t feature_count;
    std::uint8_t* masks;
  };
  struct Shared {
    std::uint32_t scratch[kMaxWarps];
    std::uint32_t digits[kThreads];  // how many candidates have each value of a byte
    std::uint64_t prefix;
    std::uint32_t rank;
    std::uint8_t holds_path[kThreads];  // per group of a chunk
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    if (block.y() / 2 >= args.pairs_at_hand.Get()) return;
    const PairOrder& pair = args.pairs[block.y() / 2];
    const std::int32_t node = block.y() % 2 == 0 ? pair.left : pair.right;
    if (node < 0) return;
    const std::uint64_t key = NodeColumnKey(args.column_seed, args.tree->number, node);
    // Of the level's features; 0: all of them.
    const std::uint32_t drawn = args.tree->drawn_counts[args.depth];
    const std::uint64_t limit =
        drawn > 0 ? FindLimit(block, args, key, drawn, shared) : ~std::uint64_t{0};
    std::uint8_t* mask = args.masks + std::uint64_t{block.y()} * args.feature_count;
    const bool is_bound = args.interactions.group_count > 0 && args.grown[node].parent >= 0;
    ForEachFeature(block, args, [&](FeatureIndex f) {
      const bool is_drawn = IsOfLevel(args, f) && RandomBits(key, f) <= limit;
      const bool is_free = !is_bound || IsOnPath(args, node, f);
      mask[f] = !is_drawn ? 0 : is_free ? kYes : kIfGroup;
    });
    if (!is_bound) return;
    for (std::uint32_t g = 0; g < args.interactions.group_count; g += kThreads) {
      ApplyGroups(block, args, node, g, mask, shared);
    }
    ForEachFeature(block, args, [&](FeatureIndex f) { mask[f] = mask[f] == kYes ? 1 : 0; });
  }

 private:
  static constexpr std::uint8_t kYes = 1;
  static constexpr std::uint8_t kIfGroup = 2;  // if some group holds it and the path

  template <class Block, class Body>
  static BOOSTYARD_STEP void ForEachFeature(Block& block, const Args& args, const Body& body) {
    block.ForEachThread([&](int thread) {
      for (FeatureIndex f = static_cast<unsigned>(thread); f < args.feature_count; f += kThreads) {
        body(f);
      }
    });
  }

  static BOOSTYARD_STEP bool IsOfLevel(const Args& args, FeatureIndex feature) {
    return args.level_mask == nullptr || args.level_mask[feature] != 0;
  }

  // The random bits of the last feature that is drawn, byte by byte from the highest: which value
  // of a byte it has shows in how many candidates have each.
  template <class Block>
  static BOOSTYARD_STEP std::uint64_t FindLimit(Block& block, const Args& args, std::uint64_t key,
                                                std::uint32_t drawn, Shared& shared) {
    typename Block::template Local<std::uint32_t> sums;
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      shared.prefix = 0;
      shared.rank = drawn - 1;
    });
    std::uint64_t known = 0;  // the bits that `prefix` settles
    for (int shift = 56; shift >= 0; shift -= 8) {
      const std::uint64_t prefix = shared.prefix;
      const std::uint32_t rank = shared.rank;
      block.ForEachThread([&](int thread) { shared.digits[thread] = 0; });
      ForEachFeature(block, args, [&](FeatureIndex f) {
        const std::uint64_t bits = RandomBits(key, f);
        if (!IsOfLevel(args, f) || ((bits ^ prefix) & known) != 0) return;
        AtomicAdd(&shared.digits[(bits >> shift) & 0xFFU], 1U);
      });
      block.ForEachThread([&](int thread) { sums[thread] = shared.digits[thread]; });
      block.InclusiveSum(sums, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t before = sums[thread] - shared.digits[thread];
        if (rank < before || rank >= sums[thread]) return;
        shared.prefix = prefix | (static_cast<std::uint64_t>(thread) << shift);
        shared.rank = rank - before;
      });
      known |= std::uint64_t{0xFF} << shift;
    }
    return shared.prefix;
  }

  // Calls visit(feature) for each split on the way to the node, until it returns false.
  template <class Visit>
  static BOOSTYARD_STEP void VisitPath(const Args& args, std::int32_t node, const Visit& visit) {
    for (std::int32_t at = args.grown[node].parent; at >= 0; at = args.grown[at].parent) {
      if (!visit(args.grown[at].feature)) return;
    }
  }

  static BOOSTYARD_STEP bool IsOnPath(const Args& args, std::int32_t node, FeatureIndex feature) {
    bool is_found = false;
    VisitPath(args, node, [&](FeatureIndex f) {
      is_found = f == feature;
      return !is_found;
    });
    return is_found;
  }

  // One group per thread, from `first` on: those that hold the whole path free their features.
  template <class Block>
  static BOOSTYARD_STEP void ApplyGroups(Block& block, const Args& args, std::int32_t node,
                                         std::uint32_t first, std::uint8_t* mask, Shared& shared) {
    const InteractionView& groups = args.interactions;
    block.ForEachThread([&](int thread) {
      const std::uint32_t group = first + static_cast<unsigned>(thread);
      bool holds = group < groups.group_count;
      if (holds) {
        VisitPath(args, node, [&](FeatureIndex f) {
          holds = groups.Contains(group, f);
          return holds;
        });
      }
      shared.holds_path[thread] = holds ? 1 : 0;
    });
    ForEachFeature(block, args, [&](FeatureIndex f) {
      if (mask[f] != kIfGroup) return;
      for (std::uint32_t k = 0; k < kThreads && first + k < groups.group_count; ++k) {
        if (shared.holds_path[k] != 0 && groups.Contains(first + k, f)) {
          mask[f] = kYes;
          return;
        }
      }
    });
  }
};

}  // namespace boostyard::device
