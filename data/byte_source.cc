#include "data/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "engine/base/error_table.h"

namespace boostyard {
namespace {

std::string Reason(int error_number) { return std::generic_category().message(error_number); }

// The job's input is the user's affair, a failing disk is the platform's.
Error ReadError(const std::string& display_name, int error_number) {
  const std::string what = "cannot read " + display_name + ": " + Reason(error_number);
  if (error_number == ENOENT || error_number == ENOTDIR || error_number == ELOOP) {
    return MakeError(ErrorId::kInputUnreadable, what, "give the path of a file that exists");
  }
  if (error_number == EACCES || error_number == EPERM) {
    return MakeError(ErrorId::kInputUnreadable, what,
                     "make it readable for user " + std::to_string(geteuid()));
  }
  return MakeError(ErrorId::kIoRead, what, "look at the health of the volume that holds it");
}

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size, std::string display_name)
      : descriptor_(descriptor), size_(size), display_name_(std::move(display_name)) {}
  ~FileSource() override { ::close(descriptor_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::uint64_t size() const override { return size_; }

  Result<std::size_t> ReadSome(std::uint64_t offset, std::span<char> out) const override {
    for (;;) {
      const ssize_t got = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return ReadError(display_name_, errno);
    }
  }

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string display_name_;
};

}  // namespace

Error StoppedError() { return MakeError(ErrorId::kInternal, "reading was stopped on request"); }

Result<std::unique_ptr<ByteSource>> OpenFileSource(const SourceFile& file) {
  // Non-blocking: a pipe that took the file's place must not hang the job.
  const int descriptor = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return ReadError(file.display_name, errno);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    const int error_number = errno;
    ::close(descriptor);
    return ReadError(file.display_name, error_number);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return MakeError(ErrorId::kInputUnreadable,
                     "cannot read " + file.display_name + ": not a regular file",
                     "give a file with data");
  }
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(
      descriptor, static_cast<std::uint64_t>(status.st_size), file.display_name));
}

Status ReadFully(const ByteSource& source, const std::string& display_name, std::uint64_t offset,
                 std::span<char> out) {
  while (!out.empty()) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::size_t got, source.ReadSome(offset, out));
    if (got == 0) {
      return MakeError(ErrorId::kIoRead,
                       "cannot read " + display_name + ": it ends at byte " +
                           std::to_string(offset) + " but was longer when it was opened",
                       "do not change the input while the job runs");
    }
    offset += got;
    out = out.subspan(got);
  }
  return {};
}

bool IsPipe(const SourceFile& file) {
  if (file.is_fifo) return true;
  struct stat status {};
  return ::stat(file.path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

PipeSource::PipeSource(int descriptor, std::string display_name, int writer_timeout_ms,
                       std::function<bool()> stop_requested)
    : descriptor_(descriptor),
      display_name_(std::move(display_name)),
      writer_timeout_ms_(writer_timeout_ms),
      stop_requested_(std::move(stop_requested)) {}

PipeSource::~PipeSource() { ::close(descriptor_); }

Result<std::unique_ptr<PipeSource>> PipeSource::Open(const SourceFile& file, int writer_timeout_ms,
                                                     std::function<bool()> stop_requested) {
  const int descriptor = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return MakeError(ErrorId::kChannelPipe,
                     "cannot open the pipe " + file.display_name + ": " + Reason(errno),
                     "create the pipe before the job starts, or use TrainingInputMode=File");
  }
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISFIFO(status.st_mode)) {
    ::close(descriptor);
    return MakeError(ErrorId::kChannelPipe, file.display_name + " is not a pipe",
                     "use TrainingInputMode=File for plain files");
  }
  return std::unique_ptr<PipeSource>(
      new PipeSource(descriptor, file.display_name, writer_timeout_ms, std::move(stop_requested)));
}

Result<std::size_t> PipeSource::ReadSome(std::span<char> out) {
  using Clock = std::chrono::steady_clock;
  constexpr int kPollMs = 100;  // how often a stop is asked for
  const auto deadline = Clock::now() + std::chrono::milliseconds(writer_timeout_ms_);
  for (;;) {
    if (stop_requested_ && stop_requested_()) return StoppedError();
    const ssize_t got = ::read(descriptor_, out.data(), out.size());
    if (got > 0) {
      has_seen_writer_ = true;
      return static_cast<std::size_t>(got);
    }
    if (got == 0 && has_seen_writer_) return std::size_t{0};
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return ReadError(display_name_, errno);
      has_seen_writer_ = true;  // without a writer the read gives 0, not "try again"
    }
    if (!has_seen_writer_ && Clock::now() >= deadline) {
      return MakeError(ErrorId::kChannelPipe,
                       "nobody writes to the pipe " + display_name_ + " (waited " +
                           std::to_string(writer_timeout_ms_ / 1000) + " s)",
                       "check the process that fills the pipe, or use TrainingInputMode=File");
    }
    pollfd entry{.fd = descriptor_, .events = POLLIN, .revents = 0};
    // A hang-up is raised only once a writer has come and gone.
    if (::poll(&entry, 1, kPollMs) > 0 && (entry.revents & POLLHUP) != 0) has_seen_writer_ = true;
  }
}

}  // namespace boostyard
