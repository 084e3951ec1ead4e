// Our own trainer: histograms of integers on the CPU.
#pragma once

#include <optional>
#include <string>

#include "engine/train.h"

namespace boostyard {

// Why the native engine cannot train this, as a phrase ("booster=dart"), or nothing if it can.
std::optional<std::string> WhyNotNative(const TrainParams& params, const TrainingSet& data);

// Trains with the native engine. Precondition: WhyNotNative gives nothing. The model depends on the
// data, their order and the parameters alone: not on threads, kernel tier, chunks or memory limit.
Result<TrainOutcome> TrainNative(const TrainParams& params, const TrainingSet& data,
                                 const RunOptions& run, RoundObserver& observer);

}  // namespace boostyard
