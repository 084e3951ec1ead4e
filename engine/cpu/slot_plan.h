// How features become slots: what is decided before any code is moved, on the host or on a device.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/cpu/slot_matrix.h"

namespace boostyard {

using RowBits = std::vector<std::vector<std::uint64_t>>;  // per feature, a bit per row

// What a plan needs to know of the rows of all channels.
struct SlotFacts {
  std::uint64_t row_count = 0;
  std::vector<std::uint8_t> is_wide;      // per feature: two bytes per row
  std::vector<std::uint8_t> has_missing;  // per feature
  // In which rows each of these two-bin features, which miss nothing, is in bin 1.
  std::function<Result<RowBits>(std::span<const FeatureIndex>)> ones_of;
};

// The slots and the features' places in them; columns and groups stay empty. The plan depends on
// the codes alone. `bundles`: as SlotOptions::bundle. Errors: those of ones_of.
Result<SlotMatrix> PlanSlots(const SlotFacts& facts, const BinCuts& cuts, bool bundles);

}  // namespace boostyard
