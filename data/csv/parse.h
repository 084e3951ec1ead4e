// From the text of some rows to columns of floats.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/csv/layout.h"
#include "engine/base/huge_vector.h"

namespace boostyard::csv {

// Columns of floats, column-major; its memory is reused from chunk to chunk.
struct CellTable {
  HugeVector<float> cells;
  std::size_t stride = 0;  // distance of two columns
  std::uint32_t row_count = 0;

  const float* column(std::uint32_t index) const { return cells.data() + index * stride; }
};

class BlockReader;

struct ParseOutcome {
  std::vector<Fault> faults;  // the first kMaxFaults, in order of offset
  bool saw_question_mark = false;
  std::uint64_t newlines = 0;  // in all of the text
};

// Parses whole rows. `text` ends with '\n' (or is empty) and begins at byte `text_offset` of its
// file. Missing cells are NaN. If there are faults, `table` holds only the rows without any.
// With `blocks`, good rows are read by its kernels, and the others as without: the result is the
// same.
ParseOutcome ParseRows(std::string_view text, std::uint64_t text_offset, const Layout& layout,
                       CellTable& table, BlockReader* blocks = nullptr);

// Rows of `text` that are not blank lines. Same precondition.
std::uint64_t CountRows(std::string_view text, const Layout& layout);

}  // namespace boostyard::csv
