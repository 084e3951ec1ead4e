// The model directory: one finished model in it, or what was there before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "container/archive.h"
#include "container/environment.h"
#include "container/file_io.h"
#include "engine/base/result.h"

namespace boostyard::container {

// In which form the model is published.
struct ArtifactChoice {
  bool is_archive = false;  // model.tar.gz; else the bare xgboost-model
  std::string reason;       // "TRAINING_JOB_NAME is set: the service makes the archive"
};

// The service and the SDK put the content of the model directory into an archive themselves; an
// archive in an archive cannot be served, so every documented sign of them means "bare".
ArtifactChoice ChooseArtifact(ArtifactPolicy policy, const Variables& variables,
                              const JobPaths& paths);

// Outputs of an earlier job of ours, which stay until a finished model replaces them: names,
// sorted. Empty if it cannot be read.
std::vector<std::string> OldModels(const std::string& path);

class ModelDir {
 public:
  // Makes the directory, removes unfinished files of killed jobs, and tries to write, so that a job
  // does not train for hours in vain. kIoWrite, kDiskFull. `calls` for tests.
  static Result<ModelDir> Open(const std::string& path, const WriteCalls& calls = {});

  // What serving would also load, one line each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // Writes the models (xgboost-model; of a cross-validation xgboost-model-0, -1, ...), then removes
  // the old outputs that the new ones did not replace. Returns the path that was written, of
  // several files with the last one's name behind it.
  Result<std::string> Publish(std::vector<ArchiveMember> models, const ArtifactChoice& choice);

 private:
  ModelDir(std::string path, const WriteCalls& calls) : path_(std::move(path)), calls_(calls) {}
  Status Inspect();
  Status TryToWrite() const;

  std::string path_;
  WriteCalls calls_;
  std::vector<std::string> warnings_;
};

}  // namespace boostyard::container
