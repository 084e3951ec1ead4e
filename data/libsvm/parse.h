// From lines of text to sparse rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "data/libsvm/layout.h"
#include "data/rows/row_block.h"

namespace boostyard::libsvm {

struct ParsedLines {
  RowBlock rows;
  std::vector<Fault> faults;  // the first csv::kMaxFaults, in order of offset
};

// Parses whole lines; the text begins at byte `text_offset` of its file. A line with a fault gives
// no row. The last line need not end with a newline.
ParsedLines ParseLines(std::string_view text, std::uint64_t text_offset, const Layout& layout);

// What the first line with data says of the others; nothing if there is none.
std::optional<Layout> LayoutOf(std::string_view text, bool has_label);

// Lines of `text` that hold data, and where line `row` of those begins.
std::uint64_t CountRows(std::string_view text);
std::size_t OffsetOfRow(std::string_view text, std::uint64_t row);

// Cuts the next token off `rest`: what is between blanks. Empty at the end.
std::string_view NextToken(std::string_view& rest);

// Cuts the next line off `rest`: without line end and comment.
std::string_view NextLine(std::string_view& rest);

}  // namespace boostyard::libsvm
