// A stream whose chunks are all in memory: one batch, and rewinding costs nothing.
#pragma once

#include <utility>
#include <vector>

#include "data/csv/encode.h"
#include "engine/base/column_chunk.h"

namespace boostyard::csv {

class KeptStream final : public ChunkStream {
 public:
  // `chunks` in row order; shape.row_count is set here.
  KeptStream(std::vector<StoredChunk> stored, DataShape shape)
      : stored_(std::move(stored)), shape_(std::move(shape)) {
    shape_.is_kept = true;
    shape_.row_count = 0;
    chunks_.reserve(stored_.size());
    for (const StoredChunk& chunk : stored_) {
      chunks_.push_back({.first_row = shape_.row_count,
                         .row_count = chunk.row_count,
                         .features = chunk.features,
                         .labels = chunk.labels,
                         .weights = chunk.weights,
                         .query_ids = {}});
      shape_.row_count += chunk.row_count;
    }
  }

  const DataShape& shape() const override { return shape_; }

  Result<std::span<const ColumnChunk>> NextBatch() override {
    const bool is_first = !std::exchange(is_read_, true);
    return is_first ? std::span<const ColumnChunk>(chunks_) : std::span<const ColumnChunk>();
  }

  Status Rewind() override {
    is_read_ = false;
    return {};
  }

 private:
  std::vector<StoredChunk> stored_;
  std::vector<ColumnChunk> chunks_;
  DataShape shape_;
  bool is_read_ = false;
};

}  // namespace boostyard::csv
