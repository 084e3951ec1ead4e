// The one place that knows how threads are made. Everything else asks for a loop, a region or a
// team.
//
// Workers run with round-to-nearest and denormals on, whatever the caller's state was, and the
// caller's state is restored: floating point decides splits, so it must not depend on who called
// us.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

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

// Runs body(thread) once on each of `threads` threads, thread 0 being the caller, and waits for
// all. `body` must not throw. With one thread it is a plain call.
template <class Body>
void ParallelRegion(int threads, const Body& body) {
  if (threads <= 1) {
    const FloatEnvironment environment;
    body(0);
    return;
  }
#if defined(__SANITIZE_THREAD__)
  // ThreadSanitizer does not see the synchronisation inside an OpenMP runtime: plain threads for
  // it.
  std::vector<std::thread> workers;
  const auto work = [&body](int thread) {
    const FloatEnvironment environment;
    body(thread);
  };
  for (int thread = 1; thread < threads; ++thread) workers.emplace_back(work, thread);
  work(0);
  for (std::thread& worker : workers) worker.join();
#elif defined(_OPENMP)
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

// Threads that stay: workers wait between calls of Run, so that a call costs about a microsecond
// instead of waking threads. A boosting round makes some twenty calls.
//
// A call has as many parts as the team has threads. Each thread takes the part of its own number,
// then any part that nobody has taken: where a worker gets no processor (other jobs run, the quota
// is used up), the others do its part and do not wait for it. Waiting threads spin briefly, then
// yield, then sleep.
class ThreadTeam {
 public:
  explicit ThreadTeam(int threads)
      : threads_(threads < 1 ? 1 : threads), parts_(static_cast<std::size_t>(threads_)) {
    for (int thread = 1; thread < threads_; ++thread) {
      workers_.emplace_back([this, thread] { Work(thread); });
    }
  }
  ~ThreadTeam() {
    stops_.store(true, std::memory_order_relaxed);
    Release();
    for (std::thread& worker : workers_) worker.join();
  }
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return threads_; }

  // Runs body(part) once for each part in [0, size()) and waits for all. Which thread runs a part
  // is not defined. `body` must not throw. Not reentrant.
  template <class Body>
  void Run(const Body& body) {
    const FloatEnvironment environment;
    if (threads_ == 1) {
      body(0);
      return;
    }
    body_ = &body;
    task_ = [](const void* erased, int part) { (*static_cast<const Body*>(erased))(part); };
    unfinished_.store(threads_, std::memory_order_relaxed);
    const std::uint32_t generation = Release();
    TakeParts(0, generation);
    for (int spins = 0; unfinished_.load(std::memory_order_acquire) != 0; ++spins) Pause(spins);
  }

 private:
  // The last generation in which this part was taken; a cache line each.
  struct alignas(64) Part {
    std::atomic<std::uint32_t> taken{0};
  };

  static constexpr int kSpins = 2000;  // about 50 us
  static constexpr int kYields = 100;

  static void Pause(int spins) {
    if (spins >= kSpins) {
      sched_yield();
      return;
    }
#if defined(__x86_64__)
    _mm_pause();
#endif
  }

  // Opens the next generation.
  std::uint32_t Release() {
    const std::uint32_t generation = generation_.fetch_add(1, std::memory_order_seq_cst) + 1;
    if (sleepers_.load(std::memory_order_seq_cst) > 0) generation_.notify_all();
    return generation;
  }

  // Runs the untaken parts of a generation, from `first` on. A thread that comes late, when that
  // generation is over, can take nothing: each part was taken once. One that has taken a part keeps
  // its Run from returning, so body_ stays valid.
  void TakeParts(int first, std::uint32_t generation) {
    for (int i = 0; i < threads_; ++i) {
      const int part = first + i < threads_ ? first + i : first + i - threads_;
      std::uint32_t before = generation - 1;
      if (!parts_[static_cast<std::size_t>(part)].taken.compare_exchange_strong(
              before, generation, std::memory_order_acq_rel)) {
        continue;
      }
      task_(body_, part);
      unfinished_.fetch_sub(1, std::memory_order_release);
    }
  }

  // Waits until the generation is no longer `seen`, and returns it.
  std::uint32_t AwaitRelease(std::uint32_t seen) {
    for (int spins = 0; spins < kSpins + kYields; ++spins) {
      const std::uint32_t generation = generation_.load(std::memory_order_acquire);
      if (generation != seen) return generation;
      Pause(spins);
    }
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    while (generation_.load(std::memory_order_seq_cst) == seen) generation_.wait(seen);
    sleepers_.fetch_sub(1, std::memory_order_relaxed);
    return generation_.load(std::memory_order_acquire);
  }

  void Work(int thread) {
    const FloatEnvironment environment;
    for (std::uint32_t seen = 0;;) {
      seen = AwaitRelease(seen);
      if (stops_.load(std::memory_order_relaxed)) return;
      TakeParts(thread, seen);
    }
  }

  int threads_;
  std::vector<Part> parts_;
  std::vector<std::thread> workers_;
  const void* body_ = nullptr;
  void (*task_)(const void*, int) = nullptr;
  std::atomic<bool> stops_{false};
  alignas(64) std::atomic<std::uint32_t> generation_{0};
  alignas(64) std::atomic<int> unfinished_{0};
  alignas(64) std::atomic<int> sleepers_{0};
};

}  // namespace boostyard
