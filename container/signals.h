// SIGTERM and SIGINT. PID 1 has no default signal action, so the handlers come before anything
// else.
#pragma once

#include <string>

namespace boostyard::container {

// Installs the handlers, lets blocked SIGTERM and SIGINT through, and ignores SIGPIPE and
// SIGXFSZ, so that the calls that raise them fail instead. From the
// first SIGTERM or SIGINT on a deadline runs (SetStopDeadline); when it is reached before the
// program ended by itself, the file of RemoveOnForcedExit is removed and the process ends with
// StopExitCode.
void InstallStopHandlers();

// SIGTERM, SIGINT, or 0 while none has come. Async-signal-safe, any thread.
int StopSignal();

// 143 for SIGTERM, 130 for SIGINT.
int StopExitCode(int signal);

// Seconds between the signal and the forced end; 8 unless set.
void SetStopDeadline(int seconds);

// The one unfinished file that a forced end has to remove; empty: none. A path longer than PATH_MAX
// is ignored.
void RemoveOnForcedExit(const std::string& path);

}  // namespace boostyard::container
