// Where quantised gradients are hardest: rare positives, long boosting, labels and weights of very
// different size. The metric on the training rows is XGBoost's, within a per cent or a thousandth.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/base/rng.h"
#include "tests/parity/regression_scale.h"
#include "tests/parity/shared_set.h"
#include "tests/parity/side_by_side.h"

namespace boostyard::testing {
namespace {

double Logloss(const std::vector<float>& probabilities, const std::vector<float>& labels) {
  double sum = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double p = std::min(std::max(static_cast<double>(probabilities[i]), 1e-16), 1.0 - 1e-16);
    sum -= labels[i] > 0.5F ? std::log(p) : std::log1p(-p);
  }
  return sum / static_cast<double>(labels.size());
}

class Scale : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string reason;
    library_ = OpenXgboost(&reason);
    if (library_ == nullptr) GTEST_SKIP() << reason;
  }
  void ExpectClose(const std::string& name, double ours, double theirs, double tolerance) {
    std::printf("%-34s ours %.9g  XGBoost %.9g  relative %+.2e\n", name.c_str(), ours, theirs,
                ours / theirs - 1.0);
    EXPECT_NEAR(ours / theirs, 1.0, tolerance) << name;
  }
  std::unique_ptr<bench::XgbLibrary> library_;
};

// Six columns of at most 250 values; the odds of the rare label depend on three of them.
MemoryTable RareLabels(std::size_t rows, double rate) {
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = 6;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t key = RandomKey(3, 5, i);
    double odds = 0.0;
    for (std::uint64_t f = 0; f < 6; ++f) {
      const double value = std::floor(250.0 * Uniform(key, f)) / 250.0;
      table.values.push_back(static_cast<float>(value));
      if (f < 3) odds += 2.0 * value - 1.0;
    }
    const double chance = rate * std::exp(odds) / 1.58;  // the mean of exp(odds) is about 1.6
    table.labels.push_back(Uniform(key, 6) < chance ? 1.0F : 0.0F);
  }
  return table;
}

TEST_F(Scale, RareLabels) {
  for (const double rate : {1e-3, 1e-4, 1e-5}) {
    const MemoryTable table = RareLabels(2'000'000, rate);
    double positives = 0.0;
    for (const float label : table.labels) positives += static_cast<double>(label);
    TrainParams params;
    params.num_round = 20;
    params.objective.name = "binary:logistic";
    params.objective.base_score = positives / static_cast<double>(table.row_count);
    params.tree.min_child_weight = 0.1;
    const BothPredictions both = TrainBoth(*library_, params, table);
    ExpectClose("positives " + std::to_string(static_cast<int>(positives)) + " of 2,000,000",
                Logloss(both.ours, table.labels), Logloss(both.theirs, table.labels), 0.01);
  }
}

TEST_F(Scale, LongBoostingOfSeparableRows) {
  const std::optional<MemoryTable> table = ReadShared("agaricus", "train.csv");
  if (!table) GTEST_SKIP() << "no agaricus";
  TrainParams params;
  params.num_round = 500;
  params.objective.name = "binary:logistic";
  params.objective.base_score = 0.5;
  const BothPredictions both = TrainBoth(*library_, params, *table);
  ExpectClose("agaricus, 500 rounds", Logloss(both.ours, table->labels),
              Logloss(both.theirs, table->labels), 0.01);
}

// Once two trees differ, by gains that are as good as equal, all later ones do, and the metric of
// that training wanders by half a per cent. So many tables are trained.
struct Excess {
  int tables = 0;
  int far = 0;         // tables beyond 0.1 %, either way
  double mean = 0.0;   // of ours / XGBoost's - 1
  double error = 0.0;  // its standard error
};

