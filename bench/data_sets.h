// The generated data of ./dev bench train. Every row is a pure function of (set, seed, row number),
// so the bytes are the same everywhere and on any number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/library.h"

namespace boostyard::bench {

struct Table {
  std::size_t row_count = 0;
  std::size_t feature_count = 0;
  std::vector<float> values;  // row-major
  std::vector<float> labels;  // 0 or 1

  DenseRows rows() const { return {values.data(), labels.data(), row_count, feature_count}; }
};

struct DataSet {
  std::string name;
  Table train;
  Table test;
};

// higgs1m: 1,000,000 x 28, continuous, like measured and derived quantities of a collision.
// wide: 100,000 x 500, most columns noise or weak copies of hidden factors.
// bank: 41,188 x 59, customers and calls, 53 columns one-hot or flags (bench/bank_rows.h).
// Test rows come on top: a quarter as many. `scale` shrinks the numbers of rows (1: as above).
// An unknown name gives an empty set.
DataSet MakeDataSet(std::string_view name, std::uint64_t seed, double scale, int threads);

// The same with so many training rows and test rows.
DataSet MakeDataSetOfRows(std::string_view name, std::uint64_t seed, std::size_t rows,
                          std::size_t test_rows, int threads);

}  // namespace boostyard::bench
