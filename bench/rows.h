// A headerless CSV file of numbers, label first: the plainest reader there is, independent of
// data/.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace boostyard::bench {

struct Rows {
  std::size_t row_count = 0;
  std::size_t feature_count = 0;
  std::vector<float> labels;
  std::vector<float> features;  // row by row; an empty cell is NaN
};

// Nothing if the file cannot be read, holds text or rows of different length.
std::optional<Rows> ReadRows(const std::filesystem::path& path);

// Writes the labels, then the features, as float32. False if that fails.
bool WriteRows(const Rows& rows, const std::filesystem::path& path);

}  // namespace boostyard::bench
