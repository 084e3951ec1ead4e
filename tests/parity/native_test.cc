// One model, whatever the way: the reference, any number of threads, any kernel tier, any layout,
// block, memory limit and chunking give the same bytes. The cases are a covering design over the
// settings; BOOSTYARD_FIRST_CASE and BOOSTYARD_END_CASE say which part of it this binary runs.
#include <gtest/gtest.h>

#include <set>

#include "engine/base/cpu_features.h"
#include "tests/parity/native_cases.h"

namespace boostyard::testing {
namespace {

constexpr int kRounds = 3;  // of cases beside the grid

struct NamedVariant {
  std::string name;
  TrainVariant variant;
};

std::vector<NamedVariant> Variants() {
  std::vector<NamedVariant> all;
  for (const int threads : {1, 2, 3, 7}) {
    all.push_back({"threads " + std::to_string(threads), {.threads = threads}});
  }
  for (const std::uint64_t rows : {1, 100, 1'000'000}) {
    all.push_back({"gradient block " + std::to_string(rows),
                   {.threads = 2, .tuning = {.gradient_block_rows = rows}}});
  }
  all.push_back({"no bundles", {.threads = 2, .tuning = {.bundles_columns = false}}});
  all.push_back({"no histogram kept", {.threads = 2, .tuning = {.histogram_limit_bytes = 1}}});
  all.push_back({"few histograms kept", {.tuning = {.histogram_limit_bytes = 100'000}}});
  all.push_back({"small chunks", {.stream = {.chunk_rows = 17, .chunks_per_batch = 2}}});
  all.push_back({"one chunk of floats",
                 {.threads = 2, .stream = {.chunk_rows = 1'000'000, .use_codes = false}}});
  return all;
}

class TierGuard {
 public:
  explicit TierGuard(KernelTier tier) { active = SetKernelTierForTest(tier); }
  ~TierGuard() { SetKernelTierForTest(std::nullopt); }
  TierGuard(const TierGuard&) = delete;
  TierGuard& operator=(const TierGuard&) = delete;
  KernelTier active;
};

// Returns the reference's result.
TrainResult ExpectOneModel(const NativeCase& one) {
  const TrainResult expected = RunVariant(one, {.is_reference = true});
  EXPECT_TRUE(expected.error.empty()) << expected.error;
  for (const NamedVariant& named : Variants()) {
    EXPECT_TRUE(RunVariant(one, named.variant) == expected) << named.name;
  }
  for (const KernelTier tier : {KernelTier::kPortable, KernelTier::kAvx2, KernelTier::kAvx512}) {
    const TierGuard guard(tier);
    if (guard.active != tier)
      continue;  // kernels_test says visibly which tiers the processor lacks
    for (const int threads : {1, 2}) {
      EXPECT_TRUE(RunVariant(one, {.threads = threads}) == expected)
          << "tier " << NameOf(tier) << ", threads " << threads;
    }
  }
  return expected;
}

class NativeGrid : public ::testing::TestWithParam<std::size_t> {};

TEST_P(NativeGrid, EveryWayGivesTheReferencesModel) {
  const GridCase grid = MakeGridCase(GetParam());
  SCOPED_TRACE(grid.name);
  ExpectOneModel(grid.one);
}

INSTANTIATE_TEST_SUITE_P(Cases, NativeGrid,
                         ::testing::Range<std::size_t>(BOOSTYARD_FIRST_CASE, BOOSTYARD_END_CASE));

TEST(NativeGridDesign, EveryPairOfLevelsIsMet) {
  const Levels counts = LevelCounts();
  const std::vector<Levels> cases = CoveringDesign(kGridCases);
  for (std::size_t a = 0; a < kFactorCount; ++a) {
    for (std::size_t b = a + 1; b < kFactorCount; ++b) {
      std::set<std::pair<std::size_t, std::size_t>> met;
      for (const Levels& levels : cases) met.emplace(levels[a], levels[b]);
      EXPECT_EQ(met.size(), counts[a] * counts[b]) << "factors " << a << " and " << b;
    }
  }
}

// Cases that no level of the design reaches.

TEST(NativeForms, RarePositivesNeedTheWideForm) {
  NativeCase one = PlainCase("binary:logistic", 20'000, 3, kRounds);
  for (std::size_t row = 0; row < one.train.row_count; ++row) {
    one.train.labels[row] = row % 10'000 == 77 ? 1.0F : 0.0F;
  }
  one.params.tree.min_child_weight = 0.0;
  EXPECT_GT(ExpectOneModel(one).node_count, 3U);
}

TEST(NativeForms, OneHugeLabelNeedsTheWideForm) {
  NativeCase one = PlainCase("reg:squarederror", 5'000, 12, kRounds);
  one.train.labels[1234] = 1e9F;
  one.params.sample.subsample = 0.7;
  EXPECT_GT(ExpectOneModel(one).node_count, 3U);
}

TEST(NativeForms, OneHugeWeightNeedsTheWideForm) {
  NativeCase one = PlainCase("reg:squarederror", 5'000, 12, kRounds);
  one.train.weights.assign(one.train.row_count, 1.0F);
  one.train.weights[17] = 1e6F;
  EXPECT_GT(ExpectOneModel(one).node_count, 3U);
}

TEST(NativeForms, TheFormMayChangeFromRoundToRound) {
  NativeCase one = PlainCase("reg:squarederror", 3'000, 3, kRounds);
  for (std::size_t row = 0; row < 3; ++row) {  // the first tree fits them exactly
    one.train.labels[row] = 1e6F;
    one.train.values[row * 3] = 1e3F;
  }
  one.params.num_round = 6;
  one.params.tree.eta = 1.0;
  one.params.tree.lambda = 0.0;
  EXPECT_GT(ExpectOneModel(one).node_count, 6U);
}

TEST(NativeForms, NodesBeyondThePackedSumsAreFlushed) {
  NativeCase one = PlainCase("binary:logistic", 200'000, 3, kRounds);
  one.params.num_round = 2;
  one.params.tree.max_depth = 4;
  const TrainResult expected = RunVariant(one, {.is_reference = true});
  EXPECT_GT(expected.node_count, 20U);
  for (const int threads : {1, 3}) {
    EXPECT_TRUE(RunVariant(one, {.threads = threads}) == expected) << threads;
    EXPECT_TRUE(RunVariant(one, {.threads = threads, .tuning = {.histogram_limit_bytes = 1}}) ==
                expected)
        << threads;
  }
}

TEST(NativeForms, MoreRowsThanPackedSumsTakeWithSampleAndWideColumns) {
  NativeCase one = PlainCase("reg:squarederror", 100'000, 4, kRounds);
  one.params.num_round = 2;
  one.params.tree.max_bin = 1000;
  one.params.sample.subsample = 0.8;
  const TrainResult expected = RunVariant(one, {.is_reference = true});
  for (const int threads : {1, 2}) {
    EXPECT_TRUE(RunVariant(one, {.threads = threads}) == expected) << threads;
  }
}

TEST(NativeForms, EmptyTreesAndEmptySamples) {
  NativeCase one = PlainCase("binary:logistic", 300, 3, kRounds);
  one.params.tree.gamma = 1e9;
  EXPECT_EQ(ExpectOneModel(one).node_count, 3U);  // roots alone
  one.params.tree.gamma = 0.0;
  one.params.sample.subsample = 1e-9;
  EXPECT_EQ(ExpectOneModel(one).node_count, 3U);
}

TEST(NativeForms, MissingInValidationAlone) {
  NativeCase one = PlainCase("binary:logistic", 2'000, 12, kRounds);
  one.has_validation = true;
  one.validation =
      TableMaker({.rows = 700, .columns = 12, .has_missing = true, .objective = "binary:logistic"},
                 9)
          .Make();
  for (const int max_bin : {16, 256}) {
    one.params.tree.max_bin = max_bin;
    ExpectOneModel(one);
  }
}

}  // namespace
}  // namespace boostyard::testing
