// The search that every tier can fall back on: a table of slots, then the few cuts of one slot.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/quantize/float_key.h"
#include "engine/quantize/kernels.h"

namespace boostyard {

// The number of cuts <= value. Precondition: value is no NaN, and the table has slots (at least 1
// cut).
BOOSTYARD_HD std::uint32_t CutsUpTo(const BinTable& table, float value) {
  const std::uint32_t key = FloatKey(value);
  if (key < table.first_key) return 0;
  const std::uint32_t clamped = key < table.last_key ? key : table.last_key;
  const std::uint32_t slot = (clamped - table.first_key) >> table.shift;
  std::uint32_t low = table.first_cut[slot];
  std::uint32_t high = table.first_cut[slot + 1];
  // Nearly always: no cut in the slot (then the next one is larger than the value), or one.
  if (high - low <= 1) return low + static_cast<std::uint32_t>(table.cuts[low] <= value);
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if (table.cuts[middle] <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace boostyard
