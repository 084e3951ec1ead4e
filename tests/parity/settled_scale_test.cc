// Labels and weights of very different size: XGBoost's metric to 0.1 %, on every table that is
// settled, i.e. on which XGBoost's own metric stays within 0.1 % under changes that mean nothing
// (OwnSpread). On others it says as little about ours as about XGBoost.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/parity/regression_scale.h"

namespace boostyard::testing {
namespace {

constexpr double kBar = 1e-3;

class SettledScale : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string reason;
    library_ = OpenXgboost(&reason);
    if (library_ == nullptr) GTEST_SKIP() << reason;
  }

  // Compares on one table, unless it is unsettled.
  void Compare(const std::string& name, const MemoryTable& table, double base_score) {
    TrainParams params = SquaredError(base_score);
    params.num_round = BOOSTYARD_ROUNDS;
    const BothPredictions both = TrainBoth(*library_, params, table);
    const double theirs = Rmse(both.theirs, table);
    const double excess = Rmse(both.ours, table) / theirs - 1.0;
    const double spread = OwnSpread(*library_, params, table, theirs);
    std::printf("%-34s ours beyond XGBoost's by %+.2e; XGBoost's own spread %.1e\n", name.c_str(),
                excess, spread);
    if (spread > kBar) return;
    ++settled_;
    EXPECT_LE(std::abs(excess), kBar) << name;
  }

  std::unique_ptr<bench::XgbLibrary> library_;
  int settled_ = 0;
};

TEST_F(SettledScale, LabelsOfAnySize) {
  for (const int exponent : {-3, 0, 40}) {
    for (std::uint64_t seed = 0; seed < BOOSTYARD_LABEL_TABLES; ++seed) {
      MemoryTable table = Regression(seed, BOOSTYARD_ROWS);
      for (float& label : table.labels) label = std::ldexp(label, exponent);
      Compare("labels near 2^" + std::to_string(exponent) + ", table " + std::to_string(seed),
              table, std::ldexp(1.0, exponent));
    }
  }
  EXPECT_GE(2 * settled_, 3 * BOOSTYARD_LABEL_TABLES);  // most are
}

TEST_F(SettledScale, OneHeavyRow) {
  for (std::uint64_t seed = 0; seed < BOOSTYARD_WEIGHT_TABLES; ++seed) {
    MemoryTable table = Regression(seed);
    table.weights.assign(table.row_count, 1.0F);
    table.weights[777] = 1e6F;
    Compare("one weight of 1e6, table " + std::to_string(seed), table, 1.0);
  }
  EXPECT_GE(settled_, 1);
}

}  // namespace
}  // namespace boostyard::testing
