// Memory for chunks that stay: cut one after the other from large slabs, so that there are few page
// faults, and given back to the system page by page as chunks go.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace boostyard::csv {

class ChunkSlab;

// Owns a part of a slab, aligned to 64 bytes. May be destroyed by another thread than the arena's.
class ChunkMemory {
 public:
  ChunkMemory() = default;
  ChunkMemory(ChunkMemory&& other) noexcept = default;
  ChunkMemory& operator=(ChunkMemory&& other) noexcept {
    std::swap(slab_, other.slab_);
    std::swap(begin_, other.begin_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~ChunkMemory();

  std::byte* data() const;

 private:
  friend class ChunkArena;
  ChunkMemory(std::shared_ptr<ChunkSlab> slab, std::size_t begin, std::size_t bytes);

  std::shared_ptr<ChunkSlab> slab_;  // null: no memory
  std::size_t begin_ = 0;            // in the slab
  std::size_t bytes_ = 0;
};

// One per thread.
class ChunkArena {
 public:
  ChunkArena() = default;
  ~ChunkArena();
  ChunkArena(ChunkArena&& other) noexcept = default;
  ChunkArena(const ChunkArena&) = delete;
  ChunkArena& operator=(const ChunkArena&) = delete;

  // Throws std::bad_alloc.
  ChunkMemory Take(std::size_t bytes);

 private:
  // The page that the next chunk begins in is held: nobody gives it back meanwhile.
  void MoveTo(std::size_t used);
  void Leave();

  std::shared_ptr<ChunkSlab> slab_;
  std::size_t used_ = 0;  // bytes of slab_
};

}  // namespace boostyard::csv
