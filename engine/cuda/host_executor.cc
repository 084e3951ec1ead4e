#include "engine/cuda/host_executor.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>

#include "engine/base/error_table.h"
#include "engine/cuda/host_block.h"
#include "engine/cuda/steps.h"

namespace boostyard::device {
namespace {

using Runner = void (*)(Grid, std::uint32_t*, bool, const void*);

template <class Step>
void RunStep(Grid grid, std::uint32_t* dynamic, bool is_reversed, const void* erased) {
  typename Step::Args args;
  std::memcpy(&args, erased, sizeof(args));
  const auto shared = std::make_unique<typename Step::Shared>();
  const std::uint64_t count = std::uint64_t{grid.x} * grid.y;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = is_reversed ? count - 1 - i : i;
    HostBlock<Step::kThreads> block(static_cast<std::uint32_t>(at % grid.x),
                                    static_cast<std::uint32_t>(at / grid.x), grid, dynamic,
                                    is_reversed);
    // Shared memory begins with whatever it was left with.
    std::memset(static_cast<void*>(shared.get()), 0xA5, sizeof(typename Step::Shared));
    Step::Run(block, args, *shared);
  }
}

template <class List>
struct RunnersOf;
template <class... Steps>
struct RunnersOf<TypeList<Steps...>> {
  static constexpr Runner kTable[] = {&RunStep<Steps>...};
};

#if __has_builtin(__builtin_clear_padding)
constexpr bool kKnowsPadding = true;
template <class T>
void ClearPaddingOf(T& value) {
  __builtin_clear_padding(&value);
}
#else  // clang 19
constexpr bool kKnowsPadding = false;
template <class T>
void ClearPaddingOf(T&) {}
#endif

// The size of a step's arguments, and what makes their padding alike.
struct ArgsForm {
  std::size_t bytes;
  void (*clear_padding)(void* args);
};

template <class Step>
void ClearPadding(void* erased) {
  typename Step::Args args;
  std::memcpy(&args, erased, sizeof(args));
  ClearPaddingOf(args);
  std::memcpy(erased, &args, sizeof(args));
}

template <class List>
struct FormsOf;
template <class... Steps>
struct FormsOf<TypeList<Steps...>> {
  static constexpr ArgsForm kTable[] = {{sizeof(typename Steps::Args), &ClearPadding<Steps>}...};
};

constexpr std::uint64_t kAlignment = 256;

}  // namespace

HostExecutor::HostExecutor(HostExecutorOptions options) : options_(options) {}

HostExecutor::~HostExecutor() {
  for (const auto& [memory, bytes] : allocations_) std::free(memory);
}

Result<void*> HostExecutor::Allocate(std::uint64_t bytes) {
  const std::uint64_t padded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (padded > FreeBytes()) {
    return MakeError(ErrorId::kOutOfMemory,
                     std::to_string(padded) + " bytes of device memory are needed, and " +
                         std::to_string(FreeBytes()) + " are free",
                     "use fewer rows or a smaller max_bin");
  }
  void* const memory = std::aligned_alloc(kAlignment, padded);
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0xA5, padded);  // device memory begins with anything
  allocations_[memory] = padded;
  used_bytes_ += padded;
  most_used_bytes_ = std::max(most_used_bytes_, used_bytes_);
  return memory;
}

void HostExecutor::Free(void* memory) {
  const auto found = allocations_.find(memory);
  if (found == allocations_.end()) return;
  used_bytes_ -= found->second;
  allocations_.erase(found);
  std::free(memory);
}

void HostExecutor::Upload(void* to, const void* from, std::uint64_t bytes) {
  ++place_;
  if (bytes > 0) std::memcpy(to, from, bytes);
}

// The host sees it when it has waited, not before.
void HostExecutor::Download(void* to, const void* from, std::uint64_t bytes) {
  ++place_;
  downloaded_bytes_ += bytes;
  if (bytes == 0) return;
  const auto* const begin = static_cast<const unsigned char*>(from);
  downloads_.push_back({place_, to, {begin, begin + bytes}});
  std::memset(to, 0xA5, bytes);
}

