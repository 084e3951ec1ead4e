// Whole trees asked of a backend: what a backend that grows trees by itself (depth by depth) is
// told, and what it answers. Optional: other backends are asked level by level.
//
// Life of such a tree:
//   QueueTree      growth, from the gradients of the margins on; returns at once. Margins stay.
//   AddQueuedTree  the leaves' values are added to the margins; returns at once
//   TakeTree       the tree; waits for all that were added, if nobody has waited since
// A tree's growth may be queued when those before it are added, whether they are taken or not.
// Trees are taken in the order of their queueing; one that is never added has no effect.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/index_types.h"
#include "engine/tree/growth_rules.h"
#include "engine/tree/tree_backend.h"

namespace boostyard {

// The features that nodes of one level choose from.
struct LevelColumns {
  std::vector<std::uint8_t> mask;  // per feature; empty: all
  std::uint32_t drawn_count = 0;   // each node draws so many of them; 0: takes all
};

struct GrowthOrder {
  TreeStart start;
  GrowthRules rules;                  // the units are the backend's to fill in
  std::uint64_t column_seed = 0;      // NodeColumnKey: what nodes draw columns by
  std::uint64_t tree_number = 0;      // the same
  std::vector<LevelColumns> columns;  // per depth; empty: every node takes all features
};

// A node of a tree that a backend has grown: Tree's arrays, with the bin for the threshold.
struct GrownNode {
  NodeIndex left = -1;  // -1: leaf
  NodeIndex parent = -1;
  FeatureIndex feature = 0;
  std::int32_t bin = 0;
  std::uint32_t default_left = 0;
  float value = 0.0F;  // of a leaf, times eta
  float base_weight = 0.0F;
  float loss_change = 0.0F;
  float sum_hessian = 0.0F;
};

}  // namespace boostyard
