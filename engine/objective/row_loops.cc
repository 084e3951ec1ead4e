#include "engine/objective/row_loops.h"

#include "engine/base/cpu_features.h"

namespace boostyard {

const RowLoops& ActiveRowLoops() {
#if defined(__x86_64__)
  switch (ActiveKernelTier()) {
    case KernelTier::kAvx512:
      return kAvx512RowLoops;
    case KernelTier::kAvx2:
      return kAvx2RowLoops;
    case KernelTier::kPortable:
      break;
  }
#endif
  return kPortableRowLoops;
}

}  // namespace boostyard