void HostExecutor::Copy(void* to, const void* from, std::uint64_t bytes) {
  ++place_;
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void HostExecutor::Launch(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args) {
  if (recorded_ != nullptr) {
    recorded_->push_back(Keep(step, grid, dynamic_bytes, args));
    return;
  }
  Run(step, grid, dynamic_bytes, args);
}

void HostExecutor::Run(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args) {
  ++place_;
  ++launches_;
  dynamic_.assign(dynamic_bytes / sizeof(std::uint32_t), 0xA5A5A5A5U);
  RunnersOf<AllSteps>::kTable[step](grid, dynamic_.data(), options_.is_reversed, args);
}

HostExecutor::Kept HostExecutor::Keep(int step, Grid grid, std::uint32_t dynamic_bytes,
                                      const void* args) {
  const ArgsForm& form = FormsOf<AllSteps>::kTable[step];
  const auto* const begin = static_cast<const unsigned char*>(args);
  Kept kept{step, grid, dynamic_bytes, {begin, begin + form.bytes}};
  form.clear_padding(kept.args.data());
  return kept;
}

bool HostExecutor::AreSame(const Kept& a, const Kept& b) {
  return a.step == b.step && a.grid.x == b.grid.x && a.grid.y == b.grid.y &&
         a.dynamic_bytes == b.dynamic_bytes && (a.args == b.args || !ComparesArguments());
}

bool HostExecutor::ComparesArguments() { return kKnowsPadding; }

void HostExecutor::Compare(const std::vector<Kept>& recorded, const std::vector<Kept>& asked) {
  const auto [here, there] =
      std::mismatch(recorded.begin(), recorded.end(), asked.begin(), asked.end(), AreSame);
  if (here == recorded.end() && there == asked.end()) return;
  Break("launch " + std::to_string(here - recorded.begin()) + " of " +
        std::to_string(recorded.size()) + " is not the one that was recorded");
}

void HostExecutor::RunRecorded(std::unique_ptr<Recording>& recording,
                               const std::function<void()>& queue) {
  std::vector<Kept> asked;
  recorded_ = &asked;
  queue();
  recorded_ = nullptr;
  if (recording == nullptr) {
    auto made = std::make_unique<HostRecording>();
    made->launches = std::move(asked);
    recording = std::move(made);
  } else {
    ++replays_;
    Compare(static_cast<const HostRecording&>(*recording).launches, asked);
  }
  for (const Kept& launch : static_cast<const HostRecording&>(*recording).launches) {
    Run(launch.step, launch.grid, launch.dynamic_bytes, launch.args.data());
  }
}

std::uint64_t* HostExecutor::SortByUpperHalf(std::uint64_t* keys, std::uint64_t* other,
                                             std::uint64_t count, void* scratch) {
  ++place_;
  std::memset(scratch, 0xA5, SortBytes(count));
  std::copy(keys, keys + count, other);
  std::stable_sort(other, other + count,
                   [](std::uint64_t a, std::uint64_t b) { return a >> 32 < b >> 32; });
  std::memset(static_cast<void*>(keys), 0xA5, count * sizeof(std::uint64_t));
  return other;
}

void HostExecutor::Deliver(std::uint64_t place) {
  while (!downloads_.empty() && downloads_.front().place <= place) {
    const Pending& pending = downloads_.front();
    std::memcpy(pending.to, pending.bytes.data(), pending.bytes.size());
    downloads_.pop_front();
  }
  waited_ = place;
}

Status HostExecutor::Wait() {
  ++waits_;
  Deliver(place_);
  return Report();
}

Status HostExecutor::WaitUntil(std::uint64_t place) {
  if (place <= waited_) return Report();
  ++waits_;
  if (place < place_) ++overlaps_;
  Deliver(place);
  return Report();
}

Status HostExecutor::Report() const {
  if (broken_.empty()) return {};
  return MakeError(ErrorId::kDeviceFailed, broken_,
                   "run the job again; if it fails again, report it");
}

}  // namespace boostyard::device
