#include "container/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "container/signals.h"
#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

constexpr const char* kTemporaryPrefix = ".boostyard-";

// Closes at scope end.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Status WriteAll(int fd, const std::string& path, std::span<const std::uint8_t> bytes,
                const WriteCalls& calls) {
  while (!bytes.empty()) {
    const ssize_t count = calls.write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return WriteError(path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Status WriteAndSync(const std::string& path, const std::string& shown,
                    std::span<const std::uint8_t> bytes, const WriteCalls& calls) {
  const FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (file.get() < 0) return WriteError(shown, errno);
  fchmod(file.get(), 0666);  // whatever the umask says; not possible everywhere, and not essential
  BOOSTYARD_RETURN_IF_ERROR(WriteAll(file.get(), shown, bytes, calls));
  if (calls.fsync(file.get()) != 0 && errno != EINVAL) return WriteError(shown, errno);
  return {};
}

// Makes the rename itself durable. Some file systems cannot, which is no reason to fail.
void SyncDirectory(const std::string& directory, const WriteCalls& calls) {
  const FileDescriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) calls.fsync(fd.get());
}

// A file that is written under another name and then renamed.
struct AtomicWrite {
  const std::string& directory;
  const std::string& name;
  const std::string suffix = {};  // instead of a dot-file: the name with this behind it

  std::string target() const { return directory + "/" + name; }
  std::string temporary() const {
    if (!suffix.empty()) return target() + suffix;
    return directory + "/" + kTemporaryPrefix + name + ".tmp";
  }
  Status Rename(const WriteCalls& calls) const {
    if (calls.rename(temporary().c_str(), target().c_str()) == 0) return {};
    return WriteError(target(), errno);
  }
};

}  // namespace

Error WriteError(const std::string& path, int error_number) {
  const std::string reason = std::generic_category().message(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return MakeError(ErrorId::kDiskFull, path + " cannot be written: " + reason,
                     "give the job a larger volume, or free space on it");
  }
  std::string fix = "make the directory writable for user " + std::to_string(geteuid());
  if (error_number == ENOTDIR || error_number == EISDIR) {
    fix = "remove what stands there: a " +
          std::string(error_number == ENOTDIR ? "directory" : "file") + " is needed in its place";
  } else if (error_number == EROFS) {
    fix = "mount it for writing";
  } else if (error_number == EFBIG) {
    fix = "raise the limit on the size of files (ulimit -f)";
  } else if (error_number == EIO) {
    fix = "look at the health of the volume that holds it";
  }
  return MakeError(ErrorId::kIoWrite, path + " cannot be written: " + reason, std::move(fix));
}

Error ReadError(const std::string& path, int error_number) {
  const std::string what =
      path + " cannot be read: " + std::generic_category().message(error_number);
  if (error_number == EIO || error_number == ENOMEM) {
    return MakeError(ErrorId::kIoRead, what, "look at the health of the volume that holds it");
  }
  if (error_number == EACCES || error_number == EPERM) {
    return MakeError(ErrorId::kInputUnreadable, what,
                     "make it readable for user " + std::to_string(geteuid()));
  }
  return MakeError(ErrorId::kInputUnreadable, what, "put a readable file in its place");
}

Result<std::string> ReadFile(const std::string& path) {
  const auto failed = [&] { return ReadError(path, errno); };
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return failed();
  std::string bytes;
  struct stat status {};
  if (fstat(file.get(), &status) == 0 && status.st_size > 0) {
    bytes.reserve(static_cast<std::size_t>(status.st_size) + 1);
  }
  std::string buffer(1 << 16, '\0');
  for (;;) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed();
    if (count == 0) return bytes;
    bytes.append(buffer, 0, static_cast<std::size_t>(count));
  }
}

Status MakeDirectories(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return {};
    return WriteError(path, ENOTDIR);
  }
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (!parent.empty() && parent != path) BOOSTYARD_RETURN_IF_ERROR(MakeDirectories(parent));
  if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) return WriteError(path, errno);
  chmod(path.c_str(), 0777);  // whatever the umask says
  return {};
}

bool IsTemporaryName(const std::string& name) {
  return name.rfind(kTemporaryPrefix, 0) == 0 && name.size() > 4 &&
         name.compare(name.size() - 4, 4, ".tmp") == 0;
}

Status WriteFileAtomically(const std::string& directory, const std::string& name,
                           std::span<const std::uint8_t> bytes, const WriteCalls& calls) {
  return WriteFileBy({}, directory, name, bytes, calls);
}

Status WriteFileBy(const std::string& suffix, const std::string& directory, const std::string& name,
                   std::span<const std::uint8_t> bytes, const WriteCalls& calls) {
  const AtomicWrite file{directory, name, suffix};
  RemoveOnForcedExit(file.temporary());
  Status written = WriteAndSync(file.temporary(), file.target(), bytes, calls);
  if (written.ok()) written = file.Rename(calls);
  if (!written.ok()) unlink(file.temporary().c_str());
  RemoveOnForcedExit({});
  if (!written.ok()) return written;
  SyncDirectory(directory, calls);
  return {};
}

Status WriteFilesAtomically(const std::string& directory, std::span<const NamedBytes> files,
                            const WriteCalls& calls) {
  Status written;
  for (const NamedBytes& named : files) {
    const AtomicWrite file{directory, named.name};
    RemoveOnForcedExit(file.temporary());
    written = WriteAndSync(file.temporary(), file.target(), named.bytes, calls);
    if (!written.ok()) break;
  }
  RemoveOnForcedExit({});
  for (const NamedBytes& named : files) {
    const AtomicWrite file{directory, named.name};
    if (written.ok()) written = file.Rename(calls);
    if (!written.ok()) unlink(file.temporary().c_str());
  }
  if (!written.ok()) return written;
  SyncDirectory(directory, calls);
  return {};
}

}  // namespace boostyard::container
