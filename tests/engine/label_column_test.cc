#include "engine/quantize/label_column.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <vector>

namespace boostyard {
namespace {

std::vector<std::uint32_t> Bits(const std::vector<float>& labels) {
  std::vector<std::uint32_t> bits;
  for (const float label : labels) bits.push_back(std::bit_cast<std::uint32_t>(label));
  return bits;
}

std::vector<float> Copy(const LabelColumn& column) {
  std::vector<float> labels(column.size(), -1.0F);
  column.CopyTo(labels.data());
  return labels;
}

// Small whole numbers, of which one, anywhere, becomes `odd`.
void ExpectRoundTrip(float odd) {
  for (const std::size_t row_count : {1U, 2U, 4096U, 10'000U}) {
    for (const std::size_t place : {std::size_t{0}, row_count / 2, row_count - 1}) {
      std::vector<float> labels(row_count);
      for (std::size_t row = 0; row < row_count; ++row) labels[row] = static_cast<float>(row % 256);
      labels[place] = odd;
      LabelColumn column;
      std::size_t written = 0;
      while (written < row_count) {  // grows as rows come
        const std::size_t count = std::min<std::size_t>(row_count - written, 3000);
        column.Resize(written + count);
        column.Write(written, std::span(labels).subspan(written, count));
        written += count;
      }
      EXPECT_EQ(Bits(Copy(column)), Bits(labels)) << odd << " in row " << place;
    }
  }
}

TEST(LabelColumn, GivesBackTheBitsOfEveryLabel) {
  for (const float label :
       {0.0F, 1.0F, 254.0F, 255.0F, 256.0F, 0.5F, -1.0F, -0.0F, 1e-45F, 1e38F, 254.99998F,
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    ExpectRoundTrip(label);
  }
}

TEST(LabelColumn, RunsAreAllRowsInOrder) {
  for (const float last : {3.0F, 0.25F}) {
    std::vector<float> labels(9000, 2.0F);
    labels.back() = last;
    LabelColumn column;
    column.Resize(labels.size());
    column.Write(0, labels);
    std::vector<float> seen;
    column.ForEachRun([&](std::span<const float> run, RowIndex first) {
      EXPECT_EQ(first, seen.size());
      seen.insert(seen.end(), run.begin(), run.end());
    });
    EXPECT_EQ(seen, labels);
  }
}

TEST(LabelColumn, NewLabelsAreZero) {
  LabelColumn column;
  column.Resize(3);
  EXPECT_EQ(Copy(column), std::vector<float>(3, 0.0F));
  column.Write(1, std::vector<float>{0.5F});
  column.Resize(5);
  EXPECT_EQ(Copy(column), (std::vector<float>{0.0F, 0.5F, 0.0F, 0.0F, 0.0F}));
}

}  // namespace
}  // namespace boostyard
