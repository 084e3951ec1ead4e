#include "container/file_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "container/file_io.h"

namespace boostyard::container {
namespace {

constexpr std::size_t kShownNames = 8;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// The names in `path` but "." and "..", sorted by bytes.
Result<std::vector<std::string>> NamesIn(const std::string& path) {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(path.c_str()));
  if (!directory) return ReadError(path, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  if (errno != 0) return ReadError(path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

bool IsHidden(const std::string& name) { return name.front() == '.' || name.front() == '_'; }

class TreeWalk {
 public:
  explicit TreeWalk(std::string root) : root_(std::move(root)) {}

  Result<FileTree> Run() {
    struct stat status {};
    if (stat(root_.c_str(), &status) != 0) return ReadError(root_, errno);
    BOOSTYARD_RETURN_IF_ERROR(VisitFolder("", status));
    std::sort(tree_.files.begin(), tree_.files.end(), [](const TreeFile& a, const TreeFile& b) {
      return a.relative_path < b.relative_path;
    });
    return std::move(tree_);
  }

 private:
  // `relative` ends with a slash or is empty.
  Status VisitFolder(const std::string& relative, const struct stat& status) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto names, NamesIn(root_ + "/" + relative));
    ancestors_.emplace_back(status.st_dev, status.st_ino);
    for (const std::string& name : names) BOOSTYARD_RETURN_IF_ERROR(VisitEntry(relative, name));
    ancestors_.pop_back();
    return {};
  }

  Status VisitEntry(const std::string& relative, const std::string& name) {
    const std::string here = relative + name;
    const std::string path = root_ + "/" + here;
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
      if (IsHidden(name)) {
        tree_.hidden_files.push_back(here);
        return {};
      }
      if (errno == ELOOP) {
        tree_.loops.push_back(here);
        return {};
      }
      return ReadError(path, errno);
    }
    if (S_ISDIR(status.st_mode)) return VisitSubfolder(here, name, status);
    if (IsHidden(name)) {
      tree_.hidden_files.push_back(here);
    } else if (!S_ISREG(status.st_mode)) {
      tree_.special_files.push_back(here);
    } else if (status.st_size == 0) {
      tree_.empty_files.push_back(here);
    } else if (faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) {
      return ReadError(path, errno);
    } else {
      tree_.files.push_back({here, static_cast<std::uint64_t>(status.st_size)});
    }
    return {};
  }

  Status VisitSubfolder(const std::string& here, const std::string& name,
                        const struct stat& status) {
    const std::pair<dev_t, ino_t> identity(status.st_dev, status.st_ino);
    if (IsHidden(name)) {
      tree_.hidden_folders.push_back(here);
    } else if (std::find(ancestors_.begin(), ancestors_.end(), identity) != ancestors_.end()) {
      tree_.loops.push_back(here);
    } else {
      return VisitFolder(here + "/", status);
    }
    return {};
  }

  std::string root_;
  FileTree tree_;
  std::vector<std::pair<dev_t, ino_t>> ancestors_;  // of the folder being visited
};

}  // namespace

Result<FileTree> ListFiles(const std::string& directory) { return TreeWalk(directory).Run(); }

std::string ShortList(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShownNames); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kShownNames) {
    text += " and " + std::to_string(names.size() - kShownNames) + " more";
  }
  return text;
}

std::string DescribeFolder(const std::string& directory) {
  auto names = NamesIn(directory);
  if (!names.ok()) return "nothing that can be read";
  if (names->empty()) return "nothing";
  for (std::string& name : *names) {
    struct stat status {};
    if (stat((directory + "/" + name).c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      name += "/";
  }
  return ShortList(*names);
}

}  // namespace boostyard::container
