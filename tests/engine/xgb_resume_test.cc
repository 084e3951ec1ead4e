// contract.md section 10, P1, line 3, of the XGBoost trainer: a training that is continued predicts
// what an undisturbed one does, where XGBoost can: it does not keep the state of its random
// numbers.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/model/model_io.h"
#include "engine/model/predict.h"
#include "engine/train.h"
#include "tests/support/memory_stream.h"
#include "tests/support/recording_observer.h"

namespace boostyard {
namespace {

using testing::MemoryStream;
using testing::MemoryTable;
using testing::RecordingObserver;

MemoryTable MakeTable(std::size_t rows, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = 3;
  for (std::size_t row = 0; row < rows; ++row) {
    const float a = uniform(random);
    const float b = uniform(random);
    table.values.insert(table.values.end(), {a, b, uniform(random)});
    table.labels.push_back(a * b + 0.5F * (uniform(random) - 0.5F) > 0.25F ? 1.0F : 0.0F);
  }
  return table;
}

struct Trained {
  TrainOutcome outcome;
  RecordingObserver observer;
};

Trained TrainFrom(const TrainParams& params, const TrainingState* resume) {
  static const MemoryTable train_rows = MakeTable(400, 1);
  static const MemoryTable validation_rows = MakeTable(200, 2);
  MemoryStream train(train_rows);
  MemoryStream validation(validation_rows);
  RunOptions run{.engine = EngineChoice::kXgboost, .threads = 1};
  run.resume = resume;
  Trained trained;
  trained.observer.takes_snapshots = true;
  auto outcome = Train(params, {&train, &validation}, run, trained.observer);
  EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
  if (outcome.ok()) trained.outcome = *std::move(outcome);
  return trained;
}

std::vector<float> Predict(const Model& model) {
  const MemoryStream rows(MakeTable(200, 3), {.chunk_rows = 1000});
  return TransformMargins(model, PredictMargins(model, rows.chunks()[0]));
}

// What comes back of a state from a file.
TrainingState ThroughTheFile(const TrainingState& state) {
  const auto through = [](const Model& model) {
    return *ReadModel(WriteModel(model, ModelFormat::kUbjson));
  };
  TrainingState read{.model = through(state.model), .rounds_done = state.rounds_done};
  if (state.best_model) read.best_model = through(*state.best_model);
  return read;
}

void ExpectUndisturbed(const TrainParams& params, float tolerance) {
  const Trained whole = TrainFrom(params, nullptr);
  const std::vector<float> expected = Predict(whole.outcome.model);
  const auto& states = whole.observer.snapshots;
  ASSERT_GE(states.size(), 5U);
  for (const std::size_t round : {std::size_t{0}, states.size() / 2, states.size() - 1}) {
    SCOPED_TRACE("interrupted after round " + std::to_string(round));
    const TrainingState state = ThroughTheFile(*states[round]);
    const Trained rest = TrainFrom(params, &state);
    EXPECT_EQ(rest.outcome.rounds_done, whole.outcome.rounds_done);
    EXPECT_EQ(rest.outcome.best_round, whole.outcome.best_round);
    EXPECT_EQ(rest.observer.rounds, static_cast<int>(states.size() - 1 - round));
    const std::vector<float> predictions = Predict(rest.outcome.model);
    ASSERT_EQ(predictions.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(predictions[i], expected[i], tolerance);
    }
  }
}

TrainParams Params(Booster booster, int rounds) {
  TrainParams params;
  params.num_round = rounds;
  params.objective.name = "binary:logistic";
  params.booster = booster;
  params.tree.max_depth = 3;
  return params;
}

class P1_3_XgbResume : public ::testing::TestWithParam<Booster> {};

TEST_P(P1_3_XgbResume, PredictsTheSame) { ExpectUndisturbed(Params(GetParam(), 8), 1e-6F); }

TEST_P(P1_3_XgbResume, EarlyStoppingStopsWhereItWouldHave) {
  TrainParams params = Params(GetParam(), 80);
  params.tree.eta = 0.9;
  params.early_stopping_rounds = 4;
  ExpectUndisturbed(params, 1e-6F);
}

INSTANTIATE_TEST_SUITE_P(Boosters, P1_3_XgbResume,
                         ::testing::Values(Booster::kGbtree, Booster::kDart, Booster::kGblinear));

TEST(P1_3_XgbResumeOf, PredictsTheSameForSeveralClassesAndOtherMethods) {
  for (const TreeMethod method : {TreeMethod::kExact, TreeMethod::kApprox}) {
    TrainParams params = Params(Booster::kGbtree, 6);
    params.objective.name = "multi:softprob";
    params.objective.num_class = 2;
    params.tree.tree_method = method;
    params.tree.num_parallel_tree = 2;
    ExpectUndisturbed(params, 1e-6F);
  }
}

TEST(P1_3_XgbResumeOf, AStateOfAnotherJobIsRefusedByName) {
  const Trained one = TrainFrom(Params(Booster::kGbtree, 2), nullptr);
  const TrainingState& state = *one.observer.snapshots.back();
  const auto refusal = [&](const TrainParams& params, std::size_t columns) {
    MemoryTable table = MakeTable(50, 1);
    table.feature_count = columns;
    table.values.resize(50 * columns);
    MemoryStream train(table);
    RunOptions run{.threads = 1};
    run.resume = &state;
    RecordingObserver observer;
    const auto outcome = Train(params, {&train, nullptr}, run, observer);
    EXPECT_FALSE(outcome.ok());
    if (outcome.ok()) return std::string();
    EXPECT_EQ(outcome.error().id, ErrorId::kCheckpointMismatch);
    return outcome.error().message;
  };
  TrainParams params = Params(Booster::kGbtree, 5);
  EXPECT_EQ(refusal(params, 2),
            "the checkpoint is of another job: its number of features is 3, this job's is 2");
  params.objective.name = "reg:squarederror";
  EXPECT_EQ(refusal(params, 3),
            "the checkpoint is of another job: its objective is binary:logistic, this job's is "
            "reg:squarederror");
  params = Params(Booster::kDart, 5);
  EXPECT_NE(refusal(params, 3).find("its booster is gbtree, this job's is dart"),
            std::string::npos);
  params = Params(Booster::kGbtree, 5);
  params.tree.num_parallel_tree = 4;
  EXPECT_NE(refusal(params, 3).find("num_parallel_tree is 1, this job's is 4"), std::string::npos);
}

}  // namespace
}  // namespace boostyard
