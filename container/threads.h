// How much of the machine this process may use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace boostyard::container {

// What the machine and the cgroups (versions 1 and 2) allow.
struct ResourceLimits {
  std::optional<double> cpu_quota;  // CPUs' worth of time; not given: no quota
  int affinity = 1;                 // CPUs that the process may run on
  std::uint64_t memory_limit_bytes =
      0;  // the smaller of cgroup limit and physical memory; 0: unknown
};

// `file_root` stands before /proc and /sys: tests build their own.
ResourceLimits ReadResourceLimits(const std::string& file_root = "");

struct ThreadChoice {
  int threads = 1;
  std::string reason;  // "4 threads: cgroup quota 3.5, affinity 64, nthread 8"
};

// min(quota rounded up, affinity, nthread), at least 1.
ThreadChoice ChooseThreads(const ResourceLimits& limits, std::optional<int> nthread);

// Whether waiting threads may not spin: the quota is below the number of threads, so that every
// turn of a spinning thread is taken from a working one.
bool MustWaitPassively(const ResourceLimits& limits);

// For the OpenMP of XGBoost's library, which reads its wait policy when it is loaded: sets
// OMP_WAIT_POLICY where it must be passive and the environment does not say. Call it before any
// thread exists.
void EnsureWaitPolicy(const ResourceLimits& limits);

}  // namespace boostyard::container
