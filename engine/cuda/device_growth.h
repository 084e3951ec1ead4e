// What DeviceBackend keeps for trees that grow on the device.
#pragma once

#include <cstdint>

#include "engine/cuda/device_types.h"
#include "engine/cuda/executor.h"
#include "engine/cuda/growth_types.h"
#include "engine/cuda/steps_contest.h"

namespace boostyard {

struct DeviceGrowth {
  int depth = 0;                   // of the trees
  std::uint32_t node_count = 0;    // that a tree may have
  std::int32_t first_settled = 0;  // histograms in which contested nodes are settled
  std::uint32_t settled_count = 0;
  device::GrowthView view;
  device::SettleView settle;
  device::InteractionView interactions;

  device::DeviceArray<device::GrowthHead> head;
  device::DeviceArray<device::GrowthNode> nodes;
  device::DeviceArray<GrownNode> grown;
  device::DeviceArray<device::PairOrder> pairs;
  device::DeviceArray<device::TaskInfo> tasks;
  device::DeviceArray<device::PairResult> results;
  device::DeviceArray<device::ContestItem> items;
  device::DeviceArray<std::uint32_t> settled_rows;
  device::DeviceArray<double> settled_least;
  device::DeviceArray<device::PairOrder> settled_pairs;
  device::DeviceArray<device::TaskInfo> settled_tasks;
  device::DeviceArray<device::PairResult> settled_results;
  device::DeviceArray<std::uint8_t> level_masks;  // [depth][feature]
  device::DeviceArray<std::uint32_t> interaction_bits;
};

}  // namespace boostyard
