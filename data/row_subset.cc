#include "data/row_subset.h"

#include <algorithm>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"

namespace boostyard {
namespace {

constexpr std::size_t kChunksPerThread = 4;  // in a window

template <class T>
void Gather(std::span<const T> from, std::span<const std::uint32_t> rows, T* to) {
  for (std::size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
}

template <class T>
void Gather(std::span<const T> from, std::span<const std::uint32_t> rows, std::vector<T>& to) {
  to.resize(from.empty() ? 0 : rows.size());
  if (!from.empty()) Gather(from, rows, to.data());
}

Error OutOfTurn() {
  return MakeError(ErrorId::kInternal, "a source was read by two subsets of its rows at a time");
}

}  // namespace

RowSubset::RowSubset(ChunkStream& source, const RowChoice& choice, int threads)
    : source_(source), choice_(choice), threads_(std::max(threads, 1)), shape_(source.shape()) {
  shape_.is_kept = false;
  shape_.row_count = 0;
  for (RowIndex row = 0; row < choice_.number_of_row.size(); ++row) {
    shape_.row_count += IsChosen(row) ? 1 : 0;
  }
  parts_.resize(kChunksPerThread * static_cast<std::size_t>(threads_));
}

Status RowSubset::Rewind() {
  is_started_ = true;
  batch_ = {};
  next_chunk_ = 0;
  next_source_row_ = 0;
  next_row_ = 0;
  return source_.Rewind();
}

Result<std::span<const ColumnChunk>> RowSubset::NextBatch() {
  if (!is_started_) BOOSTYARD_RETURN_IF_ERROR(Rewind());
  chunks_.clear();
  BOOSTYARD_RETURN_IF_ERROR(FillWindow());
  const std::size_t features = shape_.feature_count;
  ParallelFor(threads_, static_cast<std::int64_t>(part_count_ * features), [&](std::int64_t task) {
    const auto at = static_cast<std::size_t>(task);
    CopyColumn(parts_[at / features], at % features);
  });
  for (std::size_t i = 0; i < part_count_; ++i) {
    const Part& part = parts_[i];
    chunks_.push_back({.first_row = next_row_,
                       .row_count = static_cast<std::uint32_t>(part.rows.size()),
                       .features = part.pieces,
                       .labels = part.labels,
                       .weights = part.weights,
                       .query_ids = part.query_ids,
                       .sparse = {}});
    next_row_ += part.rows.size();
  }
  return std::span<const ColumnChunk>(chunks_);
}

// Takes chunks with chosen rows, as many as a window has and as the source's batch goes on: the
// spans of a batch end with the next.
Status RowSubset::FillWindow() {
  part_count_ = 0;
  while (part_count_ < parts_.size()) {
    if (next_chunk_ == batch_.size()) {
      if (part_count_ > 0) return {};
      BOOSTYARD_ASSIGN_OR_RETURN(batch_, source_.NextBatch());
      next_chunk_ = 0;
      if (batch_.empty()) {
        return next_source_row_ == choice_.number_of_row.size() ? Status() : OutOfTurn();
      }
    }
    Part& part = parts_[part_count_];
    BOOSTYARD_RETURN_IF_ERROR(ChooseRows(batch_[next_chunk_++], part));
    if (!part.rows.empty()) ++part_count_;
  }
  return {};
}

Status RowSubset::ChooseRows(const ColumnChunk& chunk, Part& part) {
  if (chunk.first_row != next_source_row_ ||
      chunk.first_row + chunk.row_count > choice_.number_of_row.size()) {
    return OutOfTurn();
  }
  next_source_row_ += chunk.row_count;
  part.source = chunk;
  part.rows.clear();
  for (std::uint32_t row = 0; row < chunk.row_count; ++row) {
    if (IsChosen(chunk.first_row + row)) part.rows.push_back(row);
  }
  if (!part.rows.empty()) CopyRowFields(part);
  return {};
}

void RowSubset::CopyRowFields(Part& part) {
  Gather(part.source.labels, part.rows, part.labels);
  Gather(part.source.weights, part.rows, part.weights);
  Gather(part.source.query_ids, part.rows, part.query_ids);
  const std::size_t cells = part.source.features.size() * part.rows.size();
  part.codes.resize(cells);
  part.floats.resize(cells);
  part.pieces.resize(part.source.features.size());
}

void RowSubset::CopyColumn(Part& part, std::size_t feature) {
  const ColumnPiece& from = part.source.features[feature];
  const std::size_t begin = feature * part.rows.size();
  ColumnPiece& to = part.pieces[feature];
  to = {};
  if (from.is_coded()) {
    Gather(from.codes, part.rows, part.codes.data() + begin);
    to.codes = std::span(part.codes).subspan(begin, part.rows.size());
    to.dictionary = from.dictionary;
  } else {
    Gather(from.floats, part.rows, part.floats.data() + begin);
    to.floats = std::span(part.floats).subspan(begin, part.rows.size());
  }
}

}  // namespace boostyard
