// A stream whose chunks are all in memory: one batch, and rewinding costs nothing. In its last pass
// it gives them away batch by batch.
#pragma once

#include <algorithm>
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
                         .query_ids = chunk.query_ids,
                         .sparse = {}});
      shape_.row_count += chunk.row_count;
    }
  }

  const DataShape& shape() const override { return shape_; }

  Result<std::span<const ColumnChunk>> NextBatch() override {
    const std::size_t begin = is_last_pass_ ? end_ : std::exchange(end_, chunks_.size());
    if (is_last_pass_) {
      for (std::size_t i = begin - std::min(begin, kLastPassChunks); i < begin; ++i) {
        stored_[i] = StoredChunk();
      }
      end_ = std::min(chunks_.size(), begin + kLastPassChunks);
    }
    return std::span<const ColumnChunk>(chunks_).subspan(begin, end_ - begin);
  }

  Status Rewind() override {
    end_ = 0;
    if (is_last_pass_) chunks_.clear();
    if (is_last_pass_) stored_.clear();
    return {};
  }

  Status RewindForLastPass() override {
    is_last_pass_ = true;
    end_ = 0;
    return {};
  }

 private:
  static constexpr std::size_t kLastPassChunks = 8;

  std::vector<StoredChunk> stored_;
  std::vector<ColumnChunk> chunks_;
  DataShape shape_;
  std::size_t end_ = 0;  // of the last batch
  bool is_last_pass_ = false;
};

}  // namespace boostyard::csv
