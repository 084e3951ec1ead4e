#include "data/csv/parse.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/csv/block_reader.h"
#include "data/csv/cell_scan.h"
#include "data/csv/kernels/kernels.h"
#include "data/number.h"

namespace boostyard::csv {
namespace {

class RowParser {
 public:
  RowParser(std::string_view text, std::uint64_t text_offset, const Layout& layout,
            CellTable& table, std::uint64_t newlines)
      : text_(text), text_offset_(text_offset), layout_(layout), table_(table) {
    outcome_.newlines = newlines;
  }

  // Parses the row at `p` and returns where the next one begins.
  const char* Row(const char* p) {
    row_fault_count_ = 0;
    if (layout_.skips_first_blanks()) p = SkipSpaces(p);
    CellSpan cell = NextCell(p, layout_.delimiter);
    if (IsBlankLine(cell)) return cell.next + 1;
    float* out = table_.cells.data() + table_.row_count;
    for (std::uint32_t column = 0;; ++column, out += table_.stride) {
      if (cell.form > CellForm::kQuoted) return Reject(SkipBlanks(p), column, FaultKind::kQuote);
      if (column == layout_.column_count)
        return Reject(SkipBlanks(p), column, FaultKind::kColumnCount);
      *out = Value(cell, p, column);
      if (*cell.next == '\n') {
        if (column + 1 != layout_.column_count) {
          return Reject(LineEnd(cell.next), column + 1, FaultKind::kColumnCount);
        }
        break;
      }
      p = cell.next + 1;
      cell = NextCell(p, layout_.delimiter);
    }
    if (row_fault_count_ == 0) {
      ++table_.row_count;
    } else {
      outcome_.faults.insert(outcome_.faults.end(), row_faults_, row_faults_ + row_fault_count_);
    }
    return cell.next + 1;
  }

  // Parses the rows of [p, end), or as many as can be reported.
  void Rows(const char* p, const char* end) {
    while (p != end && !IsFull()) p = Row(p);
  }

  // Parses the rows of [p, end) if they are good ones throughout; false: nothing is done.
  bool Block(const char* p, const char* end, BlockReader& blocks) {
    const BlockText block = {p, static_cast<std::size_t>(end - p), layout_.delimiter,
                             layout_.column_count};
    return blocks.Read(block, layout_, table_, outcome_.saw_question_mark);
  }

  bool IsFull() const { return outcome_.faults.size() >= kMaxFaults; }

  ParseOutcome Finish() && {
    if (IsFull()) outcome_.faults.resize(kMaxFaults);
    return std::move(outcome_);
  }

 private:
  float Value(const CellSpan& span, const char* cell_begin, std::uint32_t column) {
    const std::string_view text = span.text;
    const CellValue cell = ReadCell(text);
    const bool is_target = column < layout_.first_feature();
    if (cell.kind == CellKind::kNumber) {
      const bool is_weight = is_target && layout_.has_weights && column == layout_.weight_column();
      if (is_weight && cell.value < 0.0F) NoteFault(cell_begin, column);
      return cell.value;
    }
    const bool is_unclear = !layout_.takes_empty_cells() && IsEmptyCell(span);
    if (cell.kind != CellKind::kMissing || is_target || is_unclear) {
      NoteFault(cell_begin, column);
    } else if (!text.empty() && TrimBlanks(text) == "?") {
      outcome_.saw_question_mark = true;
    }
    return cell.value;
  }

  // Faults of cells wait until the row is known to have the right number of cells.
  void NoteFault(const char* at, std::uint32_t column) {
    if (row_fault_count_ == kMaxFaults) return;
    row_faults_[row_fault_count_++] = {OffsetOf(SkipBlanks(at)), column, FaultKind::kCell};
  }

  // Notes one fault for the whole row and returns where the next row begins.
  const char* Reject(const char* at, std::uint32_t column, FaultKind kind) {
    outcome_.faults.push_back({OffsetOf(at), column, kind});
    const char* const end = text_.data() + text_.size();
    const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    return static_cast<const char*>(newline) + 1;
  }

  const char* SkipBlanks(const char* at) const {
    while (IsBlank(*at) && *at != layout_.delimiter) ++at;
    return at;
  }

  const char* LineEnd(const char* newline) const {
    return newline != text_.data() && newline[-1] == '\r' ? newline - 1 : newline;
  }

  std::uint64_t OffsetOf(const char* at) const {
    return text_offset_ + static_cast<std::uint64_t>(at - text_.data());
  }

  std::string_view text_;
  std::uint64_t text_offset_;
  const Layout& layout_;
  CellTable& table_;
  ParseOutcome outcome_;
  Fault row_faults_[kMaxFaults];
  std::size_t row_fault_count_ = 0;
};

}  // namespace

ParseOutcome ParseRows(std::string_view text, std::uint64_t text_offset, const Layout& layout,
                       CellTable& table, BlockReader* blocks) {
  // A good row takes at least one byte a column, so wide tables of many blank lines stay small. One
  // row more, because a faulty row is written before it is rejected.
  const std::size_t newlines = ActiveCsvKernels().count_newlines(text.data(), text.size());
  table.stride = std::min(newlines, text.size() / layout.column_count) + 1;
  table.row_count = 0;
  const std::size_t needed = table.stride * layout.column_count;
  if (table.cells.size() < needed) {
    table.cells = HugeVector<float>();         // its memory goes before more is taken
    table.cells.resize(needed + needed / 16);  // the next chunk may have a few rows more
  }

  RowParser parser(text, text_offset, layout, table, newlines);
  const char* p = text.data();
  const char* const end = p + text.size();
  if (blocks == nullptr || layout.column_count < 2) {
    parser.Rows(p, end);
    return std::move(parser).Finish();
  }
  // The kernels look back a little: the first rows are there to be looked at.
  while (p != end && !parser.IsFull() && static_cast<std::size_t>(p - text.data()) < kReadBehind)
    p = parser.Row(p);
  while (p != end && !parser.IsFull()) {
    const char* const block_end = BlockReader::BlockEnd(p, end);
    if (!parser.Block(p, block_end, *blocks)) parser.Rows(p, block_end);
    p = block_end;
  }
  return std::move(parser).Finish();
}

std::uint64_t CountRows(std::string_view text, const Layout& layout) {
  const char delimiter = layout.blank_row_delimiter();
  std::uint64_t rows = 0;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    const CellSpan cell = NextCell(p, delimiter);
    if (!IsBlankLine(cell)) ++rows;
    p = static_cast<const char*>(
            std::memchr(cell.next, '\n', static_cast<std::size_t>(end - cell.next))) +
        1;
  }
  return rows;
}

}  // namespace boostyard::csv
