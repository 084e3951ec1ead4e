// The generated CSV files of ./dev bench ingest.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace boostyard::bench {

struct CsvKind {
  std::string_view name;
  std::string_view what;
  std::size_t row_count;
  std::size_t column_count;  // the label included
};

// Labels are 0 or 1; of 28 features four have four values each.
inline constexpr CsvKind kCsvKinds[] = {
    {"g6", "floats, %.6g", 1'000'000, 29},
    {"g17", "floats, %.17g", 1'000'000, 29},
    {"e18", "floats, %.18e", 1'000'000, 29},
    {"bank", "small integers, most 0 or 1", 41'188, 60},
    {"bank20", "20 times the rows of bank", 823'760, 60},
};

// Rows [begin, end) of a file; the same for the same rows always.
std::string MakeCsvRows(const CsvKind& kind, std::size_t begin, std::size_t end);

// Writes a file with `row_count` rows. False if that fails.
bool WriteCsvFile(const CsvKind& kind, std::size_t row_count, const std::filesystem::path& path);

}  // namespace boostyard::bench
