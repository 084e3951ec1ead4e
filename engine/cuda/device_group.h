// Devices that train together. Each has a thread of its own, which alone uses it, and a share of
// the rows; all do the same things in the same order. What they know of all rows are sums of
// integers: they add them up among themselves, and then decide alike, so that nothing else is
// exchanged.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "engine/cuda/executor.h"

namespace boostyard::device {

class DeviceGroup;

// One of the devices, as its own thread sees the others.
//
// Where another member has failed, or does something else, nothing can be done together any more:
// what needs the others then ends the task of Run that it is called in, by an exception that Run
// catches. So nobody goes on to write what others still read.
class GroupMember {
 public:
  GroupMember(DeviceGroup& group, int rank, Executor& executor)
      : group_(group), rank_(rank), executor_(executor) {}

  int rank() const { return rank_; }
  int size() const;
  Executor& executor() const { return executor_; }

  // Takes room for sums of so many words at a time, and for as many to be packed. Error:
  // kOutOfMemory.
  Status Prepare(std::uint64_t words);
  // For the caller's use between two calls of Sum: `words` of Prepare.
  std::int64_t* packed() const { return packed_.data(); }
  std::uint64_t capacity() const { return packed_.size(); }

  // Adds up what lies at `words` in each device's memory; then all have the sums there, modulo
  // 2^64. Queued, like any operation. All members call it, with the same count.
  void Sum(std::int64_t* words, std::uint64_t count);

  // Ends the task of Run, which returns the error: for who cannot go on as the others do.
  [[noreturn]] void Fail(Error error);

  // The least of what all members say.
  std::uint64_t LeastOf(std::uint64_t value);

  // Marks the place of every member's work so far, and lets this member's wait for it.
  void WaitForAll(int mark);

 private:
  void SumSome(std::int64_t* words, std::uint64_t count);
  void SumFew(std::int64_t* words, std::uint64_t count);
  void Add(std::int64_t* words, std::uint64_t count);

  DeviceGroup& group_;
  const int rank_;
  Executor& executor_;
  DeviceArray<std::int64_t> packed_;
  DeviceArray<std::int64_t> received_;
};

class DeviceGroup {
 public:
  // The executors outlive the group. At least one. `spins`: a thread that waits for the others
  // keeps its processor for a while, which is there for it. Throws std::bad_alloc, also for want of
  // threads.
  DeviceGroup(std::span<Executor* const> executors, bool spins);
  ~DeviceGroup();
  DeviceGroup(const DeviceGroup&) = delete;
  DeviceGroup& operator=(const DeviceGroup&) = delete;

  int size() const { return static_cast<int>(members_.size()); }
  GroupMember& member(int rank) { return *members_[static_cast<std::size_t>(rank)]; }

  // Runs body(member) for each member on its own thread, all at the same time, and waits for them.
  // Returns the first error.
  Status Run(const std::function<Status(GroupMember&)>& body);

 private:
  friend class GroupMember;

  void Stop();
  void Work(int rank);
  Status Do(const std::function<Status(GroupMember&)>& body, GroupMember& member);
  struct Ended {};  // thrown where some member is gone, or will not come

  // Keeps the first error; nobody meets any more. Under the mutex.
  void Break(Error error);
  // Waits for all members. Throws Ended.
  void Meet();

  std::vector<std::unique_ptr<GroupMember>> members_;
  // What members tell each other before they meet.
  std::vector<std::int64_t*> told_words_;
  std::vector<std::uint64_t> told_values_;

  std::mutex mutex_;
  std::condition_variable has_task_;
  std::condition_variable has_met_;
  std::condition_variable is_done_;
  const std::function<Status(GroupMember&)>* task_ = nullptr;
  std::uint64_t task_number_ = 0;
  bool is_stopping_ = false;
  int done_count_ = 0;                     // members that have finished the task
  int waiting_count_ = 0;                  // members that wait for the others
  std::atomic<std::uint64_t> meeting_{0};  // written under the mutex
  bool is_broken_ = false;
  const bool spins_;
  std::optional<Error> error_;  // the first one
  std::vector<std::thread> threads_;
};

}  // namespace boostyard::device
