#include "container/signals.h"

#include <linux/limits.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

namespace boostyard::container {
namespace {

// Lock-free, so handlers may touch them.
std::atomic<int> g_stop_signal{0};
std::atomic<int> g_deadline_seconds{8};
std::atomic<bool> g_has_unfinished_file{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);
char g_unfinished_file[PATH_MAX];

extern "C" void OnStopSignal(int signal) {
  int none = 0;
  if (g_stop_signal.compare_exchange_strong(none, signal)) {
    alarm(static_cast<unsigned>(g_deadline_seconds.load()));
  }
}

extern "C" void OnDeadline(int) {
  if (g_has_unfinished_file.load()) unlink(g_unfinished_file);
  _exit(StopExitCode(g_stop_signal.load()));
}

sigset_t StopSignalSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void InstallStopHandlers() {
  struct sigaction action {};
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART a blocked read or open of a pipe comes back and can look at StopSignal.
  action.sa_handler = OnStopSignal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  action.sa_handler = OnDeadline;
  sigaction(SIGALRM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
  const sigset_t set = StopSignalSet();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

int StopSignal() { return g_stop_signal.load(); }

int StopExitCode(int signal) { return 128 + signal; }

void SetStopDeadline(int seconds) {
  g_deadline_seconds.store(seconds);
  // The signal may have come before it was known how long to wait.
  if (StopSignal() != 0) alarm(static_cast<unsigned>(seconds));
}

void RemoveOnForcedExit(const std::string& path) {
  g_has_unfinished_file.store(false);
  if (path.empty() || path.size() >= sizeof(g_unfinished_file)) return;
  std::memcpy(g_unfinished_file, path.c_str(), path.size() + 1);
  g_has_unfinished_file.store(true);
}

}  // namespace boostyard::container
