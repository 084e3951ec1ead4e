// An independent CSV reader for tests: line by line, with std::string and strtof, written from
// data/FORMATS.md alone. It is the oracle of the property tests and of the fuzzers.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace boostyard::test {

enum class NaiveKind { kNumber, kMissing, kInfinite, kText };

struct NaiveCell {
  float value = std::numeric_limits<float>::quiet_NaN();
  NaiveKind kind = NaiveKind::kText;
};

inline bool NaiveGrammarAccepts(const std::string& text) {
  std::size_t i = 0;
  std::size_t digits = 0;
  const auto skip_digits = [&] {
    std::size_t count = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) ++count;
    return count;
  };
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  digits += skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    digits += skip_digits();
  }
  if (digits == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

// The C library decides the value of what the grammar accepts.
inline NaiveCell NaiveReadCell(std::string text) {
  constexpr const char* kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return {.kind = NaiveKind::kMissing};
  text = text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
  for (const char* word : {"nan", "NaN", "NA", "N/A", "null", "None", "?"}) {
    if (text == word) return {.kind = NaiveKind::kMissing};
  }
  if (NaiveGrammarAccepts(text)) {
    float value = std::strtof(text.c_str(), nullptr);
    if (value == 0.0F) value = 0.0F;  // -0 is 0
    if (std::isinf(value)) return {.kind = NaiveKind::kInfinite};
    return {value, NaiveKind::kNumber};
  }
  std::string lower;
  for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (lower == "true") return {1.0F, NaiveKind::kNumber};
  if (lower == "false") return {0.0F, NaiveKind::kNumber};
  if (!lower.empty() && (lower[0] == '+' || lower[0] == '-')) lower.erase(0, 1);
  if (lower == "inf" || lower == "infinity") return {.kind = NaiveKind::kInfinite};
  return {};
}

struct NaiveFault {
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::uint64_t column = 0;
  std::string id;

  bool operator==(const NaiveFault&) const = default;
};

struct NaiveOptions {
  char delimiter = ',';
  bool has_label = true;
  bool has_weights = false;
};

struct NaiveTable {
  std::size_t column_count = 0;          // of the first row
  std::vector<std::vector<float>> rows;  // all columns, label first
  std::vector<NaiveFault> faults;        // all of them
  bool first_row_has_bad_quote = false;
};

struct NaiveField {
  std::string text;
  std::size_t begin = 0;  // of the cell, after blanks
  bool is_quoted = false;
  bool is_broken = false;
};

inline std::vector<NaiveField> NaiveSplit(const std::string& line, std::size_t at, char delimiter) {
  std::vector<NaiveField> fields;
  for (;;) {
    NaiveField field;
    std::size_t p = at;
    while (p < line.size() && (line[p] == ' ' || line[p] == '\t') && line[p] != delimiter) ++p;
    field.begin = p;
    std::size_t end;
    if (p < line.size() && line[p] == '"') {
      field.is_quoted = true;
      for (++p;; ++p) {
        if (p >= line.size()) {
          field.is_broken = true;
          break;
        }
        if (line[p] == '"') {
          if (p + 1 < line.size() && line[p + 1] == '"') {
            ++p;
          } else {
            break;
          }
        }
        field.text += line[p];
      }
      if (!field.is_broken) ++p;
      while (p < line.size() && (line[p] == ' ' || line[p] == '\t') && line[p] != delimiter) ++p;
      if (p < line.size() && line[p] != delimiter) field.is_broken = true;
      end = p;
    } else {
      end = line.find(delimiter, at);
      if (end == std::string::npos) end = line.size();
      field.text = line.substr(at, end - at);
    }
    fields.push_back(field);
    if (field.is_broken || end >= line.size()) return fields;
    at = end + 1;
  }
}

inline NaiveTable NaiveReadCsv(const std::string& text, const NaiveOptions& options) {
  NaiveTable table;
  std::size_t at = 0;
  const std::size_t target_count = (options.has_label ? 1U : 0U) + (options.has_weights ? 1U : 0U);
  for (std::uint64_t number = 1; at < text.size(); ++number) {
    std::size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::size_t begin = 0;  // blanks before a label are no cells
    while (options.has_label && options.delimiter == ' ' && begin < line.size() &&
           line[begin] == ' ') {
      ++begin;
    }
    const std::vector<NaiveField> fields = NaiveSplit(line, begin, options.delimiter);
    if (fields.size() == 1 && !fields[0].is_quoted &&
        fields[0].text.find_first_not_of(" \t") == std::string::npos) {
      continue;
    }
    if (table.column_count == 0) {
      table.column_count = fields.size();
      table.first_row_has_bad_quote = fields.back().is_broken;
    }
    if (fields.back().is_broken && fields.size() <= table.column_count) {
      table.faults.push_back({number, fields.back().begin + 1, fields.size(), "csv-bad-quote"});
      continue;
    }
    if (fields.size() != table.column_count) {
      const bool is_long = fields.size() > table.column_count;
      // The first cell too many, or the end of the row.
      const std::size_t byte = is_long ? fields[table.column_count].begin : line.size();
      if (is_long && fields[table.column_count].is_broken) {
        table.faults.push_back({number, byte + 1, table.column_count + 1, "csv-bad-quote"});
        continue;
      }
      table.faults.push_back({number, byte + 1, (is_long ? table.column_count : fields.size()) + 1,
                              "csv-column-count"});
      continue;
    }
    std::vector<float> row;
    bool is_good = true;
    for (std::size_t column = 0; column < fields.size(); ++column) {
      const NaiveCell cell = NaiveReadCell(fields[column].text);
      row.push_back(cell.value);
      const bool is_label = options.has_label && column == 0;
      const bool is_weight = options.has_weights && column + 1 == target_count;
      std::string id;
      if (is_label && cell.kind != NaiveKind::kNumber) id = "csv-bad-label";
      if (is_weight && (cell.kind != NaiveKind::kNumber || cell.value < 0)) id = "csv-bad-weight";
      if (column >= target_count && cell.kind == NaiveKind::kText) id = "csv-bad-number";
      if (column >= target_count && cell.kind == NaiveKind::kInfinite) id = "csv-out-of-range";
      if (options.delimiter == ' ' && !fields[column].is_quoted &&
          fields[column].text.find_first_not_of(" \t") == std::string::npos) {
        id = "csv-bad-number";
      }
      if (id.empty()) continue;
      is_good = false;
      table.faults.push_back({number, fields[column].begin + 1, column + 1, id});
    }
    if (is_good) table.rows.push_back(row);
  }
  return table;
}

}  // namespace boostyard::test
