#include "bench/rows.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>

namespace boostyard::bench {

std::optional<Rows> ReadRows(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  Rows rows;
  const char* at = text.data();
  const char* const end = at + text.size();
  std::size_t column = 0;
  while (at < end) {
    float value = NAN;
    if (*at != ',' && *at != '\n') {
      const auto parsed = std::from_chars(at, end, value);
      if (parsed.ec != std::errc{}) return std::nullopt;
      at = parsed.ptr;
    }
    (column == 0 ? rows.labels : rows.features).push_back(value);
    ++column;
    if (at == end || *at == '\n') {
      if (rows.row_count == 0) rows.feature_count = column - 1;
      if (column != rows.feature_count + 1) return std::nullopt;
      ++rows.row_count;
      column = 0;
    }
    ++at;
  }
  return rows;
}

bool WriteRows(const Rows& rows, const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary);
  for (const std::vector<float>* values : {&rows.labels, &rows.features}) {
    file.write(reinterpret_cast<const char*>(values->data()),
               static_cast<std::streamsize>(values->size() * sizeof(float)));
  }
  return static_cast<bool>(file.flush());
}

}  // namespace boostyard::bench
