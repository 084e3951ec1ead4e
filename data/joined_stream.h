// The rows of several streams, one stream after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/column_chunk.h"

namespace boostyard {

// Borrows its parts, which have the same features; nobody else may read them meanwhile. A part
// without weights counts as all 1, and one without query ids as all 0, if another part has some.
// Errors: those of the parts.
class JoinedStream final : public ChunkStream {
 public:
  // At least one part.
  explicit JoinedStream(std::vector<ChunkStream*> parts);

  const DataShape& shape() const override { return shape_; }
  Result<std::span<const ColumnChunk>> NextBatch() override;
  Status Rewind() override;

 private:
  // The chunks of a part as they are, but for their row numbers and what only other parts have.
  void Renumber(std::span<const ColumnChunk> batch);

  std::vector<ChunkStream*> parts_;
  DataShape shape_;
  std::size_t part_ = 0;  // that NextBatch reads
  RowIndex next_row_ = 0;
  std::vector<ColumnChunk> chunks_;  // of the last batch
  std::vector<float> ones_;
  std::vector<std::uint64_t> zeros_;
};

}  // namespace boostyard
