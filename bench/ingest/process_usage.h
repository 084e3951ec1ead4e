// CPU seconds of this process, all threads (what other programs take from the machine is not in
// them), seconds by the wall, and the memory it took.
#pragma once

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

namespace boostyard::bench {

inline double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

inline double WallSeconds() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// The largest resident set of this program: unlike getrusage's, without that of whoever forked it.
inline double PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) * 1024.0 / 1e6;
  }
  return 0.0;
}

}  // namespace boostyard::bench
