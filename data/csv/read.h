// Reads a CSV channel: every row, in the kept form of csv/encode.h. All faults are found here, also
// where the rows do not fit into memory and the stream will read them again.
#pragma once

#include <vector>

#include "data/content_type.h"
#include "data/input_file.h"
#include "data/open.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard::csv {

// `opened`: the first files of the request, already opened. The result is the same for any number
// of threads, any chunk size and any split of the rows into files.
Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        const ContentType& type, std::vector<InputFile> opened);

}  // namespace boostyard::csv
