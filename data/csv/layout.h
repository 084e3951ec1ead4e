// What the columns of a CSV channel are, and how a fault in one is noted on the fast path.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace boostyard::csv {

// Columns stand in this order: label (if any), weight (if any), features.
struct Layout {
  char delimiter = ',';
  std::uint32_t column_count = 0;
  bool has_label = true;
  bool has_weights = false;
  std::vector<std::string> names;  // column_count names from a header, or empty
  std::string defined_by;          // "train/a.csv line 1": where column_count comes from

  // Blanks before the label are no cells, also where they are the delimiter: a label is never
  // missing.
  bool skips_first_blanks() const { return delimiter == ' ' && has_label; }
  // The delimiter that makes a row of a line of blanks; '\0': none does.
  char blank_row_delimiter() const { return skips_first_blanks() ? '\0' : delimiter; }

  // Spaces in a row may stand for missing cells, or align the columns: as a delimiter they must
  // not.
  bool takes_empty_cells() const { return delimiter != ' '; }

  std::uint32_t weight_column() const { return has_label ? 1 : 0; }  // if has_weights
  std::uint32_t first_feature() const { return (has_label ? 1U : 0U) + (has_weights ? 1U : 0U); }
  std::uint32_t feature_count() const {
    return column_count > first_feature() ? column_count - first_feature() : 0;
  }
};

enum class FaultKind : std::uint8_t {
  kCell,         // not a number that the column takes
  kColumnCount,  // the row has too few or too many cells
  kQuote,        // a quoted cell is not closed on its line, or text follows its closing quote
};

// A fault as the fast path notes it. Line, text and message are found on the error path.
struct Fault {
  std::uint64_t offset = 0;  // byte of the file: the cell's first, or the row's end if it is short
  std::uint32_t column = 0;  // from 0
  FaultKind kind = FaultKind::kCell;
};

inline constexpr std::size_t kMaxFaults = 5;  // how many errors a chunk notes and a report shows

}  // namespace boostyard::csv
