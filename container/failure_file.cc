#include "container/failure_file.h"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <span>

#include "container/file_io.h"

namespace boostyard::container {

Status WriteFailureFile(const std::string& path, const std::string& line) {
  const std::filesystem::path file(path);
  const std::string directory = file.parent_path().string();
  BOOSTYARD_RETURN_IF_ERROR(MakeDirectories(directory));
  return WriteFileAtomically(
      directory, file.filename().string(),
      std::span(reinterpret_cast<const std::uint8_t*>(line.data()), line.size()));
}

void RemoveFailureFile(const std::string& path) { unlink(path.c_str()); }

}  // namespace boostyard::container
