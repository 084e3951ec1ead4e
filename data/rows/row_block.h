// Some consecutive rows in sparse form. What is absent is missing.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/index_types.h"

namespace boostyard {

// No index is larger: XGBoost counts columns in 32 bits with a sign.
inline constexpr std::uint64_t kMaxFeatureIndex = 0x7FFFFFFE;

struct RowBlock {
  std::vector<float> labels;                 // one per row, finite; zeros without labels
  std::vector<float> weights;                // one per row, finite and >= 0, or empty
  std::vector<std::uint64_t> query_ids;      // one per row, or empty
  std::vector<std::uint64_t> offsets = {0};  // rows + 1: where each row's cells begin
  std::vector<FeatureIndex> indices;         // ascending in each row, at most kMaxFeatureIndex
  std::vector<float> values;                 // of the same places; finite, never -0
  FeatureIndex feature_count = 0;  // what these rows need: the largest index + 1, or a shape's
  bool is_dense = false;           // every row has its own cell (maybe missing) for each feature

  std::size_t row_count() const { return labels.size(); }

  std::uint64_t memory_bytes() const {
    return (labels.size() + weights.size() + values.size()) * sizeof(float) +
           indices.size() * sizeof(FeatureIndex) +
           (query_ids.size() + offsets.size()) * sizeof(std::uint64_t);
  }
};

}  // namespace boostyard
