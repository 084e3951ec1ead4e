#include "engine/base/cpu_features.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

namespace boostyard {
namespace {

constexpr int kNotSet = -1;
std::atomic<int> tier_for_test{kNotSet};

KernelTier DetectTier() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                        __builtin_cpu_supports("popcnt");
  const bool has_avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  if (has_avx2 && has_avx512) return KernelTier::kAvx512;
  if (has_avx2) return KernelTier::kAvx2;
#endif
  return KernelTier::kPortable;
}

KernelTier TierFromEnvironment() {
  const char* value = std::getenv("BOOSTYARD_KERNELS");
  const std::string_view wanted = value == nullptr ? "" : value;
  for (const KernelTier tier : {KernelTier::kPortable, KernelTier::kAvx2, KernelTier::kAvx512}) {
    if (wanted == NameOf(tier)) return std::min(tier, BestKernelTier());
  }
  return BestKernelTier();
}

}  // namespace

KernelTier BestKernelTier() {
  static const KernelTier best = DetectTier();
  return best;
}

KernelTier ActiveKernelTier() {
  static const KernelTier from_environment = TierFromEnvironment();
  const int forced = tier_for_test.load(std::memory_order_relaxed);
  return forced == kNotSet ? from_environment : static_cast<KernelTier>(forced);
}

KernelTier SetKernelTierForTest(std::optional<KernelTier> tier) {
  const int forced = tier ? static_cast<int>(std::min(*tier, BestKernelTier())) : kNotSet;
  tier_for_test.store(forced, std::memory_order_relaxed);
  return ActiveKernelTier();
}

std::string_view NameOf(KernelTier tier) {
  switch (tier) {
    case KernelTier::kPortable:
      return "portable";
    case KernelTier::kAvx2:
      return "avx2";
    case KernelTier::kAvx512:
      return "avx512";
  }
  return "portable";
}

}  // namespace boostyard
