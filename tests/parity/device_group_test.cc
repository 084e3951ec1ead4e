// Devices that work together: their sums, whatever they do early or late; errors and disagreement
// end the work of all.
#include "engine/cuda/device_group.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "tests/parity/device_run.h"
#include "tests/parity/late_executor.h"

namespace boostyard::testing {
namespace {

using device::DeviceArray;
using device::DeviceGroup;
using device::Executor;
using device::GroupMember;
using device::HostExecutorOptions;

// Which of them do everything at once: bit i of `eager` is executor i's.
struct LateDevices {
  LateDevices(int count, unsigned eager) {
    for (int i = 0; i < count; ++i) {
      HostExecutorOptions options;
      options.memory_bytes = std::uint64_t{192} << 20;
      devices.push_back(std::make_unique<LateExecutor>(options, ((eager >> i) & 1U) != 0));
      executors.push_back(devices.back().get());
    }
  }
  void ExpectNoComplaint() const {
    for (const auto& device : devices) {
      EXPECT_FALSE(device->is_deadlocked());
      EXPECT_FALSE(device->was_strange());
    }
  }

  std::vector<std::unique_ptr<LateExecutor>> devices;
  std::vector<Executor*> executors;
};

using Words = std::vector<std::int64_t>;

// Sums twice in the same place, so that the second must not overtake the first.
Status SumTwice(GroupMember& member, const Words& first, const Words& second, Words& out) {
  Executor& executor = member.executor();
  const std::uint64_t count = first.size();
  BOOSTYARD_RETURN_IF_ERROR(member.Prepare(10'000));
  BOOSTYARD_ASSIGN_OR_RETURN(auto words, DeviceArray<std::int64_t>::Make(executor, count));
  out.resize(2 * count);
  for (int i = 0; i < 2; ++i) {
    executor.Upload(words.data(), i == 0 ? first.data() : second.data(), count * 8);
    member.Sum(words.data(), count);
    executor.Download(out.data() + static_cast<std::uint64_t>(i) * count, words.data(), count * 8);
  }
  return executor.Wait();
}

void ExpectSums(int members, std::size_t count, unsigned eager) {
  std::mt19937_64 random(count);
  std::vector<Words> terms(2 * static_cast<std::size_t>(members), Words(count));
  Words expected(2 * count);
  for (std::size_t t = 0; t < terms.size(); ++t) {
    for (std::size_t i = 0; i < count; ++i) {
      terms[t][i] = static_cast<std::int64_t>(random() >> 8) - (std::int64_t{1} << 54);
      expected[t % 2 * count + i] += terms[t][i];
    }
  }
  const LateDevices late(members, eager);
  DeviceGroup group(late.executors, /*spins=*/eager % 2 == 0);
  std::vector<Words> sums(static_cast<std::size_t>(members));
  const Status status = group.Run([&](GroupMember& member) {
    const auto rank = static_cast<std::size_t>(member.rank());
    return SumTwice(member, terms[2 * rank], terms[2 * rank + 1], sums[rank]);
  });
  EXPECT_TRUE(status.ok());
  for (const Words& of_member : sums) EXPECT_EQ(of_member, expected);
  late.ExpectNoComplaint();
}

TEST(DeviceGroup, SumsWhateverComesFirst) {
  for (const int members : {2, 3, 5}) {
    for (const std::size_t count : {1, 2, 100, 4'096, 4'097, 25'001}) {
      for (const unsigned eager : {0U, 1U, 2U, 5U, 31U}) {
        SCOPED_TRACE(std::to_string(members) + " " + std::to_string(count) + " " +
                     std::to_string(eager));
        ExpectSums(members, count, eager);
      }
    }
  }
}

TEST(DeviceGroup, TakesTheLeast) {
  const LateDevices late(3, 0);
  DeviceGroup group(late.executors, false);
  std::vector<std::uint64_t> least(6);
  const Status status = group.Run([&](GroupMember& member) -> Status {
    const auto rank = static_cast<std::size_t>(member.rank());
    least[rank] = member.LeastOf(10 - rank);
    least[3 + rank] = member.LeastOf(20 + rank);
    return {};
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(least, (std::vector<std::uint64_t>{8, 8, 8, 20, 20, 20}));
}

TEST(DeviceGroup, AnErrorOfOneEndsTheWaitOfTheOthers) {
  const LateDevices late(3, 0);
  DeviceGroup group(late.executors, false);
  const auto fail = [](GroupMember& member) -> Status {
    if (member.rank() == 2) return MakeError(ErrorId::kDeviceFailed, "cuda:2 failed", "");
    member.LeastOf(5);
    ADD_FAILURE() << "a member goes on without the others";
    return {};
  };
  const Status status = group.Run(fail);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "cuda:2 failed");
}

TEST(DeviceGroup, MembersThatDoNotDoTheSameAreAnError) {
  const LateDevices late(3, 0);
  for (const int loner : {0, 1, 2}) {
    DeviceGroup group(late.executors, false);
    const Status status = group.Run([&](GroupMember& member) -> Status {
      if (member.rank() != loner) member.LeastOf(1);
      return {};
    });
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().id, ErrorId::kInternal);
  }
}

// Whole trainings: depth-wise trees that are queued ahead, trees at the host's command, exact sums.
TEST(DeviceGroup, TrainsOneModelWhateverComesFirst) {
  NativeCase one = PlainCase("reg:squarederror", 3'000, 6, 3);
  one.validation = PlainCase("reg:squarederror", 700, 6).train;
  one.has_validation = true;
  one.params.sample.subsample = 0.8;
  one.params.eval_metric = {"rmse", "mae"};
  const TrainResult expected = RunVariant(one, {.threads = 1});
  for (const bool grows_on_device : {true, false}) {
    for (const unsigned eager : {0U, 1U, 6U}) {
      SCOPED_TRACE(eager);
      const LateDevices late(3, eager);
      EXPECT_TRUE(RunOnDevices(one, late.executors, {.grows_on_device = grows_on_device}) ==
                  expected);
      late.ExpectNoComplaint();
    }
  }
}

// The thread has entered another one before.
TEST(DeviceGroup, OneOfSeveralIsEnteredByWhoeverTrainsOnIt) {
  const NativeCase one = PlainCase("reg:squarederror", 500, 3);
  const LateDevices late(2, 0);
  late.executors[1]->Enter();
  EXPECT_TRUE(RunOnDevice(one, *late.executors[0]) == RunVariant(one, {.threads = 1}));
  late.ExpectNoComplaint();
}

}  // namespace
}  // namespace boostyard::testing
