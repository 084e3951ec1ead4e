// Text to floats in memory, tier by tier, beside fast_float for each field.
#pragma once

#include <string>
#include <vector>

#include "bench/ingest/files.h"

namespace boostyard::bench {

struct KernelTiming {
  std::string what;  // "fast_float", "avx2 short", "avx2 columns"
  double ns_per_field = 0.0;
  double megabytes_per_second = 0.0;
};

// Times fast_float field by field; then for each tier the best of its kernels, and the adaptive way
// from text to columns. The fastest of `runs`, in CPU time. Empty if any value differs from
// fast_float's.
std::vector<KernelTiming> TimeKernels(const CsvKind& kind, std::size_t row_count, int runs);

}  // namespace boostyard::bench
