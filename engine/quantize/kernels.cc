#include "engine/quantize/kernels.h"

#include "engine/base/cpu_features.h"

namespace boostyard {

const QuantizeKernels& ActiveQuantizeKernels() {
#if defined(__x86_64__)
  switch (ActiveKernelTier()) {
    case KernelTier::kAvx512:
      return kAvx512QuantizeKernels;
    case KernelTier::kAvx2:
      return kAvx2QuantizeKernels;
    case KernelTier::kPortable:
      break;
  }
#endif
  return kPortableQuantizeKernels;
}

}  // namespace boostyard
