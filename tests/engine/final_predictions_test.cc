// What the observer is told at the end, against the returned model's own predictions.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "engine/model/predict.h"
#include "engine/objective/objectives.h"
#include "engine/train.h"
#include "tests/support/memory_stream.h"
#include "tests/support/recording_observer.h"

namespace boostyard {
namespace {

using testing::MemoryStream;
using testing::MemoryTable;
using testing::RecordedPredictions;
using testing::RecordingObserver;

// Labels are mostly noise, so that the best round comes long before the last.
MemoryTable NoisyTable(std::size_t rows, unsigned seed, int classes) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = 3;
  for (std::size_t row = 0; row < rows; ++row) {
    const float signal = uniform(random);
    table.values.insert(table.values.end(), {signal, uniform(random), uniform(random)});
    const float score = 0.4F * signal + 0.6F * uniform(random);
    table.labels.push_back(std::floor(score * static_cast<float>(classes) * 0.999F));
    table.weights.push_back(0.5F + uniform(random));
  }
  return table;
}

TrainParams ParamsFor(const std::string& objective) {
  TrainParams params;
  params.objective.name = objective;
  if (objective.rfind("multi:", 0) == 0) params.objective.num_class = 3;
  params.num_round = 60;
  params.tree.max_depth = 4;
  return params;
}

void ExpectModelSaysTheSame(const RecordedPredictions& final, const Model& model,
                            const MemoryTable& table) {
  MemoryStream stream(table, {.chunk_rows = static_cast<std::uint32_t>(table.row_count)});
  const auto batch = stream.NextBatch();
  ASSERT_TRUE(batch.ok());
  ASSERT_EQ(batch->size(), 1U);
  const std::vector<float> margins = PredictMargins(model, batch->front());
  std::vector<float> expected(margins.size());
  TransformForMetrics(model.objective, margins, expected, 1);
  EXPECT_EQ(final.output_count, model.output_count());
  EXPECT_EQ(final.labels, table.labels);
  EXPECT_EQ(final.weights, table.weights);
  ASSERT_EQ(final.predictions.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(final.predictions[i], expected[i], 2e-6) << i;
  }
}

class FinalPredictionsTest
    : public ::testing::TestWithParam<std::tuple<EngineChoice, std::string>> {
 protected:
  RunOptions run_{.engine = std::get<0>(GetParam()), .threads = 2};
  std::string objective_ = std::get<1>(GetParam());
  int classes_ = objective_.rfind("multi:", 0) == 0 ? 3 : 2;
  MemoryTable train_ = NoisyTable(600, 1, classes_);
  MemoryTable validation_ = NoisyTable(300, 2, classes_);
  RecordingObserver observer_;
};

TEST_P(FinalPredictionsTest, AreThoseOfTheBestRoundOnValidation) {
  TrainParams params = ParamsFor(objective_);
  params.early_stopping_rounds = 5;
  MemoryStream train(train_, {});
  MemoryStream validation(validation_, {});
  const auto outcome = Train(params, {&train, &validation}, run_, observer_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  ASSERT_LT(*outcome->best_round + 1, outcome->rounds_done) << "nothing was cut off";
  ASSERT_EQ(observer_.finals.size(), 1U);
  EXPECT_EQ(observer_.finals[0].channel, "validation");
  ExpectModelSaysTheSame(observer_.finals[0], outcome->model, validation_);
}

TEST_P(FinalPredictionsTest, AreThoseOfTheLastRoundWithoutEarlyStopping) {
  TrainParams params = ParamsFor(objective_);
  params.num_round = 4;
  MemoryStream train(train_, {});
  MemoryStream validation(validation_, {});
  const auto outcome = Train(params, {&train, &validation}, run_, observer_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  ASSERT_EQ(observer_.finals.size(), 1U);
  EXPECT_EQ(observer_.finals[0].channel, "validation");
  ExpectModelSaysTheSame(observer_.finals[0], outcome->model, validation_);
}

TEST_P(FinalPredictionsTest, AreThoseOfTheTrainChannelIfThereIsNoOther) {
  TrainParams params = ParamsFor(objective_);
  params.num_round = 4;
  MemoryStream train(train_, {});
  const auto outcome = Train(params, {&train, nullptr}, run_, observer_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  ASSERT_EQ(observer_.finals.size(), 1U);
  EXPECT_EQ(observer_.finals[0].channel, "train");
  ExpectModelSaysTheSame(observer_.finals[0], outcome->model, train_);
}

TEST_P(FinalPredictionsTest, AreNotReportedWithoutMetrics) {
  TrainParams params = ParamsFor(objective_);
  params.num_round = 2;
  run_.evaluates_metrics = false;
  MemoryStream train(train_, {});
  const auto outcome = Train(params, {&train, nullptr}, run_, observer_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_TRUE(observer_.finals.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Engines, FinalPredictionsTest,
    ::testing::Combine(::testing::Values(EngineChoice::kNative, EngineChoice::kXgboost),
                       ::testing::Values("binary:logistic", "multi:softmax", "reg:squarederror")));

}  // namespace
}  // namespace boostyard
