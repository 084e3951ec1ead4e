// Where the bytes of a Parquet file are: in a file, or in memory, where a pipe was read to its end
// (what a Parquet file holds stands at its end).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/byte_source.h"
#include "data/input_file.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard::parquet {

struct Input {
  SourceFile file;
  std::shared_ptr<const std::string> bytes;  // null: a regular file
  std::uint64_t offset = 0;                  // of the file in `bytes`
  std::uint64_t size = 0;                    // of the file in `bytes`
};

// Errors: those of opening a file.
Result<std::unique_ptr<ByteSource>> OpenBytes(const Input& input, const ReadOptions& options);

// The files of the request; pipes are read, and may hold several files one after the other, as the
// service's Pipe mode sends them. `opened`: its first files, already opened. Files without
// a byte are left out. Errors: of opening and reading, kChannelContentType (a file is no Parquet),
// kDataCompressed, kOutOfMemory (a pipe beyond the request's limit).
Result<std::vector<Input>> GatherInputs(const ReadRequest& request, const ReadOptions& options,
                                        std::vector<InputFile> opened);

}  // namespace boostyard::parquet
