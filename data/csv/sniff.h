// What the first lines of a CSV channel say: its delimiter, and whether a file has a header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/csv/cell_scan.h"
#include "engine/base/result.h"

namespace boostyard::csv {

// One line taken apart. `cells` point into the line.
struct SplitLine {
  std::vector<CellSpan> cells;
  bool is_blank = false;
};

// `line` ends with '\n'. Cells after a faulty quote are not looked at. `has_label`: blanks at its
// beginning are no cells (Layout::skips_first_blanks).
SplitLine Split(std::string_view line, char delimiter, bool has_label);

// A cell's text as it is meant: doubled quotes made single, blanks around it dropped.
std::string CellText(const CellSpan& cell);

// A line of a file's head, with its place.
struct HeadLine {
  std::string_view text;     // with its '\n'
  std::size_t offset = 0;    // in the head
  std::uint64_t number = 1;  // from 1
};

// The first `count` lines of `head` from byte `begin` on that hold more than blanks. Blanks that
// are delimiters are a row: `delimiter` says which, '\0' if none is known yet.
std::vector<HeadLine> FirstLines(std::string_view head, std::size_t begin, std::size_t count,
                                 char delimiter);

// Chooses among comma, semicolon, tab, bar and space. `lines`: some lines of the channel, each with
// its '\n'. '\0': no line holds any of them. Errors: kCsvDelimiter if decimal commas are used.
Result<char> SniffDelimiter(const std::vector<std::string_view>& lines, bool has_label);

// Whether `first` is a header above `second` (null: there is no second line). With a label: its
// cell is text, and the next line's is a number. Without: it holds text and no number, the next
// line a number.
bool IsHeader(const SplitLine& first, const SplitLine* second, bool has_label);

std::string NameOfDelimiter(char delimiter);  // "comma", "tab"

}  // namespace boostyard::csv
