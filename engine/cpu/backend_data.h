// What a backend trains on.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/huge_buffer.h"
#include "engine/cpu/slot_matrix.h"

namespace boostyard {

// All arrays cover training rows, then validation rows.
struct BackendData {
  SlotMatrix matrix;
  std::uint64_t train_rows = 0;
  HugeBuffer<float> labels;
  std::vector<float> weights;  // train_rows, or empty
};

}  // namespace boostyard
