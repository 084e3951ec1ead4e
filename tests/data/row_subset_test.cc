#include "data/row_subset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "data/joined_stream.h"
#include "engine/base/error_table.h"
#include "tests/support/memory_stream.h"

namespace boostyard {
namespace {

using testing::MemoryStream;
using testing::MemoryStreamOptions;
using testing::MemoryTable;

// Feature 0 has few values (codes), feature 1 one a row (floats); some cells are missing.
MemoryTable TableOf(std::size_t rows, bool has_weights, bool has_query_ids, float base = 0.0F) {
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = 2;
  for (std::size_t row = 0; row < rows; ++row) {
    const float number = base + static_cast<float>(row);
    table.values.push_back(row % 11 == 3 ? std::nanf("") : static_cast<float>(row % 5));
    table.values.push_back(row % 7 == 1 ? std::nanf("") : number * 1.5F);
    table.labels.push_back(number);
    if (has_weights) table.weights.push_back(number / 8.0F);
    if (has_query_ids) table.query_ids.push_back(row / 3);
  }
  return table;
}

// A row as text.
std::string RowText(const ColumnChunk& chunk, std::size_t i) {
  std::string text = std::to_string(chunk.labels[i]);
  for (const ColumnPiece& piece : chunk.features) text += "," + std::to_string(piece.At(i));
  text += chunk.weights.empty() ? ",-" : "," + std::to_string(chunk.weights[i]);
  text += chunk.query_ids.empty() ? ",-" : "," + std::to_string(chunk.query_ids[i]);
  return text;
}

// All rows; checks that they are numbered.
std::vector<std::string> ReadAll(ChunkStream& stream) {
  std::vector<std::string> rows;
  for (;;) {
    auto batch = stream.NextBatch();
    EXPECT_TRUE(batch.ok());
    if (!batch.ok() || batch->empty()) break;
    for (const ColumnChunk& chunk : *batch) {
      EXPECT_EQ(chunk.first_row, rows.size());
      EXPECT_GT(chunk.row_count, 0U);
      for (std::size_t i = 0; i < chunk.row_count; ++i) rows.push_back(RowText(chunk, i));
    }
  }
  EXPECT_EQ(stream.shape().row_count, rows.size());
  return rows;
}

TEST(JoinedStream, HasTheRowsOfAllAndFillsWhatOnlyOneHas) {
  MemoryStream with(TableOf(100, true, true));
  MemoryStream without(TableOf(70, false, false, 1000.0F),
                       {.chunk_rows = 16, .chunks_per_batch = 2});
  JoinedStream joined({&with, &without});
  EXPECT_TRUE(joined.shape().has_weights);
  EXPECT_TRUE(joined.shape().has_query_ids);
  for (int pass = 0; pass < 2; ++pass) {
    const auto rows = ReadAll(joined);
    ASSERT_EQ(rows.size(), 170U);
    EXPECT_EQ(rows[9], "9.000000,4.000000,13.500000,1.125000,3");
    EXPECT_EQ(rows[100], "1000.000000,0.000000,1500.000000,1.000000,0");
    ASSERT_TRUE(joined.Rewind().ok());
  }
}

TEST(RowSubset, HasTheChosenRowsInOrderForAnyChunksAndThreads) {
  const MemoryTable table = TableOf(1000, true, true);
  std::mt19937 random(5);
  std::vector<std::uint32_t> numbers(1000);
  // The first 300 rows are nobody's of fold 2, so that whole chunks are empty.
  for (std::size_t row = 0; row < 1000; ++row)
    numbers[row] = static_cast<std::uint32_t>(random() % (row < 300 ? 2 : 3));
  MemoryStream whole(table);
  const auto all = ReadAll(whole);
  for (const MemoryStreamOptions options :
       {MemoryStreamOptions{.chunk_rows = 64}, MemoryStreamOptions{.chunk_rows = 1000},
        MemoryStreamOptions{.chunk_rows = 7, .chunks_per_batch = 3},
        MemoryStreamOptions{.chunk_rows = 300, .use_codes = false}}) {
    for (const int threads : {1, 3}) {
      MemoryStream source(table, options);
      for (std::uint32_t number = 0; number < 3; ++number) {
        for (const bool is_complement : {false, true}) {
          std::vector<std::string> expected;
          for (std::size_t row = 0; row < 1000; ++row) {
            if ((numbers[row] == number) != is_complement) expected.push_back(all[row]);
          }
          RowSubset subset(source, {numbers, number, is_complement}, threads);
          EXPECT_EQ(ReadAll(subset), expected);
          ASSERT_TRUE(subset.Rewind().ok());
          EXPECT_EQ(ReadAll(subset), expected) << "again";
        }
      }
    }
  }
}

TEST(RowSubset, TwoAtATimeAreNoticed) {
  MemoryStream source(TableOf(100, false, false), {.chunk_rows = 2, .chunks_per_batch = 1});
  const std::vector<std::uint32_t> numbers(100, 0);
  RowSubset first(source, {numbers, 0, false}, 1);
  RowSubset second(source, {numbers, 0, false}, 1);
  ASSERT_TRUE(first.NextBatch().ok());
  ASSERT_TRUE(second.NextBatch().ok());
  const auto batch = first.NextBatch();
  ASSERT_TRUE(batch.ok()) << "it goes on where it was, by luck: both have read one batch";
  const auto spoiled = second.NextBatch();
  ASSERT_FALSE(spoiled.ok());
  EXPECT_EQ(spoiled.error().id, ErrorId::kInternal);
}

}  // namespace
}  // namespace boostyard
