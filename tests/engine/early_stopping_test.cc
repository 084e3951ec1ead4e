#include "engine/boost/early_stopping.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace boostyard {
namespace {

// Feeds the values in order; the round at which it stops, or -1.
int StopRound(EarlyStopping& stopping, const std::vector<double>& values) {
  for (std::size_t round = 0; round < values.size(); ++round) {
    if (stopping.Update(static_cast<int>(round), values[round])) return static_cast<int>(round);
  }
  return -1;
}

TEST(EarlyStopping, StopsAfterThatManyRoundsWithoutImprovement) {
  EarlyStopping stopping(false, 2);
  EXPECT_EQ(StopRound(stopping, {0.5, 0.4, 0.45, 0.3, 0.35, 0.31, 0.1}), 5);
  EXPECT_EQ(stopping.best_round(), 3);
  EXPECT_EQ(stopping.best_value(), 0.3);
}

TEST(EarlyStopping, AnEqualValueIsNoImprovement) {
  EarlyStopping stopping(true, 3);
  EXPECT_EQ(StopRound(stopping, {0.5, 0.7, 0.7, 0.7, 0.7}), 4);
  EXPECT_EQ(stopping.best_round(), 1);
}

TEST(EarlyStopping, GoesOnWhileAMaximisedMetricRises) {
  EarlyStopping stopping(true, 1);
  EXPECT_EQ(StopRound(stopping, {0.1, 0.2, 0.3}), -1);
  EXPECT_EQ(stopping.best_round(), 2);
}

TEST(EarlyStopping, NanImprovesOnNothingAndIsImprovedOnByAnything) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EarlyStopping stopping(false, 2);
  EXPECT_EQ(StopRound(stopping, {nan, 0.9, nan, nan}), 3);
  EXPECT_EQ(stopping.best_round(), 1);
}

TEST(EarlyStopping, ContinuesFromItsAttributesAsIfNeverInterrupted) {
  const std::vector<double> values{0.9, 1.0 / 3.0, 0.4, 0.5, 0.1};
  EarlyStopping first(false, 3);
  first.Update(0, values[0]);
  first.Update(1, values[1]);
  EarlyStopping second(false, 3);
  ASSERT_TRUE(second.FromAttributes(first.ToAttributes()).ok());
  EXPECT_EQ(second.best_round(), 1);
  EXPECT_EQ(second.best_value(), values[1]);
  EXPECT_FALSE(second.Update(2, values[2]));
  EXPECT_FALSE(second.Update(3, values[3]));
  EXPECT_TRUE(second.Update(4, 0.5));
}

TEST(EarlyStopping, WithoutAttributesItBeginsAnew) {
  EarlyStopping stopping(false, 3);
  ASSERT_TRUE(stopping.FromAttributes({{"best_iteration", "3"}}).ok());
  EXPECT_FALSE(stopping.best_round().has_value());
  EXPECT_TRUE(stopping.ToAttributes().empty());
}

TEST(EarlyStopping, RefusesAttributesThatAreNoNumbers) {
  EarlyStopping stopping(false, 3);
  EXPECT_FALSE(stopping.FromAttributes({{"best_iteration", "x"}, {"best_score", "1"}}).ok());
  EXPECT_FALSE(stopping.FromAttributes({{"best_iteration", "-1"}, {"best_score", "1"}}).ok());
  EXPECT_FALSE(stopping.FromAttributes({{"best_iteration", "1"}, {"best_score", "1;"}}).ok());
}

TEST(StoppingMetric, IsTheTuningMetricElseTheLastAskedForElseTheDefault) {
  TrainParams params;
  params.objective.name = "binary:logistic";
  EXPECT_EQ(StoppingMetric(params)->name, "logloss");
  params.eval_metric = {"error", "auc"};
  EXPECT_EQ(StoppingMetric(params)->name, "auc");
  EXPECT_TRUE(StoppingMetric(params)->is_maximised());
  params.tuning_metric = "f1";
  EXPECT_EQ(StoppingMetric(params)->name, "f1");
}

TEST(StoppingMetric, DirectionGoesByTheBaseName) {
  TrainParams params;
  params.tuning_metric = "ndcg@10";
  EXPECT_TRUE(StoppingMetric(params)->is_maximised());
  params.tuning_metric = "error@0.8";
  EXPECT_FALSE(StoppingMetric(params)->is_maximised());
}

}  // namespace
}  // namespace boostyard
