// Cross-validation: a model for every fold, judged by the rows that it was not trained on.
#pragma once

#include "container/checkpoint_keeper.h"
#include "container/metric_log.h"
#include "container/trained_models.h"
#include "engine/base/result.h"
#include "engine/train.h"

namespace boostyard::container {

struct CrossValidation {
  int folds = 2;                                // _kfold, at least 2
  int repeats = 1;                              // _num_cv_round, at least 1
  const CheckpointPlan* checkpoints = nullptr;  // model N keeps its own in the directory model-N
};

// Splits the rows of train and then validation (which may be null) into folds and trains on all but
// one, `repeats` times over. The observer sees every fold's rounds, from 0, with the rows left out
// as "validation"; the engine is told once, and so are, after the last fold, the predictions of all
// rows by the models that were not trained on them, as "validation" too. After each repeat, and at
// the end if there are several, `log` gets a line of round num_round: the means over the folds of
// their last round's metrics, train and validation of one metric side by side. The data are read
// through `data`'s streams as often as needed and never kept twice. Errors: those of SplitIntoFolds
// and Train.
Result<TrainedModels> CrossValidate(const CrossValidation& folds, const TrainParams& params,
                                    const TrainingSet& data, const RunOptions& run,
                                    RoundObserver& observer, MetricLog& log);

}  // namespace boostyard::container
