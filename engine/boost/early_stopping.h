// Early stopping: which metric decides, and when it is enough.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/metric/metric.h"
#include "engine/params.h"

namespace boostyard {

// The metric of the validation channel that decides: the tuning metric, else the last of
// eval_metric, else the objective's default. Errors: those of ParseMetric.
Result<MetricSpec> StoppingMetric(const TrainParams& params);

// Follows one metric. Life: Update after each round, in order; when it says stop, or at the end,
// keep the rounds up to and including best_round().
class EarlyStopping {
 public:
  // Stops when `patience` (at least 1) rounds in a row have brought no strict improvement.
  EarlyStopping(bool is_maximised, int patience)
      : is_maximised_(is_maximised), patience_(patience) {}

  // Takes the value of round `round` (from 0). True: stop now. The first value is the best so far
  // whatever it is; NaN improves on nothing, and every number improves on NaN.
  bool Update(int round, double value);

  // What the last Update said, if that was for round `round`: a training that is continued asks.
  bool IsEnough(int round) const { return best_round_ && round - *best_round_ >= patience_; }

  // From 0; nothing before the first Update.
  std::optional<int> best_round() const { return best_round_; }
  double best_value() const { return best_value_; }

  // The state as XGBoost's model attributes best_iteration and best_score, which read back to the
  // same bits.
  std::map<std::string, std::string> ToAttributes() const;
  // Takes the state from a model's attributes; without them the beginning. Errors: kModelBad.
  Status FromAttributes(const std::map<std::string, std::string>& attributes);

 private:
  bool is_maximised_;
  int patience_;
  std::optional<int> best_round_;
  double best_value_ = 0.0;
};

}  // namespace boostyard
