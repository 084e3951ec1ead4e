// Whole files in and out, with errors that say what the system said.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace boostyard::container {

// The calls that can fail halfway; tests put liars in their place.
struct WriteCalls {
  ssize_t (*write)(int, const void*, std::size_t) = ::write;
  int (*fsync)(int) = ::fsync;
  int (*rename)(const char*, const char*) = std::rename;
};

// The error of a write call that failed with `error_number`: kDiskFull or kIoWrite.
Error WriteError(const std::string& path, int error_number);

// The error of a read call that failed with `error_number`: kInputUnreadable (permissions, a
// dangling link, a directory) or kIoRead.
Error ReadError(const std::string& path, int error_number);

// The bytes of a file; errors as ReadError.
Result<std::string> ReadFile(const std::string& path);

// Makes `path` and what is missing above it, open to all users (a container may run as any uid and
// its outputs are cleaned up by another one).
Status MakeDirectories(const std::string& path);

// Writes directory/name so that it is either the old file or the complete new one: temporary
// dot-file, fsync, rename. Readable and writable for all users. On failure nothing is left behind.
Status WriteFileAtomically(const std::string& directory, const std::string& name,
                           std::span<const std::uint8_t> bytes, const WriteCalls& calls = {});

// The same by way of the file name + suffix instead of a dot-file.
Status WriteFileBy(const std::string& suffix, const std::string& directory, const std::string& name,
                   std::span<const std::uint8_t> bytes, const WriteCalls& calls = {});

struct NamedBytes {
  std::string name;
  std::vector<std::uint8_t> bytes;
};

// The same for several files: all are written before the first is renamed. (A forced exit removes
// but the last of the dot-files; the next job removes the others.)
Status WriteFilesAtomically(const std::string& directory, std::span<const NamedBytes> files,
                            const WriteCalls& calls = {});

// Names of dot-files that WriteFileAtomically may have left when the process was killed.
bool IsTemporaryName(const std::string& name);

}  // namespace boostyard::container
