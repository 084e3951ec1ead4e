// The shared data sets beside the repository, as tables.
#pragma once

#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include "tests/support/memory_stream.h"

namespace boostyard::testing {

inline std::filesystem::path SharedData() {
  return std::filesystem::path(BOOSTYARD_SOURCE_DIR) / ".." / "shared" / "data";
}

// A headerless CSV file of numbers, label first, empty cells missing; plain or gzip. Nothing if it
// is not there.
inline std::optional<MemoryTable> ReadNumbers(std::filesystem::path path) {
  if (!std::filesystem::exists(path)) path += ".gz";
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return std::nullopt;
  std::string text;
  char buffer[1 << 16];
  for (int got = 0; (got = gzread(file, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  gzclose(file);
  MemoryTable table;
  bool is_label = true;
  const char* at = text.c_str();
  const char* const end = at + text.size();
  while (at < end) {
    float value = std::numeric_limits<float>::quiet_NaN();
    if (*at != ',' && *at != '\n') {
      char* after = nullptr;
      value = std::strtof(at, &after);
      at = after;
    }
    (is_label ? table.labels : table.values).push_back(value);
    is_label = at >= end || *at == '\n';
    ++at;
  }
  table.row_count = table.labels.size();
  table.feature_count = table.values.size() / table.row_count;
  return table;
}

// One of the two files of a set: "train.csv" or "test.csv".
inline std::optional<MemoryTable> ReadShared(const std::string& set, const std::string& file) {
  return ReadNumbers(SharedData() / set / file);
}

}  // namespace boostyard::testing
