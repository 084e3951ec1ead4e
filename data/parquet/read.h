// Reads a Parquet channel: every row, in the kept form of csv/encode.h, so that a model does not
// tell whether its data were CSV or Parquet.
#pragma once

#include <vector>

#include "data/input_file.h"
#include "data/open.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard::parquet {

// `opened`: the first files of the request, already opened. All values are checked here, also where
// the rows do not fit into memory and the stream reads the files again. The result is the same for
// any number of threads, any chunk size, and any split of the rows into files and row groups.
Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        std::vector<InputFile> opened);

// Where row `row` stands: its file, with its number there ("train/a.parquet row 17"); of a pipe,
// the pipe. Errors: those of opening; kInternal if there is no such row.
Result<SourcePosition> LocateRow(const ReadRequest& request, const ReadOptions& options,
                                 RowIndex row);

}  // namespace boostyard::parquet
