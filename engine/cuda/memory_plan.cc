#include "engine/cuda/memory_plan.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/error_table.h"
#include "engine/cuda/device_types.h"
#include "engine/objective/softmax.h"
#include "engine/tree/split_contest.h"

namespace boostyard::device {
namespace {

// Part of the free memory that is left alone: the driver's own needs, and fragments.
constexpr std::uint64_t kReservePart = 32;
// What small tables take, tree nodes above all, which grow with the tree.
constexpr std::uint64_t kTableBytes = std::uint64_t{16} << 20;

std::string Megabytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

MemoryPlan::Item LargestOf(const MemoryPlan& plan) {
  return *std::max_element(plan.items.begin(), plan.items.end(),
                           [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
}

}  // namespace

Result<MemoryPlan> PlanMemory(const MemoryShape& shape, std::uint64_t free_bytes,
                              const std::string& device_name) {
  const auto outputs = static_cast<std::uint64_t>(shape.outputs);
  MemoryPlan plan;
  plan.items = {
      {"bins by column", shape.column_bytes},
      {"bins by row", shape.train_rows * shape.strip_bytes_per_row},
      {"labels and weights", 4 * (shape.all_rows + shape.weight_count)},
      {"margins", (shape.all_rows + shape.kept_rows) * 4 * outputs},
      {"class normalisers", outputs > 1 ? shape.train_rows * sizeof(SoftmaxRow) : 0},
      {"sorting for auc", shape.sort_bytes},
      {"exchange with other GPUs", shape.exchange_bytes},
      {"figures of all GPUs' rows", shape.gathered_bytes},
      {"gradients", shape.train_rows * (4 + sizeof(GradPair))},
      {"row lists", shape.train_rows * 8},
      {"candidates",
       shape.batch_pairs * 2 * (shape.slot_count * sizeof(Contest) + 9 * shape.feature_count)},
      {"tables", kTableBytes},
  };
  for (const MemoryPlan::Item& item : plan.items) plan.fixed_bytes += item.bytes;
  plan.histogram_bytes = std::max<std::uint64_t>(shape.entry_count, 1) * sizeof(GradSums);
  const std::uint64_t usable = free_bytes - free_bytes / kReservePart;
  const std::uint64_t needed = plan.fixed_bytes + kMinHistograms * plan.histogram_bytes;
  if (needed > usable) {
    const MemoryPlan::Item largest = LargestOf(plan);
    return MakeError(ErrorId::kOutOfMemory,
                     "training needs " + Megabytes(needed) + " of device memory, and " +
                         device_name + " has " + Megabytes(usable) + " free (the most goes to " +
                         std::string(largest.name) + ": " + Megabytes(largest.bytes) + ")",
                     "use a device with more memory, fewer rows or columns, or device=cpu");
  }
  plan.histograms = std::clamp((usable - plan.fixed_bytes) / plan.histogram_bytes, kMinHistograms,
                               std::max(shape.wanted_histograms, kMinHistograms));
  return plan;
}

Status CheckDeviceRoom(const std::string& what, std::uint64_t needed, std::uint64_t free_bytes,
                       const std::string& device_name) {
  const std::uint64_t usable = free_bytes - free_bytes / kReservePart;
  if (needed <= usable) return {};
  return MakeError(ErrorId::kOutOfMemory,
                   what + " need " + Megabytes(needed) + " of device memory, and " + device_name +
                       " has " + Megabytes(usable) + " free",
                   "use a device with more memory, fewer rows or columns, or device=cpu");
}

}  // namespace boostyard::device
