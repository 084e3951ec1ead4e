// The one place that knows how threads are made. Everything else asks for a loop, a region or a
// team.
//
// Workers run with round-to-nearest and denormals on, whatever the caller's state was, and the
// caller's state is restored: floating point decides splits, so it must not depend on who called
// us.
#pragma once

#include <atomic>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine/base/thread_pool.h"

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

// How many threads share the work of each call of Run. Teams are cheap: their threads are those of
// the process's pool, which stay, so that a call costs about a microsecond instead of waking
// threads. A boosting round makes some twenty calls.
class ThreadTeam {
 public:
  // Fewer than 1 is 1.
  explicit ThreadTeam(int threads) : threads_(threads < 1 ? 1 : threads) {}

  int size() const { return threads_; }

  // Runs body(part) once for each part in [0, size()) and waits for all. Which thread runs a part
  // is not defined, and one part must not wait for another: called while another Run is going on,
  // by one of its parts or by another thread, it runs them one after the other. `body` must not
  // throw.
  template <class Body>
  void Run(const Body& body) const {
    const FloatEnvironment environment;
    if (threads_ == 1) {
      body(0);
      return;
    }
    const auto task = [](const void* erased, int part) {
      const FloatEnvironment in_part;
      (*static_cast<const Body*>(erased))(part);
    };
    RunParts(threads_, task, &body);
  }

 private:
  int threads_;
};

// Runs body(thread) once for each thread in [0, threads): a team that is called once.
template <class Body>
void ParallelRegion(int threads, const Body& body) {
  ThreadTeam(threads).Run(body);
}

// Runs body(index) for index in [0, count), handed out one by one to whoever is free. The order is
// not defined; results must not depend on it. `body` must not throw.
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

}  // namespace boostyard
