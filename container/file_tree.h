// All data files below a directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace boostyard::container {

struct TreeFile {
  std::string relative_path;
  std::uint64_t size_bytes = 0;
};

struct FileTree {
  std::vector<TreeFile> files;              // sorted by the bytes of the relative path
  std::vector<std::string> hidden_files;    // skipped: names that begin with '.' or '_'
  std::vector<std::string> hidden_folders;  // skipped: names that begin with '.' or '_'
  std::vector<std::string> loops;           // skipped: links to a folder that they lie in
  std::vector<std::string> special_files;   // skipped: pipes, sockets, devices
  std::vector<std::string> empty_files;     // skipped: no bytes
};

// Walks `directory`, following links. kInputUnreadable for what may not be read, dangling links
// too.
Result<FileTree> ListFiles(const std::string& directory);

// The names in `directory` for people: "a.csv, b/, c.csv and 7 more"; "nothing" if it is empty.
std::string DescribeFolder(const std::string& directory);

// "a, b, c and 7 more"
std::string ShortList(const std::vector<std::string>& names);

}  // namespace boostyard::container
