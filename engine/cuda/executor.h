// A device as the backend sees it: memory, copies, launches, all in one order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "engine/base/result.h"
#include "engine/cuda/block.h"
#include "engine/cuda/tuning.h"

namespace boostyard::device {

// Launches that an executor has recorded.
class Recording {
 public:
  virtual ~Recording() = default;
};

// Operations run one after the other in the order of the calls, some of them later than the call.
// Errors of launches and copies are kept and come out of Wait. Used by one thread.
class Executor {
 public:
  virtual ~Executor() = default;

  // What it is, for the log: "NVIDIA H100 (cuda:0)".
  virtual std::string Name() const = 0;
  virtual const Tuning& tuning() const = 0;
  virtual std::uint64_t FreeBytes() = 0;

  // Aligned to 256 bytes, not initialised. Error: kOutOfMemory.
  virtual Result<void*> Allocate(std::uint64_t bytes) = 0;
  virtual void Free(void* memory) = 0;

  // The host's memory may be used again on return.
  virtual void Upload(void* to, const void* from, std::uint64_t bytes) = 0;
  // The host's memory is written by the end of the next Wait.
  virtual void Download(void* to, const void* from, std::uint64_t bytes) = 0;
  virtual void Copy(void* to, const void* from, std::uint64_t bytes) = 0;

  // Launches step number `step` (steps.h). `args` points to its Args, which are copied.
  virtual void Launch(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args) = 0;

  // Runs the launches that `queue` makes, as a recording of them from some time on. So `queue`
  // makes the same ones each time, with the same arguments, and asks for nothing else. `recording`
  // is null at first, and the executor outlives it.
  virtual void RunRecorded(std::unique_ptr<Recording>& recording,
                           const std::function<void()>& queue) = 0;

  // Sorts words by their upper 32 bits, from the lowest to the highest; equal ones keep their
  // order. `other` is as large as `keys`, and the result is in the one of them that is returned.
  // `scratch` has SortBytes(count).
  virtual std::uint64_t SortBytes(std::uint64_t count) = 0;
  virtual std::uint64_t* SortByUpperHalf(std::uint64_t* keys, std::uint64_t* other,
                                         std::uint64_t count, void* scratch) = 0;

  // Waits for everything. Errors: kPlatform, what the device reported.
  virtual Status Wait() = 0;
  // Where the order of operations has come to, and a wait for what was asked for before that alone.
  virtual std::uint64_t Place() = 0;
  virtual Status WaitUntil(std::uint64_t place) = 0;

  // ---- among devices that work together (device_group.h)

  static constexpr int kMarks = 3;
  // The calling thread is the one that uses it from now on, and no other executor meanwhile. A
  // training enters those that it is given.
  virtual void Enter() = 0;
  // Marks this place in the order of its operations; takes the mark of that number from where it
  // was.
  virtual void Mark(int mark) = 0;
  // What is asked for from now on waits for `peer` to come to where its mark is now.
  virtual void WaitFor(Executor& peer, int mark) = 0;
  // Copies from the memory of a peer.
  virtual void CopyFrom(Executor& peer, void* to, const void* from, std::uint64_t bytes) = 0;
};

// An array in device memory.
template <class T>
class DeviceArray {
 public:
  DeviceArray() = default;
  DeviceArray(DeviceArray&& other) noexcept { Swap(other); }
  DeviceArray& operator=(DeviceArray&& other) noexcept {
    Swap(other);
    return *this;
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() {
    if (data_ != nullptr) executor_->Free(data_);
  }

  // `executor` outlives the array.
  static Result<DeviceArray> Make(Executor& executor, std::uint64_t count) {
    DeviceArray array;
    array.executor_ = &executor;
    array.count_ = count;
    if (count == 0) return array;
    BOOSTYARD_ASSIGN_OR_RETURN(void* const memory, executor.Allocate(count * sizeof(T)));
    array.data_ = static_cast<T*>(memory);
    return array;
  }

  // Room for `count` elements: what there was is kept.
  Status Reserve(Executor& executor, std::uint64_t count) {
    if (count <= count_) return {};
    BOOSTYARD_ASSIGN_OR_RETURN(DeviceArray larger, Make(executor, count + count / 2));
    if (count_ > 0) executor.Copy(larger.data_, data_, count_ * sizeof(T));
    Swap(larger);
    return {};
  }

  T* data() const { return data_; }
  std::uint64_t size() const { return count_; }

 private:
  void Swap(DeviceArray& other) {
    std::swap(executor_, other.executor_);
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
  }

  Executor* executor_ = nullptr;
  T* data_ = nullptr;
  std::uint64_t count_ = 0;
};

}  // namespace boostyard::device
