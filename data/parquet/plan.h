// What is known of a Parquet channel before its rows are read, from the metadata of its files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/csv/layout.h"
#include "data/open.h"
#include "data/parquet/file.h"
#include "data/parquet/input.h"
#include "data/read_options.h"
#include "engine/base/index_types.h"
#include "engine/base/result.h"

namespace boostyard::parquet {

struct PlannedFile {
  Input input;
  std::vector<GroupInfo> groups;
  RowIndex row_count = 0;
};

struct Plan {
  std::vector<PlannedFile> files;  // those with a byte
  csv::Layout layout;              // names are those of the columns; never weights
  RowIndex row_count = 0;
  std::uint64_t page_bytes = 0;  // what reading holds of pages at a time, at most
  std::vector<std::string> warnings;
};

// Looks at every file. Errors: those of File::Open; kParquetColumns (a column that is not of
// numbers, or no feature), kDataColumnMismatch (between files, or with the request's features),
// kChannelEmpty (no rows).
Result<Plan> PlanFiles(const ReadRequest& request, const ReadOptions& options,
                       std::vector<Input> inputs);

}  // namespace boostyard::parquet
