// An executor of the host that does nothing before it has to: when its host waits, or when another
// one waits for its mark. Among several, whoever reads what a peer has not been waited for to
// write, or writes what a peer may still read, gets it wrong here. An eager one does everything at
// once.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/cuda/host_executor.h"
#include "engine/cuda/steps.h"

namespace boostyard::testing {

class LateExecutor : public device::Executor {
  // Whoever waits runs what others have asked for, too.
  template <class Body>
  static auto Locked(const Body& body) {
    const std::lock_guard lock(mutex_);
    return body();
  }

  // As on a CUDA device: what a thread asks for is the business of the one that it has entered.
  template <class Body>
  auto Entered(const Body& body) {
    return Locked([&] {
      was_strange_ = was_strange_ || current_ != this;
      return body();
    });
  }

 public:
  LateExecutor(const device::HostExecutorOptions& options, bool is_eager)
      : host_(options), is_eager_(is_eager) {}

  std::string Name() const override { return host_.Name(); }
  const device::Tuning& tuning() const override { return host_.tuning(); }
  std::uint64_t FreeBytes() override {
    return Locked([&] { return host_.FreeBytes(); });
  }
  Result<void*> Allocate(std::uint64_t bytes) override {
    return Entered([&] { return host_.Allocate(bytes); });
  }
  void Free(void* memory) override {
    Locked([&] {
      RunUntil(asked_);
      host_.Free(memory);
    });
  }
  void Upload(void* to, const void* from, std::uint64_t bytes) override {
    const auto* const begin = static_cast<const unsigned char*>(from);
    std::vector<unsigned char> kept(begin, begin + bytes);
    Ask([this, to, kept = std::move(kept)] { host_.Upload(to, kept.data(), kept.size()); });
  }
  void Download(void* to, const void* from, std::uint64_t bytes) override {
    Ask([=, this] { host_.Download(to, from, bytes); });
  }
  void Copy(void* to, const void* from, std::uint64_t bytes) override {
    Ask([=, this] { host_.Copy(to, from, bytes); });
  }
  void Launch(int step, device::Grid grid, std::uint32_t dynamic_bytes, const void* args) override {
    const auto* const begin = static_cast<const unsigned char*>(args);
    std::vector<unsigned char> kept(begin, begin + SizesOf<device::AllSteps>::kTable[step]);
    Ask([=, this, kept = std::move(kept)] {
      host_.Launch(step, grid, dynamic_bytes, kept.data());
    });
  }
  void RunRecorded(std::unique_ptr<device::Recording>& /*recording*/,
                   const std::function<void()>& queue) override {
    queue();
  }
  std::uint64_t SortBytes(std::uint64_t count) override { return host_.SortBytes(count); }
  // The host's always sorts into the other array.
  std::uint64_t* SortByUpperHalf(std::uint64_t* keys, std::uint64_t* other, std::uint64_t count,
                                 void* scratch) override {
    Ask([=, this] { host_.SortByUpperHalf(keys, other, count, scratch); });
    return other;
  }
  Status Wait() override { return WaitUntil(asked_); }
  std::uint64_t Place() override { return asked_; }
  Status WaitUntil(std::uint64_t place) override {
    return Locked([&] {
      RunUntil(place);
      return host_.Wait();
    });
  }

  void Enter() override { current_ = this; }
  void Mark(int mark) override {
    Locked([&] { marks_[mark] = asked_; });
  }
  void WaitFor(device::Executor& peer, int mark) override {
    auto& late = static_cast<LateExecutor&>(peer);
    const std::uint64_t place = Locked([&] { return late.marks_[mark]; });
    Ask([&late, place] { late.RunUntil(place); });
  }
  void CopyFrom(device::Executor& /*peer*/, void* to, const void* from,
                std::uint64_t bytes) override {
    Ask([=] {
      if (bytes > 0) std::memcpy(to, from, bytes);
    });
  }

  // Two executors that wait for each other.
  bool is_deadlocked() const { return is_deadlocked_; }
  // It was used by a thread that had not entered it.
  bool was_strange() const { return was_strange_; }

 private:
  template <class List>
  struct SizesOf;
  template <class... Steps>
  struct SizesOf<TypeList<Steps...>> {
    static constexpr std::size_t kTable[] = {sizeof(typename Steps::Args)...};
  };

  void Ask(std::function<void()> operation) {
    Entered([&] {
      operations_.push_back(std::move(operation));
      ++asked_;
      if (is_eager_) RunUntil(asked_);
    });
  }

  void RunUntil(std::uint64_t place) {
    if (is_running_) {
      is_deadlocked_ = is_deadlocked_ || done_ < place;
      return;
    }
    is_running_ = true;
    for (; done_ < place; ++done_) {
      const std::function<void()> operation = std::move(operations_.front());
      operations_.pop_front();
      operation();
    }
    is_running_ = false;
  }

  static inline std::recursive_mutex mutex_;
  static inline thread_local const LateExecutor* current_ = nullptr;

  device::HostExecutor host_;
  const bool is_eager_;
  std::deque<std::function<void()>> operations_;
  std::uint64_t asked_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t marks_[kMarks] = {};
  bool is_running_ = false;
  bool is_deadlocked_ = false;
  bool was_strange_ = false;
};

}  // namespace boostyard::testing
