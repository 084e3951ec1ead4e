// contract.md section 10, P0, line 11: SIGTERM and SIGINT at any moment.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <string>
#include <thread>

#include "tests/faults/fault.h"

namespace boostyard::testing {
namespace {

constexpr double kGrantedSeconds = 10.0;  // by the contract

void Ask(const FakeRoot& root, bool saves_model) {
  WriteCheckpointJob(root, "7");
  Hyperparameters hyperparameters = SmallHyperparameters("7");
  hyperparameters["save_model_on_termination"] = saves_model ? "true" : "false";
  root.WriteHyperparameters(hyperparameters);
}

// The code says whether there is a model, and nothing unfinished is left.
void ExpectClean(const FakeRoot& root, const RunResult& result, int signal) {
  EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 128 + signal) << result.exit_code << "\n"
                                                                         << result.err;
  EXPECT_EQ(root.ModelFiles(), result.exit_code == 0 ? Names{"model.tar.gz"} : Names{})
      << result.err;
  EXPECT_EQ(ModelIn(root).ok(), result.exit_code == 0);
  for (const std::string& name : FilesIn(root.At("checkpoints"))) {
    EXPECT_FALSE(Contains(name, ".sagemaker-ignore")) << name;
  }
  EXPECT_FALSE(root.Failure().has_value()) << "a stop is no failure: " << *root.Failure();
}

// At each call that opens, reads or changes any file of the job.
TEST(P0_11_Stop, AtEveryCall) {
  BOOSTYARD_SKIP_UNDER_SANITIZERS();
  for (const bool saves_model : {false, true}) {
    for (const int signal : {SIGTERM, SIGINT}) {
      const FakeRoot root;
      Ask(root, saves_model);
      int stops = 0;
      int models = 0;
      for (int at = 1;; at += signal == SIGTERM ? 1 : 4) {
        SCOPED_TRACE("call " + std::to_string(at));
        Clear(root);
        const Fault fault{.calls = "open,read,pread,write,fsync,rename,unlink",
                          .path = root.path(),
                          .what = "signal:" + std::to_string(signal),
                          .at = at};
        const RunResult result = TrainIn(root, WithFault(fault, EveryRound()));
        ExpectClean(root, result, signal);
        if (HasFailure()) return;
        const bool is_told = Contains(result.err, "stopped by a signal");
        EXPECT_EQ(is_told, result.exit_code != 0) << result.err;
        stops += is_told ? 1 : 0;
        models += result.exit_code == 0 && Lines(result.out).size() < 7 ? 1 : 0;
        // Beyond the last call nothing is sent; and once the model is there, no signal matters.
        if (result.exit_code == 0 && Contains(result.err, "summary: ") && stops > 0 &&
            Lines(result.out).size() == 7) {
          break;
        }
      }
      EXPECT_GE(stops, 3);
      // Rounds so far are kept if that was asked for, and only then.
      EXPECT_EQ(models > 0, saves_model) << models;
    }
  }
}

TEST(P0_11_Stop, AtRandomMoments) {
  const FakeRoot root;
  WriteCheckpointJob(root, "1", 20000);
  root.WriteHyperparameters(SmallHyperparameters("100000000"));
  RunRequest request;
  request.arguments = {"train", "--root", root.path()};
  std::mt19937 random(20261125);
  for (int i = 0; i < 12; ++i) {
    Clear(root);
    RunningBinary running(request);
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % 300));
    const auto start = std::chrono::steady_clock::now();
    running.Send(i % 2 == 0 ? SIGTERM : SIGINT);
    const RunResult result = running.Wait();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_LT(seconds.count(), kGrantedSeconds);
    // Right after the start nobody can have a handler yet.
    EXPECT_EQ(result.exit_code, 128 + (i % 2 == 0 ? SIGTERM : SIGINT)) << result.err;
    EXPECT_EQ(root.ModelFiles(), Names{});
    if (!result.out.empty()) {
      EXPECT_FALSE(FilesIn(root.At("checkpoints")).empty()) << "always one on SIGTERM";
    }
  }
}

TEST(P0_11_Stop, WhatWasStoppedContinues) {
  const FakeRoot root;
  WriteCheckpointJob(root, "1", 20000);
  root.WriteHyperparameters(SmallHyperparameters("500"));
  const RunResult undisturbed = TrainIn(root);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  const std::string expected = ReadText(root.At("model/model.tar.gz"));
  Clear(root);
  RunRequest request;
  request.arguments = {"train", "--root", root.path()};
  std::string lines;
  {
    RunningBinary running(request);
    ASSERT_TRUE(running.WaitForText("[2]\t")) << running.err();
    running.Send(SIGTERM);
    const RunResult stopped = running.Wait();
    ASSERT_EQ(stopped.exit_code, 143) << stopped.err;
    lines = stopped.out;
  }
  const RunResult rest = TrainIn(root);
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_EQ(lines + rest.out, undisturbed.out) << "every round once, numbers going on";
  EXPECT_TRUE(ReadText(root.At("model/model.tar.gz")) == expected);
}

// As PID 1 of its own name space, where signals without a handler do nothing.
TEST(P0_11_Stop, AsPidOne) {
  const FakeRoot root;
  WriteCheckpointJob(root, "1");
  root.WriteHyperparameters(SmallHyperparameters("100000000"));
  const pid_t helper = fork();
  if (helper == 0) {
    if (unshare(CLONE_NEWPID) != 0) _exit(77);  // the next child is PID 1
    RunRequest request;
    request.arguments = {"train", "--root", root.path()};
    RunningBinary running(request);
    if (!running.WaitForText("[2]\t")) _exit(1);
    running.Send(SIGTERM);
    _exit(running.Wait().exit_code == 143 ? 0 : 2);
  }
  int status = 0;
  waitpid(helper, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "needs the right to make a PID name space";
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(root.ModelFiles(), Names{});
  EXPECT_FALSE(FilesIn(root.At("checkpoints")).empty());
}

}  // namespace
}  // namespace boostyard::testing
