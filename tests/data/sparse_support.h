// What the tests of sparse rows share.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/data/csv_support.h"
#include "tests/data/naive_libsvm.h"

namespace boostyard::test {

inline std::vector<std::uint64_t> QueryIds(ChunkStream& stream) {
  std::vector<std::uint64_t> ids;
  for (;;) {
    const auto batch = stream.NextBatch();
    if (!batch.ok() || batch->empty()) return ids;
    for (const ColumnChunk& chunk : *batch) {
      ids.insert(ids.end(), chunk.query_ids.begin(), chunk.query_ids.end());
    }
  }
}

// Makes the stream of a request with at least 60 rows sparse: so many columns do not fit.
inline void MakeSparse(MemoryFiles& files) {
  files.request.may_be_sparse = true;
  files.request.least_sparse_features = 1'000'000;
  files.request.memory_limit_bytes = std::uint64_t{100} << 20;
}

// The rows of a sparse stream.
inline std::vector<NaiveRow> SparseRowsOf(ChunkStream& stream) {
  std::vector<NaiveRow> rows;
  for (;;) {
    const auto batch = stream.NextBatch();
    if (!batch.ok() || batch->empty()) return rows;
    for (const ColumnChunk& chunk : *batch) {
      for (std::size_t i = 0; i < chunk.row_count; ++i) {
        NaiveRow row;
        row.label = chunk.labels[i];
        if (!chunk.weights.empty()) row.weight = chunk.weights[i];
        for (std::uint64_t at = chunk.sparse.offsets[i]; at < chunk.sparse.offsets[i + 1]; ++at) {
          row.cells.emplace(chunk.sparse.indices[at], chunk.sparse.values[at]);
        }
        rows.push_back(std::move(row));
      }
    }
  }
}

}  // namespace boostyard::test
