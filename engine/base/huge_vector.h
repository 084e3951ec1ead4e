// A std::vector for scratch memory of some megabytes: in huge pages where the system allows them (a
// page fault each for 2 MiB instead of one for 4 KiB), and new elements are uninitialised.
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <type_traits>
#include <vector>

#include "engine/base/huge_buffer.h"

namespace boostyard {

// Memory of at least half a huge page takes whole ones.
template <class T>
class HugeAllocator {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T>);

 public:
  using value_type = T;

  HugeAllocator() = default;
  template <class U>
  HugeAllocator(const HugeAllocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor)

  // Throws std::bad_alloc.
  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / (2 * sizeof(T))) throw std::bad_alloc();
    const std::size_t bytes = count * sizeof(T);
    if (!IsMapped(bytes)) return static_cast<T*>(::operator new(bytes));
    void* const memory = MapHugePages(WholePages(bytes));
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    const std::size_t bytes = count * sizeof(T);
    if (IsMapped(bytes)) {
      munmap(memory, WholePages(bytes));
    } else {
      ::operator delete(memory);
    }
  }

  // The memory that so many elements take.
  static constexpr std::size_t MemoryBytes(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    return IsMapped(bytes) ? WholePages(bytes) : bytes;
  }

  // Leaves an element that gets no value as it is.
  template <class U>
  void construct(U* element) noexcept {
    ::new (static_cast<void*>(element)) U;
  }
  template <class U, class... Values>
  void construct(U* element, Values&&... values) {
    ::new (static_cast<void*>(element)) U(static_cast<Values&&>(values)...);
  }

  bool operator==(const HugeAllocator&) const { return true; }

 private:
  static constexpr bool IsMapped(std::size_t bytes) { return bytes >= kHugePageBytes / 2; }
  static constexpr std::size_t WholePages(std::size_t bytes) {
    return (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  }
};

template <class T>
using HugeVector = std::vector<T, HugeAllocator<T>>;

}  // namespace boostyard
