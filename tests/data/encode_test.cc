#include "data/csv/encode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace boostyard::csv {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Column {
  const char* what;
  bool is_coded;
  std::vector<float> values;  // that it takes in turn
};

std::vector<float> Range(int begin, int end, float step) {
  std::vector<float> values;
  for (int i = begin; i < end; ++i) values.push_back(static_cast<float>(i) * step);
  return values;
}

const std::vector<Column>& Columns() {
  static const std::vector<Column> columns = {
      {"zeros and ones", true, {0, 1, 1, 0}},
      {"ones", true, {1}},
      {"zeros", true, {0}},
      {"zeros and ones, few missing",
       true,
       {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, kNan}},
      {"zeros and one other", true, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}},
      {"integers with gaps", true, {254, 7, 0, 100, kNan}},
      {"integers without zero", true, {3, 1, 2}},
      {"all 255 small integers", true, Range(0, 255, 1.0F)},
      {"256 integers", false, Range(0, 256, 1.0F)},
      {"255 integers up to 255", true, Range(1, 256, 1.0F)},
      {"negative integers", true, {-1, 0, 1}},
      {"four floats", true, {0.0F, 1.0865381F, 2.1730762F, kNan, 3.101962F}},
      {"255 floats", true, Range(0, 255, 0.37F)},
      {"256 floats", false, Range(0, 256, 0.37F)},
      {"nothing but missing", true, {kNan}},
      {"one value", true, {1e30F}},
  };
  return columns;
}

CellTable TableOf(std::size_t row_count) {
  CellTable table;
  table.stride = row_count + 5;
  table.row_count = static_cast<std::uint32_t>(row_count);
  table.cells.assign(table.stride * (Columns().size() + 1), -9.0F);
  for (std::size_t row = 0; row < row_count; ++row) {
    table.cells[row] = static_cast<float>(row);
    for (std::size_t i = 0; i < Columns().size(); ++i) {
      const std::vector<float>& values = Columns()[i].values;
      table.cells[(i + 1) * table.stride + row] = values[row % values.size()];
    }
  }
  return table;
}

// What column_chunk.h and encode.h promise of a coded column, by a set.
void ExpectDictionary(const ColumnPiece& piece, const float* cells, std::size_t row_count) {
  std::set<float> distinct;
  for (std::size_t row = 0; row < row_count; ++row) {
    if (!std::isnan(cells[row])) distinct.insert(cells[row]);
  }
  EXPECT_EQ(std::vector<float>(piece.dictionary.begin(), piece.dictionary.end()),
            std::vector<float>(distinct.begin(), distinct.end()));
}

void ExpectCells(const ColumnPiece& piece, const float* cells, std::size_t row_count) {
  for (std::size_t row = 0; row < row_count; ++row) {
    if (std::isnan(cells[row])) {
      ASSERT_TRUE(std::isnan(piece.At(row)));
      ASSERT_TRUE(!piece.is_coded() || piece.codes[row] == ColumnPiece::kMissingCode);
    } else {
      ASSERT_EQ(piece.At(row), cells[row]);
    }
  }
}

TEST(Encoder, KeepsEveryCellInTheSmallerForm) {
  constexpr std::size_t kRows = 1000;
  Layout layout;
  layout.column_count = static_cast<std::uint32_t>(Columns().size() + 1);
  const CellTable table = TableOf(kRows);
  Encoder encoder;
  const StoredChunk chunk = encoder.Encode(table, layout);
  ASSERT_EQ(chunk.labels.size(), kRows);
  EXPECT_EQ(chunk.labels[kRows - 1], static_cast<float>(kRows - 1));
  for (std::size_t i = 0; i < Columns().size(); ++i) {
    SCOPED_TRACE(Columns()[i].what);
    const ColumnPiece& piece = chunk.features[i];
    EXPECT_EQ(piece.is_coded(), Columns()[i].is_coded);
    const float* const cells = table.column(static_cast<std::uint32_t>(i + 1));
    ExpectCells(piece, cells, kRows);
    if (piece.is_coded()) ExpectDictionary(piece, cells, kRows);
  }
}

// Three quarters of the rows is where codes with their dictionary become the larger form.
TEST(Encoder, ChoosesFloatsWhereCodesAreNotSmaller) {
  for (const float step : {1.0F, 0.37F}) {
    for (const std::size_t rows : {7, 8, 100, 200}) {
      const std::size_t limit = rows * 3 / 4;
      for (const std::size_t distinct : {limit, limit + 1}) {
        CellTable table;
        table.stride = rows;
        table.row_count = static_cast<std::uint32_t>(rows);
        table.cells.assign(2 * rows, 0.0F);
        for (std::size_t row = 0; row < rows; ++row) {
          table.cells[rows + row] = static_cast<float>(row % distinct) * step;
        }
        Layout layout;
        layout.column_count = 2;
        Encoder encoder;
        const StoredChunk chunk = encoder.Encode(table, layout);
        EXPECT_EQ(chunk.features[0].is_coded(), distinct == limit) << rows << " " << step;
      }
    }
  }
}

TEST(Encoder, ChunksOutliveIt) {
  Layout layout;
  layout.column_count = static_cast<std::uint32_t>(Columns().size() + 1);
  std::vector<StoredChunk> chunks;
  {
    Encoder encoder;
    for (std::size_t rows = 1; rows < 3000; rows += 500) {
      chunks.push_back(encoder.Encode(TableOf(rows), layout));
    }
  }
  for (const StoredChunk& chunk : chunks) {
    const CellTable table = TableOf(chunk.row_count);
    for (std::uint32_t i = 0; i < Columns().size(); ++i) {
      ExpectCells(chunk.features[i], table.column(i + 1), chunk.row_count);
    }
  }
}

}  // namespace
}  // namespace boostyard::csv
