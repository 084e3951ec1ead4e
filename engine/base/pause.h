// What a thread does while it waits for another one that needs less time than it takes to sleep.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace boostyard {

// So many calls of PauseProcessor take about 50 us.
inline constexpr int kBriefSpins = 2000;

// Leaves the processor to its other thread for a moment, where there is one.
inline void PauseProcessor() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

}  // namespace boostyard
