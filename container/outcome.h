// How a command ended: the one place that chooses exit codes and writes the failure file.
#pragma once

#include <string>

#include "container/metric_log.h"
#include "engine/base/result.h"

namespace boostyard::container {

// Exit code of every error.
inline constexpr int kExitError = 1;

// Returns the exit code of `outcome`. An error is told on stderr, with the offending line below it
// on a terminal, and in `failure_file` unless that is empty; a failure file that cannot be written
// is only told.
int ReportOutcome(const Result<int>& outcome, const std::string& failure_file, MetricLog& log);

}  // namespace boostyard::container
