// What DeviceBackend keeps for trees that grow on the device.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "engine/cuda/device_types.h"
#include "engine/cuda/executor.h"
#include "engine/cuda/growth_types.h"
#include "engine/cuda/steps_contest.h"

namespace boostyard {

// A tree whose growth is queued: what is on its way to the host.
struct QueuedTree {
  int output = 0;
  std::uint64_t place = 0;  // of the executor, by which it is there
  device::GrowthHead head;
  std::vector<GrownNode> nodes;
};

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

  // The launches of a tree: of one with gradients of its own, and of one that reuses them.
  std::unique_ptr<device::Recording> recordings[2];
  std::deque<QueuedTree> queued;
  std::uint64_t added = 0;  // the place by which all that were added are there
};

}  // namespace boostyard
