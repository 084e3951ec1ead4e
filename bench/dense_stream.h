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
    const float* const in = rows.values + first * width;
    for (std::size_t f0 = 0; f0 < width; f0 += kTile) {
      for (std::size_t i0 = 0; i0 < count; i0 += kTile) {
        std::size_t f = f0;
        if (i0 + kTile <= count) {
          const std::size_t features = std::min(kTile, width - f0) / 4 * 4;
          TransposeTile(in + i0 * width + f0, width, features, out + f0 * count + i0, count);
          f += features;
        }
        for (; f < std::min(f0 + kTile, width); ++f) {
          for (std::size_t i = i0; i < std::min(i0 + kTile, count); ++i) {
            out[f * count + i] = in[i * width + f];
          }
        }
      }
    }
  }

  // Rows of `features` cells, a multiple of four: four by four, each four rows in as many
  // registers.
  static void TransposeTile(const float* in, std::size_t in_stride, std::size_t features,
                            float* out, std::size_t out_stride) {
    typedef float Four __attribute__((vector_size(16)));
    for (std::size_t f = 0; f < features; f += 4) {
      for (std::size_t i = 0; i < kTile; i += 4) {
        Four r[4];
        for (std::size_t k = 0; k < 4; ++k) {
          std::memcpy(&r[k], in + (i + k) * in_stride + f, sizeof(Four));
        }
        const Four low01 = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
        const Four high01 = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
        const Four low23 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
        const Four high23 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
        const Four columns[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                                 __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                                 __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                                 __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
        for (std::size_t k = 0; k < 4; ++k) {
          std::memcpy(out + (f + k) * out_stride + i, &columns[k], sizeof(Four));
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
