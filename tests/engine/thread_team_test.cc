// A team runs every part of every call once, whoever runs it.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "engine/base/parallel.h"

namespace boostyard {
namespace {

TEST(ThreadTeam, EachPartRunsOncePerCall) {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadTeam team(threads);
    EXPECT_EQ(team.size(), threads);
    std::vector<std::uint64_t> counts(static_cast<std::size_t>(threads),
                                      0);  // not atomic on purpose
    constexpr std::uint64_t kCalls = 3000;
    for (std::uint64_t call = 0; call < kCalls; ++call) {
      team.Run([&](int part) { ++counts[static_cast<std::size_t>(part)]; });
      for (const std::uint64_t count : counts) ASSERT_EQ(count, call + 1);
    }
  }
}

TEST(ThreadTeam, CallsSeeWhatEarlierCallsWrote) {
  ThreadTeam team(3);
  std::vector<std::uint64_t> values(3, 1);
  for (int call = 0; call < 200; ++call) {
    std::vector<std::uint64_t> next(3);
    team.Run([&](int part) {
      next[static_cast<std::size_t>(part)] =
          values[0] + 3 * values[1] + 5 * values[2] + static_cast<std::uint64_t>(part);
    });
    const std::uint64_t sum = values[0] + 3 * values[1] + 5 * values[2];
    for (std::uint64_t part = 0; part < 3; ++part) ASSERT_EQ(next[part], sum + part);
    values = next;
  }
}

TEST(ThreadTeam, WakesAfterSleep) {
  ThreadTeam team(2);
  std::atomic<int> runs{0};
  for (int call = 0; call < 5; ++call) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the worker sleeps meanwhile
    team.Run([&](int) { runs.fetch_add(1); });
  }
  EXPECT_EQ(runs.load(), 10);
}

TEST(ThreadTeam, FewerThanOneThreadIsOne) {
  ThreadTeam team(0);
  int runs = 0;
  team.Run([&](int part) {
    EXPECT_EQ(part, 0);
    ++runs;
  });
  EXPECT_EQ(runs, 1);
}

TEST(ThreadTeam, ALargerTeamFollowsASmallerOne) {
  for (const int threads : {2, 9, 3, 20, 2}) {
    std::vector<int> counts(static_cast<std::size_t>(threads), 0);
    ThreadTeam(threads).Run([&](int part) { ++counts[static_cast<std::size_t>(part)]; });
    EXPECT_EQ(counts, std::vector<int>(static_cast<std::size_t>(threads), 1)) << threads;
  }
}

TEST(ThreadTeam, APartMayAskForATeam) {
  std::atomic<int> runs{0};
  ThreadTeam(3).Run(
      [&](int) { ThreadTeam(4).Run([&](int part) { runs.fetch_add(1 << (8 * part)); }); });
  EXPECT_EQ(runs.load(), 0x03030303);  // each part of each of three
}

TEST(ThreadTeam, SeveralThreadsMayAskAtOnce) {
  constexpr int kCallers = 4;
  constexpr int kCalls = 500;
  std::vector<int> counts(static_cast<std::size_t>(kCallers) * 3, 0);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&counts, caller] {
      for (int call = 0; call < kCalls; ++call) {
        ThreadTeam(3).Run([&](int part) { ++counts[static_cast<std::size_t>(caller * 3 + part)]; });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(counts, std::vector<int>(counts.size(), kCalls));
}

TEST(ThreadTeam, TeamsComeAndGo) {
  for (int i = 0; i < 50; ++i) {
    ThreadTeam team(3);
    if (i % 2 == 0) continue;  // never used
    std::atomic<int> runs{0};
    team.Run([&](int) { runs.fetch_add(1); });
    EXPECT_EQ(runs.load(), 3);
  }
}

#if defined(__x86_64__)
TEST(ThreadTeam, PartsRunInTheIeeeEnvironment) {
  for (const int threads : {1, 3}) {
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040U);  // FTZ, DAZ
    std::vector<unsigned> seen(static_cast<std::size_t>(threads));
    {
      ThreadTeam team(threads);
      team.Run([&](int part) { seen[static_cast<std::size_t>(part)] = _mm_getcsr() & 0xFFC0U; });
    }
    const unsigned after = _mm_getcsr();
    _mm_setcsr(before);
    for (const unsigned state : seen) EXPECT_EQ(state, 0x1F80U);
    EXPECT_EQ(after & 0x8040U, 0x8040U);
  }
}
#endif

}  // namespace
}  // namespace boostyard
