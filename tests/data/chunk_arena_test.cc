#include "data/csv/chunk_arena.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstring>
#include <fstream>
#include <random>
#include <vector>

namespace boostyard::csv {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

struct Chunk {
  ChunkMemory memory;
  std::size_t bytes = 0;
  int mark = 0;

  bool IsWhole() const {
    for (std::size_t i = 0; i < bytes; ++i) {
      if (memory.data()[i] != static_cast<std::byte>(mark)) return false;
    }
    return true;
  }
};

Chunk TakeMarked(ChunkArena& arena, std::size_t bytes, int mark) {
  Chunk chunk{arena.Take(bytes), bytes, mark};
  std::memset(chunk.memory.data(), mark, bytes);
  return chunk;
}

// What this process holds in memory.
std::size_t ResidentBytes() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Chunks of all sizes, of which some go, in any order, before others come.
TEST(ChunkArena, ChunksKeepWhatIsWrittenToThem) {
  std::mt19937 random(4);
  std::vector<Chunk> chunks;
  {
    ChunkArena arena;
    for (int step = 0; step < 600; ++step) {
      const std::size_t bytes = std::size_t{1} << (random() % 21);
      chunks.push_back(TakeMarked(arena, bytes + random() % 100, step % 256));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(chunks.back().memory.data()) % 64, 0U);
      if (random() % 3 == 0) {
        const auto victim = static_cast<std::ptrdiff_t>(random() % chunks.size());
        EXPECT_TRUE(chunks[static_cast<std::size_t>(victim)].IsWhole());
        chunks.erase(chunks.begin() + victim);
      }
      if (step % 150 == 149) chunks.clear();
    }
    for (int step = 0; step < 60; ++step) chunks.push_back(TakeMarked(arena, 900'000, step));
  }
  for (const Chunk& chunk : chunks) EXPECT_TRUE(chunk.IsWhole()) << chunk.mark;
}

TEST(ChunkArena, UsesTheMemoryOfChunksThatAreGoneAgain) {
  ChunkArena arena;
  const std::byte* const first = TakeMarked(arena, 1000, 1).memory.data();
  EXPECT_EQ(TakeMarked(arena, 1000, 2).memory.data(), first);
}

TEST(ChunkArena, GivesMemoryBackWhileOthersOfItsChunksStay) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need memory of their own";
#endif
  ChunkArena arena;
  std::vector<Chunk> chunks;
  for (int i = 0; i < 120; ++i) chunks.push_back(TakeMarked(arena, kMebibyte / 2, i));
  const std::size_t full = ResidentBytes();
  const Chunk last = std::move(chunks.back());
  for (int i = 0; i < 60; ++i) chunks[static_cast<std::size_t>(i)] = Chunk();
  // Half of the 60 MiB, but for the pages and small slabs of which a part is left.
  EXPECT_LT(ResidentBytes() + 24 * kMebibyte, full);
  EXPECT_TRUE(chunks[60].IsWhole());
  EXPECT_TRUE(last.IsWhole());
}

TEST(ChunkArena, ReservesMoreThanItHolds) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need memory of their own";
#endif
  const std::size_t before = ResidentBytes();
  ChunkArena arena;
  std::vector<Chunk> chunks;
  for (int i = 0; i < 50; ++i) chunks.push_back(TakeMarked(arena, 550'000, i));
  // A tenth, and a page of 2 MiB that is not full.
  EXPECT_LT(ResidentBytes() - before, 50 * 550'000 * 11 / 10 + 2 * kMebibyte);
}

}  // namespace
}  // namespace boostyard::csv
