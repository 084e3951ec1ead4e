#include "data/csv/chunk_arena.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "engine/base/huge_buffer.h"

namespace boostyard::csv {
namespace {

constexpr std::size_t kLine = 64;
// Slabs grow, so that little data need little memory. What a slab reserves and nobody takes is
// never touched, so it costs nothing; small slabs are not worth the counting.
constexpr std::size_t kGrowth = 4;
constexpr std::size_t kMaxSlab = std::size_t{32} << 20;
constexpr std::size_t kMinCountedSlab = std::size_t{8} << 20;

// A slab of a page or more is made of pages: none of them shall be used in part alone.
std::size_t WholePages(std::size_t bytes) {
  if (bytes < kHugePageBytes) return bytes;
  return (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
}

}  // namespace

// A slab knows of each of its pages how many chunks lie in it.
class ChunkSlab {
 public:
  explicit ChunkSlab(std::size_t bytes)
      : memory_(bytes),
        users_(bytes < kMinCountedSlab ? 0 : (bytes + kHugePageBytes - 1) / kHugePageBytes) {}

  std::byte* data() { return memory_.data(); }
  std::size_t size() const { return memory_.size(); }

  void Hold(std::size_t begin, std::size_t end) {
    ForEachPage(begin, end, [this](std::size_t page) { users_[page].fetch_add(1); });
  }

  // Gives the pages back that nobody holds any more.
  void Drop(std::size_t begin, std::size_t end) {
    ForEachPage(begin, end, [this](std::size_t page) {
      if (users_[page].fetch_sub(1) == 1) {
        memory_.GiveBack(page * kHugePageBytes, (page + 1) * kHugePageBytes);
      }
    });
  }

 private:
  template <class Visit>
  void ForEachPage(std::size_t begin, std::size_t end, const Visit& visit) {
    if (users_.empty() || begin == end) return;
    for (std::size_t page = begin / kHugePageBytes; page <= (end - 1) / kHugePageBytes; ++page) {
      visit(page);
    }
  }

  HugeBuffer<std::byte> memory_;
  std::vector<std::atomic<std::size_t>> users_;  // per page; empty: not counted
};

ChunkMemory::ChunkMemory(std::shared_ptr<ChunkSlab> slab, std::size_t begin, std::size_t bytes)
    : slab_(std::move(slab)), begin_(begin), bytes_(bytes) {
  slab_->Hold(begin_, begin_ + bytes_);
}

ChunkMemory::~ChunkMemory() {
  if (slab_ != nullptr) slab_->Drop(begin_, begin_ + bytes_);
}

std::byte* ChunkMemory::data() const { return slab_->data() + begin_; }

ChunkArena::~ChunkArena() { Leave(); }

void ChunkArena::MoveTo(std::size_t used) {
  slab_->Hold(used, used + 1);
  slab_->Drop(used_, used_ + 1);
  used_ = used;
}

void ChunkArena::Leave() {
  if (slab_ != nullptr) slab_->Drop(used_, used_ + 1);
}

ChunkMemory ChunkArena::Take(std::size_t bytes) {
  const std::size_t padded = (bytes + kLine - 1) / kLine * kLine;
  if (slab_.use_count() == 1) {  // no chunk is left in it
    std::atomic_thread_fence(std::memory_order_acquire);
    MoveTo(0);
  }
  if (slab_ == nullptr || slab_->size() - used_ < padded) {
    const std::size_t grown = slab_ == nullptr ? 0 : kGrowth * slab_->size();
    auto slab =
        std::make_shared<ChunkSlab>(WholePages(std::max(padded, std::min(grown, kMaxSlab))));
    Leave();
    slab_ = std::move(slab);
    slab_->Hold(0, 1);
    used_ = 0;
  }
  ChunkMemory memory(slab_, used_, padded);
  MoveTo(used_ + padded);
  return memory;
}

}  // namespace boostyard::csv
