#include "bench/own_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "bench/peers/library.h"

namespace boostyard::bench {
namespace {

constexpr char kDone = '+';    // the work's bytes follow
constexpr char kFailed = '-';  // a message follows

void WriteAll(int file, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR) _exit(EXIT_FAILURE);
    if (count > 0) done += static_cast<std::size_t>(count);
  }
}

std::string ReadAll(int file) {
  std::string bytes;
  std::array<char, 1 << 16> buffer;
  while (true) {
    const ssize_t count = read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

// Ends without the parent's exit handlers, which are the parent's to run.
[[noreturn]] void BeChild(const std::function<std::string()>& work, int out) {
  std::string answer;
  try {
    answer = kDone + work();
  } catch (const std::exception& error) {
    answer = kFailed + std::string(error.what());
  }
  WriteAll(out, answer);
  _exit(EXIT_SUCCESS);
}

}  // namespace

std::string InOwnProcess(const std::function<std::string()>& work) {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw PeerError("no pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw PeerError("no process");
  if (child == 0) BeChild(work, ends[1]);
  close(ends[1]);
  const std::string answer = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0 || answer.empty()) throw PeerError("its process ended by itself");
  if (answer[0] == kFailed) throw PeerError(answer.substr(1));
  return answer.substr(1);
}

}  // namespace boostyard::bench
