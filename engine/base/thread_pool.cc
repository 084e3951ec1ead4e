#include "engine/base/thread_pool.h"

#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/pause.h"
#include "engine/base/stage_times.h"

namespace boostyard {
namespace {

constexpr int kYields = 100;

void Pause(int spins) {
  if (spins < kBriefSpins) {
    PauseProcessor();
  } else {
    sched_yield();
  }
}

// Workers of a fixed number. Waiting ones spin briefly, then yield, then sleep.
class Workers {
 public:
  // For calls of up to `size` parts. Where the system has no more threads to give, the caller does
  // the parts of those that are missing.
  explicit Workers(int size) : size_(size), parts_(static_cast<std::size_t>(size)) {
    for (int number = 1; number < size; ++number) {
      try {
        std::thread([this, number] { Work(number); }).detach();
      } catch (const std::system_error&) {
        return;
      }
    }
  }

  int size() const { return size_; }

  // Lets the workers end. This object must stay: they may still look at it.
  void Retire() {
    is_retired_.store(true, std::memory_order_relaxed);
    Release();
  }

  void Run(int parts, void (*task)(const void*, int), const void* context) {
    used_parts_ = parts;
    task_ = task;
    context_ = context;
    unfinished_.store(size_, std::memory_order_relaxed);
    TakeParts(0, Release());
    for (int spins = 0; unfinished_.load(std::memory_order_acquire) != 0; ++spins) Pause(spins);
  }

 private:
  // The last generation in which this part was taken; a cache line each.
  struct alignas(64) Part {
    std::atomic<std::uint32_t> taken{0};
  };

  // Opens the next generation.
  std::uint32_t Release() {
    const std::uint32_t generation = generation_.fetch_add(1, std::memory_order_seq_cst) + 1;
    if (sleepers_.load(std::memory_order_seq_cst) > 0) generation_.notify_all();
    return generation;
  }

  // Runs the untaken parts of a generation, from `first` on. A thread that comes late, when that
  // generation is over, can take nothing: each part was taken once. One that has taken a part keeps
  // its Run from returning, so what Run has set stays valid.
  void TakeParts(int first, std::uint32_t generation) {
    for (int i = 0; i < size_; ++i) {
      const int part = first + i < size_ ? first + i : first + i - size_;
      std::uint32_t before = generation - 1;
      if (!parts_[static_cast<std::size_t>(part)].taken.compare_exchange_strong(
              before, generation, std::memory_order_acq_rel)) {
        continue;
      }
      if (part < used_parts_) task_(context_, part);
      unfinished_.fetch_sub(1, std::memory_order_release);
    }
  }

  // Waits until the generation is no longer `seen`, and returns it.
  std::uint32_t AwaitRelease(std::uint32_t seen) {
    for (int spins = 0; spins < kBriefSpins + kYields; ++spins) {
      const std::uint32_t generation = generation_.load(std::memory_order_acquire);
      if (generation != seen) return generation;
      Pause(spins);
    }
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    while (generation_.load(std::memory_order_seq_cst) == seen) generation_.wait(seen);
    sleepers_.fetch_sub(1, std::memory_order_relaxed);
    return generation_.load(std::memory_order_acquire);
  }

  void Work(int number) {
    for (std::uint32_t seen = 0;;) {
      seen = AwaitRelease(seen);
      if (is_retired_.load(std::memory_order_relaxed)) return;
      TakeParts(number, seen);
    }
  }

  const int size_;
  std::vector<Part> parts_;
  int used_parts_ = 0;
  void (*task_)(const void*, int) = nullptr;
  const void* context_ = nullptr;
  std::atomic<bool> is_retired_{false};
  alignas(64) std::atomic<std::uint32_t> generation_{0};
  alignas(64) std::atomic<int> unfinished_{0};
  alignas(64) std::atomic<int> sleepers_{0};
};

class Pool {
 public:
  // False: somebody else has the pool.
  bool Run(int parts, void (*task)(const void*, int), const void* context) {
    if (is_busy_.exchange(true, std::memory_order_acquire)) return false;
    struct Return {
      std::atomic<bool>& is_busy;
      ~Return() { is_busy.store(false, std::memory_order_release); }
    } at_end{is_busy_};
    if (workers_ == nullptr || workers_->size() < parts) Grow(parts);
    workers_->Run(parts, task, context);
    return true;
  }

 private:
  void Grow(int size) {
    retired_.reserve(retired_.size() + 1);
    auto larger = std::make_unique<Workers>(size);
    if (workers_ != nullptr) {
      workers_->Retire();
      retired_.push_back(std::move(workers_));
    }
    workers_ = std::move(larger);
  }

  std::atomic<bool> is_busy_{false};
  std::unique_ptr<Workers> workers_;
  std::vector<std::unique_ptr<Workers>> retired_;
};

void RunUntimed(int parts, void (*task)(const void* context, int part), const void* context) {
  // Never destroyed: workers live until the process ends, and nobody waits for them then.
  static Pool& pool = *new Pool;
  if (parts > 1 && pool.Run(parts, task, context)) return;
  for (int part = 0; part < parts; ++part) task(context, part);
}

// A task that adds up how long its parts take.
struct TimedTask {
  using Clock = std::chrono::steady_clock;

  void (*task)(const void* context, int part);
  const void* context;
  std::atomic<Clock::rep>* busy;

  static void Run(const void* erased, int part) {
    const TimedTask& timed = *static_cast<const TimedTask*>(erased);
    const Clock::time_point begin = Clock::now();
    timed.task(timed.context, part);
    timed.busy->fetch_add((Clock::now() - begin).count(), std::memory_order_relaxed);
  }
};

}  // namespace

void RunParts(int parts, void (*task)(const void* context, int part), const void* context) {
  StageTimes* const times = StageTimes::Current();
  if (times == nullptr) {
    RunUntimed(parts, task, context);
    return;
  }
  using Clock = TimedTask::Clock;
  std::atomic<Clock::rep> busy{0};
  const TimedTask timed{task, context, &busy};
  const Clock::time_point begin = Clock::now();
  RunUntimed(parts, TimedTask::Run, &timed);
  times->AddBusy(Clock::duration(busy.load()) - (Clock::now() - begin));
}

}  // namespace boostyard
