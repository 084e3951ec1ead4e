#include "data/rows/row_store.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "data/csv/kept_stream.h"
#include "data/rows/parse_blocks.h"
#include "data/rows/sparse_stream.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

// An instance without a known limit: more cells than this are not decoded.
constexpr std::uint64_t kMaxDenseCells = std::uint64_t{1} << 36;

// What XGBoost needs for each column, whether it is used or not: its sketches and cuts.
constexpr std::uint64_t kBytesPerColumn = 64;

std::string Count(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string MebiBytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::vector<csv::StoredChunk> EncodeBlock(RowBlock block, FeatureIndex width) {
  csv::Layout layout;
  layout.has_weights = !block.weights.empty();
  layout.column_count = width + (layout.has_weights ? 2U : 1U);
  const std::size_t rows_per_chunk = RowsPerDenseChunk(width);
  std::vector<csv::StoredChunk> chunks;
  csv::CellTable table;
  csv::Encoder encoder;
  for (std::size_t first = 0; first < block.row_count(); first += rows_per_chunk) {
    const std::size_t count = std::min(rows_per_chunk, block.row_count() - first);
    DecodeRows(block, first, count, width, layout.has_weights, table);
    chunks.push_back(encoder.Encode(table, layout));
    if (block.query_ids.empty()) continue;
    const auto begin = block.query_ids.begin() + static_cast<std::ptrdiff_t>(first);
    chunks.back().query_ids.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  }
  return chunks;
}

}  // namespace

std::uint64_t RowStore::MemoryLeft() const {
  return request_.memory_limit_bytes -
         std::min(request_.memory_limit_bytes, request_.memory_used_bytes);
}

// A cell is a byte in the stream (four where a chunk has too many values for codes), besides what
// training needs.
std::uint64_t RowStore::DenseBytes(FeatureIndex width) const {
  const std::uint64_t cells = row_count_ * width;
  return cells + (request_.training_bytes ? request_.training_bytes(row_count_, width) : cells);
}

Error RowStore::MemoryError(std::uint64_t bytes) const {
  return MakeError(ErrorId::kOutOfMemory,
                   "the data of the channel " + request_.channel + " need more memory than the " +
                       MebiBytes(MemoryLeft()) + " there are (" + MebiBytes(bytes) + " for " +
                       Count(row_count_, "row") + " and " + Count(feature_count_, "feature") + ")",
                   "use an instance with more memory, or fewer rows or columns");
}

Status RowStore::Reserve(std::uint64_t bytes) {
  bytes_ += bytes;
  if (request_.memory_limit_bytes == 0 || bytes_ <= MemoryLeft()) return {};
  return MemoryError(bytes_);
}

Status RowStore::SetDenseWidth(FeatureIndex feature_count) {
  if (dense_width_ == 0) dense_width_ = feature_count;
  if (dense_width_ == feature_count) return {};
  return MakeError(ErrorId::kDataColumnMismatch,
                   "the channel " + request_.channel + " has records of " +
                       Count(dense_width_, "feature") + " and of " + std::to_string(feature_count),
                   "give all records of the channel the same number of values");
}

Status RowStore::Add(std::vector<RowBlock> blocks) {
  // Dense blocks are columns at once: in sparse form they would need many times the memory.
  BOOSTYARD_ASSIGN_OR_RETURN(
      auto encoded, ParseBlocks<std::vector<csv::StoredChunk>>(
                        request_.threads, blocks.size(), [&](std::size_t i) {
                          const FeatureIndex width =
                              blocks[i].is_dense ? blocks[i].feature_count : 0;
                          return width > 0 ? EncodeBlock(std::exchange(blocks[i], {}), width)
                                           : std::vector<csv::StoredChunk>();
                        }));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (csv::StoredChunk& chunk : encoded[i]) {
      const auto features = static_cast<FeatureIndex>(chunk.features.size());
      BOOSTYARD_RETURN_IF_ERROR(Add(std::move(chunk), features));
    }
    RowBlock& block = blocks[i];
    if (block.row_count() == 0) continue;
    row_count_ += block.row_count();
    feature_count_ = std::max(feature_count_, block.feature_count);
    has_weights_ = !block.weights.empty();
    has_query_ids_ = !block.query_ids.empty();
    for (std::size_t row = 0; row < block.row_count() && !uses_index_0_; ++row) {
      const std::uint64_t begin = block.offsets[row];
      uses_index_0_ = begin < block.offsets[row + 1] && block.indices[begin] == 0;
    }
    BOOSTYARD_RETURN_IF_ERROR(Reserve(block.memory_bytes()));
    parts_.emplace_back(std::move(block));
  }
  return {};
}

Status RowStore::Add(csv::StoredChunk chunk, FeatureIndex feature_count) {
  if (chunk.row_count == 0) return {};
  BOOSTYARD_RETURN_IF_ERROR(SetDenseWidth(feature_count));
  row_count_ += chunk.row_count;
  feature_count_ = std::max(feature_count_, feature_count);
  uses_index_0_ = true;
  BOOSTYARD_RETURN_IF_ERROR(Reserve(chunk.memory_bytes));
  parts_.emplace_back(std::move(chunk));
  return {};
}

