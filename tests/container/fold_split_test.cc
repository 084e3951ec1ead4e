#include "container/fold_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

ObjectiveParams ObjectiveOf(const std::string& name, int num_class = 0) {
  ObjectiveParams objective;
  objective.name = name;
  objective.num_class = num_class;
  return objective;
}

std::vector<std::uint32_t> Split(const ObjectiveParams& objective, const FoldRows& rows,
                                 const FoldPlan& plan) {
  auto folds = SplitIntoFolds(objective, rows, plan);
  EXPECT_TRUE(folds.ok());
  return folds.ok() ? *std::move(folds) : std::vector<std::uint32_t>();
}

// How many rows each (class, fold) has; class -1 is all.
std::map<std::pair<int, std::uint32_t>, int> Count(const std::vector<float>& labels,
                                                   const std::vector<std::uint32_t>& folds) {
  std::map<std::pair<int, std::uint32_t>, int> counts;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    ++counts[{static_cast<int>(labels[row]), folds[row]}];
    ++counts[{-1, folds[row]}];
  }
  return counts;
}

TEST(FoldSplit, SpreadsEveryClassAndAllRowsEvenly) {
  std::vector<float> labels;
  for (int row = 0; row < 1003; ++row) labels.push_back(row % 10 < 6 ? 0 : row % 10 < 9 ? 1 : 2);
  const auto folds =
      Split(ObjectiveOf("multi:softprob", 3), {labels, {}}, {.folds = 7, .repeat = 0, .seed = 3});
  const auto counts = Count(labels, folds);
  for (int label = -1; label < 3; ++label) {
    int least = 1 << 30;
    int most = 0;
    for (std::uint32_t fold = 0; fold < 7; ++fold) {
      least = std::min(least, counts.at({label, fold}));
      most = std::max(most, counts.at({label, fold}));
    }
    EXPECT_LE(most - least, 1) << label;
  }
}

TEST(FoldSplit, DealsAnewForEachSeedAndRepeat) {
  const std::vector<float> labels(200, 1.5F);
  std::set<std::vector<std::uint32_t>> seen;
  for (const std::int64_t seed : {-1, 0, 1}) {
    for (const int repeat : {0, 1, 2}) {
      const FoldPlan plan{.folds = 4, .repeat = repeat, .seed = seed};
      const auto folds = Split(ObjectiveOf("reg:squarederror"), {labels, {}}, plan);
      EXPECT_EQ(folds, Split(ObjectiveOf("reg:squarederror"), {labels, {}}, plan));
      seen.insert(folds);
    }
  }
  EXPECT_EQ(seen.size(), 9U);
}

TEST(FoldSplit, KeepsRankingGroupsWhole) {
  std::vector<std::uint64_t> ids;
  for (std::uint64_t group = 0; group < 30; ++group) ids.insert(ids.end(), 1 + group % 5, group);
  const std::vector<float> labels(ids.size(), 1.0F);
  const auto folds = Split(ObjectiveOf("rank:ndcg"), {labels, ids}, {.folds = 3});
  std::map<std::uint64_t, std::set<std::uint32_t>> of_group;
  for (std::size_t row = 0; row < ids.size(); ++row) of_group[ids[row]].insert(folds[row]);
  std::map<std::uint32_t, int> groups;
  for (const auto& [id, of_this] : of_group) {
    EXPECT_EQ(of_this.size(), 1U) << id;
    ++groups[*of_this.begin()];
  }
  for (std::uint32_t fold = 0; fold < 3; ++fold) EXPECT_EQ(groups[fold], 10);
}

TEST(FoldSplit, SaysWhichClassHasTooFewRows) {
  std::vector<float> labels(50, 0.0F);
  labels[7] = 2.0F;
  for (int row = 10; row < 20; ++row) labels[static_cast<std::size_t>(row)] = 1.0F;
  const auto folds = SplitIntoFolds(ObjectiveOf("multi:softmax", 3), {labels, {}}, {.folds = 5});
  ASSERT_FALSE(folds.ok());
  EXPECT_EQ(folds.error().id, ErrorId::kDataTooFewRows);
  EXPECT_EQ(folds.error().message, "_kfold is 5, and there is only 1 row of class 2");
  const std::vector<float> few(4, 1.0F);
  const auto all = SplitIntoFolds(ObjectiveOf("reg:gamma"), {few, {}}, {.folds = 5});
  ASSERT_FALSE(all.ok());
  EXPECT_EQ(all.error().message, "_kfold is 5, and there are only 4 rows");
}

}  // namespace
}  // namespace boostyard::container
