#include "engine/cuda/device_group.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/cuda/launch.h"

namespace boostyard::device {
namespace {

// The marks of a sum: words may be read, a slice is summed up, nobody reads any more.
constexpr int kReadable = 0;
constexpr int kSummed = 1;
constexpr int kRead = 2;

// So few words that each member sums all of them up: what counts is how often the members meet.
constexpr std::uint64_t kFewWords = 4096;

constexpr int kSpins = 2'000;  // about 50 us

void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

// ---- the members

int GroupMember::size() const { return group_.size(); }

Status GroupMember::Prepare(std::uint64_t words) {
  BOOSTYARD_ASSIGN_OR_RETURN(packed_, DeviceArray<std::int64_t>::Make(executor_, words));
  // A slice from each of the others.
  const auto peers = static_cast<std::uint64_t>(size() - 1);
  const std::uint64_t slice = (words + peers) / (peers + 1);
  BOOSTYARD_ASSIGN_OR_RETURN(
      received_, DeviceArray<std::int64_t>::Make(executor_, peers * std::max(slice, kFewWords)));
  return {};
}

void GroupMember::WaitForAll(int mark) {
  executor_.Mark(mark);
  group_.Meet();
  for (int peer = 0; peer < size(); ++peer) {
    if (peer != rank_) executor_.WaitFor(group_.member(peer).executor_, mark);
  }
}

void GroupMember::Sum(std::int64_t* words, std::uint64_t count) {
  if (count <= kFewWords) return SumFew(words, count);
  for (std::uint64_t first = 0; first < count; first += capacity()) {
    SumSome(words + first, std::min(capacity(), count - first));
  }
}

// Each member sums up a slice of the words, and the others fetch it.
void GroupMember::SumSome(std::int64_t* words, std::uint64_t count) {
  const auto members = static_cast<std::uint64_t>(size());
  const std::uint64_t slice = (count + members - 1) / members;
  const auto begin = [&](int rank) {
    return std::min(count, static_cast<std::uint64_t>(rank) * slice);
  };
  const std::uint64_t first = begin(rank_);
  const std::uint64_t mine = begin(rank_ + 1) - first;
  group_.told_words_[static_cast<std::size_t>(rank_)] = words;
  WaitForAll(kReadable);
  const auto words_of = [&](int rank) {
    return group_.told_words_[static_cast<std::size_t>(rank)];
  };
  std::uint64_t received = 0;
  for (int peer = 0; peer < size(); ++peer) {
    if (peer == rank_) continue;
    executor_.CopyFrom(group_.member(peer).executor_, received_.data() + received++ * mine,
                       words_of(peer) + first, mine * sizeof(std::int64_t));
  }
  Add(words + first, mine);
  WaitForAll(kSummed);
  for (int peer = 0; peer < size(); ++peer) {
    if (peer == rank_) continue;
    executor_.CopyFrom(group_.member(peer).executor_, words + begin(peer),
                       words_of(peer) + begin(peer),
                       (begin(peer + 1) - begin(peer)) * sizeof(std::int64_t));
  }
  WaitForAll(kRead);
}

// Each member fetches all words of the others.
void GroupMember::SumFew(std::int64_t* words, std::uint64_t count) {
  group_.told_words_[static_cast<std::size_t>(rank_)] = words;
  WaitForAll(kReadable);
  std::uint64_t received = 0;
  for (int peer = 0; peer < size(); ++peer) {
    if (peer == rank_) continue;
    executor_.CopyFrom(group_.member(peer).executor_, received_.data() + received++ * count,
                       group_.told_words_[static_cast<std::size_t>(peer)],
                       count * sizeof(std::int64_t));
  }
  WaitForAll(kRead);
  Add(words, count);
}

// What was received of so many words.
void GroupMember::Add(std::int64_t* words, std::uint64_t count) {
  const Tuning& tuning = executor_.tuning();
  const std::uint32_t most_blocks = tuning.multiprocessors * tuning.row_blocks;
  const auto blocks = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(count / AddWordsStep::kThreads, 1, most_blocks));
  Launch<AddWordsStep>(executor_, {blocks},
                       {words, received_.data(), static_cast<std::uint32_t>(size() - 1), count});
}

void GroupMember::Fail(Error error) {
  {
    const std::lock_guard lock(group_.mutex_);
    group_.Break(std::move(error));
  }
  throw DeviceGroup::Ended();
}

std::uint64_t GroupMember::LeastOf(std::uint64_t value) {
  group_.told_values_[static_cast<std::size_t>(rank_)] = value;
  group_.Meet();
  const std::uint64_t least =
      *std::min_element(group_.told_values_.begin(), group_.told_values_.end());
  group_.Meet();  // all have read
  return least;
}

// ---- the group

DeviceGroup::DeviceGroup(std::span<Executor* const> executors, bool spins)
    : told_words_(executors.size()), told_values_(executors.size()), spins_(spins) {
  for (std::size_t i = 0; i < executors.size(); ++i) {
    members_.push_back(std::make_unique<GroupMember>(*this, static_cast<int>(i), *executors[i]));
  }
  threads_.reserve(executors.size());  // nothing may fail while some are running, but a thread
  try {
    for (int rank = 0; rank < size(); ++rank) threads_.emplace_back([this, rank] { Work(rank); });
  } catch (const std::system_error&) {
    Stop();
    throw std::bad_alloc();
  }
}

DeviceGroup::~DeviceGroup() { Stop(); }

void DeviceGroup::Stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  has_task_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Status DeviceGroup::Run(const std::function<Status(GroupMember&)>& body) {
  std::unique_lock lock(mutex_);
  task_ = &body;
  done_count_ = 0;
  ++task_number_;
  has_task_.notify_all();
  is_done_.wait(lock, [&] { return done_count_ == size(); });
  task_ = nullptr;
  if (error_) return *std::exchange(error_, std::nullopt);
  if (waiting_count_ == 0) return {};
  return MakeError(ErrorId::kInternal, "the GPUs do not decide alike", "report it");
}

Status DeviceGroup::Do(const std::function<Status(GroupMember&)>& body, GroupMember& member) {
  try {
    return body(member);
  } catch (const Ended&) {
    return {};  // the error is another member's
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorId::kOutOfMemory, "not enough memory for training",
                     "use a larger instance, fewer rows or a smaller max_bin");
  }
}

