// Each moment belongs to one stage, and what several threads do is added up.
#include "engine/base/stage_times.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>

#include "engine/base/parallel.h"

namespace boostyard {
namespace {

using std::chrono::milliseconds;

void Sleep(int count) { std::this_thread::sleep_for(milliseconds(count)); }

StageTimes::Time TimeOf(StageTimes& times, Stage stage) {
  return times.times()[static_cast<std::size_t>(stage)];
}

TEST(StageTimes, EveryStageHasAName) {
  std::set<std::string> names;
  for (int i = 0; i < static_cast<int>(Stage::kCount); ++i) {
    names.emplace(StageName(static_cast<Stage>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Stage::kCount));
  EXPECT_EQ(names.count(""), 0U);
}

TEST(StageTimes, AStageWithinAnotherCountsAlone) {
  const auto begin = std::chrono::steady_clock::now();
  StageTimes times;
  {
    const StageScope outer(Stage::kCuts);
    Sleep(5);
    {
      const StageScope inner(Stage::kProfile);
      Sleep(20);
    }
    Sleep(5);
  }
  const auto found = times.times();
  const std::chrono::duration<double> all = std::chrono::steady_clock::now() - begin;
  double sum = 0.0;
  for (const StageTimes::Time& time : found) sum += time.seconds;
  // Sleeps last at least as long as asked for, and no moment counts twice: if the inner stage
  // counted for the outer one too, the sum would be 20 ms above all there was.
  const double cuts = found[static_cast<std::size_t>(Stage::kCuts)].seconds;
  const double profile = found[static_cast<std::size_t>(Stage::kProfile)].seconds;
  EXPECT_GE(cuts, 0.010);
  EXPECT_GE(profile, 0.020);
  EXPECT_LE(sum, all.count());
}

TEST(StageTimes, ThePartsOfATeamAreAddedUp) {
  StageTimes times;
  {
    const StageScope stage(Stage::kHistograms);
    ThreadTeam(3).Run([](int) { Sleep(10); });
  }
  EXPECT_GE(TimeOf(times, Stage::kHistograms).busy_seconds, 0.030);
  const StageTimes::Time other = TimeOf(times, Stage::kOther);
  EXPECT_EQ(other.busy_seconds, other.seconds) << "one thread's";
}

TEST(StageTimes, ScopesWithoutARecorderAndOnOtherThreadsAreFree) {
  EXPECT_EQ(StageTimes::Current(), nullptr);
  { const StageScope stage(Stage::kRead); }
  StageTimes times;
  std::thread([] {
    EXPECT_EQ(StageTimes::Current(), nullptr);
    const StageScope stage(Stage::kRead);
  }).join();
  EXPECT_EQ(TimeOf(times, Stage::kRead).seconds, 0.0);
}

TEST(StageTimes, WorkIsThatOfTheScopesStage) {
  StageTimes times;
  {
    const StageScope outer(Stage::kHistograms);
    outer.AddWork(5);
    const StageScope inner(Stage::kPartition);
    outer.AddWork(2);
    inner.AddWork(11);
  }
  EXPECT_EQ(TimeOf(times, Stage::kHistograms).work, 7U);
  EXPECT_EQ(TimeOf(times, Stage::kPartition).work, 11U);
  EXPECT_EQ(TimeOf(times, Stage::kOther).work, 0U);
}

TEST(StageTimes, TheOuterOneGoesOnAfterTheInnerOne) {
  StageTimes outer;
  {
    StageTimes inner;
    EXPECT_EQ(StageTimes::Current(), &inner);
    {
      const StageScope stage(Stage::kRead);
      Sleep(1);
    }
    EXPECT_GT(TimeOf(inner, Stage::kRead).seconds, 0.0);
  }
  EXPECT_EQ(StageTimes::Current(), &outer);
  EXPECT_EQ(TimeOf(outer, Stage::kRead).seconds, 0.0);
}

}  // namespace
}  // namespace boostyard
