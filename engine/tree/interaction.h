// Interaction constraints: features that may appear together on a path from the root.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "engine/base/index_types.h"

namespace boostyard {

// After the path's features P, a node may use P and every feature of a group that contains all of
// P; the root may use any feature (XGBoost's rule).
class InteractionConstraints {
 public:
  explicit InteractionConstraints(std::vector<std::vector<std::uint32_t>> groups) {
    for (const auto& group : groups) groups_.emplace_back(group.begin(), group.end());
  }

  bool exists() const { return !groups_.empty(); }

  // Clears the entries of `mask` (one per feature) that `path` rules out. An empty path rules out
  // none.
  void Apply(const std::set<FeatureIndex>& path, std::vector<std::uint8_t>& mask) const {
    if (path.empty()) return;
    std::vector<std::uint8_t> allowed(mask.size(), 0);
    for (const FeatureIndex f : path) allowed[f] = 1;
    for (const auto& group : groups_) {
      bool contains_path = true;
      for (const FeatureIndex f : path) contains_path = contains_path && group.count(f) != 0;
      if (!contains_path) continue;
      for (const FeatureIndex f : group) {
        if (f < allowed.size()) allowed[f] = 1;
      }
    }
    for (std::size_t f = 0; f < mask.size(); ++f) mask[f] &= allowed[f];
  }

 private:
  std::vector<std::set<FeatureIndex>> groups_;
};

}  // namespace boostyard
