// Trees that grow on the device (engine/cuda/steps_grow.h): the model is the CPU's in forms that
// the covering design does not reach.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/cuda/host_executor.h"
#include "engine/cuda/launch.h"
#include "engine/tree/column_sampler.h"
#include "engine/tree/interaction.h"
#include "tests/parity/device_run.h"

namespace boostyard::testing {
namespace {

using device::HostExecutor;

// ---- models

void ExpectOneModel(const NativeCase& one) {
  const TrainResult expected = RunVariant(one, {.threads = 1});
  ASSERT_TRUE(expected.error.empty()) << expected.error;
  EXPECT_GE(expected.node_count, 3U * static_cast<std::size_t>(one.params.num_round));
  HostExecutor executor;
  EXPECT_TRUE(RunOnDevice(one, executor) == expected);
  HostExecutor reversed({.is_reversed = true});
  EXPECT_TRUE(RunOnDevice(one, reversed) == expected) << "reversed";
}

TEST(DeviceGrowth, LeavesAreCountedWhereTheirNumberIsLimited) {
  NativeCase one = LightCase("binary:logistic", 2'000, 12);
  for (const int leaves : {2, 3, 7, 8, 20, 1000}) {
    SCOPED_TRACE(leaves);
    one.params.tree.max_leaves = leaves;
    ExpectOneModel(one);
  }
}

TEST(DeviceGrowth, BoundsAreRefinedDownTheTree) {
  for (const char* const objective : {"binary:logistic", "reg:squarederror"}) {
    SCOPED_TRACE(objective);
    NativeCase one = LightCase(objective, 3'000, 12);
    for (int f = 0; f < 12; ++f) one.params.tree.monotone_constraints.push_back(f % 2 * 2 - 1);
    one.params.tree.max_depth = 7;
    one.params.tree.min_child_weight = 0.01;
    ExpectOneModel(one);
  }
}

// More groups than a block has threads.
TEST(DeviceGrowth, ManyInteractionGroups) {
  NativeCase one = LightCase("reg:squarederror", 1'500, 40);
  for (std::uint32_t g = 0; g < 600; ++g) {
    one.params.tree.interaction_constraints.push_back({g % 40, (7 * g + 3) % 40, (g / 40) % 40});
  }
  one.params.sample.colsample_bylevel = 0.8;
  ExpectOneModel(one);
}

// Settled a few at a time, and planned in several batches at the lower levels.
TEST(DeviceGrowth, MoreNodesThanABatchTakes) {
  NativeCase one = LightCase("binary:logistic", 12'000, 3);
  one.params.num_round = 1;
  one.params.tree.max_depth = 11;
  one.params.tree.min_child_weight = 0.0;
  one.params.tree.lambda = 0.0;
  ExpectOneModel(one);
}

TEST(DeviceGrowth, FewHistogramsForContestedNodes) {
  NativeCase one = LightCase("binary:logistic", 2'000, 6);
  const TrainResult expected = RunVariant(one, {.threads = 1});
  HostExecutor executor;
  // Depth 6 needs 32 and settles as many nodes at a time as there are more.
  EXPECT_TRUE(RunOnDevice(one, executor, {.device_histograms = 36}) == expected);
}

// ---- columns of a node

struct MaskFixture {
  std::uint32_t features;
  SampleParams sample;
  std::vector<std::vector<std::uint32_t>> groups;
};

// A chain of nodes, each split on the feature that is given.
std::vector<GrownNode> Chain(const std::vector<FeatureIndex>& path) {
  std::vector<GrownNode> nodes(path.size() + 1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    nodes[i].left = static_cast<NodeIndex>(i + 1);
    nodes[i].feature = path[i];
    nodes[i + 1].parent = static_cast<NodeIndex>(i);
  }
  return nodes;
}

void ExpectHostsMask(const MaskFixture& fixture, const std::vector<FeatureIndex>& path,
                     std::uint64_t tree) {
  ColumnSampler sampler(fixture.sample, fixture.features);
  sampler.StartTree(tree);
  const auto depth = static_cast<int>(path.size());
  const auto node = static_cast<NodeIndex>(path.size());
  std::vector<std::uint8_t> expected = sampler.MaskOf(node, depth);
  const InteractionConstraints constraints(fixture.groups);
  if (constraints.exists()) {
    constraints.Apply(std::set<FeatureIndex>(path.begin(), path.end()), expected);
  }

  const std::uint32_t words = (fixture.features + 31) / 32;
  std::vector<std::uint32_t> bits(fixture.groups.size() * words);
  for (std::size_t g = 0; g < fixture.groups.size(); ++g) {
    for (const FeatureIndex f : fixture.groups[g]) bits[g * words + f / 32] |= 1U << (f % 32);
  }
  device::PairOrder pair;
  pair.left = node;
  const LevelColumns columns = sampler.LevelColumnsOf(depth);
  const std::vector<GrownNode> nodes = Chain(path);
  device::TreeWords tree_words;
  tree_words.number = tree;
  tree_words.drawn_counts[depth] = columns.drawn_count;
  std::vector<std::uint8_t> mask(2 * std::size_t{fixture.features}, 77);
  for (const bool is_reversed : {false, true}) {
    HostExecutor executor({.is_reversed = is_reversed});
    device::Launch<device::MaskStep>(
        executor, {1, 2},
        {.pairs_at_hand = {1},
         .pairs = &pair,
         .grown = nodes.data(),
         .level_mask = columns.mask.data(),
         .tree = &tree_words,
         .depth = depth,
         .column_seed = sampler.seed(),
         .interactions = {bits.data(), static_cast<std::uint32_t>(fixture.groups.size()), words},
         .feature_count = fixture.features,
         .masks = mask.data()});
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), mask.begin()));
    EXPECT_EQ(mask[fixture.features], 77);  // there is no right child
  }
}

TEST(DeviceMasks, ANodeDrawsTheHostsColumns) {
  for (const std::uint32_t features : {1U, 5U, 255U, 256U, 1000U}) {
    for (const double fraction : {0.01, 0.5, 0.99, 1.0}) {
      SCOPED_TRACE(std::to_string(features) + " " + std::to_string(fraction));
      const MaskFixture fixture{features,
                                {.colsample_bytree = 0.9,
                                 .colsample_bylevel = 0.8,
                                 .colsample_bynode = fraction,
                                 .seed = 11},
                                {}};
      for (std::uint64_t tree = 0; tree < 5; ++tree) {
        ExpectHostsMask(fixture, {}, tree);
        ExpectHostsMask(fixture, {0, 0, 0}, tree);
      }
    }
  }
}

TEST(DeviceMasks, APathLeavesTheGroupsThatHoldIt) {
  Random random(3);
  MaskFixture fixture{70, {.colsample_bynode = 0.7, .seed = 12}, {}};
  for (int g = 0; g < 300; ++g) {
    std::set<std::uint32_t> group;
    const std::size_t size = 1 + random.Below(30);
    while (group.size() < size) group.insert(static_cast<std::uint32_t>(random.Below(70)));
    fixture.groups.emplace_back(group.begin(), group.end());
  }
  for (int i = 0; i < 200; ++i) {
    std::vector<FeatureIndex> path;
    const std::vector<std::uint32_t>& group = fixture.groups[random.Below(300)];
    for (std::size_t k = 0; k < random.Below(5); ++k) {
      path.push_back(i % 4 == 0 ? static_cast<FeatureIndex>(random.Below(70))
                                : group[random.Below(group.size())]);
    }
    ExpectHostsMask(fixture, path, static_cast<std::uint64_t>(i));
  }
}

}  // namespace
}  // namespace boostyard::testing
