// Rows in memory as a ChunkStream: the data of tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/column_chunk.h"

namespace boostyard::testing {

// A table of floats; missing cells are NaN.
struct MemoryTable {
  std::size_t row_count = 0;
  std::size_t feature_count = 0;
  std::vector<float> values;               // row-major, row_count x feature_count
  std::vector<float> labels;               // row_count
  std::vector<float> weights;              // row_count, or empty
  std::vector<std::uint64_t> query_ids;    // row_count, or empty
  std::vector<std::string> feature_names;  // feature_count, or empty

  float At(std::size_t row, std::size_t feature) const {
    return values[row * feature_count + feature];
  }
};

struct MemoryStreamOptions {
  std::uint32_t chunk_rows = 64;
  // 0: one batch holds all chunks, and the stream says that it is kept in memory.
  std::size_t chunks_per_batch = 0;
  // Codes where a column of a chunk has at most 255 values, as data/ does; else floats everywhere.
  bool use_codes = true;
};

class MemoryStream : public ChunkStream {
 public:
  // Copies the table.
  explicit MemoryStream(const MemoryTable& table, MemoryStreamOptions options = {})
      : options_(options) {
    shape_.row_count = table.row_count;
    shape_.feature_count = static_cast<FeatureIndex>(table.feature_count);
    shape_.has_weights = !table.weights.empty();
    shape_.has_query_ids = !table.query_ids.empty();
    shape_.is_kept = options.chunks_per_batch == 0;
    shape_.feature_names = table.feature_names;
    for (std::size_t begin = 0; begin < table.row_count; begin += options.chunk_rows) {
      AddChunk(table, begin, std::min<std::size_t>(options.chunk_rows, table.row_count - begin));
    }
    // Only now: the spans point into blocks_, which no longer grows.
    for (const Block& block : blocks_) chunks_.push_back(ViewOf(block));
  }
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;

  const DataShape& shape() const override { return shape_; }

  Result<std::span<const ColumnChunk>> NextBatch() override {
    const std::size_t wanted =
        options_.chunks_per_batch == 0 ? chunks_.size() : options_.chunks_per_batch;
    const std::size_t count = std::min(wanted, chunks_.size() - next_chunk_);
    const std::span<const ColumnChunk> batch(chunks_.data() + next_chunk_, count);
    next_chunk_ += count;
    return batch;
  }

  Status Rewind() override {
    next_chunk_ = 0;
    ++rewind_count_;
    return {};
  }

  // All chunks, whatever was read so far.
  std::span<const ColumnChunk> chunks() const { return chunks_; }
  int rewind_count() const { return rewind_count_; }

 private:
  struct Column {
    std::vector<std::uint8_t> codes;
    std::vector<float> dictionary;
    std::vector<float> floats;
  };
  struct Block {
    RowIndex first_row = 0;
    std::uint32_t row_count = 0;
    std::vector<Column> columns;
    std::vector<ColumnPiece> pieces;
    std::vector<float> labels;
    std::vector<float> weights;
    std::vector<std::uint64_t> query_ids;
  };

  void AddChunk(const MemoryTable& table, std::size_t begin, std::size_t count) {
    Block block;
    block.first_row = begin;
    block.row_count = static_cast<std::uint32_t>(count);
    for (std::size_t feature = 0; feature < table.feature_count; ++feature) {
      std::vector<float> floats(count);
      for (std::size_t i = 0; i < count; ++i) floats[i] = table.At(begin + i, feature);
      block.columns.push_back(MakeColumn(std::move(floats)));
    }
    for (const Column& column : block.columns) {
      block.pieces.push_back(
          {.codes = column.codes, .dictionary = column.dictionary, .floats = column.floats});
    }
    block.labels = Part(table.labels, begin, count);
    block.weights = Part(table.weights, begin, count);
    block.query_ids = Part(table.query_ids, begin, count);
    blocks_.push_back(std::move(block));
  }

  template <class T>
  static std::vector<T> Part(const std::vector<T>& all, std::size_t begin, std::size_t count) {
    if (all.empty()) return {};
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
    return std::vector<T>(first, first + static_cast<std::ptrdiff_t>(count));
  }

  Column MakeColumn(std::vector<float> floats) const {
    Column column;
    if (options_.use_codes) {
      for (const float value : floats) {
        if (!std::isnan(value)) column.dictionary.push_back(value + 0.0F);  // -0 becomes 0
      }
      std::sort(column.dictionary.begin(), column.dictionary.end());
      column.dictionary.erase(std::unique(column.dictionary.begin(), column.dictionary.end()),
                              column.dictionary.end());
      if (column.dictionary.size() <= ColumnPiece::kMissingCode) {
        for (const float value : floats) column.codes.push_back(CodeOf(column.dictionary, value));
        return column;
      }
      column.dictionary.clear();
    }
    column.floats = std::move(floats);
    return column;
  }

  static std::uint8_t CodeOf(const std::vector<float>& dictionary, float value) {
    if (std::isnan(value)) return ColumnPiece::kMissingCode;
    const auto found = std::lower_bound(dictionary.begin(), dictionary.end(), value);
    return static_cast<std::uint8_t>(found - dictionary.begin());
  }

  static ColumnChunk ViewOf(const Block& block) {
    return {.first_row = block.first_row,
            .row_count = block.row_count,
            .features = block.pieces,
            .labels = block.labels,
            .weights = block.weights,
            .query_ids = block.query_ids,
            .sparse = {}};
  }

  MemoryStreamOptions options_;
  DataShape shape_;
  std::vector<Block> blocks_;
  std::vector<ColumnChunk> chunks_;
  std::size_t next_chunk_ = 0;
  int rewind_count_ = 0;
};

}  // namespace boostyard::testing
