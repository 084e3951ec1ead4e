#include "container/commands/chmod.h"

#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <system_error>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

class ModeChanger {
 public:
  ModeChanger(mode_t mode, bool is_recursive, MetricLog& log)
      : mode_(mode), is_recursive_(is_recursive), log_(log) {}

  // A path of the command line is followed if it is a link, as chmod(1) does.
  void Change(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || chmod(path.c_str(), mode_) != 0) return Fail(path);
    if (is_recursive_ && S_ISDIR(status.st_mode)) ChangeEntries(path);
  }

  bool has_failed() const { return has_failed_; }

 private:
  void ChangeEntries(const std::string& folder) {
    const std::unique_ptr<DIR, CloseDirectory> directory(opendir(folder.c_str()));
    if (!directory) return Fail(folder);
    while (const dirent* entry = readdir(directory.get())) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      std::string path = folder;
      path.append("/").append(name);
      struct stat status {};
      if (lstat(path.c_str(), &status) != 0) {
        Fail(path);
      } else if (!S_ISLNK(status.st_mode)) {
        Change(path);
      }
    }
  }

  void Fail(const std::string& path) {
    has_failed_ = true;
    log_.Plain("chmod: " + path + ": " + std::generic_category().message(errno));
  }

  mode_t mode_;
  bool is_recursive_;
  MetricLog& log_;
  bool has_failed_ = false;
};

std::optional<mode_t> ParseMode(const std::string& text) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 07777) return std::nullopt;
  return static_cast<mode_t>(mode);
}

}  // namespace

Result<int> RunChmod(const std::vector<std::string>& arguments, MetricLog& log) {
  bool is_recursive = false;
  std::vector<std::string> operands;
  for (const std::string& argument : arguments) {
    if (argument == "-R" || argument == "--recursive") {
      is_recursive = true;
    } else {
      operands.push_back(argument);
    }
  }
  const auto mode = operands.empty() ? std::nullopt : ParseMode(operands.front());
  if (!mode || operands.size() < 2) {
    return MakeError(ErrorId::kUsage,
                     operands.empty() ? std::string("chmod needs a mode and a path")
                     : !mode          ? "chmod: \"" + operands.front() + "\" is not an octal mode"
                                      : std::string("chmod needs a path"),
                     "chmod [-R] OCTAL-MODE PATH...");
  }
  ModeChanger changer(*mode, is_recursive, log);
  for (std::size_t i = 1; i < operands.size(); ++i) changer.Change(operands[i]);
  return changer.has_failed() ? 1 : 0;
}

}  // namespace boostyard::container
