#include "bench/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace boostyard::bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void BecomeChild(const std::vector<std::string>& arguments, const Variables& variables,
                              int out, int err) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> words;
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Reads both pipes until both are closed.
void Drain(int out, int err, Clock::time_point start, ProcessRun& run) {
  std::array<pollfd, 2> files{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
  std::array<char, 1 << 16> buffer;
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    if (poll(files.data(), files.size(), -1) < 0 && errno != EINTR) return;
    for (pollfd& file : files) {
      if (file.fd < 0 || (file.revents & (POLLIN | POLLHUP)) == 0) continue;
      const ssize_t count = read(file.fd, buffer.data(), buffer.size());
      if (count <= 0) {
        close(file.fd);
        file.fd = -1;
      } else {
        const bool is_output = &file == &files[0];
        if (is_output && run.output.empty()) run.first_output_seconds = SecondsSince(start);
        std::string& text = is_output ? run.output : run.messages;
        text.append(buffer.data(), static_cast<std::size_t>(count));
      }
    }
  }
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

ProcessRun RunProcess(const std::vector<std::string>& arguments, const Variables& variables) {
  ProcessRun run;
  std::array<int, 2> out;
  std::array<int, 2> err;
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
  const Clock::time_point start = Clock::now();
  const pid_t child = fork();
  if (child < 0) std::abort();
  if (child == 0) BecomeChild(arguments, variables, out[1], err[1]);
  close(out[1]);
  close(err[1]);
  Drain(out[0], err[0], start, run);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  run.seconds = SecondsSince(start);
  run.cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  run.peak_megabytes = static_cast<double>(usage.ru_maxrss) * 1024.0 / 1e6;
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

}  // namespace boostyard::bench
