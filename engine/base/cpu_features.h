// Which vector instructions the kernels of this process use. Every tier gives the same bits.
#pragma once

#include <optional>
#include <string_view>

namespace boostyard {

enum class KernelTier {
  kPortable,  // plain C++
  kAvx2,      // AVX2, FMA, BMI, BMI2, POPCNT
  kAvx512,    // the above and AVX-512 F, BW, DQ, VL, VBMI, VBMI2
};

// The widest tier this processor has.
KernelTier BestKernelTier();

// The tier in use: the one set for tests, else BOOSTYARD_KERNELS=portable|avx2|avx512 (read once,
// and never wider than the processor; other words are ignored), else the widest. Thread safe.
KernelTier ActiveKernelTier();

// Makes `tier` the active one, or ends that with nullopt. Never wider than the processor: returns
// the tier that is active now. For tests; must not race with a running job.
KernelTier SetKernelTierForTest(std::optional<KernelTier> tier);

// "portable", "avx2", "avx512".
std::string_view NameOf(KernelTier tier);

}  // namespace boostyard
