// Text in, values out: the hyperparameters of a job, checked against the table of specs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/params.h"

namespace boostyard::hyperparams {

// Name -> value as text. JSON numbers, booleans and lists are given in their JSON spelling; strings
// without their quotes.
using RawHyperparameters = std::map<std::string, std::string>;

// Everything a job's hyperparameters say: what the engine needs, and what only the container needs.
struct JobSettings {
  TrainParams train;
  int kfold = 0;  // 0: no cross-validation
  int num_cv_round = 1;
  bool csv_weights = false;
  bool save_model_on_termination = false;
  bool use_all_gpus = false;       // use_dask_gpu_training
  bool is_silent = false;          // silent=1: only warnings; metric lines stay
  std::vector<std::string> notes;  // one line each: accepted and ignored, aliases taken

  bool operator==(const JobSettings&) const = default;
};

// Checks everything and reports all problems together (Error::also), in the order of the table.
Result<JobSettings> Parse(const RawHyperparameters& raw);

// The same settings under their own names and in one spelling: Parse() understands them as it does
// `raw`. Errors: those of Parse.
Result<RawHyperparameters> Canonicalize(const RawHyperparameters& raw);

}  // namespace boostyard::hyperparams
