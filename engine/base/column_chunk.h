// The stream of data between data/ and engine/: rows in global order, columns apart.
//
// Life of a stream: data/ opens it; the engine asks for batches until one is empty; Rewind() starts
// again with the same rows in the same order. A stream that keeps everything in memory yields one
// batch with all chunks; one that reads again yields a window of chunks at a time. Consumers work
// in parallel over the columns and chunks of a batch.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "engine/base/index_types.h"
#include "engine/base/result.h"

namespace boostyard {

// One column of one chunk, in the cheaper of two forms.
// Codes: `codes[i]` indexes `dictionary` (at most 255 values, ascending, no NaN, -0 stored as 0);
//        kMissingCode is a missing cell.
// Floats: `floats[i]`, missing is NaN; infinities never occur.
struct ColumnPiece {
  static constexpr std::uint8_t kMissingCode = 255;

  std::span<const std::uint8_t> codes;
  std::span<const float> dictionary;
  std::span<const float> floats;

  bool is_coded() const { return floats.data() == nullptr; }

  // The value of row `i` of the chunk; NaN if missing. For tests and slow paths.
  float At(std::size_t i) const {
    if (!is_coded()) return floats[i];
    return codes[i] == kMissingCode ? std::numeric_limits<float>::quiet_NaN()
                                    : dictionary[codes[i]];
  }
};

// Rows as the cells they have; all others are missing. For data whose columns would not fit into
// memory.
struct SparseRows {
  std::span<const std::uint64_t> offsets;  // rows + 1, from 0: where each row's cells begin
  std::span<const FeatureIndex> indices;   // ascending in each row, below 2^31 - 1
  std::span<const float> values;           // of the same places; finite
};

// Some consecutive rows. All spans are owned by the stream and live until its next NextBatch or
// Rewind.
struct ColumnChunk {
  RowIndex first_row = 0;
  std::uint32_t row_count = 0;
  std::span<const ColumnPiece> features;  // one per feature; none in a sparse stream
  std::span<const float> labels;          // row_count, finite
  std::span<const float> weights;         // row_count, finite and >= 0, or empty: every weight is 1
  std::span<const std::uint64_t>
      query_ids;      // row_count, or empty: ranking groups (equal and adjacent)
  SparseRows sparse;  // the cells, in a sparse stream (DataShape::is_sparse)
};

// What is known of a whole stream.
struct DataShape {
  RowIndex row_count = 0;  // valid after the first complete pass, or at once if `is_kept`
  FeatureIndex feature_count = 0;
  bool has_weights = false;
  bool has_query_ids = false;
  bool is_sparse = false;  // chunks have `sparse` and no `features`: for the XGBoost trainer alone
  bool is_kept = false;    // everything is in memory: Rewind costs nothing
  std::vector<std::string> feature_names;  // feature_count names, or empty
};

// A re-readable source of chunks. Not thread safe; the chunks of one batch may be read by many
// threads.
class ChunkStream {
 public:
  virtual ~ChunkStream() = default;

  virtual const DataShape& shape() const = 0;

  // The next chunks in row order; empty at the end.
  virtual Result<std::span<const ColumnChunk>> NextBatch() = 0;

  // Back to the first row.
  virtual Status Rewind() = 0;

  // Back to the first row for the last time: the stream may give back the memory of rows as the
  // batch after them is asked for, and then has no rows any more.
  virtual Status RewindForLastPass() { return Rewind(); }
};

}  // namespace boostyard
