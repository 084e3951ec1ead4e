// The histogram kernel alone: cycles per update, against a loop whose cycles are known.
#pragma once

namespace boostyard::bench {

struct AccumulateCost {
  double nanoseconds_per_cycle = 0.0;  // by the calibration loop: dependent additions, one a cycle
  double one_block = 0.0;              // cycles per update: 8 features
  double four_blocks = 0.0;            // 32 features, one group
  double gathered = 0.0;               // 8 features, every second row by its number
};

// Several timings of each, the fastest counts. On one thread, a second or so.
AccumulateCost MeasureAccumulate();

}  // namespace boostyard::bench
