#include "container/model_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "container/file_tree.h"
#include "container/signals.h"

namespace boostyard::container {
namespace {

constexpr const char* kArchiveName = "model.tar.gz";

bool IsOurOutput(const std::string& name) { return name == kArchiveName || IsModelFileName(name); }

}  // namespace

ArtifactChoice ChooseArtifact(ArtifactPolicy policy, const Variables& variables,
                              const JobPaths& paths) {
  if (policy != ArtifactPolicy::kAuto) {
    const bool is_archive = policy == ArtifactPolicy::kTar;
    return {is_archive, std::string("BOOSTYARD_MODEL_ARTIFACT=") + (is_archive ? "tar" : "bare")};
  }
  for (const char* name : {"TRAINING_JOB_NAME", "TRAINING_JOB_ARN"}) {
    if (!Lookup(variables, name).empty()) {
      return {false, std::string(name) + " is set, so whoever started the job makes the archive"};
    }
  }
  for (const char* name : {"init-config.json", "trainingjobconfig.json"}) {
    if (access((paths.config_dir + "/" + name).c_str(), F_OK) == 0) {
      return {false, std::string(name) + " is there, so the service makes the archive"};
    }
  }
  return {true, "no sign of the service, which would make the archive itself"};
}

std::vector<std::string> OldModels(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename().string();
    if (IsOurOutput(name) && !entry->is_directory(ignored)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<ModelDir> ModelDir::Open(const std::string& path, const WriteCalls& calls) {
  ModelDir directory(path, calls);
  BOOSTYARD_RETURN_IF_ERROR(MakeDirectories(path));
  BOOSTYARD_RETURN_IF_ERROR(directory.Inspect());
  BOOSTYARD_RETURN_IF_ERROR(directory.TryToWrite());
  return directory;
}

Status ModelDir::Inspect() {
  std::error_code error;
  std::filesystem::directory_iterator entries(path_, error);
  if (error) return WriteError(path_, error.value());
  std::vector<std::string> others;
  for (const auto& entry : entries) {
    std::error_code ignored;
    const std::string name = entry.path().filename().string();
    if (IsTemporaryName(name)) {
      unlink(entry.path().c_str());
    } else if (entry.is_directory(ignored) || !IsOurOutput(name)) {
      if (name.front() == '.') continue;  // serving skips dot-files
      others.push_back(name);
    }
  }
  std::sort(others.begin(), others.end());
  if (!others.empty()) {
    warnings_.push_back(
        path_ + " holds " + ShortList(others) +
        ", not written by this container: serving will try to load every file there "
        "as a model");
  }
  return {};
}

Status ModelDir::TryToWrite() const {
  // The rename is left out: nothing but a name that the next job removes can stay behind.
  static constexpr char kProbe[] = "/.boostyard-probe.tmp";
  const std::string path = path_ + kProbe;
  RemoveOnForcedExit(path);
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  const int opened = errno;
  if (file != nullptr) std::fclose(file);
  unlink(path.c_str());
  RemoveOnForcedExit({});
  if (file == nullptr) return WriteError(path_, opened);
  return {};
}

Result<std::string> ModelDir::Publish(std::vector<ArchiveMember> models,
                                      const ArtifactChoice& choice) {
  std::string path = path_ + "/";
  if (choice.is_archive) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto archive, WriteTarGz(models));
    BOOSTYARD_RETURN_IF_ERROR(WriteFileAtomically(path_, kArchiveName, archive, calls_));
    models.assign(1, {kArchiveName, {}});
  } else {
    BOOSTYARD_RETURN_IF_ERROR(WriteFilesAtomically(path_, models, calls_));
  }
  path += models.front().name;
  if (models.size() > 1) path += " to " + models.back().name;
  for (const std::string& old : OldModels(path_)) {
    const bool is_new = std::any_of(models.begin(), models.end(),
                                    [&](const ArchiveMember& file) { return file.name == old; });
    if (!is_new) unlink((path_ + "/" + old).c_str());
  }
  return path;
}

}  // namespace boostyard::container