template <class Ratio>
Excess ExcessOver(const std::string& name, int tables, const Ratio& ratio_of_table) {
  Excess found;
  found.tables = tables;
  double squares = 0.0;
  for (int table = 0; table < tables; ++table) {
    const double excess = ratio_of_table(static_cast<std::uint64_t>(table)) - 1.0;
    found.far += std::abs(excess) > 1e-3 ? 1 : 0;
    found.mean += excess / tables;
    squares += excess * excess;
  }
  found.error = std::sqrt(std::max(0.0, squares / tables - found.mean * found.mean) / (tables - 1));
  std::printf(
      "%-34s ours beyond XGBoost's by %+.2e on average (standard error %.1e); %d of %d tables "
      "differ by more than 0.1 %%\n",
      name.c_str(), found.mean, found.error, found.far, tables);
  return found;
}

TEST_F(Scale, SizeOfLabelsChangesNothing) {
  const MemoryTable table = Regression(3);
  MemoryStream stream(table);
  const std::vector<float> plain =
      PredictWith(TrainOurs(SquaredError(1.0), stream, kThreads), stream.chunks());
  for (const int exponent : {10, 20, 30, 40}) {
    MemoryTable scaled = table;
    for (float& label : scaled.labels) label = std::ldexp(label, exponent);
    MemoryStream scaled_stream(scaled);
    const std::vector<float> predictions =
        PredictWith(TrainOurs(SquaredError(std::ldexp(1.0, exponent)), scaled_stream, kThreads),
                    scaled_stream.chunks());
    ASSERT_EQ(predictions.size(), plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
      ASSERT_EQ(predictions[i], std::ldexp(plain[i], exponent)) << "2^" << exponent;
    }
  }
}

// On one small table in thirty a near-tie falls otherwise; there XGBoost differs from itself as
// much, where labels move by a hundred-thousandth (OwnSpread). The bar without exceptions, on the
// tables that are settled: settled_scale_test.cc.
TEST_F(Scale, LabelsOfAnySize) {
  for (const int exponent : {-3, 0, 40}) {
    const Excess excess =
        ExcessOver("labels near 2^" + std::to_string(exponent), 32, [&](std::uint64_t seed) {
          MemoryTable table = Regression(seed);
          for (float& label : table.labels) label = std::ldexp(label, exponent);
          const BothPredictions both =
              TrainBoth(*library_, SquaredError(std::ldexp(1.0, exponent)), table);
          return Rmse(both.ours, table) / Rmse(both.theirs, table);
        });
    EXPECT_LE(std::abs(excess.mean), 1e-3);
    EXPECT_LE(excess.far, excess.tables / 16);
  }
}

TEST_F(Scale, OneLabelFarFromTheOthers) {
  MemoryTable table = Regression(3);
  table.labels[777] = 1e9F;
  const BothPredictions both = TrainBoth(*library_, SquaredError(1.0), table);
  ExpectClose("one label of 1e9", Rmse(both.ours, table), Rmse(both.theirs, table), 1e-3);
}

// The heavy row makes XGBoost's gains coarse: they are 32-bit before the parent's is taken away, so
// that many splits are equal to it which are not. So about half of the tables differ, in either
// direction, by up to two per cent, as XGBoost's do from its own under changes that mean nothing.
// What can be held to 0.1 % is the mean over tables: its standard error is 0.03 %, so that two
// equally good sides fail by luck with a chance of 0.2 %.
TEST_F(Scale, OneHeavyRow) {
  const Excess excess = ExcessOver("one weight of 1e6", 256, [&](std::uint64_t seed) {
    MemoryTable table = Regression(seed);
    table.weights.assign(table.row_count, 1.0F);
    table.weights[777] = 1e6F;
    const BothPredictions both = TrainBoth(*library_, SquaredError(1.0), table);
    return Rmse(both.ours, table) / Rmse(both.theirs, table);
  });
  EXPECT_LE(std::abs(excess.mean), 1e-3);
  EXPECT_LE(excess.error, 4e-4);  // so that the mean says something
}

}  // namespace
}  // namespace boostyard::testing
