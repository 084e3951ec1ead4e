#include "engine/cpu/kernels.h"

namespace boostyard {

namespace portable {
extern const KernelTable kTable;
}
#if defined(__x86_64__)
namespace avx2 {
extern const KernelTable kTable;
}
namespace avx512 {
extern const KernelTable kTable;
}
#endif

const KernelTable& KernelsOf(KernelTier tier) {
#if defined(__x86_64__)
  if (tier == KernelTier::kAvx512) return avx512::kTable;
  if (tier == KernelTier::kAvx2) return avx2::kTable;
#else
  static_cast<void>(tier);
#endif
  return portable::kTable;
}

const KernelTable& Kernels() { return KernelsOf(ActiveKernelTier()); }

}  // namespace boostyard
