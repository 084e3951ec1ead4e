// The only door of the engine.
//
// Life of a training:
//   1. the caller opens the data as streams (data/) and fills TrainParams (hyperparams/);
//   2. Train chooses an engine once and tells the observer which and why;
//   3. labels are checked against the objective, the base score is estimated unless given;
//   4. the trainer reads the streams, grows num_parallel_tree trees (per class) a round, and
//   reports
//      each round's metrics;
//   5. early stopping keeps the rounds up to the best one;
//   6. the Model comes back: a value that XGBoost can read once written by engine/model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/boost/round_observer.h"
#include "engine/model/model.h"
#include "engine/params.h"
#include "engine/training_set.h"

namespace boostyard {

// A training between two rounds: what RoundReport.snapshot gives, and what Train continues. The
// state of early stopping is in the model's attributes.
struct TrainingState {
  Model model;          // of all rounds done, none trimmed
  int rounds_done = 0;  // at least 1
  // Early stopping of boosters whose best round cannot be cut out of the model (dart, gblinear).
  std::optional<Model> best_model = {};
};

enum class EngineChoice {
  kAuto,     // native for what it supports, else XGBoost; the reason is logged
  kNative,   // an error where the native engine does not support the job
  kXgboost,  // always the XGBoost library
};

// How to run; nothing here may change the native engine's model.
struct RunOptions {
  EngineChoice engine = EngineChoice::kAuto;
  int threads = 1;                       // already the minimum of quota, affinity and nthread
  std::uint64_t memory_limit_bytes = 0;  // 0: not limited
  // The streams are not used afterwards: where training does not need them again either, they give
  // their memory back as soon as their rows are binned.
  bool is_last_use_of_data = false;
  // Where a GPU trains and none is named: all there are; else as many as the data keep busy.
  bool uses_all_gpus = false;
  bool evaluates_metrics = true;  // false: rounds are reported without figures (benchmarks)
  // Borrowed; null: begin at round 0. The native engine's model is then that of a training that was
  // never interrupted, byte for byte; XGBoost's is what XGBoost makes of it.
  const TrainingState* resume = nullptr;
};

struct TrainOutcome {
  Model model;
  int rounds_done = 0;       // before early stopping trimmed the model; with those resumed from
  bool was_stopped = false;  // the observer asked to stop before num_round
  std::optional<int> best_round;  // with early stopping; from 0
  std::string engine;             // "native" or "xgboost 3.2.0": for summaries
};

// Trains. Errors: kUser for data and settings that do not fit each other, kPlatform for memory.
// A stop request before the first complete round gives a model without trees and was_stopped.
// A state to resume from that is not of this job (another objective, number of classes, features,
// booster, parallel trees) is kCheckpointMismatch; one with all rounds done gives its model.
Result<TrainOutcome> Train(const TrainParams& params, const TrainingSet& data,
                           const RunOptions& run, RoundObserver& observer);

// About how much memory training needs at its peak, once the data are read: for decisions before
// they are. `rows` are those of all channels. What cannot be known before counts as dense, and
// without what only few jobs need.
std::uint64_t EstimateTrainingBytes(const TrainParams& params, EngineChoice engine,
                                    std::uint64_t rows, std::uint64_t features);

}  // namespace boostyard
