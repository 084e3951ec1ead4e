#include "data/parquet/load_module.h"

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/base/error_table.h"

namespace boostyard::parquet {
namespace {

constexpr const char* kName = "libboostyard_parquet.so";

std::vector<std::string> Candidates() {
  const char* const named = std::getenv("BOOSTYARD_PARQUET_MODULE");
  if (named != nullptr && *named != '\0') return {named};
  std::array<char, PATH_MAX> path;
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  std::string folder = ".";
  if (length > 0) {
    folder.assign(path.data(), static_cast<std::size_t>(length));
    folder.resize(folder.rfind('/'));
  }
  return {folder + "/../lib/" + kName, folder + "/" + kName,
          BOOSTYARD_PARQUET_FOLDER "/" + std::string(kName)};
}

Error Unavailable(const std::string& reason) {
  return MakeError(ErrorId::kParquetUnavailable,
                   "Parquet cannot be read: the module for it cannot be opened (" + reason + ")",
                   "use the image of the target full (docker build --target full), or run "
                   "cmake/fetch_arrow.sh .deps and build again, or supply CSV");
}

Result<const BoostyardParquetApi*> Open() {
  std::string tried;
  void* library = nullptr;
  for (const std::string& candidate : Candidates()) {
    library = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
    const char* const reason = dlerror();
    const bool is_there = access(candidate.c_str(), F_OK) == 0;
    tried += (tried.empty() ? "" : "; ") +
             (is_there && reason != nullptr ? std::string(reason) : "no " + candidate);
  }
  if (library == nullptr) return Unavailable(tried);
  const auto get_api =
      reinterpret_cast<BoostyardParquetGetApiFunction>(dlsym(library, "BoostyardParquetGetApi"));
  const BoostyardParquetApi* const api = get_api == nullptr ? nullptr : get_api();
  if (api == nullptr || api->version != BOOSTYARD_PARQUET_API_VERSION) {
    return Unavailable(std::string(kName) + " is of another version of Boostyard");
  }
  return api;
}

}  // namespace

Result<const BoostyardParquetApi*> LoadModule() {
  static const Result<const BoostyardParquetApi*> api = Open();
  if (!api.ok()) return api.error();
  return api.value();
}

}  // namespace boostyard::parquet
