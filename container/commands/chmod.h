// boostyard chmod: the SDK's local mode cleans up by running `chmod -R 777 DIR` in the image, and a
// shell with coreutils does not come along.
#pragma once

#include <string>
#include <vector>

#include "container/metric_log.h"
#include "engine/base/result.h"

namespace boostyard::container {

// Arguments as of chmod(1): [-R] MODE PATH..., the mode in octal. Links met on the way are left
// alone, so there are no loops. Goes on after a failure; 1 if there was one. kUsage for other
// arguments.
Result<int> RunChmod(const std::vector<std::string>& arguments, MetricLog& log);

}  // namespace boostyard::container
