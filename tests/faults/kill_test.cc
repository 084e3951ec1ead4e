// contract.md section 10, P1, line 3: killed at any moment, a job leaves no model or a whole one,
// and started again it ends with the bytes of a job that was never killed.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <random>
#include <string>
#include <thread>

#include "tests/faults/fault.h"

namespace boostyard::testing {
namespace {

std::string UndisturbedModel(const FakeRoot& root) {
  Clear(root);
  const RunResult result = TrainIn(root, EveryRound());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::string model = ReadText(root.At("model/model.tar.gz"));
  Clear(root);
  return model;
}

#if BOOSTYARD_RANDOM_KILLS <= 20
// Every call that changes a file in these directories is a moment; some more see a second kill.
TEST(P1_3_Kill, AtEveryCallThatTouchesAModelOrACheckpoint) {
  BOOSTYARD_SKIP_UNDER_SANITIZERS();
  const FakeRoot root;
  WriteCheckpointJob(root, "7");
  const std::string expected = UndisturbedModel(root);
  ASSERT_FALSE(expected.empty());
  for (const char* directory : {"/model", "/checkpoints"}) {
    int kills = 0;
    for (int at = 1;; ++at) {
      SCOPED_TRACE(std::string(directory) + ", call " + std::to_string(at));
      Clear(root);
      const Fault fault{.calls = "open,write,fsync,rename,unlink",
                        .path = directory,
                        .what = "signal:9",
                        .at = at};
      const RunResult killed = TrainIn(root, WithFault(fault, EveryRound()));
      if (killed.exit_code == 0) break;
      ++kills;
      ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed.err;
      ExpectNoneOrWhole(root, expected);
      if (at % 3 == 0) TrainIn(root, WithFault(fault, EveryRound()));
      ExpectNoneOrWhole(root, expected);
      ExpectRunsToTheSameBytes(root, expected);
    }
    EXPECT_GE(kills, 5) << "the shim saw too little";
  }
}
#endif

// Over reading, training, checkpointing and writing, and again and again.
TEST(P1_3_Kill, AtRandomMoments) {
  const FakeRoot root;
  WriteCheckpointJob(root, "15", 8000);
  const std::string expected = UndisturbedModel(root);
  ASSERT_FALSE(expected.empty());
  const auto start = std::chrono::steady_clock::now();
  TrainIn(root, EveryRound());
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
  std::mt19937 random(20261125);
  int killed_count = 0;
  Clear(root);
  while (killed_count < BOOSTYARD_RANDOM_KILLS) {
    SCOPED_TRACE("after " + std::to_string(killed_count) + " kills");
    RunRequest request = EveryRound();
    request.arguments = {"train", "--root", root.path()};
    RunningBinary running(request);
    const double part = static_cast<double>(random() % 1000) / 1000.0;
    std::this_thread::sleep_for(whole * part);
    running.Send(SIGKILL);
    const RunResult killed = running.Wait();
    ExpectNoneOrWhole(root, expected);
    if (killed.exit_code == 128 + SIGKILL) ++killed_count;
    // Half of the jobs are killed again where they were continued; the others may finish.
    if (killed.exit_code != 0 && random() % 2 == 0) continue;
    ExpectRunsToTheSameBytes(root, expected);
    Clear(root);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace boostyard::testing
