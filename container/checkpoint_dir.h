// The checkpoint directory: files xgboost-checkpoint.N, N being the last round in them, from 0.
//
// The service copies the directory to S3 while the job runs and puts its content back before the
// next one starts. It does not look at names that end in .sagemaker-ignore, marks a file that it is
// copying with NAME.sagemaker-uploading, and with NAME.sagemaker-uploaded when it has.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "container/checkpoint.h"
#include "container/file_io.h"

namespace boostyard::container {

class CheckpointDir {
 public:
  static constexpr std::size_t kKept = 5;

  // Makes the directory, removes unfinished files of killed jobs, and tries to write. Errors:
  // kIoWrite, kDiskFull. `calls` for tests.
  static Result<CheckpointDir> Open(const std::string& path, const WriteCalls& calls = {});

  // The newest checkpoint that can be read, or nothing. `problems` gets one line for each newer
  // file that cannot: "xgboost-checkpoint.7: its bytes have changed ...".
  std::optional<Checkpoint> ReadNewest(std::vector<std::string>& problems) const;

  // Writes a checkpoint, whole or not at all, then removes all but the newest kKept of the rounds
  // up to its own, and none that is being copied. Returns its name.
  Result<std::string> Write(const Checkpoint& checkpoint);

  const std::string& path() const { return path_; }

 private:
  CheckpointDir(std::string path, const WriteCalls& calls)
      : path_(std::move(path)), calls_(calls) {}
  std::vector<std::uint64_t> Rounds() const;
  Status TryToWrite() const;
  void RemoveOld(std::uint64_t newest) const;

  std::string path_;
  WriteCalls calls_;
};

}  // namespace boostyard::container