// The features of the stream, which may be other than those of the rows.
Result<FeatureIndex> RowStore::Width(OpenedData& opened) const {
  const FeatureIndex expected = request_.expected_features;
  const FeatureIndex width = std::max(feature_count_, request_.least_sparse_features);
  if (dense_width_ != 0 &&
      (dense_width_ < feature_count_ || (expected != 0 && dense_width_ != expected))) {
    return MakeError(ErrorId::kDataColumnMismatch,
                     "the channel " + request_.channel + " has records of " +
                         Count(dense_width_, "feature") + ", expected " +
                         std::to_string(std::max(expected, feature_count_)),
                     "give all channels and records the same features");
  }
  if (expected == 0) return width;
  if (feature_count_ > expected) {
    opened.warnings.push_back("the channel " + request_.channel + " uses indices up to " +
                              std::to_string(feature_count_ - 1) + ", training data only up to " +
                              std::to_string(expected - 1) + ": the others are left out");
  }
  return expected;
}

bool RowStore::FitsDense(FeatureIndex width) const {
  if (row_count_ * width > kMaxDenseCells) return false;
  return request_.memory_limit_bytes == 0 || DenseBytes(width) <= MemoryLeft();
}

// Every sparse block becomes chunks; a block's memory is given back when its chunks are there.
Status RowStore::Encode(FeatureIndex width) {
  BOOSTYARD_ASSIGN_OR_RETURN(
      auto encoded, ParseBlocks<std::vector<csv::StoredChunk>>(
                        request_.threads, parts_.size(), [&](std::size_t part) {
                          if (auto* chunk = std::get_if<csv::StoredChunk>(&parts_[part])) {
                            std::vector<csv::StoredChunk> one;
                            one.push_back(std::move(*chunk));
                            return one;
                          }
                          return EncodeBlock(std::move(std::get<RowBlock>(parts_[part])), width);
                        }));
  parts_.clear();
  bytes_ = 0;
  for (std::vector<csv::StoredChunk>& chunks : encoded) {
    for (csv::StoredChunk& chunk : chunks) {
      bytes_ += chunk.memory_bytes;
      parts_.emplace_back(std::move(chunk));
    }
  }
  return {};
}

Result<OpenedData> RowStore::Finish() {
  if (row_count_ == 0) {
    return MakeError(ErrorId::kChannelEmpty,
                     "the channel " + request_.channel + " holds no data: there are no rows",
                     "supply at least one row");
  }
  OpenedData opened;
  BOOSTYARD_ASSIGN_OR_RETURN(const FeatureIndex width, Width(opened));
  if (width == 0) {
    return MakeError(ErrorId::kCsvNoFeatures,
                     "the channel " + request_.channel + " has labels and no features",
                     "give at least one row a feature");
  }
  DataShape shape;
  shape.feature_count = width;
  shape.has_weights = has_weights_;
  shape.has_query_ids = has_query_ids_;
  const std::string size = Count(row_count_, "row") + " of " + Count(width, "feature");
  opened.notes.push_back("the channel " + request_.channel + " holds " + size + " (" + format_ +
                         ")" +
                         (uses_index_0_ ? "" : "; feature 0 never occurs: indices count from 0"));
  if (request_.memory_limit_bytes != 0 && std::uint64_t{width} * kBytesPerColumn > MemoryLeft()) {
    return MemoryError(std::uint64_t{width} * kBytesPerColumn);
  }
  const bool has_dense = std::any_of(parts_.begin(), parts_.end(), [](const auto& part) {
    return std::holds_alternative<csv::StoredChunk>(part);
  });
  if (has_dense || FitsDense(width)) {
    BOOSTYARD_RETURN_IF_ERROR(Encode(width));
    std::vector<csv::StoredChunk> chunks;
    for (auto& part : parts_) chunks.push_back(std::move(std::get<csv::StoredChunk>(part)));
    opened.stream = std::make_unique<csv::KeptStream>(std::move(chunks), std::move(shape));
    opened.memory_bytes = bytes_;
    return opened;
  }
  opened.memory_bytes = bytes_;
  std::vector<RowBlock> blocks;
  for (auto& part : parts_) blocks.push_back(std::move(std::get<RowBlock>(part)));
  if (request_.may_be_sparse) {
    opened.notes.push_back("the channel " + request_.channel + " stays sparse: as columns " + size +
                           " would need " + MebiBytes(DenseBytes(width)) +
                           " or more, and there are " + MebiBytes(MemoryLeft()));
    opened.stream = MakeSparseStream(std::move(blocks), std::move(shape));
  } else {
    opened.stream = MakeDecodedStream(std::move(blocks), std::move(shape));
  }
  return opened;
}

}  // namespace boostyard
