// A slow reader of libsvm text, written from the grammar of data/FORMATS.md with the standard
// library alone: the oracle of the real one.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/data/naive_csv.h"

namespace boostyard::test {

struct NaiveRow {
  float label = 0.0F;
  std::optional<float> weight;
  std::optional<std::uint64_t> query;
  std::map<std::uint64_t, float> cells;  // also those written as missing
};

struct NaiveSparse {
  bool ok = true;
  std::size_t bad_lines = 0;
  std::vector<NaiveRow> rows;
  std::uint64_t feature_count = 0;

  // A row as the real reader's tables give it: label, weight if there is one, features.
  std::vector<float> Dense(const NaiveRow& row, std::uint64_t width) const {
    std::vector<float> dense(width, std::numeric_limits<float>::quiet_NaN());
    for (const auto& [index, value] : row.cells) {
      if (index < width) dense[index] = value;
    }
    if (row.weight) dense.insert(dense.begin(), *row.weight);
    dense.insert(dense.begin(), row.label);
    return dense;
  }
};

inline std::optional<std::uint64_t> NaiveInteger(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) return {};
  std::string digits = text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
  if (digits.size() > 19) return std::numeric_limits<std::uint64_t>::max();
  return std::strtoull(digits.c_str(), nullptr, 10);
}

inline std::optional<NaiveRow> NaiveReadLine(const std::string& line) {
  // Not by streams: they take more for a blank than a space and a tab.
  std::vector<std::string> tokens(1);
  for (const char c : line) {
    if (c != ' ' && c != '\t') {
      tokens.back().push_back(c);
    } else if (!tokens.back().empty()) {
      tokens.emplace_back();
    }
  }
  if (tokens.back().empty()) tokens.pop_back();
  NaiveRow row;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t colon = tokens[i].find(':');
    const std::string front = tokens[i].substr(0, colon);
    const std::string back = colon == std::string::npos ? "" : tokens[i].substr(colon + 1);
    if (i == 0) {
      const NaiveCell label = NaiveReadCell(front);
      if (label.kind != NaiveKind::kNumber) return {};
      row.label = label.value;
      if (colon == std::string::npos) continue;
      const NaiveCell weight = NaiveReadCell(back);
      if (weight.kind != NaiveKind::kNumber || weight.value < 0) return {};
      row.weight = weight.value;
      continue;
    }
    if (colon == std::string::npos) return {};
    if (front == "qid") {
      const auto query = NaiveInteger(back);
      if (i != 1 || !query || *query > std::uint64_t{9'999'999'999'999'999'999U}) return {};
      row.query = *query;
      continue;
    }
    const auto index = NaiveInteger(front);
    const NaiveCell value = NaiveReadCell(back);
    const bool is_value = value.kind == NaiveKind::kNumber || value.kind == NaiveKind::kMissing;
    if (!index || *index > 0x7FFFFFFE || back.empty() || !is_value) return {};
    if (!row.cells.emplace(*index, value.value).second) return {};
  }
  return row;
}

inline NaiveSparse NaiveReadLibsvm(const std::string& text) {
  NaiveSparse sparse;
  std::optional<NaiveRow> first;
  bool is_first = true;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    auto row = NaiveReadLine(line);
    if (is_first) {
      // What the first line looks like decides, though it be wrong.
      const std::size_t begin = line.find_first_not_of(" \t");
      const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
      first.emplace();
      if (line.substr(begin, end - begin).find(':') != std::string::npos) first->weight = 1.0F;
      const std::size_t next = std::min(line.find_first_not_of(" \t", end), line.size());
      if (line.compare(next, 4, "qid:") == 0) first->query = 0;
      is_first = false;
    }
    if (!row || row->weight.has_value() != first->weight.has_value() ||
        row->query.has_value() != first->query.has_value()) {
      sparse.ok = false;
      ++sparse.bad_lines;
      continue;
    }
    if (!row->cells.empty()) {
      sparse.feature_count = std::max(sparse.feature_count, row->cells.rbegin()->first + 1);
    }
    sparse.rows.push_back(*std::move(row));
  }
  return sparse;
}

}  // namespace boostyard::test
