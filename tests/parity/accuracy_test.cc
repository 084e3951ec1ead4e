// Accuracy beside XGBoost over many seeds: on every binary set, mean test AUC of ours is not below
// XGBoost's by more than two standard errors + 0.0005.
//
// Chance of failing by luck: if both are equally good, the difference of the means is beyond two of
// its standard errors with 2.3 % per set at most without the 0.0005; sets with a standard error of
// 0.0005 or less fail with 0.2 % at most. Seeds are fixed, so that a run repeats its result.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "bench/auc.h"
#include "tests/parity/shared_set.h"
#include "tests/parity/side_by_side.h"

namespace boostyard::testing {
namespace {

constexpr int kSeeds = 20;
constexpr int kThreads = 1;  // small data: threads would only wait for each other
constexpr double kSlack = 0.0005;

constexpr const char* kBinarySets[] = {
    "bank_marketing", "bank_additional", "higgs",           "higgs_lgbm",    "adult",
    "credit_default", "magic",           "spambase",        "telco_churn",   "churn",
    "mammography",    "elec2",           "flights_houston", "agaricus",      "abalone_binary",
    "pima_diabetes",  "titanic",         "german_credit",   "breast_cancer", "ionosphere",
    "sonar"};

// The settings of reference.json.
TrainParams ReferenceParams() {
  TrainParams params;
  params.num_round = 100;
  params.objective.name = "binary:logistic";
  params.objective.base_score = 0.5;
  params.tree.max_depth = 5;
  params.tree.eta = 0.2;
  params.tree.gamma = 4;
  params.tree.min_child_weight = 6;
  params.sample.subsample = 0.8;
  return params;
}

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Variance(const std::vector<double>& values) {
  const double mean = Mean(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / (static_cast<double>(values.size()) - 1.0);
}

class Accuracy : public ::testing::TestWithParam<const char*> {};

TEST_P(Accuracy, MeanAucIsNotBelowXgboosts) {
  std::string reason;
  const std::unique_ptr<bench::XgbLibrary> library = OpenXgboost(&reason);
  if (library == nullptr) GTEST_SKIP() << reason;
  const std::optional<MemoryTable> train = ReadShared(GetParam(), "train.csv");
  const std::optional<MemoryTable> test = ReadShared(GetParam(), "test.csv");
  if (!train || !test) GTEST_SKIP() << "no " << SharedData() / GetParam();
  MemoryStream train_stream(*train, {.chunk_rows = 8192});
  const MemoryStream test_stream(*test, {.chunk_rows = 8192});
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int seed = 0; seed < kSeeds; ++seed) {
    TrainParams params = ReferenceParams();
    params.sample.seed = seed;
    const Model model = TrainOurs(params, train_stream, kThreads);
    ours.push_back(bench::AreaUnderCurve(PredictWith(model, test_stream.chunks()), test->labels));
    theirs.push_back(bench::AreaUnderCurve(TrainTheirs(*library, params, *train, *test, kThreads),
                                           test->labels));
  }
  const double difference = Mean(ours) - Mean(theirs);
  const double error = std::sqrt((Variance(ours) + Variance(theirs)) / kSeeds);
  std::printf(
      "%-16s ours %.6f (sd %.6f)  XGBoost %.6f (sd %.6f)  difference %+.6f = %+.1f "
      "standard errors\n",
      GetParam(), Mean(ours), std::sqrt(Variance(ours)), Mean(theirs), std::sqrt(Variance(theirs)),
      difference, error > 0.0 ? difference / error : 0.0);
  EXPECT_GE(difference, -(2.0 * error + kSlack));
}

INSTANTIATE_TEST_SUITE_P(Sets, Accuracy, ::testing::ValuesIn(kBinarySets),
                         [](const auto& set) { return std::string(set.param); });

}  // namespace
}  // namespace boostyard::testing
