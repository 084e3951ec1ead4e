// Rows become codes on the device and stay there: values are sent, a window at a time, and what is
// left is a column of codes for each slot of the matrix.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/cpu/slot_plan.h"
#include "engine/cuda/executor.h"
#include "engine/cuda/piece_window.h"
#include "engine/cuda/steps_bins.h"
#include "engine/quantize/binned_columns.h"

namespace boostyard {

// Codes of one slot, as bytes: one or two a row.
using DeviceColumn = device::DeviceArray<std::uint8_t>;

// Appends the labels and weights of some rows.
void AppendLabels(std::span<const ColumnChunk> batch, BinnedColumns& rows);

class DeviceBinner : public RowBinner {
 public:
  // `executor` outlives it, and what it makes.
  explicit DeviceBinner(device::Executor& executor) : executor_(executor) {}

  device::Executor& executor() const { return executor_; }

  // Errors, besides the stream's: kOutOfMemory, with both numbers; kDeviceFailed.
  Result<BinnedColumns> Add(ChunkStream& stream, const BinCuts& cuts, bool is_last_pass) override;

  // The parts of Add, for devices that share a channel (ShardedBinner): about `rows` rows follow;
  // some of them, numbered from 0 in the share; how many there were, and whether each feature
  // misses any; and whether it does on any device.
  Status BeginChannel(const BinCuts& cuts, std::uint64_t rows);
  Status AddRows(std::span<const ColumnChunk> batch);
  Result<std::vector<std::uint32_t>> FindMissing(std::uint64_t rows);
  // Widens columns where what is missing has to have a code.
  Status TakeMissing(std::span<const std::uint32_t> flags);

  // After the last Add: what there is to know for a plan. It refers to this.
  SlotFacts Facts() const;
  // The columns of the plan's slots. Consumes those of the features.
  Result<std::vector<DeviceColumn>> TakeSlots(const SlotMatrix& plan);

 private:
  struct Column {
    DeviceColumn codes;
    device::DeviceArray<std::uint32_t> lost;  // see BinTask
    bool is_wide = false;
    std::uint64_t code_bytes() const { return is_wide ? 2 : 1; }
  };

  Status Begin(const BinCuts& cuts);
  Status Reserve(std::uint64_t rows);
  Status CheckRoom(std::uint64_t rows);
  Status Resize(Column& column, std::uint64_t rows);
  Status SendTasks();
  Status Widen(FeatureIndex feature);
  Result<RowBits> OnesOf(std::span<const FeatureIndex> features) const;
  Result<DeviceColumn> Combine(const Slot& slot);
  device::Grid RowGrid() const;

  device::Executor& executor_;
  const BinCuts* cuts_ = nullptr;  // during Add
  std::vector<Column> columns_;
  std::vector<std::uint8_t> has_missing_;
  std::uint64_t row_count_ = 0;  // of the channels that have ended
  std::uint64_t capacity_ = 0;
  device::PieceWindow window_;
  device::DeviceArray<device::BinTask> tasks_;
  device::DeviceArray<float> cut_values_;
  device::DeviceArray<std::uint32_t> flags_;  // per feature
  std::vector<FeatureIndex> features_;
};

}  // namespace boostyard
