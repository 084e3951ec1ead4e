#include "container/commands/train.h"

#include "container/failure_file.h"
#include "container/file_tree.h"
#include "container/model_dir.h"
#include "container/signals.h"
#include "container/train_job.h"

namespace boostyard::container {

void TellOldModel(const JobPaths& paths, MetricLog& log) {
  const std::vector<std::string> old_models = OldModels(paths.model_dir);
  if (old_models.empty()) return;
  log.Warning("the model of an earlier job stays in " + paths.model_dir + ": " +
              ShortList(old_models));
}

Result<int> RunTrain(const TrainCommand& command, MetricLog& log) {
  RemoveFailureFile(command.paths.failure_file);
  log.Info("boostyard " BOOSTYARD_VERSION ", job in " + command.paths.root);
  if (!command.ignored_arguments.empty()) {
    log.Info("arguments ignored: " + ShortList(command.ignored_arguments));
  }
  auto end = RunTrainJob({command.paths, command.variables, command.limits, log});
  if (!end.ok()) return std::move(end).error();
  if (*end == JobEnd::kModelWritten) return 0;
  TellOldModel(command.paths, log);
  log.Info("stopped by a signal, no model is written");
  return StopExitCode(StopSignal());
}

}  // namespace boostyard::container
