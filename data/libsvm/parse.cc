#include "data/libsvm/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "data/csv/layout.h"
#include "data/number.h"

namespace boostyard::libsvm {
namespace {

// An integer of digits alone; nothing if it is not one. Too large ones become the largest.
std::optional<std::uint64_t> ReadInteger(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? value : ~std::uint64_t{0};
}

class LineParser {
 public:
  LineParser(const Layout& layout, RowBlock& rows) : layout_(layout), rows_(rows) {}

  // Appends a row, or leaves the rows as they are and returns what is wrong. Precondition: the line
  // has a token. The fault's offset counts from the line's beginning.
  std::optional<Fault> Parse(std::string_view line) {
    begin_ = line.data();
    token_ = 0;
    fault_.reset();
    cells_.clear();
    is_sorted_ = true;
    std::string_view rest = line;
    std::string_view token = NextToken(rest);
    float label = 0.0F;
    float weight = 1.0F;
    std::uint64_t query = 0;
    if (layout_.has_label || token.find(':') == std::string_view::npos) {
      if (layout_.has_label && !ReadTarget(token, label, weight)) return fault_;
      token = NextToken(rest);
      ++token_;
    }
    const bool has_query = token.starts_with("qid:");
    if (layout_.has_query_ids != has_query && layout_.has_label) {
      if (has_query) return FaultAt(token, FaultKind::kQueryExtra, token_);
      // At the line's end there is no token to point at: the label stands for the line.
      if (token.empty()) {
        return FaultAt(line.substr(line.find_first_not_of(" \t")), FaultKind::kQueryMissing, 0);
      }
      return FaultAt(token, FaultKind::kQueryMissing, token_);
    }
    if (has_query) {
      const auto number = ReadInteger(token.substr(4));
      if (!number || *number == ~std::uint64_t{0}) return FaultAt(token, FaultKind::kQuery, token_);
      query = *number;
      token = NextToken(rest);
      ++token_;
    }
    for (; !token.empty(); token = NextToken(rest), ++token_) {
      if (!ReadPair(token)) return fault_;
    }
    if (!SortCells()) return fault_;
    Append(label, weight, query);
    return std::nullopt;
  }

 private:
  struct Cell {
    FeatureIndex index;
    float value;
    std::string_view token;
    std::uint32_t place;
  };

  std::optional<Fault> FaultAt(std::string_view token, FaultKind kind, std::uint32_t place) {
    fault_ = Fault{
        .offset = static_cast<std::uint64_t>(token.data() - begin_), .token = place, .kind = kind};
    return fault_;
  }

  bool Refuse(std::string_view token, FaultKind kind) {
    FaultAt(token, kind, token_);
    return false;
  }

  bool ReadTarget(std::string_view token, float& label, float& weight) {
    const std::size_t colon = token.find(':');
    const CellValue value = ReadCell(token.substr(0, colon));
    if (value.kind != CellKind::kNumber) return Refuse(token, FaultKind::kLabel);
    label = value.value;
    const bool has_weight = colon != std::string_view::npos;
    if (has_weight) {
      const CellValue found = ReadCell(token.substr(colon + 1));
      if (found.kind != CellKind::kNumber || found.value < 0.0F) {
        return Refuse(token, FaultKind::kWeight);
      }
      weight = found.value;
    }
    if (has_weight == layout_.has_weights) return true;
    return Refuse(token, has_weight ? FaultKind::kWeightExtra : FaultKind::kWeightMissing);
  }

  bool ReadPair(std::string_view token) {
    const std::size_t colon = token.find(':');
    if (colon == std::string_view::npos) return Refuse(token, FaultKind::kPair);
    const std::string_view index_text = token.substr(0, colon);
    const auto index = ReadInteger(index_text);
    if (!index) return Refuse(token, index_text == "qid" ? FaultKind::kQuery : FaultKind::kIndex);
    if (*index > kMaxFeatureIndex) return Refuse(token, FaultKind::kIndexRange);
    const std::string_view text = token.substr(colon + 1);
    const CellValue value = ReadCell(text);
    if (text.empty() || value.kind == CellKind::kText) return Refuse(token, FaultKind::kValue);
    if (value.kind == CellKind::kInfinite || value.kind == CellKind::kOutOfRange) {
      return Refuse(token, FaultKind::kValueRange);
    }
    const auto feature = static_cast<FeatureIndex>(*index);
    is_sorted_ = is_sorted_ && (cells_.empty() || cells_.back().index < feature);
    cells_.push_back({feature, value.value, token, token_});
    return true;
  }

