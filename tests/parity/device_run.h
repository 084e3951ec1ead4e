// A training on a device, as the tests compare it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/cuda/executor.h"
#include "tests/parity/native_cases.h"

namespace boostyard::testing {

inline TrainResult RunOnDevices(const NativeCase& one, std::span<device::Executor* const> executors,
                                const NativeTuning& tuning = {}) {
  RecordingObserver observer;
  MemoryStream train(one.train, {.chunk_rows = 256});
  MemoryStream validation(one.validation, {.chunk_rows = 256});
  const TrainingSet data{&train, one.has_validation ? &validation : nullptr};
  Result<TrainOutcome> outcome =
      TrainOnDevices(one.params, data, {.threads = 2}, observer, executors, tuning);
  TrainResult result;
  result.metrics = observer.metrics;
  if (!outcome.ok()) {
    result.error = outcome.error().message;
    return result;
  }
  result.model = WriteModel(outcome->model, ModelFormat::kUbjson);
  for (const Tree& tree : outcome->model.forest.trees) result.node_count += tree.node_count();
  return result;
}

inline TrainResult RunOnDevice(const NativeCase& one, device::Executor& executor,
                               const NativeTuning& tuning = {}) {
  device::Executor* const executors[] = {&executor};
  return RunOnDevices(one, executors, tuning);
}

// Three rounds with light children, so that trees are full.
inline NativeCase LightCase(const std::string& objective, std::size_t rows, std::size_t columns) {
  NativeCase one = PlainCase(objective, rows, columns, 3);
  one.params.tree.min_child_weight = 0.1;
  return one;
}

}  // namespace boostyard::testing
