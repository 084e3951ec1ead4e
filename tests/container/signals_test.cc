#include "container/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

// Runs `body` in a process of its own, since signals are the process's: its exit code, or 1000 plus
// the signal that killed it.
int InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

class StopSignalTest : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "ThreadSanitizer holds signals back until the program calls it";
#endif
  }
};
class StopDeadlineTest : public StopSignalTest {};

TEST_F(StopSignalTest, RemembersTheFirst) {
  EXPECT_EQ(InChild([] {
              InstallStopHandlers();
              if (StopSignal() != 0) return 1;
              raise(SIGTERM);
              raise(SIGINT);
              return StopSignal() == SIGTERM ? 0 : 2;
            }),
            0);
}

TEST_F(StopSignalTest, ComesThroughAfterItWasHeld) {
  EXPECT_EQ(InChild([] {
              InstallStopHandlers();
              sigset_t held;
              sigemptyset(&held);
              sigaddset(&held, SIGINT);
              sigprocmask(SIG_BLOCK, &held, nullptr);
              raise(SIGINT);
              if (StopSignal() != 0) return 1;
              InstallStopHandlers();
              return StopSignal() == SIGINT ? 0 : 2;
            }),
            0);
}

TEST_F(StopDeadlineTest, EndsTheProcessAndRemovesTheUnfinishedFile) {
  const boostyard::testing::FakeRoot root;
  root.Write("unfinished", "half a mod");
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EQ(InChild([&] {
                InstallStopHandlers();
                SetStopDeadline(1);
                RemoveOnForcedExit(root.At("unfinished"));
                raise(signal);
                for (;;) pause();
                return 0;
              }),
              StopExitCode(signal));
    EXPECT_FALSE(std::filesystem::exists(root.At("unfinished")));
  }
  EXPECT_EQ(StopExitCode(SIGTERM), 143);
  EXPECT_EQ(StopExitCode(SIGINT), 130);
}

TEST(InstallStopHandlers, ClosedPipeIsNoDeath) {
  EXPECT_EQ(InChild([] {
              InstallStopHandlers();
              int ends[2];
              if (pipe(ends) != 0) return 1;
              close(ends[0]);
              return write(ends[1], "x", 1) == -1 ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace boostyard::container
