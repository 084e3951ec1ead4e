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

namespace boostyard {

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
    by_tree_ = Choose(std::move(all), params_.colsample_bytree, RandomPurpose::kColumnsByTree, 0);
  }

  // 1 per feature that a node may be split on, 0 for the others.
  std::vector<std::uint8_t> MaskOf(NodeIndex node, int depth) {
    auto level = level_.find(depth);
    if (level == level_.end()) {
      level = level_
                  .emplace(depth, Choose(by_tree_, params_.colsample_bylevel,
                                         RandomPurpose::kColumnsByLevel,
                                         static_cast<std::uint64_t>(depth)))
                  .first;
    }
    std::vector<std::uint8_t> mask(feature_count_, 0);
    for (const FeatureIndex f :
         Choose(level->second, params_.colsample_bynode, RandomPurpose::kColumnsByNode,
                static_cast<std::uint64_t>(node))) {
      mask[f] = 1;
    }
    return mask;
  }

 private:
  // The features with the smallest random numbers.
  std::vector<FeatureIndex> Choose(std::vector<FeatureIndex> from, double fraction,
                                   RandomPurpose purpose, std::uint64_t counter) const {
    if (fraction >= 1.0) return from;
    const auto wanted = static_cast<std::size_t>(fraction * static_cast<double>(from.size()));
    const std::size_t count = std::max<std::size_t>(1, wanted);
    const std::uint64_t key =
        RandomKey(static_cast<std::uint64_t>(params_.seed), static_cast<std::uint64_t>(purpose),
                  RandomBits(tree_, counter));
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
