#include "container/trained_models.h"

#include <utility>

namespace boostyard::container {
namespace {

// What early stopping kept, and how good it was; empty without it.
std::string EarlyStoppingLine(const TrainOutcome& outcome) {
  const auto score = outcome.model.attributes.find("best_score");
  if (!outcome.best_round || score == outcome.model.attributes.end()) return {};
  return "early stopping: best round " + std::to_string(*outcome.best_round) + " with " +
         score->second + "; the model keeps the first " + std::to_string(*outcome.best_round + 1) +
         " of " + std::to_string(outcome.rounds_done) + " rounds";
}

Result<TrainOutcome> TrainWithCheckpoints(const TrainParams& params, const TrainingSet& data,
                                          RunOptions run, RoundObserver& observer,
                                          const CheckpointPlan& checkpoints) {
  BOOSTYARD_ASSIGN_OR_RETURN(CheckpointDir directory, CheckpointDir::Open(checkpoints.directory));
  CheckpointKeeper keeper(std::move(directory), checkpoints, observer);
  run.resume = keeper.Resume(params.num_round);
  return Train(params, data, run, keeper);
}

}  // namespace

Result<TrainOutcome> TrainAndTell(const TrainParams& params, const TrainingSet& data,
                                  const RunOptions& run, RoundObserver& observer,
                                  const CheckpointPlan* checkpoints) {
  BOOSTYARD_ASSIGN_OR_RETURN(TrainOutcome outcome,
                             checkpoints == nullptr
                                 ? Train(params, data, run, observer)
                                 : TrainWithCheckpoints(params, data, run, observer, *checkpoints));
  const std::string line = EarlyStoppingLine(outcome);
  if (!line.empty()) observer.OnInfo(line);
  return outcome;
}

Result<TrainedModels> TrainOneModel(const TrainParams& params, const TrainingSet& data,
                                    const RunOptions& run, RoundObserver& observer,
                                    const CheckpointPlan* checkpoints) {
  BOOSTYARD_ASSIGN_OR_RETURN(TrainOutcome outcome,
                             TrainAndTell(params, data, run, observer, checkpoints));
  TrainedModels trained;
  trained.rounds_done = outcome.rounds_done;
  trained.was_stopped = outcome.was_stopped;
  trained.best_round = outcome.best_round;
  trained.engine = std::move(outcome.engine);
  if (outcome.rounds_done > 0) trained.models.push_back(std::move(outcome.model));
  return trained;
}

}  // namespace boostyard::container
