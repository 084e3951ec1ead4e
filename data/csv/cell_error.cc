#include "data/csv/cell_error.h"

#include <algorithm>
#include <array>
#include <vector>

#include "data/csv/sniff.h"
#include "data/escape.h"
#include "data/input_file.h"
#include "data/magic.h"
#include "data/number.h"
#include "engine/base/error_table.h"

namespace boostyard::csv {
namespace {

struct Diagnosis {
  ErrorId id{};
  std::string problem;  // follows "column 7: "
  std::string fix;
};

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> lower_case_words) {
  return std::any_of(lower_case_words.begin(), lower_case_words.end(),
                     [&](std::string_view word) { return EqualsIgnoringCase(text, word); });
}

bool HasDigit(std::string_view text) { return std::any_of(text.begin(), text.end(), IsDigit); }

// "2,5" or "1,234.5": a number but for its commas.
bool IsNumberWithCommas(std::string_view text) {
  std::string digits(text);
  const auto removed = std::erase(digits, ',');
  return removed > 0 && ReadCell(digits).kind == CellKind::kNumber;
}

// The end of a cure: the cell can be missing too.
std::string OrMissing(const Layout& layout) {
  return layout.takes_empty_cells() ? ", or leave the cell empty" : ", or write nan";
}

std::string NumberFix(std::string_view text, const Layout& layout) {
  if (IsNumberWithCommas(text)) {
    return "write numbers with a decimal point and without thousands separators";
  }
  if (text.starts_with("0x") || text.starts_with("0X")) return "write numbers in decimal";
  if (IsOneOf(text, {"nan", "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "missing", "-",
                     "--", ".", "nat", "\\n"})) {
    return layout.takes_empty_cells() ? "leave the cell empty, or write NA, for a missing value"
                                      : "write nan for a missing value";
  }
  if (text.find('\r') != std::string_view::npos) return "end lines with LF or CR LF";
  if (HasDigit(text)) {
    return layout.takes_empty_cells()
               ? "write a number, or leave the cell empty if the value is missing"
               : "write a number, or nan if the value is missing";
  }
  return "encode text as numbers, e.g. ordinal codes or one 0/1 column per category";
}

std::string LabelFix(std::string_view text, const Layout& layout) {
  if (IsOneOf(text, {"yes", "no"})) return "map the labels to numbers: no = 0, yes = 1";
  if (IsOneOf(text, {"y", "n"})) return "map the labels to numbers: n = 0, y = 1";
  if (IsOneOf(text, {"t", "f"})) return "map the labels to numbers: f = 0, t = 1";
  if (IsNumberWithCommas(text)) return NumberFix(text, layout);
  if (HasDigit(text)) return "write the label as a number; it is the first column";
  return "map the labels to numbers: 0 and 1 for two classes, 0 to num_class-1 for more";
}

Diagnosis DiagnoseLabel(std::string_view text, CellKind kind, const Layout& layout) {
  switch (kind) {
    case CellKind::kMissing:
      return {ErrorId::kCsvBadLabel,
              text.empty() ? "the label is empty" : "the label " + QuoteText(text) + " is missing",
              "give every row a label in its first column, or drop the row"};
    case CellKind::kInfinite:
    case CellKind::kOutOfRange:
      return {ErrorId::kCsvBadLabel, "the label " + QuoteText(text) + " is not finite in float32",
              "use labels within the range of float32 (about 3.4e38)"};
    default:
      return {ErrorId::kCsvBadLabel, "the label " + QuoteText(text) + " is not a number",
              LabelFix(text, layout)};
  }
}

Diagnosis DiagnoseWeight(std::string_view text, CellKind kind) {
  std::string problem = "the weight " + QuoteText(text);
  switch (kind) {
    case CellKind::kMissing:
      problem = text.empty() ? "the weight is empty" : problem + " is missing";
      break;
    case CellKind::kNumber:
      problem += " is negative";
      break;
    case CellKind::kInfinite:
    case CellKind::kOutOfRange:
      problem += " is not finite in float32";
      break;
    case CellKind::kText:
      problem += " is not a number";
      break;
  }
  return {ErrorId::kCsvBadWeight, std::move(problem),
          "with csv_weights=1 the second column is the row's weight, a number of at least 0"};
}

Diagnosis DiagnoseFeature(std::string_view text, CellKind kind, const Layout& layout) {
  switch (kind) {
    case CellKind::kInfinite:
      return {ErrorId::kCsvOutOfRange, QuoteText(text) + " is infinite",
              "replace infinities by a finite number" + OrMissing(layout)};
    case CellKind::kOutOfRange:
      return {ErrorId::kCsvOutOfRange, QuoteText(text) + " is beyond the range of float32",
              "scale the column" + OrMissing(layout) + " (the largest float32 is about 3.4e38)"};
    default:
      return {ErrorId::kCsvBadNumber, QuoteText(text) + " is not a number",
              NumberFix(text, layout)};
  }
}

Diagnosis DiagnoseCell(std::uint32_t column, std::string_view text, const Layout& layout) {
  if (text.find('\0') != std::string_view::npos) {
    return {ErrorId::kCsvEncoding, QuoteText(text) + " holds a NUL byte",
            "save the file as UTF-8 text"};
  }
  const CellKind kind = ReadCell(text).kind;
  if (layout.has_label && column == 0) return DiagnoseLabel(text, kind, layout);
  if (layout.has_weights && column == layout.weight_column()) return DiagnoseWeight(text, kind);
  return DiagnoseFeature(text, kind, layout);
}

std::string CountText(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " cell" : " cells");
}

