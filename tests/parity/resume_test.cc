// contract.md section 10, P1, line 3, of the native engine: a training that was interrupted after
// any round and continued gives the model, the metrics and the stop of one that never was.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/parity/native_cases.h"

namespace boostyard::testing {
namespace {

// As native_cases.h, and keeps what a checkpoint would.
class SnapshotObserver : public RecordingObserver {
 public:
  RoundDecision OnRound(const RoundReport& report) override {
    RecordingObserver::OnRound(report);
    states.push_back(report.snapshot());
    return RoundDecision::kContinue;
  }
  void OnWarning(std::string_view line) override { warnings.emplace_back(line); }

  std::vector<Result<TrainingState>> states;
  std::vector<std::string> warnings;
};

struct Finished {
  std::vector<std::uint8_t> model;
  std::optional<int> best_round;
  int rounds_done = 0;
  std::vector<double> metrics;
  std::vector<std::string> warnings;
  std::vector<TrainingState> states;
};

Finished TrainFrom(const NativeCase& one, const TrainVariant& variant,
                   const TrainingState* resume) {
  MemoryStream train(one.train, variant.stream);
  MemoryStream validation(one.validation, variant.stream);
  const TrainingSet data{&train, one.has_validation ? &validation : nullptr};
  RunOptions run{.threads = variant.threads};
  run.resume = resume;
  SnapshotObserver observer;
  auto outcome = variant.is_reference
                     ? TrainReference(one.params, data, run, observer)
                     : TrainNative(one.params, data, run, observer, variant.tuning);
  Finished finished;
  if (!outcome.ok()) {
    ADD_FAILURE() << outcome.error().message;
    return finished;
  }
  finished.model = WriteModel(outcome->model, ModelFormat::kUbjson);
  finished.best_round = outcome->best_round;
  finished.rounds_done = outcome->rounds_done;
  finished.metrics = observer.metrics;
  finished.warnings = observer.warnings;
  for (auto& state : observer.states) finished.states.push_back(*std::move(state));
  return finished;
}

// What comes back of a state from a file.
TrainingState ThroughTheFile(const TrainingState& state) {
  auto model = ReadModel(WriteModel(state.model, ModelFormat::kUbjson));
  EXPECT_TRUE(model.ok());
  return {.model = *std::move(model), .rounds_done = state.rounds_done};
}

// `variants` take turns in continuing.
void ExpectUndisturbed(const NativeCase& one, const std::vector<TrainVariant>& variants) {
  const Finished whole = TrainFrom(one, variants.front(), nullptr);
  ASSERT_FALSE(whole.states.empty());
  const std::size_t per_round = whole.metrics.size() / whole.states.size();
  for (std::size_t round = 0; round < whole.states.size(); ++round) {
    SCOPED_TRACE("interrupted after round " + std::to_string(round));
    const TrainingState state = ThroughTheFile(whole.states[round]);
    const Finished rest = TrainFrom(one, variants[round % variants.size()], &state);
    EXPECT_EQ(rest.model, whole.model);
    EXPECT_EQ(rest.best_round, whole.best_round);
    EXPECT_EQ(rest.rounds_done, whole.rounds_done);
    EXPECT_EQ(rest.warnings, std::vector<std::string>{});
    const auto from = static_cast<std::ptrdiff_t>((round + 1) * per_round);
    EXPECT_EQ(rest.metrics, std::vector<double>(whole.metrics.begin() + from, whole.metrics.end()));
  }
}

std::vector<TrainVariant> OtherWays() {
  return {{.threads = 1},
          {.threads = 3, .tuning = {.bundles_columns = false}},
          {.threads = 2, .stream = {.chunk_rows = 100, .chunks_per_batch = 2}},
          {.threads = 4, .tuning = {.histogram_limit_bytes = 1}}};
}

TEST(P1_3_Resume, TheSameBytesOverTheCoveringDesign) {
  const std::vector<Levels> design = CoveringDesign(12);
  for (std::size_t i = 0; i < design.size(); ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    NativeCase one = MakeCase(design[i], i);
    one.params.num_round = 4;
    ExpectUndisturbed(one, OtherWays());
  }
}

NativeCase Small(const std::string& objective, int classes) {
  NativeCase one;
  one.params.objective.name = objective;
  one.params.objective.num_class = classes;
  one.params.num_round = 5;
  one.params.tree.max_depth = 4;
  DataSpec spec{
      .rows = 600, .columns = 11, .has_missing = true, .classes = classes, .objective = objective};
  one.train = TableMaker(spec, 5).Make();
  one.has_validation = true;
  one.validation = TableMaker(spec, 6).Make();
  return one;
}

TEST(P1_3_Resume, TheSameBytesForEveryObjective) {
  for (const std::string& objective : NativeObjectives()) {
    SCOPED_TRACE(objective);
    ExpectUndisturbed(Small(objective, FindObjective(objective)->needs_num_class ? 3 : 0),
                      OtherWays());
  }
}

TEST(P1_3_Resume, TheReferenceContinuesToTheSameBytesToo) {
  NativeCase one = Small("binary:logistic", 0);
  one.params.sample.subsample = 0.7;
  ExpectUndisturbed(one, {{.threads = 1}, {.is_reference = true}});
}

TEST(P1_3_Resume, EarlyStoppingStopsWhereItWouldHave) {
  NativeCase one = Small("binary:logistic", 0);
  one.params.num_round = 60;
  one.params.tree.eta = 0.5;  // overfits soon
  one.params.tree.max_depth = 6;
  one.params.early_stopping_rounds = 4;
  const Finished whole = TrainFrom(one, {}, nullptr);
  ASSERT_LT(whole.rounds_done, 60) << "nothing was stopped";
  ASSERT_GT(*whole.best_round, 0);
  ExpectUndisturbed(one, OtherWays());
}

TEST(P1_3_Resume, AllRoundsDoneGivesTheModelAtOnce) {
  const NativeCase one = Small("reg:squarederror", 0);
  const Finished whole = TrainFrom(one, {}, nullptr);
  const Finished again = TrainFrom(one, {}, &whole.states.back());
  EXPECT_EQ(again.model, whole.model);
  EXPECT_TRUE(again.metrics.empty()) << "no round was left";
}

TEST(P1_3_Resume, AskedForMoreRoundsItGoesOn) {
  NativeCase one = Small("reg:squarederror", 0);
  one.params.num_round = 3;
  const Finished first = TrainFrom(one, {}, nullptr);
  one.params.num_round = 8;
  EXPECT_EQ(TrainFrom(one, {}, &first.states.back()).model, TrainFrom(one, {}, nullptr).model);
}

// Other data: no bytes to compare with, but the trees that are there have to be corrected, not
// repeated. A training on the margins that they really give is better than one on none.
TEST(P1_3_Resume, OtherDataAreContinuedByTheirValuesAndSaidSo) {
  NativeCase one = Small("reg:squarederror", 0);
  const Finished first = TrainFrom(one, {}, nullptr);
  const double before = first.metrics[first.metrics.size() - 2];
  ASSERT_GT(first.metrics[0], before * 1.15) << "one round is far from five";
  one.train = TableMaker({.rows = 600, .columns = 11, .has_missing = true}, 9).Make();
  one.params.num_round = 6;
  const Finished more = TrainFrom(one, {.threads = 2}, &first.states.back());
  ASSERT_EQ(more.warnings.size(), 1U);
  EXPECT_NE(more.warnings[0].find("have changed"), std::string::npos) << more.warnings[0];
  ASSERT_FALSE(more.metrics.empty());
  EXPECT_LT(more.metrics[0], before * 1.15) << "close to where the first training ended";
}

}  // namespace
}  // namespace boostyard::testing
