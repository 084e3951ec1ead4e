// The list of all metrics: to add one, write its struct, put a row here and an arm in evaluate.cc.
#pragma once

#include <array>

#include "engine/metric/metric.h"

namespace boostyard {

inline constexpr TaskSet kSeveralClasses = SetOf(Task::kMulticlass);
inline constexpr TaskSet kSurvivalTask = SetOf(Task::kSurvival);
inline constexpr TaskSet kBinaryOrRanking = SetOf(Task::kBinary) | SetOf(Task::kRanking);
inline constexpr TaskSet kTwoClasses = SetOf(Task::kBinary) | SetOf(Task::kRegression);
inline constexpr TaskSet kClassifiable = kTwoClasses | kSeveralClasses;
inline constexpr TaskSet kOneOutput = kTwoClasses | SetOf(Task::kRanking) | SetOf(Task::kSurvival);

// id, name, summary, maximised, XGBoost's, custom, native, argument, tasks. rmse and mae are in
// both worlds: XGBoost's values, but the reference container computes them itself and so leaves the
// objective's default on.
// clang-format off
inline constexpr std::array<MetricInfo, static_cast<std::size_t>(MetricId::kCount)> kMetricTable{{
    {MetricId::kAccuracy, "accuracy", "share of rows whose class is right", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kAftNloglik, "aft-nloglik", "negative log likelihood of accelerated failure times", false, true, false, false, MetricArgument::kNone, kSurvivalTask},
    {MetricId::kAuc, "auc", "area under the ROC curve", true, true, false, true, MetricArgument::kNone, kBinaryOrRanking},
    {MetricId::kAucpr, "aucpr", "area under the precision-recall curve", true, true, false, true, MetricArgument::kNone, kBinaryOrRanking},
    {MetricId::kBalancedAccuracy, "balanced_accuracy", "mean recall over the classes present", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kCoxNloglik, "cox-nloglik", "negative partial log likelihood of proportional hazards", false, true, false, false, MetricArgument::kNone, kSurvivalTask},
    {MetricId::kError, "error", "share of rows on the wrong side of a threshold, 0.5 or error@t", false, true, false, true, MetricArgument::kThreshold, kOneOutput},
    {MetricId::kF1, "f1", "mean F1 over the classes", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kF1Binary, "f1_binary", "F1 of class 1", true, false, true, true, MetricArgument::kNone, kTwoClasses},
    {MetricId::kF1Macro, "f1_macro", "mean F1 over the classes", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kGammaDeviance, "gamma-deviance", "residual deviance of the Gamma distribution", false, true, false, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kGammaNloglik, "gamma-nloglik", "negative log likelihood of the Gamma distribution", false, true, false, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kIntervalRegressionAccuracy, "interval-regression-accuracy", "share of rows predicted within their interval", true, true, false, false, MetricArgument::kNone, kSurvivalTask},
    {MetricId::kLogloss, "logloss", "negative log likelihood of two classes", false, true, false, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kMae, "mae", "mean absolute error", false, true, true, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kMap, "map", "mean average precision of the first 32 rows of a group, or of n: map@n", true, true, false, false, MetricArgument::kTopCount, kOneOutput},
    {MetricId::kMape, "mape", "mean absolute error relative to the label", false, true, false, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kMerror, "merror", "share of rows whose class is wrong", false, true, false, true, MetricArgument::kNone, kSeveralClasses},
    {MetricId::kMlogloss, "mlogloss", "negative log likelihood of several classes", false, true, false, true, MetricArgument::kNone, kSeveralClasses},
    {MetricId::kMphe, "mphe", "mean pseudo Huber error", false, true, false, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kMse, "mse", "mean squared error", false, false, true, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kNdcg, "ndcg", "normalised discounted cumulative gain of the first 32 rows of a group, or of n: ndcg@n", true, true, false, false, MetricArgument::kTopCount, kOneOutput},
    {MetricId::kPoissonNloglik, "poisson-nloglik", "negative log likelihood of the Poisson distribution", false, true, false, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kPrecision, "precision", "precision of class 1", true, false, true, true, MetricArgument::kNone, kTwoClasses},
    {MetricId::kPrecisionMacro, "precision_macro", "mean precision over the classes", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kPrecisionMicro, "precision_micro", "precision over all rows", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kR2, "r2", "coefficient of determination", true, false, true, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kRecall, "recall", "recall of class 1", true, false, true, true, MetricArgument::kNone, kTwoClasses},
    {MetricId::kRecallMacro, "recall_macro", "mean recall over the classes", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kRecallMicro, "recall_micro", "recall over all rows", true, false, true, true, MetricArgument::kNone, kClassifiable},
    {MetricId::kRmse, "rmse", "root of the mean squared error", false, true, true, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kRmsle, "rmsle", "root of the mean squared error of log(1 + y)", false, true, false, true, MetricArgument::kNone, kOneOutput},
    {MetricId::kTweedieNloglik, "tweedie-nloglik", "negative log likelihood of the Tweedie distribution", false, true, false, true, MetricArgument::kNone, kOneOutput},
}};
// clang-format on

consteval bool MetricTableIsInOrder() {
  for (std::size_t i = 0; i < kMetricTable.size(); ++i) {
    if (static_cast<std::size_t>(kMetricTable[i].id) != i) return false;
    if (i > 0 && !(kMetricTable[i - 1].name < kMetricTable[i].name)) return false;
  }
  return true;
}
static_assert(MetricTableIsInOrder(), "rows of kMetricTable stand in the order of MetricId");

}  // namespace boostyard
