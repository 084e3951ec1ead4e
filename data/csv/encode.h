// The kept form of a chunk: per column a byte a cell with a dictionary, or floats.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/csv/chunk_arena.h"
#include "data/csv/layout.h"
#include "data/csv/parse.h"
#include "engine/base/column_chunk.h"

namespace boostyard::csv {

// A chunk with the memory that its pieces point into. Movable: the memory stays where it is.
struct StoredChunk {
  ChunkMemory memory;
  std::uint64_t memory_bytes = 0;  // of all of this chunk
  std::uint32_t row_count = 0;
  std::vector<ColumnPiece> features;
  std::span<const float> labels;
  std::span<const float> weights;
  std::vector<std::uint64_t> query_ids;  // of other formats than CSV; empty: none
};

// Encodes chunks; its scratch memory is reused. One per thread.
class Encoder {
 public:
  // A column becomes codes if it has at most 255 distinct values and codes are the smaller form.
  // Without a label column the labels are zeros.
  StoredChunk Encode(const CellTable& table, const Layout& layout);

 private:
  // Writes the codes of a column and appends its dictionary; false if it has too many values.
  bool EncodeColumn(const float* cells, std::size_t row_count, std::size_t max_distinct,
                    std::uint8_t* codes);

  ChunkArena arena_;
  std::vector<std::uint8_t> codes_;              // row_count for each coded column, in order
  std::vector<float> dictionaries_;              // of all coded columns, in order
  std::vector<std::uint32_t> dictionary_sizes_;  // per feature; kNotCoded: floats
};

}  // namespace boostyard::csv
