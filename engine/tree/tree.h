// One decision tree in flat arrays, no pointers. Node 0 is the root.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/index_types.h"

namespace boostyard {

// All vectors have one entry per node. A node is a leaf when left[node] is -1; the right child is
// always left + 1. A row goes left when value < threshold, or when the value is missing and
// default_left is set.
struct Tree {
  std::vector<NodeIndex> left;        // -1: leaf
  std::vector<NodeIndex> parent;      // -1: root
  std::vector<FeatureIndex> feature;  // 0 in leaves
  std::vector<float> threshold;       // leaves: the output (already times eta)
  std::vector<std::uint8_t> default_left;
  // Only for importance and dumps: XGBoost's base_weights, loss_changes, sum_hessian.
  std::vector<float> base_weight;  // the node's optimal weight, before eta
  std::vector<float> loss_change;  // gain of the split; 0 in leaves
  std::vector<float> sum_hessian;  // cover

  std::size_t node_count() const { return left.size(); }
  bool is_leaf(NodeIndex node) const { return left[node] < 0; }

  // Appends a leaf with output 0 and returns its index.
  NodeIndex AddNode(NodeIndex parent_node) {
    left.push_back(-1);
    parent.push_back(parent_node);
    feature.push_back(0);
    threshold.push_back(0.0F);
    default_left.push_back(0);
    base_weight.push_back(0.0F);
    loss_change.push_back(0.0F);
    sum_hessian.push_back(0.0F);
    return static_cast<NodeIndex>(left.size()) - 1;
  }
};

}  // namespace boostyard