  bool SortCells() {
    if (is_sorted_) return true;
    std::stable_sort(cells_.begin(), cells_.end(),
                     [](const Cell& a, const Cell& b) { return a.index < b.index; });
    // The first in the line that repeats an index.
    const Cell* repeated = nullptr;
    for (std::size_t i = 1; i < cells_.size(); ++i) {
      if (cells_[i].index != cells_[i - 1].index) continue;
      if (repeated == nullptr || cells_[i].place < repeated->place) repeated = &cells_[i];
    }
    if (repeated == nullptr) return true;
    FaultAt(repeated->token, FaultKind::kDuplicate, repeated->place);
    return false;
  }

  void Append(float label, float weight, std::uint64_t query) {
    rows_.labels.push_back(label);
    if (layout_.has_weights) rows_.weights.push_back(weight);
    if (layout_.has_query_ids) rows_.query_ids.push_back(query);
    for (const Cell& cell : cells_) {
      rows_.feature_count = std::max(rows_.feature_count, cell.index + 1);
      if (std::isnan(cell.value)) continue;  // written, but missing
      rows_.indices.push_back(cell.index);
      rows_.values.push_back(cell.value);
    }
    rows_.offsets.push_back(rows_.indices.size());
  }

  const Layout& layout_;
  RowBlock& rows_;
  const char* begin_ = nullptr;
  std::uint32_t token_ = 0;
  std::optional<Fault> fault_;
  std::vector<Cell> cells_;
  bool is_sorted_ = true;
};

bool HoldsData(std::string_view line) { return !TrimBlanks(line).empty(); }

}  // namespace

std::string_view NextToken(std::string_view& rest) {
  rest = TrimBlanks(rest);
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(end);
  return token;
}

std::string_view NextLine(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line.substr(0, line.find('#'));
}

ParsedLines ParseLines(std::string_view text, std::uint64_t text_offset, const Layout& layout) {
  ParsedLines parsed;
  LineParser parser(layout, parsed.rows);
  for (std::string_view rest = text; !rest.empty();) {
    const std::uint64_t line_offset = text_offset + (text.size() - rest.size());
    const std::string_view line = NextLine(rest);
    if (!HoldsData(line)) continue;
    std::optional<Fault> fault = parser.Parse(line);
    if (!fault) continue;
    fault->offset += line_offset;
    parsed.faults.push_back(*fault);
    if (parsed.faults.size() == csv::kMaxFaults) break;
  }
  return parsed;
}

std::optional<Layout> LayoutOf(std::string_view text, bool has_label) {
  while (!text.empty()) {
    std::string_view rest = NextLine(text);
    const std::string_view target = NextToken(rest);
    if (target.empty()) continue;
    Layout layout;
    layout.has_label = has_label;
    if (!has_label) return layout;
    layout.has_weights = target.find(':') != std::string_view::npos;
    layout.has_query_ids = NextToken(rest).starts_with("qid:");
    return layout;
  }
  return std::nullopt;
}

std::uint64_t CountRows(std::string_view text) {
  std::uint64_t rows = 0;
  while (!text.empty()) rows += HoldsData(NextLine(text)) ? 1 : 0;
  return rows;
}

std::size_t OffsetOfRow(std::string_view text, std::uint64_t row) {
  std::string_view rest = text;
  for (;;) {
    const std::size_t offset = text.size() - rest.size();
    if (HoldsData(NextLine(rest)) && row-- == 0) return offset;
    if (rest.empty()) return offset;
  }
}

}  // namespace boostyard::libsvm
