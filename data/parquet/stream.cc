#include "data/parquet/stream.h"

#include <utility>

namespace boostyard::parquet {

RereadStream::RereadStream(Plan plan, const ReadOptions& options, std::uint64_t memory_limit_bytes,
                           int threads, DataShape shape)
    : plan_(std::move(plan)),
      windows_(plan_, options, memory_limit_bytes, threads),
      encoder_(threads),
      shape_(std::move(shape)) {}

Result<std::span<const ColumnChunk>> RereadStream::NextBatch() {
  chunks_.clear();
  stored_.clear();  // before the window is read: the memory is used again
  BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const csv::CellTable> tables, windows_.Next());
  BOOSTYARD_ASSIGN_OR_RETURN(stored_, encoder_.Encode(tables, plan_.layout));
  for (const csv::StoredChunk& chunk : stored_) {
    chunks_.push_back({.first_row = next_row_,
                       .row_count = chunk.row_count,
                       .features = chunk.features,
                       .labels = chunk.labels,
                       .weights = {},
                       .query_ids = {},
                       .sparse = {}});
    next_row_ += chunk.row_count;
  }
  return std::span<const ColumnChunk>(chunks_);
}

Status RereadStream::Rewind() {
  chunks_.clear();
  stored_.clear();
  windows_.Rewind();
  next_row_ = 0;
  return {};
}

}  // namespace boostyard::parquet
