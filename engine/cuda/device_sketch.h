// Counts for the search for cuts (engine/quantize/cuts.h) on a device: rows are sent there, a
// window at a time, and counters come back. The rule that turns counts into cuts stays the host's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/cuda/executor.h"
#include "engine/cuda/piece_window.h"
#include "engine/cuda/steps_sketch.h"
#include "engine/quantize/mass_counter.h"

namespace boostyard {

class DeviceSketch : public MassCounter {
 public:
  // `executor` outlives it. Error: kOutOfMemory.
  static Result<std::unique_ptr<DeviceSketch>> Make(device::Executor& executor);

  std::uint64_t room() const override { return room_; }
  Status Start(std::span<const CountTask> tasks, const RowMass* mass_rule) override;
  Status Add(std::span<const ColumnChunk> batch) override;
  Result<std::span<std::uint64_t>> Finish() override;

 private:
  explicit DeviceSketch(device::Executor& executor) : executor_(executor) {}

  template <class T>
  Status Fill(const std::vector<T>& from, device::DeviceArray<T>& to);

  device::Executor& executor_;
  std::uint64_t room_ = 0;
  device::PieceWindow window_;
  std::vector<FeatureIndex> features_;
  std::optional<RowMass> mass_rule_;
  device::DeviceArray<device::SketchTask> tasks_;
  device::DeviceArray<std::uint32_t> cells_;
  device::DeviceArray<std::uint64_t> counters_;
  std::vector<std::uint64_t> host_counters_;
};

}  // namespace boostyard