constexpr const char* kSpacesFix =
    "write one space between cells, and nan for a missing one; or separate cells by commas";

std::string CountFix(std::string_view line, const Layout& layout) {
  if (line.find('\r') != std::string_view::npos) return "end lines with LF or CR LF, not CR alone";
  if (!layout.takes_empty_cells()) return kSpacesFix;
  return "give every row the same number of cells: leave missing ones empty, quote text that holds "
         "the delimiter";
}

// The cure for a first line that may well be a header, though the next line does not confirm it.
std::string HeaderFix(const SplitLine& line) {
  if (TrimBlanks(line.cells.front().text).empty()) {
    return "if this is a header written with an index column, write the data without index and "
           "header";
  }
  return "if this is a header, remove it or set ContentType to text/csv;header=present";
}

std::string ColumnText(std::uint32_t column, const Layout& layout) {
  std::string text = "column " + std::to_string(column + 1);
  if (column < layout.names.size()) text += " " + QuoteText(layout.names[column]);
  return text;
}

void StripMark(FoundLine& line) {
  if (line.offset != 0 || !line.text.starts_with(kUtf8Mark)) return;
  line.text.erase(0, kUtf8Mark.size());
  line.offset = kUtf8Mark.size();
}

}  // namespace

FoundLine FindLine(std::string_view text, std::uint64_t text_offset, std::uint64_t newlines_before,
                   std::uint64_t offset) {
  FoundLine line;
  const std::size_t at = offset - text_offset;
  const auto before = text.substr(0, at);
  line.number = 1 + newlines_before +
                static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0
  std::string_view found = text.substr(begin, std::min(text.find('\n', at), text.size()) - begin);
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  line.text = found;
  line.offset = text_offset + begin;
  StripMark(line);
  return line;
}

SourcePosition PositionIn(const FoundLine& line, const std::string& display_name,
                          std::uint64_t offset, std::uint64_t column) {
  const std::size_t at = offset - std::min(offset, line.offset);
  Excerpt excerpt = ExcerptAround(line.text, at);
  SourcePosition position;
  position.file = display_name;
  position.line = line.number;
  position.byte = at + 1;
  position.column = column;
  position.line_text = std::move(excerpt.text);
  position.caret = excerpt.caret;
  return position;
}

Error DescribeFault(const Fault& fault, const FoundLine& line, const std::string& display_name,
                    const Layout& layout) {
  const std::string text = line.text + '\n';
  const SplitLine split = Split(text, layout.delimiter, layout.has_label);
  SourcePosition at = PositionIn(line, display_name, fault.offset, fault.column + 1);
  switch (fault.kind) {
    case FaultKind::kColumnCount:
      return MakeErrorAt(ErrorId::kCsvColumnCount, std::move(at),
                         "the row has " + CountText(split.cells.size()) + ", expected " +
                             std::to_string(layout.column_count) + " as in " + layout.defined_by,
                         CountFix(line.text, layout));
    case FaultKind::kQuote: {
      const CellSpan& cell = split.cells.back();
      const bool is_open = cell.form == CellForm::kUnclosedQuote;
      return MakeErrorAt(
          ErrorId::kCsvBadQuote, std::move(at),
          ColumnText(fault.column, layout) +
              (is_open ? ": the quote is not closed on its line"
                       : ": text follows the closing quote of " + QuoteText(CellText(cell))),
          is_open ? "close the quote; line breaks within a cell are not read"
                  : "double quotes that belong to the text");
    }
    case FaultKind::kCell:
      break;
  }
  if (!layout.takes_empty_cells() && IsEmptyCell(split.cells[fault.column])) {
    return MakeErrorAt(ErrorId::kCsvBadNumber, std::move(at),
                       ColumnText(fault.column, layout) +
                           ": nothing stands here between spaces (a missing cell, or columns that "
                           "are aligned)",
                       kSpacesFix);
  }
  const std::string cell = CellText(split.cells[fault.column]);
  Diagnosis diagnosis = DiagnoseCell(fault.column, cell, layout);
  const bool may_be_header = line.number == 1 && IsHeader(split, nullptr, layout.has_label);
  if (may_be_header && !IsOneOf(cell, {"yes", "no"})) diagnosis.fix = HeaderFix(split);
  return MakeErrorAt(diagnosis.id, std::move(at),
                     ColumnText(fault.column, layout) + ": " + diagnosis.problem,
                     std::move(diagnosis.fix));
}

}  // namespace boostyard::csv
