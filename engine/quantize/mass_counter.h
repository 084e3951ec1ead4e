// Somebody else who counts for the search for cuts: a device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/column_chunk.h"
#include "engine/base/result.h"
#include "engine/base/row_mass.h"
#include "engine/quantize/cell_counter.h"
#include "engine/quantize/kernels.h"

namespace boostyard {

// What is counted of a feature: the masses of all buckets, or those of each cell's 256 parts; and
// the rows without a value.
struct CountTask {
  FeatureIndex feature = 0;
  std::span<const KeyCell> cells;  // ascending, of one width, 16 or 8; none: buckets
};

// Of a task: those of the masses, and at last the one of rows without a value.
constexpr std::size_t CountersOf(const CountTask& task) {
  return (task.cells.empty() ? kBucketCount : task.cells.size() * kPartsPerCell) + 1;
}

class MassCounter {
 public:
  virtual ~MassCounter() = default;

  // How many counters all tasks of a Start may have together; a single task may have more.
  virtual std::uint64_t room() const = 0;

  // Begins to count, from 0. `mass_rule` is null if every row has mass 1. The tasks' cells, and the
  // rule, are only read in this call. Error: kOutOfMemory.
  virtual Status Start(std::span<const CountTask> tasks, const RowMass* mass_rule) = 0;
  // Counts some rows, which may be forgotten afterwards.
  virtual Status Add(std::span<const ColumnChunk> batch) = 0;
  // The counters of all tasks, one task's after the other's; they may be written to, and are valid
  // until the next Start.
  virtual Result<std::span<std::uint64_t>> Finish() = 0;
};

}  // namespace boostyard
