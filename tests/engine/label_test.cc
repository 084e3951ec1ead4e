// Labels: whether they are legal, and the base score that follows from them.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/base/rng.h"
#include "engine/objective/label_stats.h"
#include "engine/objective/objectives.h"
#include "tests/engine/metric_data.h"

namespace boostyard {
namespace {

using test::kAmounts;
using test::kBinary;
using test::kCounts;
using test::kShares;
using test::kWeights;

ObjectiveParams Named(const std::string& name, int num_class = 0) {
  ObjectiveParams params;
  params.name = name;
  params.num_class = num_class;
  return params;
}

TEST(CheckLabels, AcceptsWhatTheObjectiveAllows) {
  const std::vector<float> classes{0, 1, 2};
  EXPECT_TRUE(CheckLabels(Named("multi:softprob", 3), classes).ok());
  EXPECT_TRUE(CheckLabels(Named("reg:squarederror"), std::vector<float>{-1e30F, 2}).ok());
  EXPECT_TRUE(CheckLabels(Named("reg:logistic"), std::vector<float>{0, 0.3F, 1}).ok());
  EXPECT_TRUE(CheckLabels(Named("count:poisson"), std::vector<float>{0, 2.5F}).ok());
  EXPECT_TRUE(CheckLabels(Named("reg:squaredlogerror"), std::vector<float>{-0.99F}).ok());
  EXPECT_TRUE(CheckLabels(Named("survival:cox"), std::vector<float>{-3}).ok());
  EXPECT_TRUE(CheckLabels(Named("survival:aft"), std::vector<float>{0, 5}).ok());
  EXPECT_TRUE(CheckLabels(Named("no:such"), classes).ok());
}

TEST(CheckLabels, NamesTheLabelsFoundAndTheCure) {
  struct Row {
    ObjectiveParams params;
    std::vector<float> labels;
    std::string message;
    std::string fix;
  };
  const std::vector<Row> rows{
      {Named("binary:logistic"),
       {1, 2, 2, 1},
       "labels must be in [0,1] for binary:logistic; found 2",
       "the labels go from 1 to 2: subtract 1"},
      {Named("binary:logistic"),
       {-1, 1},
       "labels must be in [0,1] for binary:logistic; found -1",
       "write 0 instead of -1"},
      {Named("binary:logistic"),
       {3, 0, 7, 3, 9, 8, 6, 5, 4},
       "labels must be in [0,1] for binary:logistic; found 3, 7, 9, 8, 6 and others",
       "the labels go from 0 to 9: for several classes choose multi:softprob with num_class, for a "
       "number reg:squarederror; is the label the first column?"},
      {Named("reg:logistic"),
       {0.5F, 1.25F},
       "labels must be in [0,1] for reg:logistic; found 1.25",
       "the labels go from 0.5 to 1.25: choose reg:squarederror for a number; is the label the "
       "first column?"},
      {Named("survival:aft"),
       {1, -1},
       "labels must be 0 or greater for survival:aft; found -1",
       "remove those rows: a survival time is not negative"},
      {Named("multi:softmax", 3),
       {1, 2, 3},
       "labels must be class numbers from 0 to 2 for multi:softmax; found 3",
       "the labels go from 1 to 3: subtract 1"},
      {Named("multi:softmax", 3),
       {0, 4, 1.5F},
       "labels must be class numbers from 0 to 2 for multi:softmax; found 4, 1.5",
       "number the classes 0, 1, 2, …, or choose a reg: objective"},
      {Named("multi:softprob", 3),
       {0, 5},
       "labels must be class numbers from 0 to 2 for multi:softprob; found 5",
       "set num_class to 6, or number the classes from 0"},
      {Named("multi:softprob", 3),
       {-1, 0},
       "labels must be class numbers from 0 to 2 for multi:softprob; found -1",
       "number the classes from 0"},
      {Named("reg:gamma"),
       {0, 1},
       "labels must be greater than 0 for reg:gamma; found 0",
       "remove those rows, or choose reg:tweedie, which allows 0"},
      {Named("reg:tweedie"),
       {-0.5F, 1},
       "labels must be 0 or greater for reg:tweedie; found -0.5",
       "remove those rows, or choose reg:squarederror"},
      {Named("reg:squaredlogerror"),
       {-1},
       "labels must be greater than -1 for reg:squaredlogerror; found -1",
       "remove those rows, or choose reg:squarederror"},
  };
  for (const Row& row : rows) {
    const Status status = CheckLabels(row.params, row.labels);
    ASSERT_FALSE(status.ok()) << row.message;
    EXPECT_EQ(status.error().id, ErrorId::kDataLabelRange);
    EXPECT_EQ(status.error().message, row.message);
    EXPECT_EQ(status.error().fix, row.fix);
  }
}

TEST(CheckLabels, ReportsTheSameHoweverRowsAreCut) {
  const std::vector<float> labels{0, 3, 1, 5, 3, 9};
  LabelCheck check(Named("binary:logistic"));
  for (const float label : labels) check.Add(std::span<const float>(&label, 1));
  EXPECT_EQ(check.Verdict().error().message,
            CheckLabels(Named("binary:logistic"), labels).error().message);
}

// Labels that are checked in blocks: one that is refused, at any place and of any kind, is found as
// it is found by itself.
TEST(CheckLabels, FindsOneAmongMany) {
  struct Row {
    ObjectiveParams params;
    float fill;
    float odd;
  };
  const std::vector<Row> rows{
      {Named("binary:logistic"), 1.0F, 1.5F},  {Named("binary:logistic"), 0.25F, -1.0F},
      {Named("reg:gamma"), 3.0F, 0.0F},        {Named("count:poisson"), 1e9F, -0.5F},
      {Named("multi:softmax", 3), 2.0F, 1.5F}, {Named("multi:softmax", 3), 0.0F, 3.0F}};
  for (const Row& row : rows) {
    for (const std::size_t place : {0U, 4095U, 4096U, 9998U}) {
      std::vector<float> labels(9'999, row.fill);
      ASSERT_TRUE(CheckLabels(row.params, labels).ok());
      labels[place] = row.odd;
      const Status status = CheckLabels(row.params, labels);
      ASSERT_FALSE(status.ok()) << row.params.name << " " << row.odd << " at " << place;
      EXPECT_EQ(status.error().message,
                CheckLabels(row.params, std::vector<float>{row.odd}).error().message);
    }
  }
}

double Estimate(const ObjectiveParams& params, const std::vector<float>& labels,
                const std::vector<float>& weights) {
  LabelStats stats(params);
  stats.Add(labels, weights);
  return stats.EstimateBaseScore();
}

TEST(LabelStats, EstimatesAsXgboostDoes) {
  // base_score of models that xgboost-cpu 3.2.0 trained for one round on these labels.
  struct Row {
    const char* objective;
    const std::vector<float>& labels;
    bool is_weighted;
    double scale_pos_weight;
    double huber_slope;
    double want;
  };
  const std::vector<Row> rows{
      {"reg:squarederror", kAmounts, false, 1.0, 1.0, 1.4983333},
      {"reg:squarederror", kAmounts, true, 1.0, 1.0, 1.3665828},
      {"reg:squarederror", kBinary, false, 3.0, 1.0, 0.75},
      {"reg:squarederror", kBinary, true, 3.0, 1.0, 0.71093047},
      {"reg:logistic", kShares, false, 1.0, 1.0, 0.5154167},
      {"reg:logistic", kShares, true, 1.0, 1.0, 0.55061823},
      {"binary:logistic", kBinary, false, 1.0, 1.0, 0.5},
      {"binary:logistic", kBinary, true, 1.0, 1.0, 0.45048654},
      {"binary:logistic", kBinary, false, 3.0, 1.0, 0.7310586},
      {"binary:logistic", kBinary, true, 3.0, 1.0, 0.6992485},
      {"binary:logitraw", kBinary, false, 1.0, 1.0, 0.5},
      {"binary:logitraw", kBinary, true, 1.0, 1.0, 0.45048654},
      {"binary:logitraw", kBinary, false, 3.0, 1.0, 1.0},
      {"reg:gamma", kAmounts, false, 1.0, 1.0, 1.4983333},
      {"reg:gamma", kAmounts, true, 1.0, 1.0, 1.3665828},
      {"reg:tweedie", kCounts, false, 1.0, 1.0, 1.0},
      {"reg:tweedie", kCounts, true, 1.0, 1.0, 0.9730967},
      {"count:poisson", kCounts, false, 1.0, 1.0, 1.0},
      {"count:poisson", kCounts, true, 1.0, 1.0, 0.9730967},
      {"reg:squaredlogerror", kAmounts, false, 1.0, 1.0, 0.46940243},
      {"reg:squaredlogerror", kAmounts, true, 1.0, 1.0, 0.45115474},
      {"reg:pseudohubererror", kAmounts, false, 1.0, 1.0, 3.2187085},
      {"reg:pseudohubererror", kAmounts, true, 1.0, 1.0, 2.4182203},
      {"reg:pseudohubererror", kAmounts, false, 1.0, 2.0, 2.081748},
      {"reg:pseudohubererror", kAmounts, true, 1.0, 2.0, 1.7674087},
  };
  for (const Row& row : rows) {
    ObjectiveParams params = Named(row.objective);
    params.scale_pos_weight = row.scale_pos_weight;
    params.huber_slope = row.huber_slope;
    const std::vector<float> weights = row.is_weighted ? kWeights : std::vector<float>{};
    const double got = Estimate(params, row.labels, weights);
    EXPECT_NEAR(got, row.want, 1e-6 * row.want) << row.objective << " " << row.is_weighted;
  }
}

TEST(LabelStats, KeepsTheMarginFinite) {
  const std::vector<float> zeros(10, 0.0F);
  const std::vector<float> ones(10, 1.0F);
  EXPECT_NEAR(Estimate(Named("binary:logistic"), zeros, {}), 1e-6, 1e-12);
  EXPECT_NEAR(Estimate(Named("binary:logistic"), ones, {}), 1.0 - 1e-6, 1e-7);
  for (const char* name : {"binary:logistic", "binary:logitraw", "count:poisson", "reg:tweedie"}) {
    const double base_score = Estimate(Named(name), zeros, {});
    EXPECT_TRUE(std::isfinite(BaseScoreToMargin(Named(name), base_score))) << name;
  }
  EXPECT_EQ(Estimate(Named("multi:softprob", 3), ones, {}), 0.5);
  EXPECT_EQ(Estimate(Named("binary:logistic"), {}, {}), 0.5);
}

TEST(LabelStats, IsTheSameInAnyOrderAndGrouping) {
  std::vector<float> labels;
  std::vector<float> weights;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    labels.push_back(static_cast<float>(RandomBits(1, i) >> 40) * 1e-6F + 0.01F);
    weights.push_back(std::ldexp(1.0F, static_cast<int>(RandomBits(2, i) % 60) - 30));
  }
  for (const char* name : {"reg:squarederror", "reg:gamma", "reg:squaredlogerror"}) {
    const double want = Estimate(Named(name), labels, weights);
    LabelStats merged(Named(name));
    std::size_t end = labels.size();
    for (const std::size_t first : {2000U, 1999U, 7U, 0U}) {
      LabelStats part(Named(name));
      part.Add(std::span(labels).subspan(first, end - first),
               std::span(weights).subspan(first, end - first));
      merged.Merge(part);
      end = first;
    }
    EXPECT_EQ(merged.EstimateBaseScore(), want) << name;
  }
}

// Against sums in whole numbers, which are exact: labels are multiples of 2^-10 between bounds that
// no block can take for granted.
TEST(LabelStats, IsTheExactMeanOfAnyLabels) {
  for (const bool has_fractions : {false, true}) {
    std::vector<float> labels;
    std::int64_t sum = 0;  // of 1024ths
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      auto share = static_cast<std::int64_t>(RandomBits(3, i) % 2);
      if (has_fractions && i % 5000 == 77) share = 2;
      labels.push_back(share == 2 ? 0x1p-10F : static_cast<float>(share));
      sum += share == 2 ? 1 : share * 1024;
    }
    const double mean = static_cast<double>(sum) / (1024.0 * static_cast<double>(labels.size()));
    EXPECT_EQ(Estimate(Named("binary:logistic"), labels, {}),
              static_cast<double>(static_cast<float>(mean)));
    // Weights of 1 change nothing: they are added label by label.
    const std::vector<float> ones(labels.size(), 1.0F);
    EXPECT_EQ(Estimate(Named("binary:logistic"), labels, ones),
              Estimate(Named("binary:logistic"), labels, {}));
  }
  const std::vector<float> large{16777216.0F, 16777218.0F, -3e9F, 1e30F, -1e30F, 7.0F};
  EXPECT_EQ(Estimate(Named("reg:squarederror"), large, {}),
            static_cast<double>(static_cast<float>((16777216.0 + 16777218.0 - 3e9 + 7.0) / 6.0)));
}

}  // namespace
}  // namespace boostyard
