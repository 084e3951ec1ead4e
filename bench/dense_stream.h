// Row-major floats as a ChunkStream that is kept in memory: transposed once, when it is made.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "bench/peers/library.h"
#include "engine/base/column_chunk.h"
#include "engine/base/huge_buffer.h"
#include "engine/base/parallel.h"

namespace boostyard::bench {

class DenseStream : public ChunkStream {
 public:
  // `rows` outlives the stream (the labels are read in place); labels must be there.
  DenseStream(const DenseRows& rows, int threads)
      : values_(rows.row_count * rows.feature_count + 16) {
    shape_.row_count = rows.row_count;
    shape_.feature_count = static_cast<FeatureIndex>(rows.feature_count);
    shape_.is_kept = true;
    const std::size_t chunk_count = (rows.row_count + kChunkRows - 1) / kChunkRows;
    pieces_.resize(chunk_count * rows.feature_count);
    ParallelRegion(threads, [&](int thread) {
      for (auto chunk = static_cast<std::size_t>(thread); chunk < chunk_count;
           chunk += static_cast<std::size_t>(threads)) {
        Transpose(rows, chunk);
      }
    });
    for (std::size_t chunk = 0; chunk < chunk_count; ++chunk) {
      const std::size_t first = chunk * kChunkRows;
      const std::size_t count = std::min(kChunkRows, rows.row_count - first);
      ColumnChunk view;
      view.first_row = first;
      view.row_count = static_cast<std::uint32_t>(count);
      view.features = {&pieces_[chunk * rows.feature_count], rows.feature_count};
      view.labels = {rows.labels + first, count};
      chunks_.push_back(view);
    }
  }

  const DataShape& shape() const override { return shape_; }

  Result<std::span<const ColumnChunk>> NextBatch() override {
    const std::span<const ColumnChunk> batch =
        is_given_ ? std::span<const ColumnChunk>() : std::span<const ColumnChunk>(chunks_);
    is_given_ = true;
    return batch;
  }

  Status Rewind() override {
    is_given_ = false;
    return {};
  }

  std::span<const ColumnChunk> chunks() const { return chunks_; }

 private:
  static constexpr std::size_t kChunkRows = 16384;
  static constexpr std::size_t kTile = 16;  // a cache line of floats on both sides

  // The chunk's columns lie one after the other, where its rows would.
  void Transpose(const DenseRows& rows, std::size_t chunk) {
    const std::size_t first = chunk * kChunkRows;
    const std::size_t count = std::min(kChunkRows, rows.row_count - first);
    const std::size_t width = rows.feature_count;
    float* out = values_.data() + first * width;
    for (std::size_t f = 0; f < width; ++f) {
      pieces_[chunk * width + f].floats = {out + f * count, count};
    }
    for (std::size_t f0 = 0; f0 < width; f0 += kTile) {
      const std::size_t f1 = std::min(f0 + kTile, width);
      for (std::size_t i0 = 0; i0 < count; i0 += kTile) {
        const std::size_t i1 = std::min(i0 + kTile, count);
        for (std::size_t f = f0; f < f1; ++f) {
          for (std::size_t i = i0; i < i1; ++i) {
            out[f * count + i] = rows.values[(first + i) * width + f];
          }
        }
      }
    }
  }

  HugeBuffer<float> values_;
  DataShape shape_;
  std::vector<ColumnPiece> pieces_;  // [chunk][feature]
  std::vector<ColumnChunk> chunks_;
  bool is_given_ = false;
};

}  // namespace boostyard::bench
