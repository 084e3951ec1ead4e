#include "container/checkpoint_keeper.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace boostyard::container {
namespace {

// Settings that may differ from run to run without a word: how long, how fast, how loud.
constexpr std::array<std::string_view, 5> kFreeSettings{"num_round", "nthread", "verbosity",
                                                        "silent", "save_model_on_termination"};

// Writing takes at most this part of the time between two checkpoints.
constexpr double kMaxCost = 1.0 / 50.0;

std::string ShownValue(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? "not given" : found->second;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

CheckpointKeeper::CheckpointKeeper(CheckpointDir directory, const CheckpointPlan& plan,
                                   RoundObserver& inner)
    : directory_(std::move(directory)), plan_(plan), inner_(inner) {}

const TrainingState* CheckpointKeeper::Resume(int num_round) {
  std::vector<std::string> problems;
  std::optional<Checkpoint> newest = directory_.ReadNewest(problems);
  for (const std::string& problem : problems) {
    inner_.OnWarning("checkpoint passed over, " + problem);
  }
  if (!newest) {
    const char* const end = problems.empty() ? "there is none yet" : "none of them can be used";
    inner_.OnInfo("checkpoints in " + directory_.path() + ": " + end +
                  ", training begins at round 0");
    return nullptr;
  }
  const int rounds = newest->state.rounds_done;
  TellChanges(newest->hyperparameters);
  if (rounds > num_round) {
    inner_.OnWarning("the checkpoint has " + std::to_string(rounds) + " rounds and num_round is " +
                     std::to_string(num_round) + ": all of them are kept");
  }
  inner_.OnInfo("continuing from " + directory_.path() + "/xgboost-checkpoint." +
                std::to_string(rounds - 1) + ": " + std::to_string(rounds) + " of " +
                std::to_string(num_round) + " rounds are done");
  resumed_ = std::move(newest->state);
  history_ = std::move(newest->history);
  TellPastRounds();
  return &*resumed_;
}

void CheckpointKeeper::TellChanges(const std::map<std::string, std::string>& then) {
  std::map<std::string, std::string> names = then;
  names.insert(plan_.hyperparameters.begin(), plan_.hyperparameters.end());
  std::string changes;
  for (const auto& [name, ignored] : names) {
    const std::string before = ShownValue(then, name);
    const std::string now = ShownValue(plan_.hyperparameters, name);
    const bool is_free =
        std::find(kFreeSettings.begin(), kFreeSettings.end(), name) != kFreeSettings.end();
    if (before == now || is_free) continue;
    changes += (changes.empty() ? "" : ", ") + name + " (" + before + ", now " + now + ")";
  }
  if (changes.empty()) return;
  inner_.OnWarning("hyperparameters have changed since the checkpoint: " + changes +
                   "; further rounds use the new ones, so the model is that of neither");
}

void CheckpointKeeper::TellPastRounds() {
  const std::size_t per_round = history_.names.size();
  if (per_round == 0) return;
  const int count = static_cast<int>(history_.values.size() / per_round);
  for (int i = 0; i < count; ++i) {
    std::vector<MetricValue> metrics;
    for (std::size_t j = 0; j < per_round; ++j) {
      const MetricHistory::Name& name = history_.names[j];
      metrics.push_back({.channel = name.channel,
                         .metric = name.metric,
                         .value = history_.values[static_cast<std::size_t>(i) * per_round + j]});
    }
    inner_.OnPastRound({.round = resumed_->rounds_done - count + i,
                        .is_last = false,
                        .metrics = metrics,
                        .snapshot = {}});
  }
}

RoundDecision CheckpointKeeper::OnRound(const RoundReport& report) {
  const RoundDecision decision = inner_.OnRound(report);
  history_.Add(report.metrics);
  const double pause = std::max(plan_.seconds, cost_seconds_ / kMaxCost);
  const bool is_due = plan_.seconds <= 0.0 || SecondsSince(last_written_) >= pause;
  if (is_due || report.is_last || decision == RoundDecision::kStop) Write(report);
  return decision;
}

void CheckpointKeeper::Write(const RoundReport& report) {
  const Clock::time_point start = Clock::now();
  Checkpoint checkpoint;
  auto state = report.snapshot();
  if (!state.ok()) {
    inner_.OnWarning("no checkpoint of round " + std::to_string(report.round) + ": " +
                     state.error().message);
    return;
  }
  checkpoint.state = *std::move(state);
  checkpoint.hyperparameters = plan_.hyperparameters;
  checkpoint.history = history_;
  const auto written = directory_.Write(checkpoint);
  if (!written.ok()) {
    inner_.OnWarning("no checkpoint of round " + std::to_string(report.round) + ": " +
                     written.error().message);
  }
  last_written_ = Clock::now();
  cost_seconds_ = SecondsSince(start);
}

}  // namespace boostyard::container
