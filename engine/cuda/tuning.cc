#include "engine/cuda/tuning.h"

#include <iterator>

namespace boostyard::device {
namespace {

// Chosen from the resources alone, not measured yet. Threads: 2,048 per multiprocessor on 80 and
// 90. Shared memory: 164 and 228 KiB, of which 16-bit counters of 256 codes take 64 KiB a block,
// 64-bit ones 128 KiB. Long chunks flush less often, short ones share out small nodes.
constexpr Tuning kRows[] = {
    {.architecture = 80,
     .row_blocks = 8,
     .histogram_blocks = 2,
     .wide_histogram_blocks = 1,
     .chunk_rows = 2048},
    {.architecture = 90,
     .row_blocks = 8,
     .histogram_blocks = 3,
     .wide_histogram_blocks = 1,
     .chunk_rows = 2048},
};

}  // namespace

const Tuning& TuningFor(int architecture) {
  const Tuning* found = kRows;
  for (const Tuning& row : kRows) {
    if (row.architecture <= architecture) found = &row;
  }
  return *found;
}

}  // namespace boostyard::device
