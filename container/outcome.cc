#include "container/outcome.h"

#include <unistd.h>

#include <cstdio>

#include "container/diagnostics.h"
#include "container/failure_file.h"

namespace boostyard::container {

int ReportOutcome(const Result<int>& outcome, const std::string& failure_file, MetricLog& log) {
  if (outcome.ok()) return *outcome;
  const std::string line = FailureLine(outcome.error());
  log.Plain(line);
  if (isatty(STDERR_FILENO) == 1) std::fputs(Picture(outcome.error()).c_str(), stderr);
  if (!failure_file.empty()) {
    const Status written = WriteFailureFile(failure_file, line);
    if (!written.ok()) log.Warning("no failure file: " + written.error().message);
  }
  return kExitError;
}

}  // namespace boostyard::container
