// The kept form of a chunk: per column a byte a cell with a dictionary, or floats.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/csv/layout.h"
#include "data/csv/parse.h"
#include "engine/base/column_chunk.h"

namespace boostyard::csv {

// A chunk with the memory that its pieces point into. Movable: the memory stays where it is.
struct StoredChunk {
  std::unique_ptr<std::byte[]> memory;
  std::uint64_t memory_bytes = 0;  // of all of this chunk
  std::uint32_t row_count = 0;
  std::vector<ColumnPiece> features;
  std::span<const float> labels;
  std::span<const float> weights;
};

// Encodes chunks; its scratch memory is reused. One per thread.
class Encoder {
 public:
  // A column becomes codes if it has at most 255 distinct values and codes are the smaller form.
  // Without a label column the labels are zeros.
  StoredChunk Encode(const CellTable& table, const Layout& layout);

 private:
  std::vector<std::uint8_t> codes_;              // row_count for each coded column, in order
  std::vector<float> dictionaries_;              // of all coded columns, in order
  std::vector<std::uint32_t> dictionary_sizes_;  // per feature; kNotCoded: floats
};

}  // namespace boostyard::csv
