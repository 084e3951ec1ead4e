// Rows on their way to several devices: each counts a part of them for the cuts, and codes and
// keeps its share (row_shares.h) of each channel.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/cuda/device_binner.h"
#include "engine/cuda/device_group.h"
#include "engine/cuda/device_sketch.h"
#include "engine/cuda/row_shares.h"

namespace boostyard {

class ShardedSketch : public MassCounter {
 public:
  // `group` outlives it. Error: kOutOfMemory.
  static Result<std::unique_ptr<ShardedSketch>> Make(device::DeviceGroup& group);

  std::uint64_t room() const override;
  Status Start(std::span<const CountTask> tasks, const RowMass* mass_rule) override;
  Status Add(std::span<const ColumnChunk> batch) override;
  Result<std::span<std::uint64_t>> Finish() override;

 private:
  explicit ShardedSketch(device::DeviceGroup& group) : group_(group) {}
  DeviceSketch& SketchOf(const device::GroupMember& member) const {
    return *sketches_[static_cast<std::size_t>(member.rank())];
  }

  device::DeviceGroup& group_;
  std::vector<std::unique_ptr<DeviceSketch>> sketches_;  // per device
  std::size_t next_ = 0;                                 // device that a chunk goes to
};

class ShardedBinner : public RowBinner {
 public:
  // `group` outlives it, and what it makes.
  explicit ShardedBinner(device::DeviceGroup& group);

  device::DeviceGroup& group() const { return group_; }

  // Errors, besides the stream's: those of DeviceBinner, of the first device that has one.
  Result<BinnedColumns> Add(ChunkStream& stream, const BinCuts& cuts, bool is_last_pass) override;

  // After the last Add: what there is to know for a plan. It refers to this.
  SlotFacts Facts() const;
  // Per device, the columns of the plan's slots. Consumes those of the features.
  Result<std::vector<std::vector<DeviceColumn>>> TakeSlots(const SlotMatrix& plan);
  // Of each channel, in order.
  std::span<const device::RowShares> shares() const { return shares_; }

 private:
  DeviceBinner& BinnerOf(const device::GroupMember& member) const {
    return *binners_[static_cast<std::size_t>(member.rank())];
  }
  Status AddBatch(std::span<const ColumnChunk> batch);
  Status EndChannel();
  Result<RowBits> OnesOf(std::span<const FeatureIndex> features) const;
  std::uint64_t RowsOf(int device) const;

  device::DeviceGroup& group_;
  std::vector<std::unique_ptr<DeviceBinner>> binners_;  // per device
  std::vector<device::RowShares> shares_;
};

}  // namespace boostyard
