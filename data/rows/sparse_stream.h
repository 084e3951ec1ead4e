// Rows in memory in sparse form, as a stream.
#pragma once

#include <memory>
#include <vector>

#include "data/csv/encode.h"
#include "data/rows/row_block.h"
#include "engine/base/column_chunk.h"

namespace boostyard {

// Writes rows [first, first + count) of a block as columns, absent cells missing. Features from
// `feature_count` on are left out. `table` begins with the label, then the weight if there is one.
void DecodeRows(const RowBlock& block, std::size_t first, std::size_t count,
                FeatureIndex feature_count, bool has_weights, csv::CellTable& table);

// How many rows of so many features are decoded at a time.
std::size_t RowsPerDenseChunk(FeatureIndex feature_count);

// Chunks with `sparse` and without features: one batch with everything.
std::unique_ptr<ChunkStream> MakeSparseStream(std::vector<RowBlock> blocks, DataShape shape);

// The same rows as columns of floats, a few rows a batch: for readers that know no sparse form.
std::unique_ptr<ChunkStream> MakeDecodedStream(std::vector<RowBlock> blocks, DataShape shape);

}  // namespace boostyard
