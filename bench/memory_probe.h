// Resident memory while boosting, beyond the rows that the caller holds.
#pragma once

#include <string>

#include "bench/contenders.h"

namespace boostyard::bench {

struct MemoryUse {
  double boosting_mb =
      0.0;               // largest resident set at the end of a round, less that before training
  double peak_mb = 0.0;  // largest during the whole training, less that before
  double bar_mb = 0.0;   // 2 bytes per cell and 52 per row
  double histograms_mb = 0.0;  // of the nodes of a level, at most: on top of the bar
};

// In a process that did nothing else before: memory that was freed would be counted too little.
MemoryUse MeasureMemory(const DataSet& data, const Setting& setting, int threads);

// One line.
std::string Describe(const MemoryUse& use, const DataSet& data);

}  // namespace boostyard::bench
