// The error path: from a fault's byte offset to line, excerpt, message and cure.
#pragma once

#include <string>

#include "data/csv/cell_error.h"
#include "data/libsvm/layout.h"

namespace boostyard::libsvm {

// What the user is told about `fault`, which is in `line`.
Error DescribeFault(const Fault& fault, const csv::FoundLine& line,
                    const std::string& display_name);

}  // namespace boostyard::libsvm
