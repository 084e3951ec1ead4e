#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/cpu_features.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"
#include "tests/support/memory_stream.h"

namespace boostyard {
namespace {

using testing::MemoryStream;
using testing::MemoryStreamOptions;
using testing::MemoryTable;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr float kLargest = std::numeric_limits<float>::max();

MemoryTable TableOf(const std::vector<std::vector<float>>& columns,
                    std::vector<float> weights = {}) {
  MemoryTable table;
  table.row_count = columns.front().size();
  table.feature_count = columns.size();
  for (std::size_t row = 0; row < table.row_count; ++row) {
    for (const std::vector<float>& column : columns) table.values.push_back(column[row]);
    table.labels.push_back(static_cast<float>(row % 3));
  }
  table.weights = std::move(weights);
  return table;
}

BinCuts CutsOf(const MemoryTable& table, int max_bin, int threads = 1,
               MemoryStreamOptions options = {}) {
  MemoryStream stream(table, options);
  Result<BinCuts> cuts = BuildCuts(stream, {.max_bin = max_bin, .threads = threads});
  EXPECT_TRUE(cuts.ok());
  return std::move(cuts).value();
}

std::vector<float> CutsOfColumn(const std::vector<float>& column, int max_bin,
                                std::vector<float> weights = {}) {
  return CutsOf(TableOf({column}, std::move(weights)), max_bin).values;
}

// The rule of engine/quantize/rank_rule.h by sorting: every value as often as its whole weight
// says.
std::vector<float> CutsBySorting(const std::vector<float>& column, std::size_t max_bin,
                                 const std::vector<float>& copies = {}) {
  std::vector<float> sorted;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const auto count = copies.empty() ? std::size_t{1} : static_cast<std::size_t>(copies[row]);
    if (!std::isnan(column[row])) sorted.insert(sorted.end(), count, column[row] + 0.0F);
  }
  if (sorted.empty()) return {2.9999999242136255e-05F};
  std::sort(sorted.begin(), sorted.end());
  std::vector<float> distinct = sorted;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<float> cuts;
  if (distinct.size() <= max_bin) {
    cuts.assign(distinct.begin() + 1, distinct.end());
  } else {
    std::map<float, int> ranks_held;
    for (std::size_t k = 0; k < max_bin; ++k) ++ranks_held[sorted[k * sorted.size() / max_bin]];
    for (const auto& [value, held] : ranks_held) {
      cuts.push_back(value);
      const auto next = std::upper_bound(distinct.begin(), distinct.end(), value);
      if (held > 1 && next != distinct.end()) cuts.push_back(*next);
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    cuts.erase(cuts.begin());  // the smallest value holds rank 0
  }
  const double largest = sorted.back();
  cuts.push_back(
      static_cast<float>(std::min<double>(largest + (std::fabs(largest) + 1e-5F), kLargest)));
  return cuts;
}

// Columns that are hard in one way each, `row_count` long.
std::map<std::string, std::vector<float>> HardColumns(std::size_t row_count) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<int> die(1, 6);
  const auto column = [&](const std::function<double()>& draw) {
    std::vector<float> values(row_count);
    for (float& value : values) value = static_cast<float>(draw());
    return values;
  };
  std::map<std::string, std::vector<float>> columns;
  columns["normal"] = column([&] { return normal(random); });
  columns["lognormal"] = column([&] { return std::exp(3 * normal(random)); });
  columns["narrow"] = column([&] { return 1000 + normal(random) * 0.01; });
  columns["time stamps"] = column([&] { return 1.7e9 + 1e6 * normal(random); });
  columns["rounded"] = column([&] { return std::round(100 * normal(random)) / 100; });
  columns["die"] = column([&] { return die(random); });
  columns["mostly zero"] =
      column([&] { return die(random) < 6 ? 0.0 : std::round(500 * normal(random)); });
  columns["mostly largest"] = column([&] { return std::min(normal(random), -0.7); });
  columns["holes"] = column([&] { return die(random) < 3 ? kMissing : normal(random); });
  columns["all missing"] = column([&] { return kMissing; });
  columns["constant"] = column([&] { return -7.25; });
  columns["signed zeros"] = column([&] {
    return die(random) < 4 ? -0.0 : die(random) < 4 ? 0.0 : normal(random);
  });
  columns["denormal"] = column([&] { return 1e-41 * normal(random); });
  columns["huge"] = column([&] { return kLargest * std::tanh(normal(random) * 3); });
  columns["all scales"] = column([&] {
    const double size = std::exp(30 * normal(random));
    return std::min(size, 3e38) * (die(random) < 4 ? -1 : 1);
  });
  columns["ascending"] = column([i = 0.0]() mutable { return i++; });
  columns["pairs"] = column([i = 0]() mutable { return i++ / 2 * 1.37; });
  columns["whole numbers"] = column([&] { return std::round(90 * normal(random)); });
  // Few values: 32 is how many of them are counted by comparing.
  columns["yes or no"] = column([&] { return die(random) == 6 ? 1.0 : 0.0; });
  columns["32 values"] = column([i = 0]() mutable { return std::sqrt(i++ * 7 % 32); });
  columns["33 values"] = column([i = 0]() mutable { return std::sqrt(i++ * 7 % 33); });
  columns["few and holes"] = column([&] {
    return die(random) < 3 ? kMissing : die(random) < 4 ? -0.0 : die(random) - 4.5;
  });
  columns["a stranger at the end"] =
      column([i = std::size_t{0}, row_count]() mutable { return i++ + 5 < row_count ? 2.5 : 0.1; });
  columns["few, then many"] = column([i = std::size_t{0}, row_count, &random, &normal]() mutable {
    return i++ < row_count / 2 ? std::floor(normal(random)) : normal(random);
  });
  return columns;
}

std::vector<KernelTier> Tiers() {
  std::vector<KernelTier> tiers;
  for (const KernelTier tier : {KernelTier::kPortable, KernelTier::kAvx2, KernelTier::kAvx512}) {
    if (tier <= BestKernelTier()) tiers.push_back(tier);
  }
  return tiers;
}

// Small and large chunks, kept or in windows, with and without codes.
constexpr MemoryStreamOptions kStreams[] = {
    {61, 0, true}, {61, 4, false}, {1000, 1, true}, {1000, 0, false}, {2500, 0, true}};

class TierGuard {
 public:
  explicit TierGuard(KernelTier tier) { SetKernelTierForTest(tier); }
  ~TierGuard() { SetKernelTierForTest(std::nullopt); }
  TierGuard(const TierGuard&) = delete;
  TierGuard& operator=(const TierGuard&) = delete;
};

void ExpectSameCuts(const BinCuts& a, const BinCuts& b) {
  EXPECT_EQ(a.begin, b.begin);
  EXPECT_EQ(a.values, b.values);
  EXPECT_EQ(a.min_values, b.min_values);
  EXPECT_EQ(a.has_missing, b.has_missing);
}

// Numbers of xgboost-cpu 3.2.0: QuantileDMatrix(X, label, weight=w,
// max_bin=256).get_quantile_cut(), without the number below all values that it puts in front of
// each feature's cuts.
TEST(BuildCuts, GivesXgboostsCutsForFewValues) {
  const float nan = kMissing;
  const std::vector<std::pair<std::vector<float>, std::vector<float>>> examples = {
      {{0, 1, 0, 1, 1, 0}, {1.0F, 2.0000100135803223F}},
      {{3.5F, -2.25F, 0.1F, 3.5F, 7.3F, 0.1F},
       {0.10000000149011612F, 3.5F, 7.300000190734863F, 14.60000991821289F}},
      {{-5, -5, -5, -5, -5, -5}, {9.999999747378752e-06F}},
      {{nan, 1e-3F, 2e-3F, nan, 1e-3F, 5.5F}, {0.0020000000949949026F, 5.5F, 11.000009536743164F}},
      {{nan, nan, nan, nan, nan, nan}, {2.9999999242136255e-05F}},
      {{1e20F, -1e20F, 3e5F, 1e-40F, 0.0F, -0.0F},
       {0.0F, 9.99994610111476e-41F, 300000.0F, 1.0000000200408773e+20F, 2.0000000400817547e+20F}},
      {{-0.1F, -0.2F, -0.3F, -0.4F, -0.5F, -0.7F},
       {-0.5F, -0.4F, -0.3F, -0.2F, -0.1F, 9.999999747378752e-06F}},
  };
  for (const auto& [column, expected] : examples) EXPECT_EQ(CutsOfColumn(column, 256), expected);
  EXPECT_EQ(CutsOfColumn({1, 2, 3, 4}, 256, {1, 0, 1, 1}), (std::vector<float>{3, 4, 8.00001F}));
}

TEST(BuildCuts, KeepsTheLastCutFinite) {
  EXPECT_EQ(CutsOfColumn({1, kLargest}, 256), (std::vector<float>{kLargest, kLargest}));
}

TEST(BuildCuts, PutsANumberBelowAllValues) {
  const BinCuts cuts = CutsOf(TableOf({{3, 2, kMissing}, {-2, -4, 1}, {0, 0, 0}}), 256);
  EXPECT_EQ(cuts.min_values,
            (std::vector<float>{-9.999999747378752e-06F, -8.00001F, -9.999999747378752e-06F}));
  EXPECT_EQ(cuts.has_missing, (std::vector<std::uint8_t>{1, 0, 0}));
}

TEST(BuildCuts, AgreesWithSortingOnHardColumns) {
  for (const auto& [name, column] : HardColumns(8000)) {
    for (const int max_bin : {2, 3, 17, 255, 256, 257, 1000, 4096, 65'535}) {
      for (const bool use_codes : {false, true}) {
        SCOPED_TRACE(name + ", max_bin " + std::to_string(max_bin));
        const BinCuts cuts =
            CutsOf(TableOf({column}), max_bin, 1,
                   {.chunk_rows = use_codes ? 150U : 7000U, .use_codes = use_codes});
        ASSERT_EQ(cuts.values, CutsBySorting(column, static_cast<std::size_t>(max_bin)));
        EXPECT_LE(cuts.values.size(), static_cast<std::size_t>(max_bin));
      }
    }
  }
}

TEST(BuildCuts, LeavesACodeForMissingAtTheLargestMaxBin) {
  std::vector<float> column(70'000);
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = static_cast<float>(i);
  EXPECT_EQ(CutsOfColumn(column, 65'536), CutsBySorting(column, 65'535));
}

TEST(BuildCuts, FillsBinsEvenlyOnContinuousData) {
  std::mt19937_64 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> column(100'000);
  for (float& value : column) value = normal(random);
  const std::vector<float> cuts = CutsOfColumn(column, 256);
  ASSERT_EQ(cuts.size(), 256U);
  std::vector<int> counts(256);
  for (const float value : column) {
    ++counts[std::upper_bound(cuts.begin(), cuts.end(), value) - cuts.begin()];
  }
  const double ideal = static_cast<double>(column.size()) / 256;
  EXPECT_LT(*std::max_element(counts.begin(), counts.end()), ideal * 1.02);
  EXPECT_GT(*std::min_element(counts.begin(), counts.end()), ideal * 0.98);
}

TEST(BuildCuts, GivesAHeavyValueItsOwnBin) {
  std::vector<float> column;
  for (int i = 0; i < 1000; ++i) column.push_back(i % 2 == 0 ? 5.0F : static_cast<float>(i) / 100);
  const std::vector<float> cuts = CutsOfColumn(column, 16);
  const auto heavy = std::find(cuts.begin(), cuts.end(), 5.0F);
  ASSERT_NE(heavy, cuts.end());
  EXPECT_EQ(heavy[1], 5.01F);  // the next larger value
}

TEST(BuildCuts, TakesAWeightForAsManyCopies) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<int> weight(0, 9);
  for (const auto& [name, column] : HardColumns(2000)) {
    std::vector<float> weights(column.size());
    for (float& value : weights) value = static_cast<float>(weight(random));
    for (const int max_bin : {2, 16, 256}) {
      SCOPED_TRACE(name + ", max_bin " + std::to_string(max_bin));
      const std::vector<float> expected =
          CutsBySorting(column, static_cast<std::size_t>(max_bin), weights);
      for (const float scale : {1.0F, 0.125F, std::ldexp(1.0F, 70), std::ldexp(1.0F, -120)}) {
        std::vector<float> scaled = weights;
        for (float& value : scaled) value *= scale;
        const MemoryTable table = TableOf({column}, scaled);
        EXPECT_EQ(CutsOf(table, max_bin).values, expected);
        const MemoryStreamOptions windows{
            .chunk_rows = 100, .chunks_per_batch = 7, .use_codes = scale == 1.0F};
        EXPECT_EQ(CutsOf(table, max_bin, 3, windows).values, expected);
      }
    }
  }
}

MemoryTable MixedTable(std::size_t row_count, bool has_weights) {
  std::vector<std::vector<float>> columns;
  for (const auto& [name, column] : HardColumns(row_count)) columns.push_back(column);
  // Few values first, then many: coded and float pieces in one column.
  columns.push_back(columns.front());
  for (std::size_t i = 0; i < row_count / 2; ++i) {
    columns.back()[i] = std::round(columns.back()[i]) / 4;
  }
  std::vector<float> weights;
  for (std::size_t row = 0; has_weights && row < row_count; ++row) {
    weights.push_back(0.37F * static_cast<float>(row % 11));
  }
  return TableOf(columns, weights);
}

TEST(BuildCuts, DoesNotDependOnThreadsChunksFormOrTier) {
  for (const bool has_weights : {false, true}) {
    const MemoryTable table = MixedTable(2500, has_weights);
    const BinCuts expected = CutsOf(table, 256);
    for (const MemoryStreamOptions& options : kStreams) {
      MemoryStream stream(table, options);
      for (const KernelTier tier : Tiers()) {
        const TierGuard guard(tier);
        for (const int threads : {1, 2, 3, 7}) {
          const Result<BinCuts> cuts = BuildCuts(stream, {.max_bin = 256, .threads = threads});
          ASSERT_TRUE(cuts.ok());
          ExpectSameCuts(*cuts, expected);
        }
      }
    }
  }
}

TEST(BuildCuts, DoesNotDependOnHowOneColumnIsShared) {
  const std::vector<float> column = HardColumns(30'000).at("lognormal");
  for (const int max_bin : {256, 1024}) {
    const std::vector<float> expected = CutsBySorting(column, static_cast<std::size_t>(max_bin));
    for (const int threads : {2, 7}) {
      for (const std::size_t window : {0, 5}) {
        EXPECT_EQ(CutsOf(TableOf({column}), max_bin, threads, {1000, window, false}).values,
                  expected);
      }
    }
  }
}

// Six features with 65,535 cells each need more counters than one scan may have.
TEST(BuildCuts, ScansAgainWhereCountersAreTooMany) {
  std::vector<float> column(66'000);
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = static_cast<float>(i) * 1024;
  const MemoryTable table = TableOf(std::vector<std::vector<float>>(6, column));
  MemoryStream stream(table, {.chunk_rows = 22'000, .chunks_per_batch = 1, .use_codes = false});
  const Result<BinCuts> cuts = BuildCuts(stream, {.max_bin = 65'535, .threads = 2});
  ASSERT_TRUE(cuts.ok());
  EXPECT_GT(stream.rewind_count(), 4);  // three scans and the last Rewind, where counters suffice
  const std::vector<float> expected = CutsBySorting(column, 65'535);
  for (FeatureIndex feature = 0; feature < 6; ++feature) {
    const auto found = cuts->of(feature);
    EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin(), expected.end()));
  }
}

// A dictionary may hold values that no row of the chunk has.
TEST(BuildCuts, IgnoresUnusedEntriesOfADictionary) {
  class CodedStream : public ChunkStream {
   public:
    CodedStream() {
      shape_.row_count = 3;
      shape_.feature_count = 1;
      shape_.is_kept = true;
      chunk_.row_count = 3;
      chunk_.features = {&piece_, 1};
      chunk_.labels = labels_;
    }
    const DataShape& shape() const override { return shape_; }
    Result<std::span<const ColumnChunk>> NextBatch() override {
      return std::span<const ColumnChunk>(&chunk_, std::exchange(left_, 0));
    }
    Status Rewind() override {
      left_ = 1;
      return {};
    }

   private:
    std::vector<std::uint8_t> codes_{1, 3, 255};
    std::vector<float> dictionary_{10, 20, 30, 40, 50};
    std::vector<float> labels_{0, 0, 0};
    ColumnPiece piece_{.codes = codes_, .dictionary = dictionary_, .floats = {}};
    ColumnChunk chunk_;
    DataShape shape_;
    std::size_t left_ = 1;
  } stream;
  const Result<BinCuts> cuts = BuildCuts(stream, {});
  ASSERT_TRUE(cuts.ok());
  EXPECT_EQ(cuts->values, (std::vector<float>{40, 80.00001F}));
  EXPECT_EQ(cuts->has_missing, std::vector<std::uint8_t>{1});
}

TEST(BuildCuts, LeavesTheStreamAtItsFirstRow) {
  MemoryStream stream(MixedTable(500, false), {.chunk_rows = 100, .chunks_per_batch = 2});
  ASSERT_TRUE(stream.NextBatch().ok());
  ASSERT_TRUE(BuildCuts(stream, {.max_bin = 16}).ok());
  const auto batch = stream.NextBatch();
  ASSERT_TRUE(batch.ok());
  ASSERT_FALSE(batch->empty());
  EXPECT_EQ(batch->front().first_row, 0U);
}

// Taking the first batch for the whole would give cuts of some of the rows.
TEST(BuildCuts, RefusesAKeptStreamInSeveralBatches) {
  class SplitStream : public MemoryStream {
   public:
    using MemoryStream::MemoryStream;
    const DataShape& shape() const override {
      shape_ = MemoryStream::shape();
      shape_.is_kept = true;
      return shape_;
    }
    mutable DataShape shape_;
  } stream(MixedTable(300, false), {.chunk_rows = 100, .chunks_per_batch = 2});
  EXPECT_FALSE(BuildCuts(stream, {}).ok());
}

TEST(BuildCuts, PassesOnTheErrorOfTheStream) {
  class BrokenStream : public ChunkStream {
   public:
    const DataShape& shape() const override { return shape_; }
    Result<std::span<const ColumnChunk>> NextBatch() override {
      return MakeError(ErrorId{}, "broken");
    }
    Status Rewind() override { return {}; }
    DataShape shape_;
  } stream;
  stream.shape_.feature_count = 2;
  const Result<BinCuts> cuts = BuildCuts(stream, {});
  ASSERT_FALSE(cuts.ok());
  EXPECT_EQ(cuts.error().message, "broken");
  const BinCuts other = CutsOf(TableOf({{1, 2}, {3, 4}}), 16);
  EXPECT_FALSE(BinColumns(stream, other, 1).ok());
}

std::uint32_t CodeAt(const BinnedColumn& column, std::size_t row) {
  return column.is_wide ? column.wide()[row] : column.narrow()[row];
}

// Every code by a search of std; the width by the rule of the header.
void ExpectBinned(const MemoryTable& table, const BinCuts& cuts, const BinnedColumns& binned) {
  ASSERT_EQ(binned.row_count, table.row_count);
  std::vector<float> labels(binned.labels.size());
  binned.labels.CopyTo(labels.data());
  EXPECT_EQ(labels, table.labels);
  EXPECT_EQ(binned.weights, table.weights);
  for (FeatureIndex feature = 0; feature < cuts.feature_count(); ++feature) {
    const auto interior = cuts.of(feature).first(cuts.bin_count(feature) - 1);
    bool has_missing = cuts.has_missing[feature] != 0;
    for (std::size_t row = 0; row < table.row_count; ++row) {
      const float value = table.At(row, feature);
      has_missing |= std::isnan(value);
      const auto expected = static_cast<std::uint32_t>(
          std::isnan(value)
              ? cuts.missing_code(feature)
              : std::upper_bound(interior.begin(), interior.end(), value) - interior.begin());
      ASSERT_EQ(CodeAt(binned.columns[feature], row), expected)
          << "feature " << feature << ", row " << row << ", value " << value;
    }
    EXPECT_EQ(binned.columns[feature].is_wide, cuts.bin_count(feature) + has_missing > 256);
    EXPECT_GE(binned.columns[feature].bytes.size(), table.row_count + BinnedColumn::kPadding);
  }
}

TEST(BinColumns, AgreesWithSearchForAllTiersThreadsAndChunks) {
  for (const bool has_weights : {false, true}) {
    const MemoryTable table = MixedTable(1500, has_weights);
    for (const int max_bin : {2, 17, 255, 256, 700}) {
      const BinCuts cuts = CutsOf(table, max_bin);
      for (const MemoryStreamOptions& options : kStreams) {
        MemoryStream stream(table, options);
        for (const KernelTier tier : Tiers()) {
          const TierGuard guard(tier);
          for (const int threads : {1, 2, 7}) {
            const Result<BinnedColumns> binned = BinColumns(stream, cuts, threads);
            ASSERT_TRUE(binned.ok());
            ExpectBinned(table, cuts, *binned);
          }
        }
      }
    }
  }
}

TEST(BinColumns, PutsOtherDataIntoTheOuterBins) {
  const BinCuts cuts = CutsOf(TableOf({{1, 2, 3}}), 256);
  const MemoryTable other = TableOf({{-100, 0.5F, 1.99F, 2, 3, 1000, kMissing}});
  MemoryStream stream(other);
  const Result<BinnedColumns> binned = BinColumns(stream, cuts, 1);
  ASSERT_TRUE(binned.ok());
  const std::vector<std::uint8_t> codes(binned->columns[0].narrow(),
                                        binned->columns[0].narrow() + 7);
  EXPECT_EQ(codes, (std::vector<std::uint8_t>{0, 0, 0, 1, 2, 2, 3}));
}

// The cuts saw no missing value and use all codes of a byte; a later channel has missing values.
TEST(BinColumns, WidensAColumnWhereMissingNeedsACode) {
  std::vector<float> column(4000);
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = static_cast<float>(i % 256);
  const BinCuts cuts = CutsOf(TableOf({column, column}), 256);
  ASSERT_EQ(cuts.bin_count(0), 256U);
  std::vector<float> with_hole = column;
  with_hole[2500] = kMissing;
  const MemoryTable table = TableOf({column, with_hole});
  for (const bool use_codes : {false, true}) {
    for (const std::size_t window : {0, 2}) {
      MemoryStream stream(table, {200, window, use_codes});
      const Result<BinnedColumns> binned = BinColumns(stream, cuts, 3);
      ASSERT_TRUE(binned.ok());
      EXPECT_FALSE(binned->columns[0].is_wide);
      EXPECT_TRUE(binned->columns[1].is_wide);
      ExpectBinned(table, cuts, *binned);
    }
  }
}

// A stream that was never read to its end does not know how many rows it has.
TEST(BinColumns, GrowsWhenTheRowCountIsNotKnown) {
  class ForgetfulStream : public MemoryStream {
   public:
    using MemoryStream::MemoryStream;
    const DataShape& shape() const override {
      shape_ = MemoryStream::shape();
      shape_.row_count = 0;
      return shape_;
    }
    mutable DataShape shape_;
  };
  const MemoryTable table = MixedTable(3000, true);
  const BinCuts cuts = CutsOf(table, 300);
  ForgetfulStream stream(table, {.chunk_rows = 100, .chunks_per_batch = 2});
  const Result<BinnedColumns> binned = BinColumns(stream, cuts, 2);
  ASSERT_TRUE(binned.ok());
  ExpectBinned(table, cuts, *binned);
}

TEST(KernelTier, IsNeverWiderThanTheProcessor) {
  EXPECT_EQ(SetKernelTierForTest(KernelTier::kPortable), KernelTier::kPortable);
  EXPECT_EQ(SetKernelTierForTest(KernelTier::kAvx512),
            std::min(KernelTier::kAvx512, BestKernelTier()));
  EXPECT_LE(SetKernelTierForTest(std::nullopt), BestKernelTier());
}

}  // namespace
}  // namespace boostyard
