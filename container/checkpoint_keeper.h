// Keeps checkpoints of one training, and continues it from the newest one.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "container/checkpoint_dir.h"
#include "engine/boost/round_observer.h"
#include "engine/train.h"

namespace boostyard::container {

// Where and how often. For the log, `hyperparameters` are those of the job in one spelling.
struct CheckpointPlan {
  std::string directory;
  double seconds = 10.0;  // at least so long from one to the next; 0: after every round
  std::map<std::string, std::string> hyperparameters;
};

// Stands between a training and whoever listens to it. A checkpoint is written after the round's
// report has been passed on: when the plan's time has gone by (longer, where writing takes more
// than a fiftieth of it), after the last round, and when the listener stops the training. One that
// cannot be written is a warning: the training goes on.
class CheckpointKeeper : public RoundObserver {
 public:
  // `inner` and `plan` outlive the keeper.
  CheckpointKeeper(CheckpointDir directory, const CheckpointPlan& plan, RoundObserver& inner);

  // Looks for the newest checkpoint, once, before the training: says which ones cannot be used and
  // what has changed since, tells the inner observer the rounds that are done, and gives the state
  // to continue from; null if there is none. Owned by the keeper.
  const TrainingState* Resume(int num_round);

  void OnEngine(std::string_view line) override { inner_.OnEngine(line); }
  void OnWarning(std::string_view line) override { inner_.OnWarning(line); }
  void OnInfo(std::string_view line) override { inner_.OnInfo(line); }
  void OnPastRound(const RoundReport& report) override { inner_.OnPastRound(report); }
  RoundDecision OnRound(const RoundReport& report) override;
  void OnPredictions(const FinalPredictions& final) override { inner_.OnPredictions(final); }
  bool StopRequested() override { return inner_.StopRequested(); }

 private:
  using Clock = std::chrono::steady_clock;

  void TellChanges(const std::map<std::string, std::string>& then);
  void TellPastRounds();
  void Write(const RoundReport& report);

  CheckpointDir directory_;
  const CheckpointPlan& plan_;
  RoundObserver& inner_;
  std::optional<TrainingState> resumed_;
  MetricHistory history_;
  Clock::time_point last_written_ = Clock::now();
  double cost_seconds_ = 0.0;  // of the last one
};

}  // namespace boostyard::container
