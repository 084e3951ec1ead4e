// The full-coverage trainer: XGBoost behind the engine's door.
#pragma once

#include <string_view>

#include "engine/train.h"

namespace boostyard {

// Trains with the XGBoost library; `reason` says why it was chosen, for the line that names the
// engine. What is promised about repeatability is XGBoost's promise. Errors: kEngineUnavailable
// without the library, kDeviceUnavailable for a GPU that it cannot use, kUser for data and settings
// that XGBoost refuses, kTrainFailed for the rest.
Result<TrainOutcome> TrainWithXgboost(const TrainParams& params, const TrainingSet& data,
                                      const RunOptions& run, RoundObserver& observer,
                                      std::string_view reason);

}  // namespace boostyard
