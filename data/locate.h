// From a row number back to its place in a file: for the error path of checks that see only values,
// such as that of labels against the objective.
#pragma once

#include <cstdint>

#include "data/open.h"
#include "engine/base/index_types.h"
#include "engine/base/result.h"

namespace boostyard {

// Where row `row` of the data that OpenData(request) reads stands. `column` is the cell to point
// at, from 1 (the label is column 1). Reads the files again up to that row. Rows at or behind a
// pipe cannot be found again: the position then names the pipe and has no line. Errors: kIoRead;
// kInternal if there is no such row (the files have changed).
Result<SourcePosition> LocateCell(const ReadRequest& request, RowIndex row, std::uint64_t column);

// For the formats' own ways to find a row: there is no such row.
Error RowNotFoundError(const ReadRequest& request);

}  // namespace boostyard
