// From the text of some rows to a chunk in its kept form.
#pragma once

#include <vector>

#include "data/csv/block_reader.h"
#include "data/csv/cell_error.h"
#include "data/csv/chunk_text.h"
#include "data/csv/encode.h"
#include "data/csv/layout.h"
#include "data/csv/parse.h"

namespace boostyard::csv {

// What a thread uses again and again.
struct Worker {
  RangeReader reader;
  BlockReader blocks;
  CellTable table;
  Encoder encoder;
};

struct ChunkResult {
  StoredChunk stored;  // without rows if there are faults
  std::vector<Fault> faults;
  // Of the faults, while the text is at hand; numbered from the chunk's first line, which is 1.
  std::vector<FoundLine> fault_lines;
  std::uint64_t newlines = 0;
  ByteRange range;  // whose rows these are; set by the caller
  bool saw_question_mark = false;
};

ChunkResult ReadRows(const RowText& rows, const Layout& layout, Worker& worker);

}  // namespace boostyard::csv
