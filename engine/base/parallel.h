// The one place that knows how threads are made (OpenMP). Everything else asks for a loop or a region.
//
// Workers run with round-to-nearest and denormals on, whatever the caller's state was, and the caller's
// state is restored: floating point decides splits, so it must not depend on who called us.
#pragma once

#include <atomic>
#include <cstdint>

#if defined(_OPENMP)
#include <omp.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <sched.h>

namespace boostyard {

// Sets the IEEE environment that all decisions are made in; restores the previous one at scope end.
class FloatEnvironment {
 public:
#if defined(__x86_64__)
  FloatEnvironment() : saved_(_mm_getcsr()) { _mm_setcsr(0x1F80); }
  ~FloatEnvironment() { _mm_setcsr(saved_); }
#elif defined(__aarch64__)
  FloatEnvironment() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved_));
    __asm__ volatile("msr fpcr, %0" : : "r"(std::uint64_t{0}));
  }
  ~FloatEnvironment() { __asm__ volatile("msr fpcr, %0" : : "r"(saved_)); }
#endif
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

 private:
#if defined(__x86_64__)
  unsigned saved_;
#elif defined(__aarch64__)
  std::uint64_t saved_ = 0;
#endif
};

// Runs body(thread) once on each of `threads` threads, thread 0 being the caller, and waits for all.
// `body` must not throw. With one thread it is a plain call.
template <class Body>
void ParallelRegion(int threads, const Body& body) {
  if (threads <= 1) {
    const FloatEnvironment environment;
    body(0);
    return;
  }
#if defined(_OPENMP)
#pragma omp parallel num_threads(threads)
  {
    const FloatEnvironment environment;
    body(omp_get_thread_num());
  }
#else
  const FloatEnvironment environment;
  for (int thread = 0; thread < threads; ++thread) body(thread);
#endif
}

// Runs body(index) for index in [0, count), handed out one by one to whoever is free. The order is not
// defined; results must not depend on it. `body` must not throw.
template <class Body>
void ParallelFor(int threads, std::int64_t count, const Body& body) {
  if (threads > count) threads = static_cast<int>(count);
  if (threads <= 1) {
    const FloatEnvironment environment;
    for (std::int64_t index = 0; index < count; ++index) body(index);
    return;
  }
  std::atomic<std::int64_t> next{0};
  ParallelRegion(threads, [&](int) {
    for (;;) {
      const std::int64_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) return;
      body(index);
    }
  });
}

// All `threads` members of a region meet here. Spins for about 10 us, then yields: a barrier among more
// threads than free cores must not burn a scheduler slice.
class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads) {}

  void Wait() {
    if (threads_ <= 1) return;
    const int phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == threads_ - 1) {
      arrived_.store(0, std::memory_order_relaxed);
      phase_.store(phase + 1, std::memory_order_release);
      return;
    }
    for (int spins = 0; phase_.load(std::memory_order_acquire) == phase; ++spins) {
      if (spins < kSpins) {
#if defined(__x86_64__)
        _mm_pause();
#endif
      } else {
        sched_yield();
      }
    }
  }

 private:
  static constexpr int kSpins = 2000;
  int threads_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<int> phase_{0};
};

}  // namespace boostyard
