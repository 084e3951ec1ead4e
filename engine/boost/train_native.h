// Our own trainer: histograms of integers on the CPU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/train.h"

namespace boostyard {

namespace device {
class Executor;
}

// Why the native engine cannot train this, as a phrase ("booster=dart"), or nothing if it can.
std::optional<std::string> WhyNotNative(const TrainParams& params, bool has_query_ids);

// How the work is laid out. Nothing here changes the model: tests vary it to show that.
struct NativeTuning {
  bool bundles_columns = true;               // several columns of few values in one byte
  std::uint64_t gradient_block_rows = 1024;  // rows per step of the gradient pass; at least 1
  std::optional<std::uint64_t> histogram_limit_bytes = {};  // else a quarter of the memory limit
  std::uint64_t device_histograms = 0;  // on a device, kept at most; 0: as many as fit
  bool grows_on_device = true;          // else the host commands the device level by level
};

// Trains with the native engine. Preconditions: WhyNotNative gives nothing, and a state to resume
// from is of this job. The model depends on the
// data, their order and the parameters alone: not on threads, kernel tier, chunks or memory limit.
Result<TrainOutcome> TrainNative(const TrainParams& params, const TrainingSet& data,
                                 const RunOptions& run, RoundObserver& observer,
                                 const NativeTuning& tuning = {});

// The same model from the device behind `executor` (engine/cuda). Same preconditions, but that
// params.device may name a device. Errors besides those: kOutOfMemory for the device's memory,
// kDeviceFailed.
Result<TrainOutcome> TrainOnDevice(const TrainParams& params, const TrainingSet& data,
                                   const RunOptions& run, RoundObserver& observer,
                                   device::Executor& executor, const NativeTuning& tuning = {});

// The same model from several devices, each with a share of the rows. At least one executor.
Result<TrainOutcome> TrainOnDevices(const TrainParams& params, const TrainingSet& data,
                                    const RunOptions& run, RoundObserver& observer,
                                    std::span<device::Executor* const> executors,
                                    const NativeTuning& tuning = {});

// The same model from plain loops (engine/cpu/reference_backend.h): what tests compare with.
Result<TrainOutcome> TrainReference(const TrainParams& params, const TrainingSet& data,
                                    const RunOptions& run, RoundObserver& observer);

}  // namespace boostyard
