// A flat array for hot data: aligned to 64 bytes, backed by huge pages where the system allows
// them.
#pragma once

#include <sys/mman.h>

#if defined(__linux__)
#include <malloc.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace boostyard {

// Gives memory that was freed back to the system, where the allocator would hold on to it: between
// two stages of a job that need different buffers.
inline void ReturnFreeMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

// Maps `bytes`, a multiple of kHugePageBytes, aligned to a huge page, uninitialised; the caller
// gives them back by munmap. Null if there is no memory.
inline void* MapHugePages(std::size_t bytes) {
  // One page more, to give back what lies before and behind the aligned part.
  const std::size_t mapped = bytes + kHugePageBytes;
  void* const all =
      mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(all);
  const std::size_t before =
      (kHugePageBytes - reinterpret_cast<std::uintptr_t>(begin) % kHugePageBytes) % kHugePageBytes;
  if (before > 0) munmap(begin, before);
  if (before < kHugePageBytes) munmap(begin + before + bytes, kHugePageBytes - before);
  madvise(begin + before, bytes, MADV_HUGEPAGE);
  return begin + before;
}

// Owns `count` elements of a trivial type, uninitialised. Throws std::bad_alloc (turned into a
// kOutOfMemory error at the engine's door).
template <class T>
class HugeBuffer {
 public:
  HugeBuffer() = default;
  explicit HugeBuffer(std::size_t count) : count_(count) {
    if (count == 0) return;
    const std::size_t bytes = PaddedBytes();
    data_ = static_cast<T*>(IsMapped() ? MapHugePages(bytes) : std::aligned_alloc(kLine, bytes));
    if (data_ == nullptr) throw std::bad_alloc();
  }
  HugeBuffer(HugeBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  HugeBuffer& operator=(HugeBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
    return *this;
  }
  HugeBuffer(const HugeBuffer&) = delete;
  HugeBuffer& operator=(const HugeBuffer&) = delete;
  ~HugeBuffer() {
    if (data_ == nullptr) return;
    if (IsMapped()) {
      munmap(data_, PaddedBytes());
    } else {
      std::free(data_);
    }
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return count_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

  // Gives the memory of whole huge pages, bytes [begin, end) of the data, back to the system: their
  // elements are lost, and may be written again. Nothing happens where the buffer has none.
  void GiveBack(std::size_t begin, std::size_t end) {
    if (IsMapped()) madvise(reinterpret_cast<char*>(data_) + begin, end - begin, MADV_DONTNEED);
  }

 private:
  static constexpr std::size_t kLine = 64;

  // Large buffers are mapped by themselves, so that the system has their memory back at once.
  bool IsMapped() const { return count_ * sizeof(T) >= kHugePageBytes; }
  std::size_t PaddedBytes() const {
    const std::size_t unit = IsMapped() ? kHugePageBytes : kLine;
    return (count_ * sizeof(T) + unit - 1) / unit * unit;
  }

  T* data_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace boostyard
