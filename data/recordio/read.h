// Reads a recordio-protobuf channel: files and pipes in order, once.
#pragma once

#include <vector>

#include "data/input_file.h"
#include "data/open.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard::recordio {

// `opened`: the first files of the request, already opened. The result is the same for any number
// of threads, any chunk size and any split of the records into files.
Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        std::vector<InputFile> opened);

// Where row `row` of the request stands. Errors: as LocateCell.
Result<SourcePosition> LocateRow(const ReadRequest& request, const ReadOptions& options,
                                 RowIndex row);

}  // namespace boostyard::recordio
