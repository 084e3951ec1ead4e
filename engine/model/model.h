// The result of a training: what is written as `xgboost-model` and what predicts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/params.h"
#include "engine/tree/tree.h"

namespace boostyard {

// Trees of gbtree, or of dart with their weights multiplied into the leaves.
struct Forest {
  std::vector<Tree> trees;
  std::vector<std::int32_t> tree_class;  // per tree: the output it adds to (XGBoost's tree_info)
  int num_parallel_tree = 1;
};

// Coefficients of gblinear: weights[feature * output_count + output], then the biases.
struct LinearModel {
  std::vector<float> weights;
};

// `document` holds XGBoost's own file (UBJSON) for boosters that we do not write ourselves
// (gblinear, dart); the other fields are then read from it and serve prediction.
struct Model {
  ObjectiveParams objective;  // base_score is always set: a scalar in prediction space
  FeatureIndex feature_count = 0;
  std::vector<std::string> feature_names;         // empty or feature_count
  std::map<std::string, std::string> attributes;  // best_iteration, best_score, ...
  Booster booster = Booster::kGbtree;
  Forest forest;
  std::optional<LinearModel> linear;
  std::vector<std::uint8_t> document;

  int output_count() const { return objective.num_class > 1 ? objective.num_class : 1; }
  // Boosting rounds in the forest.
  int round_count() const {
    const int per_round = output_count() * forest.num_parallel_tree;
    return static_cast<int>(forest.trees.size()) / per_round;
  }
};

}  // namespace boostyard
