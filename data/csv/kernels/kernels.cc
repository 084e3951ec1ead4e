#include "data/csv/kernels/kernels.h"

#include "engine/base/cpu_features.h"

namespace boostyard::csv {

const CsvKernels& ActiveCsvKernels() {
#if defined(__x86_64__)
  switch (ActiveKernelTier()) {
    case KernelTier::kAvx512:
      return kAvx512CsvKernels;
    case KernelTier::kAvx2:
      return kAvx2CsvKernels;
    case KernelTier::kPortable:
      break;
  }
#endif
  return kPortableCsvKernels;
}

}  // namespace boostyard::csv
