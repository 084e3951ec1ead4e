#include "container/model_source.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "container/archive.h"
#include "container/file_io.h"
#include "container/file_tree.h"
#include "engine/base/error_table.h"
#include "engine/model/model_io.h"

namespace boostyard::container {
namespace {

bool IsGzip(const std::string& bytes) {
  return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

std::span<const std::uint8_t> AsBytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Result<Model> ReadOne(std::span<const std::uint8_t> bytes, const std::string& file) {
  auto model = ReadModel(bytes);
  if (model.ok()) return model;
  Error error = std::move(model).error();
  error.message = file + ": " + error.message;
  return error;
}

Result<std::vector<Model>> ReadFromFile(const std::string& path) {
  BOOSTYARD_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  std::vector<Model> models;
  if (!IsGzip(bytes)) {
    BOOSTYARD_ASSIGN_OR_RETURN(Model model, ReadOne(AsBytes(bytes), path));
    models.push_back(std::move(model));
    return models;
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const auto members, ReadModelTarGz(AsBytes(bytes), path));
  for (const ArchiveMember& member : members) {
    BOOSTYARD_ASSIGN_OR_RETURN(Model model, ReadOne(member.bytes, path + ":" + member.name));
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace

Result<std::vector<Model>> ReadModels(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return ReadFromFile(path);
  BOOSTYARD_ASSIGN_OR_RETURN(const FileTree tree, ListFiles(path));
  std::vector<std::string> names;
  for (const TreeFile& file : tree.files) {
    if (!IsModelFileName(file.relative_path) && file.relative_path != "model.tar.gz") continue;
    names.push_back(file.relative_path);
  }
  // xgboost-model-10 comes after xgboost-model-2, as in an archive: sums depend on the order.
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  });
  std::vector<Model> models;
  for (const std::string& name : names) {
    BOOSTYARD_ASSIGN_OR_RETURN(auto found, ReadFromFile(path + "/" + name));
    for (Model& model : found) models.push_back(std::move(model));
  }
  if (models.empty()) {
    return MakeError(
        ErrorId::kModelBad,
        path + " holds no xgboost-model and no model.tar.gz, but " + DescribeFolder(path),
        "give the model directory of a finished job");
  }
  return models;
}

}  // namespace boostyard::container
