// Cuts one cell out of a line: the one place that knows delimiters, quotes and line ends.
#pragma once

#include <string_view>

#include "data/number.h"

namespace boostyard::csv {

enum class CellForm { kPlain, kQuoted, kUnclosedQuote, kTextAfterQuote };

struct CellSpan {
  std::string_view text;  // without its quotes, but with doubled quotes left as they are
  const char* next;       // the delimiter or the '\n' that ends the cell
  CellForm form;
};

// The quoted cell whose opening quote is at `quote`.
inline CellSpan NextQuotedCell(const char* quote, char delimiter) {
  const char* const begin = quote + 1;
  const char* p = begin;
  for (;; ++p) {
    if (*p == '\n') {
      return {{begin, static_cast<std::size_t>(p - begin)}, p, CellForm::kUnclosedQuote};
    }
    if (*p != '"') continue;
    if (p[1] != '"') break;
    ++p;  // a doubled quote stands for one
  }
  const std::string_view text(begin, static_cast<std::size_t>(p - begin));
  ++p;
  while (IsBlank(*p) && *p != delimiter) ++p;
  if (*p == '\r' && p[1] == '\n') ++p;
  if (*p == delimiter || *p == '\n') return {text, p, CellForm::kQuoted};
  while (*p != '\n') ++p;
  return {text, p, CellForm::kTextAfterQuote};
}

// The cell that begins at `p`. A '\n' must follow somewhere: the text's last byte is one.
inline CellSpan NextCell(const char* p, char delimiter) {
  const char* q = p;
  if (*q == '"' || IsBlank(*q)) {
    while (IsBlank(*q) && *q != delimiter) ++q;
    if (*q == '"' && delimiter != '"') return NextQuotedCell(q, delimiter);
  }
  while (*q != delimiter && *q != '\n') ++q;
  const char* const end = *q == '\n' && q != p && q[-1] == '\r' ? q - 1 : q;
  return {{p, static_cast<std::size_t>(end - p)}, q, CellForm::kPlain};
}

// The first byte at or after `p` that is no space.
inline const char* SkipSpaces(const char* p) {
  while (*p == ' ') ++p;
  return p;
}

// Nothing but blanks, and no quotes to say that this is meant.
inline bool IsEmptyCell(const CellSpan& cell) {
  return cell.form == CellForm::kPlain && TrimBlanks(cell.text).empty();
}

// Whether a row of one cell is a blank line: nothing but blanks, none of them the delimiter.
inline bool IsBlankLine(const CellSpan& first_cell) {
  return *first_cell.next == '\n' && IsEmptyCell(first_cell);
}

}  // namespace boostyard::csv
