// The index words. Names in code: row, feature, bin, node.
#pragma once

#include <cstdint>

namespace boostyard {

using RowIndex = std::uint64_t;      // global row number, in the order of sorted files
using FeatureIndex = std::uint32_t;  // column without label and weight
using BinIndex = std::uint32_t;      // position among the cuts of one feature
using NodeIndex = std::int32_t;      // node of one tree; -1 is "none"

}  // namespace boostyard
