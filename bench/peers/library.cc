#include "bench/peers/library.h"

#include <dlfcn.h>

#include <filesystem>

namespace boostyard::bench {

SharedLibrary::SharedLibrary(const std::string& path)
    : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) throw PeerError(dlerror());
}

void* SharedLibrary::Symbol(const char* name) const {
  void* symbol = dlsym(handle_, name);
  if (symbol == nullptr) throw PeerError(std::string("the library has no ") + name);
  return symbol;
}

std::string FindPeerLibrary(const std::string& source_folder, const std::string& name) {
  namespace fs = std::filesystem;
  const fs::path deps = fs::path(source_folder) / ".deps";
  if (fs::exists(deps)) {
    // Deeper down are those of other processors, and of Python's packages.
    for (const fs::directory_entry& entry : fs::directory_iterator(deps)) {
      const fs::path library = entry.path() / "lib" / name;
      if (fs::exists(library)) return library.string();
    }
  }
  throw PeerError("no " + name + " below " + deps.string() +
                  "; run cmake/fetch_xgboost.sh .deps and bench/fetch_peers.sh .deps");
}

}  // namespace boostyard::bench
