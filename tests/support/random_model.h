// Models for tests, without training.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "engine/model/model.h"

namespace boostyard::testing {

// A tree of `split_count` random splits, every one of a random leaf.
inline Tree MakeRandomTree(std::mt19937& random, FeatureIndex feature_count, int split_count) {
  std::uniform_real_distribution<float> real(-10.0F, 10.0F);
  Tree tree;
  std::vector<NodeIndex> leaves{tree.AddNode(-1)};
  for (int i = 0; i < split_count; ++i) {
    const std::size_t at = random() % leaves.size();
    const NodeIndex node = leaves[at];
    tree.feature[node] = static_cast<FeatureIndex>(random() % feature_count);
    tree.default_left[node] = random() % 2 == 0 ? 0 : 1;
    const NodeIndex left = tree.AddNode(node);
    tree.left[node] = left;
    leaves[at] = left;
    leaves.push_back(tree.AddNode(node));
  }
  for (std::size_t node = 0; node < tree.node_count(); ++node) {
    tree.threshold[node] = real(random);
    tree.base_weight[node] = real(random) * 1e-9F;
    tree.loss_change[node] = real(random) * 1e9F;
    tree.sum_hessian[node] = static_cast<float>(random() % 100);
  }
  return tree;
}

// Objective, classes, names, attributes and trees all follow from the seed.
inline Model MakeRandomModel(unsigned seed) {
  static const std::vector<std::string> kNames{"reg:squarederror", "binary:logistic",
                                               "multi:softprob",   "count:poisson",
                                               "rank:ndcg",        "multi:softmax"};
  std::mt19937 random(seed);
  Model model;
  model.objective.name = kNames[random() % kNames.size()];
  if (model.objective.name.substr(0, 5) == "multi") model.objective.num_class = 3;
  model.objective.base_score = 0.25 + 0.5 * static_cast<double>(random() % 100) / 100.0;
  model.feature_count = static_cast<FeatureIndex>(1 + random() % 20);
  if (random() % 2 == 0) {
    for (FeatureIndex i = 0; i < model.feature_count; ++i) {
      model.feature_names.push_back("feature " + std::to_string(i));
    }
  }
  if (random() % 2 == 0) model.attributes = {{"best_iteration", "3"}, {"best_score", "0.125"}};
  model.forest.num_parallel_tree = 1 + static_cast<int>(random() % 2);
  const int rounds = static_cast<int>(random() % 4);
  for (int i = 0; i < rounds * model.output_count() * model.forest.num_parallel_tree; ++i) {
    model.forest.trees.push_back(
        MakeRandomTree(random, model.feature_count, static_cast<int>(random() % 12)));
    model.forest.tree_class.push_back(i / model.forest.num_parallel_tree % model.output_count());
  }
  return model;
}

// binary:logistic, base score 0.25; one tree: -1 where feature 1 of 2 is below 0.5 or missing,
// else 2.
inline Model MakeStumpModel() {
  Model model;
  model.objective.name = "binary:logistic";
  model.objective.base_score = 0.25;
  model.feature_count = 2;
  Tree tree;
  tree.AddNode(-1);
  tree.left[0] = tree.AddNode(0);
  tree.AddNode(0);
  tree.feature[0] = 1;
  tree.default_left[0] = 1;
  tree.threshold = {0.5F, -1.0F, 2.0F};
  model.forest.trees.push_back(std::move(tree));
  model.forest.tree_class.push_back(0);
  return model;
}

}  // namespace boostyard::testing
