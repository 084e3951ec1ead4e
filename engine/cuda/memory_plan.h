// How much device memory a training needs, counted before anything is allocated.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace boostyard::device {

struct MemoryShape {
  std::uint64_t train_rows = 0;
  std::uint64_t all_rows = 0;
  std::uint64_t column_bytes = 0;  // of codes, slot by slot
  std::uint64_t strip_bytes_per_row = 0;
  std::uint64_t slot_count = 0;
  std::uint64_t feature_count = 0;
  std::uint64_t entry_count = 0;  // of a histogram
  int outputs = 1;
  std::uint64_t weight_count = 0;       // of all arrays of weights
  std::uint64_t sort_bytes = 0;         // for auc and aucpr
  std::uint64_t kept_rows = 0;          // whose margins are set aside
  std::uint64_t exchange_bytes = 0;     // for sums over several devices
  std::uint64_t gathered_bytes = 0;     // for figures of all devices' rows
  std::uint64_t wanted_histograms = 0;  // more bring nothing
  std::uint64_t batch_pairs = 0;
};

struct MemoryPlan {
  struct Item {
    std::string_view name;
    std::uint64_t bytes;
  };
  std::vector<Item> items;
  std::uint64_t fixed_bytes = 0;      // their sum
  std::uint64_t histogram_bytes = 0;  // of one
  std::uint64_t histograms = 0;       // how many there will be

  std::uint64_t total_bytes() const { return fixed_bytes + histograms * histogram_bytes; }
};

// Histograms that any training needs at the least: one pair's, and room to go on.
inline constexpr std::uint64_t kMinHistograms = 4;

// Plans for a device with that many free bytes. Fewer histograms than wanted cost time: children
// are then built again instead of derived. Error: kOutOfMemory, with what is needed and what there
// is, and the largest items.
Result<MemoryPlan> PlanMemory(const MemoryShape& shape, std::uint64_t free_bytes,
                              const std::string& device_name);

// Whether so many bytes are free. Error: kOutOfMemory: "WHAT need 12.0 MB of device memory, ...".
Status CheckDeviceRoom(const std::string& what, std::uint64_t needed, std::uint64_t free_bytes,
                       const std::string& device_name);

}  // namespace boostyard::device
