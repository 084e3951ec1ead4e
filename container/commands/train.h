// boostyard train: the job in a tree like /opt/ml.
#pragma once

#include <string>
#include <vector>

#include "container/environment.h"
#include "container/metric_log.h"
#include "container/threads.h"
#include "engine/base/result.h"

namespace boostyard::container {

struct TrainCommand {
  JobPaths paths;
  Variables variables;
  ResourceLimits limits;
  std::vector<std::string> ignored_arguments;  // the service may hand over what means nothing here
};

// The exit code of a job that ended without an error: 0 with a model, else that of the stop signal.
Result<int> RunTrain(const TrainCommand& command, MetricLog& log);

// Says what a failed job left in the model directory, if there is an older model.
void TellOldModel(const JobPaths& paths, MetricLog& log);

}  // namespace boostyard::container
