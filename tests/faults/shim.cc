// Loaded before the C library: spoils calls of the program under test. What it does is in the
// environment:
//   FAULT_CALLS  names of calls, comma-separated: open,read,pread,write,fsync,rename,unlink
//   FAULT_PATH   only calls on files whose path contains this; empty: any
//   FAULT_AT     only the matching call of this number, from 1; 0: all of them
//   FAULT_DO     errno:N   fail with this error number
//                short     reads and writes take at most one byte
//                end       reads find the end of the file
//                signal:N  send this signal to the process, then carry the call out
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<int> g_matches{0};

const char* Setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool Lists(const char* names, const char* name) {
  const std::size_t length = std::strlen(name);
  for (const char* at = std::strstr(names, name); at != nullptr; at = std::strstr(at + 1, name)) {
    const bool begins = at == names || at[-1] == ',';
    if (begins && (at[length] == ',' || at[length] == '\0')) return true;
  }
  return false;
}

enum class Fault { kNone, kError, kShort, kEnd };

// What is to be done to a call on `path`; a signal is sent here.
Fault FaultOf(const char* call, const char* path) {
  if (!Lists(Setting("FAULT_CALLS"), call)) return Fault::kNone;
  if (std::strstr(path, Setting("FAULT_PATH")) == nullptr) return Fault::kNone;
  const int match = ++g_matches;
  const int at = std::atoi(Setting("FAULT_AT"));
  if (at != 0 && match != at) return Fault::kNone;
  const char* const what = Setting("FAULT_DO");
  if (std::strcmp(what, "short") == 0) return Fault::kShort;
  if (std::strcmp(what, "end") == 0) return Fault::kEnd;
  if (std::strncmp(what, "signal:", 7) == 0) kill(getpid(), std::atoi(what + 7));
  if (std::strncmp(what, "errno:", 6) != 0) return Fault::kNone;
  errno = std::atoi(what + 6);
  return Fault::kError;
}

Fault FaultOf(const char* call, int descriptor) {
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  path[length > 0 ? length : 0] = '\0';
  return FaultOf(call, path);
}

template <class F>
F* Real(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

std::size_t Shortened(Fault fault, std::size_t size) {
  return fault == Fault::kShort && size > 1 ? 1 : size;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (FaultOf("open", path) == Fault::kError) return -1;
  return Real<int(const char*, int, ...)>("open")(path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
  if (FaultOf("open", path) == Fault::kError) return nullptr;
  return Real<FILE*(const char*, const char*)>("fopen")(path, mode);
}

ssize_t read(int descriptor, void* out, std::size_t size) {
  const Fault fault = FaultOf("read", descriptor);
  if (fault == Fault::kError) return -1;
  if (fault == Fault::kEnd) return 0;
  return Real<ssize_t(int, void*, std::size_t)>("read")(descriptor, out, Shortened(fault, size));
}

ssize_t pread(int descriptor, void* out, std::size_t size, off_t offset) {
  const Fault fault = FaultOf("pread", descriptor);
  if (fault == Fault::kError) return -1;
  if (fault == Fault::kEnd) return 0;
  return Real<ssize_t(int, void*, std::size_t, off_t)>("pread")(descriptor, out,
                                                                Shortened(fault, size), offset);
}

ssize_t write(int descriptor, const void* data, std::size_t size) {
  const Fault fault = FaultOf("write", descriptor);
  if (fault == Fault::kError) return -1;
  return Real<ssize_t(int, const void*, std::size_t)>("write")(descriptor, data,
                                                               Shortened(fault, size));
}

int fsync(int descriptor) {
  if (FaultOf("fsync", descriptor) == Fault::kError) return -1;
  return Real<int(int)>("fsync")(descriptor);
}

int rename(const char* from, const char* to) {
  if (FaultOf("rename", to) == Fault::kError) return -1;
  return Real<int(const char*, const char*)>("rename")(from, to);
}

int unlink(const char* path) {
  if (FaultOf("unlink", path) == Fault::kError) return -1;
  return Real<int(const char*)>("unlink")(path);
}

}  // extern "C"
