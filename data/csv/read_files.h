// The chunks of some files, read by all threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "data/csv/layout.h"
#include "data/csv/plan.h"
#include "data/csv/read_rows.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard::csv {

// What was found in a file, in the order of its text.
struct FileChunks {
  std::vector<ChunkResult> chunks;
  std::optional<Error> damage;  // of what follows them
};

struct ReadJob {
  const Layout& layout;
  FileOpener open_file;
  std::uint64_t chunk_bytes = 0;
  std::function<bool()> stop_requested;  // may be empty
  // Called by any thread with each chunk it has read: what is kept of it, or why reading ends.
  std::function<Result<ChunkResult>(ChunkResult)> accept;
  std::function<Error()> out_of_memory;
};

// Reads `files`, one result each; a pipe's text is taken from it. As many threads as there are
// workers. Where as many faults as a report shows were found, what follows is left out, files too:
// the first kMaxFaults faults are the same for any number of threads.
// Errors: those of opening and reading, of `accept`, kInternal (a stop was requested).
Result<std::vector<FileChunks>> ReadFiles(std::span<PlannedFile> files, const ReadJob& job,
                                          std::span<Worker> workers);

}  // namespace boostyard::csv
