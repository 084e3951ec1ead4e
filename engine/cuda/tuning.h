// How launches are laid out, per architecture. Nothing here changes a model.
#pragma once

#include <cstdint>

namespace boostyard::device {

struct Tuning {
  int architecture = 0;                     // 80, 90; the oldest that the row is for
  std::uint32_t row_blocks = 0;             // per multiprocessor: steps over rows
  std::uint32_t histogram_blocks = 0;       // per multiprocessor, 16-bit gradients
  std::uint32_t wide_histogram_blocks = 0;  // 64-bit gradients: twice the shared memory
  std::uint32_t chunk_rows = 0;             // rows of the histogram queue's unit: a power of two
  std::uint32_t multiprocessors = 1;        // of the device at hand
  std::uint32_t shared_bytes = 0;           // of a block, at most: of the device at hand
};

// The newest row that is not newer than the architecture (of PTX that is compiled for a device that
// there was no row for). Below 80 the first.
const Tuning& TuningFor(int architecture);

}  // namespace boostyard::device
