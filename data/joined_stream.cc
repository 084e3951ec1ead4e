#include "data/joined_stream.h"

#include <algorithm>
#include <utility>

namespace boostyard {

JoinedStream::JoinedStream(std::vector<ChunkStream*> parts)
    : parts_(std::move(parts)), shape_(parts_.front()->shape()) {
  for (auto part = parts_.begin() + 1; part != parts_.end(); ++part) {
    const DataShape& shape = (*part)->shape();
    shape_.row_count += shape.row_count;
    shape_.has_weights |= shape.has_weights;
    shape_.has_query_ids |= shape.has_query_ids;
  }
  // Kept or not, its rows come in a batch per part at least.
  shape_.is_kept = false;
}

Status JoinedStream::Rewind() {
  part_ = 0;
  next_row_ = 0;
  for (ChunkStream* part : parts_) BOOSTYARD_RETURN_IF_ERROR(part->Rewind());
  return {};
}

Result<std::span<const ColumnChunk>> JoinedStream::NextBatch() {
  for (; part_ < parts_.size(); ++part_) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto batch, parts_[part_]->NextBatch());
    if (batch.empty()) continue;
    Renumber(batch);
    return std::span<const ColumnChunk>(chunks_);
  }
  shape_.row_count = next_row_;
  return std::span<const ColumnChunk>();
}

void JoinedStream::Renumber(std::span<const ColumnChunk> batch) {
  chunks_.assign(batch.begin(), batch.end());
  std::size_t longest = 0;
  for (ColumnChunk& chunk : chunks_) {
    chunk.first_row = next_row_;
    next_row_ += chunk.row_count;
    longest = std::max<std::size_t>(longest, chunk.row_count);
  }
  if (ones_.size() < longest) {
    ones_.assign(longest, 1.0F);
    zeros_.assign(longest, 0);
  }
  for (ColumnChunk& chunk : chunks_) {
    if (shape_.has_weights && chunk.weights.empty()) {
      chunk.weights = std::span(ones_).first(chunk.row_count);
    }
    if (shape_.has_query_ids && chunk.query_ids.empty()) {
      chunk.query_ids = std::span(zeros_).first(chunk.row_count);
    }
  }
}

}  // namespace boostyard
