// Column sampling: how many, from what, and that nothing but the seed, tree and place decides.
#include "engine/tree/column_sampler.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

namespace boostyard {
namespace {

std::set<FeatureIndex> Chosen(const std::vector<std::uint8_t>& mask) {
  std::set<FeatureIndex> chosen;
  for (FeatureIndex f = 0; f < mask.size(); ++f) {
    if (mask[f] != 0) chosen.insert(f);
  }
  return chosen;
}

bool Contains(const std::set<FeatureIndex>& all, const std::set<FeatureIndex>& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

TEST(ColumnSampler, SamplesOnlyBelowOne) {
  EXPECT_FALSE(ColumnSampler({}, 5).samples());
  EXPECT_TRUE(ColumnSampler({.colsample_bytree = 0.9}, 5).samples());
  EXPECT_TRUE(ColumnSampler({.colsample_bylevel = 0.9}, 5).samples());
  EXPECT_TRUE(ColumnSampler({.colsample_bynode = 0.9}, 5).samples());
}

TEST(ColumnSampler, CountsAreFloorsButNeverNone) {
  struct Case {
    FeatureIndex features;
    double fraction;
    std::size_t expected;
  };
  for (const Case& one : {Case{10, 0.5, 5}, Case{10, 0.39, 3}, Case{3, 0.1, 1}, Case{1, 0.5, 1}}) {
    ColumnSampler by_tree({.colsample_bytree = one.fraction}, one.features);
    by_tree.StartTree(0);
    EXPECT_EQ(Chosen(by_tree.MaskOf(0, 0)).size(), one.expected);
    ColumnSampler by_node({.colsample_bynode = one.fraction}, one.features);
    by_node.StartTree(0);
    EXPECT_EQ(Chosen(by_node.MaskOf(3, 1)).size(), one.expected);
  }
}

TEST(ColumnSampler, EachStageTakesFromTheOneBefore) {
  const SampleParams params{
      .colsample_bytree = 0.8, .colsample_bylevel = 0.5, .colsample_bynode = 0.5, .seed = 3};
  const SampleParams tree_only{.colsample_bytree = 0.8, .seed = 3};
  const SampleParams level_only{.colsample_bytree = 0.8, .colsample_bylevel = 0.5, .seed = 3};
  ColumnSampler all(params, 40);
  ColumnSampler tree(tree_only, 40);
  ColumnSampler level(level_only, 40);
  for (std::uint64_t number = 0; number < 20; ++number) {
    all.StartTree(number);
    tree.StartTree(number);
    level.StartTree(number);
    for (int depth = 0; depth < 4; ++depth) {
      const auto of_tree = Chosen(tree.MaskOf(0, depth));
      const auto of_level = Chosen(level.MaskOf(0, depth));
      EXPECT_EQ(of_tree.size(), 32U);
      EXPECT_EQ(of_level.size(), 16U);
      EXPECT_TRUE(Contains(of_tree, of_level));
      for (NodeIndex node = 1; node < 5; ++node) {
        const auto of_node = Chosen(all.MaskOf(node, depth));
        EXPECT_EQ(of_node.size(), 8U);
        EXPECT_TRUE(Contains(of_level, of_node));
      }
    }
  }
}

TEST(ColumnSampler, IsAPureFunction) {
  const SampleParams params{
      .colsample_bytree = 0.7, .colsample_bylevel = 0.7, .colsample_bynode = 0.7, .seed = 1};
  ColumnSampler a(params, 30);
  ColumnSampler b(params, 30);
  a.StartTree(4);
  const auto deep_first = a.MaskOf(9, 3);
  const auto shallow_second = a.MaskOf(1, 1);
  b.StartTree(77);  // whatever came before
  b.MaskOf(0, 0);
  b.StartTree(4);
  EXPECT_EQ(b.MaskOf(1, 1), shallow_second);
  EXPECT_EQ(b.MaskOf(9, 3), deep_first);
}

TEST(ColumnSampler, SeedsTreesLevelsAndNodesDiffer) {
  std::set<std::vector<std::uint8_t>> by_seed;
  std::set<std::vector<std::uint8_t>> by_tree;
  std::set<std::vector<std::uint8_t>> by_node;
  for (int i = 0; i < 10; ++i) {
    ColumnSampler seeded({.colsample_bytree = 0.5, .seed = i}, 60);
    seeded.StartTree(0);
    by_seed.insert(seeded.MaskOf(0, 0));
    seeded.StartTree(static_cast<std::uint64_t>(i) + 1);
    by_tree.insert(seeded.MaskOf(0, 0));
    ColumnSampler noded({.colsample_bynode = 0.5}, 60);
    noded.StartTree(0);
    by_node.insert(noded.MaskOf(i, 2));
  }
  EXPECT_EQ(by_seed.size(), 10U);
  EXPECT_EQ(by_tree.size(), 10U);
  EXPECT_EQ(by_node.size(), 10U);
}

// Every feature is taken equally often: 4,000 draws of 3 in 10, deviation sqrt(4000 * .3 * .7) =
// 29; seeds are fixed, five deviations.
TEST(ColumnSampler, IsFair) {
  ColumnSampler sampler({.colsample_bytree = 0.3}, 10);
  std::vector<int> counts(10, 0);
  for (std::uint64_t tree = 0; tree < 4000; ++tree) {
    sampler.StartTree(tree);
    for (const FeatureIndex f : Chosen(sampler.MaskOf(0, 0))) ++counts[f];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1200, 145);
}

}  // namespace
}  // namespace boostyard
