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
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void HostExecutor::Download(void* to, const void* from, std::uint64_t bytes) {
  downloaded_bytes_ += bytes;
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void HostExecutor::Copy(void* to, const void* from, std::uint64_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void HostExecutor::Launch(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args) {
  ++launches_;
  dynamic_.assign(dynamic_bytes / sizeof(std::uint32_t), 0xA5A5A5A5U);
  RunnersOf<AllSteps>::kTable[step](grid, dynamic_.data(), options_.is_reversed, args);
}

std::uint64_t* HostExecutor::SortByUpperHalf(std::uint64_t* keys, std::uint64_t* other,
                                             std::uint64_t count, void* scratch) {
  std::memset(scratch, 0xA5, SortBytes(count));
  std::copy(keys, keys + count, other);
  std::stable_sort(other, other + count,
                   [](std::uint64_t a, std::uint64_t b) { return a >> 32 < b >> 32; });
  std::memset(static_cast<void*>(keys), 0xA5, count * sizeof(std::uint64_t));
  return other;
}

Status HostExecutor::Wait() {
  ++waits_;
  if (broken_.empty()) return {};
  return MakeError(ErrorId::kDeviceFailed, broken_,
                   "run the job again; if it fails again, report it");
}

}  // namespace boostyard::device
