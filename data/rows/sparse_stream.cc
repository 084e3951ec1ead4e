#include "data/rows/sparse_stream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace boostyard {
namespace {

constexpr std::size_t kDenseCells = std::size_t{1} << 21;  // of a decoded chunk: 8 MiB
constexpr std::size_t kMaxChunkRows = std::size_t{1} << 14;

// What both streams tell of some rows of a block; without cells.
ColumnChunk ChunkOf(const RowBlock& block, std::size_t first, std::size_t count, RowIndex row) {
  ColumnChunk chunk;
  chunk.first_row = row;
  chunk.row_count = static_cast<std::uint32_t>(count);
  chunk.labels = std::span(block.labels).subspan(first, count);
  if (!block.weights.empty()) chunk.weights = std::span(block.weights).subspan(first, count);
  if (!block.query_ids.empty()) chunk.query_ids = std::span(block.query_ids).subspan(first, count);
  return chunk;
}

RowIndex CountRows(const std::vector<RowBlock>& blocks) {
  RowIndex rows = 0;
  for (const RowBlock& block : blocks) rows += block.row_count();
  return rows;
}

class SparseStream final : public ChunkStream {
 public:
  SparseStream(std::vector<RowBlock> blocks, DataShape shape)
      : blocks_(std::move(blocks)), shape_(std::move(shape)) {
    shape_.is_sparse = true;
    shape_.is_kept = true;
    shape_.row_count = 0;
    for (const RowBlock& block : blocks_) {
      ColumnChunk chunk = ChunkOf(block, 0, block.row_count(), shape_.row_count);
      chunk.sparse = {.offsets = block.offsets, .indices = block.indices, .values = block.values};
      chunks_.push_back(chunk);
      shape_.row_count += block.row_count();
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
  std::vector<RowBlock> blocks_;
  std::vector<ColumnChunk> chunks_;
  DataShape shape_;
  bool is_read_ = false;
};

class DecodedStream final : public ChunkStream {
 public:
  DecodedStream(std::vector<RowBlock> blocks, DataShape shape)
      : blocks_(std::move(blocks)), shape_(std::move(shape)) {
    shape_.row_count = CountRows(blocks_);
  }

  const DataShape& shape() const override { return shape_; }

  Result<std::span<const ColumnChunk>> NextBatch() override {
    while (block_ < blocks_.size() && next_ == blocks_[block_].row_count()) {
      ++block_;
      next_ = 0;
    }
    if (block_ == blocks_.size()) return std::span<const ColumnChunk>();
    const RowBlock& block = blocks_[block_];
    const std::size_t count =
        std::min(RowsPerDenseChunk(shape_.feature_count), block.row_count() - next_);
    DecodeRows(block, next_, count, shape_.feature_count, false, table_);
    pieces_.resize(shape_.feature_count);
    for (FeatureIndex feature = 0; feature < shape_.feature_count; ++feature) {
      pieces_[feature].floats = {table_.column(1 + feature), count};
    }
    chunk_ = ChunkOf(block, next_, count, row_);
    chunk_.features = pieces_;
    next_ += count;
    row_ += count;
    return std::span<const ColumnChunk>(&chunk_, 1);
  }

  Status Rewind() override {
    block_ = 0;
    next_ = 0;
    row_ = 0;
    return {};
  }

 private:
  std::vector<RowBlock> blocks_;
  DataShape shape_;
  csv::CellTable table_;
  std::vector<ColumnPiece> pieces_;
  ColumnChunk chunk_;
  std::size_t block_ = 0;
  std::size_t next_ = 0;  // row of the block
  RowIndex row_ = 0;
};

}  // namespace

std::size_t RowsPerDenseChunk(FeatureIndex feature_count) {
  const std::size_t rows = kDenseCells / std::max<FeatureIndex>(1, feature_count);
  return std::clamp<std::size_t>(rows, 1, kMaxChunkRows);
}

void DecodeRows(const RowBlock& block, std::size_t first, std::size_t count,
                FeatureIndex feature_count, bool has_weights, csv::CellTable& table) {
  const std::size_t targets = has_weights ? 2 : 1;
  table.row_count = static_cast<std::uint32_t>(count);
  table.stride = count;
  table.cells.assign((targets + feature_count) * count, std::numeric_limits<float>::quiet_NaN());
  std::copy_n(block.labels.begin() + static_cast<std::ptrdiff_t>(first), count,
              table.cells.begin());
  if (has_weights) {
    std::copy_n(block.weights.begin() + static_cast<std::ptrdiff_t>(first), count,
                table.cells.begin() + static_cast<std::ptrdiff_t>(count));
  }
  float* const cells = table.cells.data() + targets * count;
  for (std::size_t row = 0; row < count; ++row) {
    for (std::uint64_t i = block.offsets[first + row]; i < block.offsets[first + row + 1]; ++i) {
      if (block.indices[i] >= feature_count) break;  // ascending: the others are too
      cells[std::size_t{block.indices[i]} * count + row] = block.values[i];
    }
  }
}

std::unique_ptr<ChunkStream> MakeSparseStream(std::vector<RowBlock> blocks, DataShape shape) {
  return std::make_unique<SparseStream>(std::move(blocks), std::move(shape));
}

std::unique_ptr<ChunkStream> MakeDecodedStream(std::vector<RowBlock> blocks, DataShape shape) {
  return std::make_unique<DecodedStream>(std::move(blocks), std::move(shape));
}

}  // namespace boostyard
