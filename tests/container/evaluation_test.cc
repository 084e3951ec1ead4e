#include "container/commands/evaluation.h"

#include <gtest/gtest.h>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

// Counted by hand: of 4 predicted 0, 3 are right; of 2 predicted 1, 1 is right.
TEST(ConfusionMatrix, LooksLikeTheTutorials) {
  EXPECT_EQ(ConfusionMatrix({0, 0, 0, 1, 1, 0}, {0.1F, 0.2F, 0.5F, 0.4F, 0.9F, 0.51F}, 0.5),
            "\nOverall Classification Rate: 66.7%\n\n"
            "Predicted  0               1\n"
            "Observed\n"
            "0          75% (3)         50% (1)\n"
            "1          25% (1)         50% (1)\n");
}

TEST(ConfusionMatrix, EmptyColumnIsZeroPercent) {
  EXPECT_NE(ConfusionMatrix({0, 1}, {0.1F, 0.2F}, 0.5).find("0% (0)"), std::string::npos);
}

Model BinaryModel() {
  Model model;
  model.objective.name = "binary:logistic";
  model.objective.base_score = 0.5;
  return model;
}

TEST(DescribeScores, GivesTheUsualMetricsOfTwoClasses) {
  // logloss = -(ln 0.75 + ln 0.5 + ln 0.75) / 3; auc: of the pairs (0.5, 0.25), (0.75, 0.25) all
  // right; error: 0.5 is not above the threshold, so one of three is wrong.
  const auto text = DescribeScores(
      BinaryModel(), {.labels = {0, 1, 1}, .predictions = {0.25F, 0.5F, 0.75F}}, std::nullopt);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, "logloss: 0.42284\nauc: 1.00000\nerror: 0.33333\n");
}

TEST(DescribeScores, ThresholdAddsTheMatrixForTwoClassesOnly) {
  const Scored scored{.labels = {0, 1}, .predictions = {0.25F, 0.5F}};
  const auto text = DescribeScores(BinaryModel(), scored, 0.4);
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text->find("Overall Classification Rate: 100.0%"), std::string::npos);

  Model regression;
  regression.objective.base_score = 0.5;
  const auto wrong = DescribeScores(regression, scored, 0.4);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().id, ErrorId::kUsage);
}

TEST(DescribeScores, RefusesLabelsThatTheObjectiveDoesNotKnow) {
  const auto text =
      DescribeScores(BinaryModel(), {.labels = {0, 2}, .predictions = {0.5F, 0.5F}}, std::nullopt);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().id, ErrorId::kDataLabelRange);
}

}  // namespace
}  // namespace boostyard::container
