// What a job's training gave: one model, or those of a cross-validation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "container/checkpoint_keeper.h"
#include "engine/base/result.h"
#include "engine/train.h"

namespace boostyard::container {

struct TrainedModels {
  std::vector<Model> models;      // none if stopped before the first round
  int rounds_done = 0;            // in all
  bool was_stopped = false;       // the observer asked to stop before the last round
  std::optional<int> best_round;  // of one model with early stopping; from 0
  std::string engine;             // as in TrainOutcome
  std::string predictions_csv;    // of a complete cross-validation: the file's content
};

// Train, as it is told in a job: early stopping gets a line of the log. With a plan (which may be
// null) checkpoints are kept, and the training continues from the newest one.
Result<TrainOutcome> TrainAndTell(const TrainParams& params, const TrainingSet& data,
                                  const RunOptions& run, RoundObserver& observer,
                                  const CheckpointPlan* checkpoints);

// One model of all the rows.
Result<TrainedModels> TrainOneModel(const TrainParams& params, const TrainingSet& data,
                                    const RunOptions& run, RoundObserver& observer,
                                    const CheckpointPlan* checkpoints);

}  // namespace boostyard::container
