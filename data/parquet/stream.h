// A stream of Parquet files that are read again in every pass.
#pragma once

#include <vector>

#include "data/csv/encode.h"
#include "data/parquet/plan.h"
#include "data/parquet/windows.h"
#include "data/read_options.h"
#include "engine/base/column_chunk.h"

namespace boostyard::parquet {

class RereadStream final : public ChunkStream {
 public:
  RereadStream(Plan plan, const ReadOptions& options, std::uint64_t memory_limit_bytes, int threads,
               DataShape shape);

  const DataShape& shape() const override { return shape_; }

  // Errors: those of Windows::Next, kOutOfMemory.
  Result<std::span<const ColumnChunk>> NextBatch() override;
  Status Rewind() override;

 private:
  Plan plan_;
  Windows windows_;
  WindowEncoder encoder_;
  DataShape shape_;
  std::vector<csv::StoredChunk> stored_;  // of the window
  std::vector<ColumnChunk> chunks_;
  RowIndex next_row_ = 0;
};

}  // namespace boostyard::parquet