void DeviceGroup::Work(int rank) {
  const FloatEnvironment environment;
  GroupMember& member = *members_[static_cast<std::size_t>(rank)];
  member.executor().Enter();
  std::unique_lock lock(mutex_);
  for (std::uint64_t done = 0;;) {
    has_task_.wait(lock, [&] { return is_stopping_ || task_number_ > done; });
    if (is_stopping_) return;
    done = task_number_;
    const std::function<Status(GroupMember&)>& body = *task_;
    lock.unlock();
    Status status = Do(body, member);
    lock.lock();
    if (!status.ok()) Break(std::move(status).error());
    ++done_count_;
    // Those that wait for one that has finished would wait for ever.
    if (waiting_count_ > 0) is_broken_ = true;
    if (is_broken_) has_met_.notify_all();
    if (done_count_ == size()) is_done_.notify_all();
  }
}

void DeviceGroup::Break(Error error) {
  if (!error_) error_ = std::move(error);  // what comes later follows from it
  is_broken_ = true;
  has_met_.notify_all();
}

void DeviceGroup::Meet() {
  std::unique_lock lock(mutex_);
  if (is_broken_) throw Ended();
  const std::uint64_t meeting = meeting_;
  if (++waiting_count_ == size()) {
    waiting_count_ = 0;
    ++meeting_;
    has_met_.notify_all();
    return;
  }
  if (done_count_ > 0) is_broken_ = true;
  if (is_broken_) has_met_.notify_all();
  if (spins_) {
    lock.unlock();
    for (int i = 0; i < kSpins && meeting_.load(std::memory_order_acquire) == meeting; ++i) {
      Pause();
    }
    lock.lock();
  }
  has_met_.wait(lock, [&] { return meeting_ != meeting || is_broken_; });
  if (meeting_ == meeting) throw Ended();
}

}  // namespace boostyard::device
