#include "data/csv/sniff.h"

#include <algorithm>
#include <array>

#include "data/number.h"
#include "engine/base/error_table.h"

namespace boostyard::csv {
namespace {

constexpr std::array<char, 5> kDelimiters = {',', ';', '\t', '|', ' '};

// "2,5": digits, one comma, digits, with an optional sign.
bool IsDecimalComma(std::string_view text) {
  text = TrimBlanks(text);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const std::size_t comma = text.find(',');
  if (comma == 0 || comma == std::string_view::npos || comma + 1 == text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != comma && !IsDigit(text[i])) return false;
  }
  return true;
}

// What the lines look like when they are cut at one delimiter.
struct Trial {
  std::size_t lines_with_it = 0;
  bool is_even = true;           // every line has the same number of cells
  bool is_numeric = true;        // every cell, but for the first line's, is a number or missing
  bool is_comma_decimal = true;  // the same, but some numbers have a decimal comma
};

Trial Try(const std::vector<std::string_view>& lines, char delimiter, bool has_label) {
  Trial trial;
  std::size_t cell_count = 0;
  bool saw_decimal_comma = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const SplitLine split = Split(lines[i], delimiter, has_label);
    if (split.cells.size() > 1) ++trial.lines_with_it;
    if (i == 0) cell_count = split.cells.size();
    trial.is_even = trial.is_even && split.cells.size() == cell_count;
    if (i == 0 && lines.size() > 1) continue;  // it may be a header
    for (const CellSpan& cell : split.cells) {
      const CellKind kind = ReadCell(cell.text).kind;
      if (kind == CellKind::kNumber || kind == CellKind::kMissing) continue;
      trial.is_numeric = false;
      const bool is_decimal_comma = delimiter != ',' && IsDecimalComma(cell.text);
      saw_decimal_comma = saw_decimal_comma || is_decimal_comma;
      trial.is_comma_decimal = trial.is_comma_decimal && is_decimal_comma;
    }
  }
  trial.is_even = trial.is_even && cell_count > 1;
  trial.is_comma_decimal = trial.is_comma_decimal && saw_decimal_comma;
  return trial;
}

bool HasKind(const SplitLine& line, CellKind kind) {
  return std::any_of(line.cells.begin(), line.cells.end(),
                     [&](const CellSpan& cell) { return ReadCell(cell.text).kind == kind; });
}

}  // namespace

SplitLine Split(std::string_view line, char delimiter, bool has_label) {
  SplitLine split;
  const char* p = delimiter == ' ' && has_label ? SkipSpaces(line.data()) : line.data();
  for (;;) {
    split.cells.push_back(NextCell(p, delimiter));
    const CellSpan& cell = split.cells.back();
    if (*cell.next == '\n') break;
    p = cell.next + 1;
  }
  split.is_blank = IsBlankLine(split.cells.front());
  return split;
}

std::string CellText(const CellSpan& cell) {
  std::string text(TrimBlanks(cell.text));
  if (cell.form == CellForm::kPlain) return text;
  for (std::size_t at = text.find("\"\""); at != std::string::npos;
       at = text.find("\"\"", at + 1)) {
    text.erase(at, 1);
  }
  return text;
}

std::vector<HeadLine> FirstLines(std::string_view head, std::size_t begin, std::size_t count,
                                 char delimiter) {
  std::vector<HeadLine> lines;
  std::uint64_t number = 1;
  while (begin < head.size() && lines.size() < count) {
    const std::size_t end = head.find('\n', begin) + 1;
    const std::string_view line = head.substr(begin, end - begin);
    if (!IsBlankLine(NextCell(line.data(), delimiter))) lines.push_back({line, begin, number});
    begin = end;
    ++number;
  }
  return lines;
}

Result<char> SniffDelimiter(const std::vector<std::string_view>& lines, bool has_label) {
  std::array<Trial, kDelimiters.size()> trials;
  for (std::size_t i = 0; i < kDelimiters.size(); ++i)
    trials[i] = Try(lines, kDelimiters[i], has_label);

  for (std::size_t i = 0; i < kDelimiters.size(); ++i) {
    if (trials[i].is_even && trials[i].is_numeric) return kDelimiters[i];
  }
  for (std::size_t i = 0; i < kDelimiters.size(); ++i) {
    if (!trials[i].is_even || !trials[i].is_comma_decimal) continue;
    return MakeError(ErrorId::kCsvDelimiter,
                     "the numbers have decimal commas, and the cells are separated by " +
                         NameOfDelimiter(kDelimiters[i]),
                     "write numbers with a decimal point, e.g. 2.5 instead of 2,5");
  }
  for (std::size_t i = 0; i < kDelimiters.size(); ++i) {
    if (trials[i].is_even) return kDelimiters[i];
  }
  // Uneven rows: the delimiter of most lines, so that the report names the uneven one.
  const auto* const most = std::max_element(
      trials.begin(), trials.end(),
      [](const Trial& a, const Trial& b) { return a.lines_with_it < b.lines_with_it; });
  return most->lines_with_it > 0 ? kDelimiters[static_cast<std::size_t>(most - trials.begin())]
                                 : '\0';
}

bool IsHeader(const SplitLine& first, const SplitLine* second, bool has_label) {
  if (second == nullptr || !has_label) {
    return HasKind(first, CellKind::kText) && !HasKind(first, CellKind::kNumber) &&
           (second == nullptr || HasKind(*second, CellKind::kNumber));
  }
  return ReadCell(first.cells.front().text).kind == CellKind::kText &&
         ReadCell(second->cells.front().text).kind == CellKind::kNumber;
}

std::string NameOfDelimiter(char delimiter) {
  switch (delimiter) {
    case ',':
      return "comma";
    case ';':
      return "semicolon";
    case '\t':
      return "tab";
    case ' ':
      return "space";
    case '|':
      return "bar";
    default:
      return std::string(1, delimiter);
  }
}

}  // namespace boostyard::csv
