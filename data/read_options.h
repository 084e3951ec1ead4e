// The parameters of reading that are constants in a job and vary only in tests.
#pragma once

#include <cstdint>

#include "data/byte_source.h"
#include "data/open.h"
#include "engine/base/index_types.h"

namespace boostyard {

struct ReadOptions {
  std::uint64_t chunk_bytes = 1U << 20;  // of text; results do not depend on it
  int writer_timeout_ms = 60'000;        // how long a pipe may have no writer
  FileOpener open_file = OpenFileSource;
};

// OpenData with other parameters than a job has.
Result<OpenedData> OpenDataWith(const ReadRequest& request, const ReadOptions& options);

// LocateCell (data/locate.h) with other parameters than a job has.
Result<SourcePosition> LocateCellWith(const ReadRequest& request, const ReadOptions& options,
                                      RowIndex row, std::uint64_t column);

}  // namespace boostyard
