// Who listens to a training: the engine reports, the observer prints, saves, and may ask to stop.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace boostyard {

struct TrainingState;

// One figure of one round, in the order in which it is to be printed (decisions: all of train, then
// all of validation; per channel in metric order).
struct MetricValue {
  std::string_view channel;  // "train" or "validation"
  std::string_view metric;   // as printed: "logloss", "error@0.8"
  double value = 0.0;
};

struct RoundReport {
  int round = 0;         // from 0; continues after a resume
  bool is_last = false;  // no round follows, whatever the observer says
  std::span<const MetricValue> metrics;
  // The training after this round, complete and independent of the engine (engine/train.h). Costs a
  // copy of the model: call it only to save a checkpoint.
  std::function<Result<TrainingState>()> snapshot;
};

// What the model that Train returns says of the rows it is judged by: those of the validation
// channel, else of train.
struct FinalPredictions {
  std::string_view channel;
  std::span<const float> labels;
  std::span<const float> weights;      // one per row, or empty: all 1
  std::span<const float> predictions;  // as metrics see them: output_count per row, row-major
  int output_count = 1;
};

enum class RoundDecision { kContinue, kStop };

// Called on the thread that called Train, never concurrently.
class RoundObserver {
 public:
  virtual ~RoundObserver() = default;

  // Once, before anything else: which engine and device were taken, and why. One line of text.
  virtual void OnEngine(std::string_view line) = 0;

  // Something the user should know; training goes on.
  virtual void OnWarning(std::string_view line) = 0;

  // Something worth one line of log (the base score, the cuts, early stopping).
  virtual void OnInfo(std::string_view line) = 0;

  // After each round. kStop ends the training with the model as it is (not an error).
  virtual RoundDecision OnRound(const RoundReport& report) = 0;

  // Before a training that continues another one: a round of that one. `snapshot` is empty.
  virtual void OnPastRound(const RoundReport& /*report*/) {}

  // At most once, after the last round: its predictions, or with early stopping the best round's.
  // They are by-products of the metrics: without metrics, or if the best round lies before a
  // resume, nobody has them and this is not called.
  virtual void OnPredictions(const FinalPredictions& /*final*/) {}

  // Asked before the first round and during long steps (reading, binning): true to give up as soon
  // as possible. Between rounds it is OnRound that stops.
  virtual bool StopRequested() = 0;
};

}  // namespace boostyard
