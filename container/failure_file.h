// output/failure: the service shows its beginning as the reason of the failure.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace boostyard::container {

// Writes `line` to `path`, making the directory. The job has failed already, so the caller only
// tells the user when this fails too.
Status WriteFailureFile(const std::string& path, const std::string& line);

// Removes the failure of an earlier job in the same tree.
void RemoveFailureFile(const std::string& path);

}  // namespace boostyard::container
