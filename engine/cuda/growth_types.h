// What a tree that grows on the device consists of while it grows. All trivially copyable.
//
// Nodes have the host's numbers: level after level, each split appending its two children. The
// nodes of one level are the pairs of the splits of the level above, in order.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/cuda/device_types.h"
#include "engine/tree/growth_order.h"

namespace boostyard::device {

inline constexpr int kMostGrownDepth = 12;

// A node, as TreeGrower keeps one.
struct GrowthNode {
  GradSums total;
  double floor_gain = 0.0;
  SplitCandidate best;
  std::uint64_t rows = 0;  // counted where has_rows, else guessed
  WeightBounds bounds;     // of its children
  float weight = 0.0F;     // before eta
  std::uint32_t has_rows = 0;
  // A node of depth d owns 2^(max_depth - 1 - d) histograms from here on: it uses the first, its
  // children get half of them each. -1: none any more.
  std::int32_t hist = -1;
  std::int32_t visit = -1;  // among the visits: where its rows are summed exactly
};

// How far the tree has grown. The host reads it once, when the tree is finished.
struct GrowthHead {
  std::uint32_t counts = 0;  // all gradients were finite
  std::uint32_t node_count = 0;
  std::uint32_t leaf_count = 0;
  std::uint32_t pair_count = 0;       // to be evaluated
  std::uint32_t split_count = 0;      // to be carried out
  std::uint32_t contested_count = 0;  // of the batch under evaluation
  std::uint32_t visit_count = 0;
  std::uint32_t level_begin[kMostGrownDepth + 2] = {};  // nodes of depth d; then where they end
};

// A contested node.
struct ContestItem {
  std::int32_t node = 0;
  std::uint32_t task = 0;  // of its batch
};

// Groups of features that may meet on a path, as bits.
struct InteractionView {
  const std::uint32_t* bits = nullptr;  // [group][words]
  std::uint32_t group_count = 0;
  std::uint32_t words = 0;

  BOOSTYARD_HD bool Contains(std::uint32_t group, FeatureIndex feature) const {
    return ((bits[std::uint64_t{group} * words + feature / 32] >> (feature % 32)) & 1U) != 0;
  }
};

// The arrays of the tree under way.
struct GrowthView {
  GrowthHead* head = nullptr;
  GrowthNode* nodes = nullptr;
  GrownNode* grown = nullptr;  // what the host will read of the nodes
  // Of the level under evaluation.
  PairOrder* pairs = nullptr;
  TaskInfo* tasks = nullptr;  // two for each pair
  PairResult* results = nullptr;
};

}  // namespace boostyard::device
