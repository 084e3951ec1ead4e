// One training job: hyperparams -> data -> engine -> model directory.
#pragma once

#include "container/environment.h"
#include "container/metric_log.h"
#include "container/threads.h"
#include "engine/base/result.h"

namespace boostyard::container {

enum class JobEnd {
  kModelWritten,  // also after a stop signal, with save_model_on_termination
  kStopped,       // a stop signal, and no model
};

// What the job may use and where it speaks.
struct JobContext {
  const JobPaths& paths;
  const Variables& variables;
  const ResourceLimits& limits;
  MetricLog& log;
};

// Life of a job:
//   1. switches from the environment, the files of input/config, hyperparameters: all checked
//   before
//      any data are touched;
//   2. the model directory is tried, the files of the channels are found;
//   3. the data are read, train first, validation with the same features;
//   4. the engine trains, each round gives a metric line, and a stop signal ends it after the
//   round;
//   5. the model is written, in one rename.
// On an error the model directory keeps what it held. Errors that follow a stop signal are not
// reported: the job counts as stopped.
Result<JobEnd> RunTrainJob(const JobContext& context);

}  // namespace boostyard::container
