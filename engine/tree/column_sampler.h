// Column sampling: by tree, then by level, then by node, each from what the one before left; always
// max(1, floor(fraction * count)) features. Chosen by counter-based random numbers: a pure function
// of (seed, tree, level or node, feature).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/base/index_types.h"
#include "engine/base/rng.h"
#include "engine/params.h"
#include "engine/tree/growth_order.h"

namespace boostyard {

// What orders the features of a node's draw: those with the smallest RandomBits(key, feature) are
// drawn. No two features have the same bits: for one key they are a permutation.
BOOSTYARD_HD std::uint64_t NodeColumnKey(std::uint64_t seed, std::uint64_t tree, NodeIndex node) {
  return RandomKey(seed, static_cast<std::uint64_t>(RandomPurpose::kColumnsByNode),
                   RandomBits(tree, static_cast<std::uint64_t>(node)));
}

class ColumnSampler {
 public:
  ColumnSampler(const SampleParams& params, FeatureIndex feature_count)
      : params_(params), feature_count_(feature_count) {}

  bool samples() const {
    return params_.colsample_bytree < 1.0 || params_.colsample_bylevel < 1.0 ||
           params_.colsample_bynode < 1.0;
  }

  // Begins tree number `tree` (counted over rounds, classes and parallel trees).
  void StartTree(std::uint64_t tree) {
    tree_ = tree;
    level_.clear();
    std::vector<FeatureIndex> all(feature_count_);
    for (FeatureIndex f = 0; f < feature_count_; ++f) all[f] = f;
    by_tree_ =
        Choose(std::move(all), params_.colsample_bytree, KeyOf(RandomPurpose::kColumnsByTree, 0));
  }

  // 1 per feature that a node may be split on, 0 for the others.
  std::vector<std::uint8_t> MaskOf(NodeIndex node, int depth) {
    return MaskOf(
        Choose(LevelFeatures(depth), params_.colsample_bynode, NodeColumnKey(seed(), tree_, node)));
  }

  // What nodes of that depth choose from, and how many they draw.
  LevelColumns LevelColumnsOf(int depth) {
    const std::vector<FeatureIndex>& features = LevelFeatures(depth);
    LevelColumns columns;
    columns.mask = MaskOf(features);
    if (params_.colsample_bynode < 1.0) {
      columns.drawn_count =
          static_cast<std::uint32_t>(CountOf(params_.colsample_bynode, features.size()));
    }
    return columns;
  }

  std::uint64_t seed() const { return static_cast<std::uint64_t>(params_.seed); }

 private:
  const std::vector<FeatureIndex>& LevelFeatures(int depth) {
    auto level = level_.find(depth);
    if (level == level_.end()) {
      const std::uint64_t key =
          KeyOf(RandomPurpose::kColumnsByLevel, static_cast<std::uint64_t>(depth));
      level = level_.emplace(depth, Choose(by_tree_, params_.colsample_bylevel, key)).first;
    }
    return level->second;
  }

  std::vector<std::uint8_t> MaskOf(const std::vector<FeatureIndex>& features) const {
    std::vector<std::uint8_t> mask(feature_count_, 0);
    for (const FeatureIndex f : features) mask[f] = 1;
    return mask;
  }

  std::uint64_t KeyOf(RandomPurpose purpose, std::uint64_t counter) const {
    return RandomKey(seed(), static_cast<std::uint64_t>(purpose), RandomBits(tree_, counter));
  }

  static std::size_t CountOf(double fraction, std::size_t count) {
    return std::max<std::size_t>(1,
                                 static_cast<std::size_t>(fraction * static_cast<double>(count)));
  }

  // The features with the smallest random numbers.
  static std::vector<FeatureIndex> Choose(std::vector<FeatureIndex> from, double fraction,
                                          std::uint64_t key) {
    if (fraction >= 1.0) return from;
    const std::size_t count = CountOf(fraction, from.size());
    std::vector<std::pair<std::uint64_t, FeatureIndex>> drawn;
    drawn.reserve(from.size());
    for (const FeatureIndex f : from) drawn.emplace_back(RandomBits(key, f), f);
    std::sort(drawn.begin(), drawn.end());
    from.clear();
    for (std::size_t i = 0; i < count && i < drawn.size(); ++i) from.push_back(drawn[i].second);
    return from;
  }

  SampleParams params_;
  FeatureIndex feature_count_;
  std::uint64_t tree_ = 0;
  std::vector<FeatureIndex> by_tree_;
  std::map<int, std::vector<FeatureIndex>> level_;
};

}  // namespace boostyard
