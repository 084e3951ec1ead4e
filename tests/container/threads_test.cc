#include "container/threads.h"

#include <gtest/gtest.h>

#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;

TEST(ReadResourceLimits, ReadsVersion2OfItsOwnCgroupAndThoseAbove) {
  const FakeRoot machine;
  machine.Write("proc/self/cgroup", "0::/jobs/one\n");
  machine.Write("sys/fs/cgroup/jobs/cpu.max", "150000 100000\n");
  machine.Write("sys/fs/cgroup/jobs/one/cpu.max", "max 100000\n");
  machine.Write("sys/fs/cgroup/jobs/one/memory.max", "1048576\n");
  machine.Write("sys/fs/cgroup/jobs/memory.max", "max\n");
  const ResourceLimits limits = ReadResourceLimits(machine.path());
  ASSERT_TRUE(limits.cpu_quota.has_value());
  EXPECT_DOUBLE_EQ(*limits.cpu_quota, 1.5);
  EXPECT_EQ(limits.memory_limit_bytes, 1048576U);
}

TEST(ReadResourceLimits, ReadsVersion1WhereTheContainerSeesItsOwnRoot) {
  const FakeRoot machine;
  machine.Write("proc/self/cgroup", "4:memory:/docker/abc\n3:cpuacct,cpu:/docker/abc\n");
  machine.Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  machine.Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  machine.Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");
  const ResourceLimits limits = ReadResourceLimits(machine.path());
  ASSERT_TRUE(limits.cpu_quota.has_value());
  EXPECT_DOUBLE_EQ(*limits.cpu_quota, 0.5);
  EXPECT_EQ(limits.memory_limit_bytes, 2097152U);
}

TEST(ReadResourceLimits, UnlimitedIsNoLimit) {
  const FakeRoot machine;
  machine.Write("proc/self/cgroup", "1:cpu:/\n2:memory:/\n0::/\n");
  machine.Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  machine.Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  machine.Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  const ResourceLimits limits = ReadResourceLimits(machine.path());
  EXPECT_FALSE(limits.cpu_quota.has_value());
  EXPECT_LT(limits.memory_limit_bytes, std::uint64_t{1} << 60) << "the machine's memory";
  EXPECT_GT(limits.memory_limit_bytes, 0U);
}

TEST(ReadResourceLimits, SurvivesNonsense) {
  const FakeRoot machine;
  machine.Write("proc/self/cgroup", "nonsense\n::\n0::\n:cpu\n");
  machine.Write("sys/fs/cgroup/cpu.max", "0 0\n");
  machine.Write("sys/fs/cgroup/memory.max", "-5\n");
  const ResourceLimits limits = ReadResourceLimits(machine.path());
  EXPECT_FALSE(limits.cpu_quota.has_value());
  EXPECT_GE(limits.affinity, 1);
}

TEST(P0, Line13_ThreadsAreTheLeastOfQuotaAffinityAndNthread) {
  const ResourceLimits limits{.cpu_quota = 3.5, .affinity = 8, .memory_limit_bytes = 0};
  EXPECT_EQ(ChooseThreads(limits, std::nullopt).threads, 4);
  EXPECT_EQ(ChooseThreads(limits, 2).threads, 2);
  EXPECT_EQ(ChooseThreads(limits, 100).threads, 4);
  EXPECT_EQ(ChooseThreads({.cpu_quota = 64.0, .affinity = 8, .memory_limit_bytes = 0}, {}).threads,
            8);
  EXPECT_EQ(ChooseThreads({.cpu_quota = 0.1, .affinity = 8, .memory_limit_bytes = 0}, {}).threads,
            1);
  EXPECT_EQ(ChooseThreads(limits, 2).reason, "2 threads: cgroup quota 3.5, affinity 8, nthread 2");
}

TEST(MustWaitPassively, OnlyWhereThreadsOutnumberTheQuota) {
  EXPECT_TRUE(MustWaitPassively({.cpu_quota = 1.5, .affinity = 8, .memory_limit_bytes = 0}));
  EXPECT_FALSE(MustWaitPassively({.cpu_quota = 2.0, .affinity = 8, .memory_limit_bytes = 0}));
  EXPECT_FALSE(MustWaitPassively({.cpu_quota = 1.5, .affinity = 1, .memory_limit_bytes = 0}));
  EXPECT_FALSE(MustWaitPassively({.cpu_quota = 0.5, .affinity = 8, .memory_limit_bytes = 0}));
  EXPECT_FALSE(MustWaitPassively({.cpu_quota = {}, .affinity = 8, .memory_limit_bytes = 0}));
}

}  // namespace
}  // namespace boostyard::container
