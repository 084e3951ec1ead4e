// An /opt/ml tree in a temporary directory, and the real binary run on it.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace boostyard::testing {

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void WriteText(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// Lines without their line breaks.
inline std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

// A directory that is removed with everything in it.
class TempDir {
 public:
  TempDir() {
    std::string pattern = std::filesystem::temp_directory_path().string() + "/boostyard-XXXXXX";
    path_ = mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
    if (path_.empty()) std::abort();
    chmod(path_.c_str(), 0755);  // other users run the binary here too
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The tree of one job. Starts with nothing but its root.
class FakeRoot {
 public:
  const std::string& path() const { return directory_.path(); }
  std::string At(const std::string& relative) const { return path() + "/" + relative; }

  void Write(const std::string& relative, const std::string& text) const {
    WriteText(At(relative), text);
  }
  void WriteHyperparameters(const std::map<std::string, std::string>& values) const {
    std::string json;
    for (const auto& [name, value] : values) {
      json += (json.empty() ? "{\"" : ", \"") + name + "\": \"" + value + "\"";
    }
    Write("input/config/hyperparameters.json", json.empty() ? "{}" : json + "}");
  }
  void WriteChannel(const std::string& channel, const std::string& text,
                    const std::string& file = "data.csv") const {
    Write("input/data/" + channel + "/" + file, text);
  }

  // Everything in model/, dot-files too, sorted.
  std::vector<std::string> ModelFiles() const {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(At("model"), error), end; !error && entry != end;
         entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // output/failure, if it is there.
  std::optional<std::string> Failure() const {
    if (!std::filesystem::exists(At("output/failure"))) return std::nullopt;
    return ReadText(At("output/failure"));
  }

 private:
  TempDir directory_;
};

struct RunResult {
  int exit_code = -1;  // 128 + signal if it was killed
  std::string out;
  std::string err;
};

struct RunRequest {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> variables;  // besides PATH and the sanitizers' options
  std::string program_name = "boostyard";        // argv[0]
  std::function<void()> before_exec;             // in the child: change user, limits, ...
};

// The binary, running. Its streams go to files, so that they never block.
class RunningBinary {
 public:
  explicit RunningBinary(const RunRequest& request) {
    const std::vector<std::string> variables = Environment(request);
    pid_ = fork();
    if (pid_ != 0) return;
    Redirect("/out", STDOUT_FILENO);
    Redirect("/err", STDERR_FILENO);
    if (request.before_exec) request.before_exec();
    std::vector<char*> argv{const_cast<char*>(request.program_name.c_str())};
    for (const std::string& argument : request.arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (const std::string& variable : variables) {
      envp.push_back(const_cast<char*>(variable.c_str()));
    }
    envp.push_back(nullptr);
    execve(BOOSTYARD_BINARY_DIR "/boostyard", argv.data(), envp.data());
    _exit(127);
  }
  ~RunningBinary() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  RunningBinary(const RunningBinary&) = delete;
  RunningBinary& operator=(const RunningBinary&) = delete;

  void Send(int signal) const { kill(pid_, signal); }

  pid_t pid() const { return pid_; }

  std::string out() const { return ReadText(streams_.path() + "/out"); }
  std::string err() const { return ReadText(streams_.path() + "/err"); }

  // Waits until stdout or stderr holds `text`; false after `seconds`, or if the binary ended
  // without it.
  bool WaitForText(const std::string& text, double seconds = 60) const {
    const auto has = [&] {
      return out().find(text) != std::string::npos || err().find(text) != std::string::npos;
    };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < deadline) {
      if (has()) return true;
      siginfo_t info{};
      if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
          info.si_pid == pid_) {
        return has();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

  RunResult Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    RunResult result;
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.out = out();
    result.err = err();
    return result;
  }

 private:
  static std::vector<std::string> Environment(const RunRequest& request) {
    std::vector<std::string> variables;
    for (const char* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "TMPDIR",
                             "BOOSTYARD_XGBOOST_LIBRARY"}) {
      if (const char* value = std::getenv(name))
        variables.push_back(std::string(name) + "=" + value);
    }
    for (const auto& [name, value] : request.variables) variables.push_back(name + "=" + value);
    return variables;
  }

  void Redirect(const char* file, int stream) const {
    const int fd = open((streams_.path() + file).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    dup2(fd, stream);
    close(fd);
  }

  TempDir streams_;
  pid_t pid_ = -1;
};

inline RunResult RunBinary(const RunRequest& request) { return RunningBinary(request).Wait(); }

// `boostyard train` on a tree, through SAGEMAKER_BASE_DIR as the image is moved.
inline RunResult TrainIn(const FakeRoot& root, RunRequest request = {}) {
  request.arguments.insert(request.arguments.begin(), "train");
  request.variables["SAGEMAKER_BASE_DIR"] = root.path();
  return RunBinary(request);
}

}  // namespace boostyard::testing
