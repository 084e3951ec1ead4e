#include "container/threads.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string_view>
#include <vector>

#include "container/file_io.h"

namespace boostyard::container {
namespace {

// The first line of a file; empty if it cannot be read.
std::string FirstLine(const std::string& path) {
  const auto text = ReadFile(path);
  return text.ok() ? text->substr(0, text->find('\n')) : std::string();
}

std::optional<std::int64_t> Number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

// Folders of /sys/fs/cgroup that limit this process for one controller, from its own cgroup up to
// the root. Inside a container only the last ones exist.
std::vector<std::string> CgroupFolders(const std::string& file_root,
                                       const std::string& controller) {
  std::vector<std::string> folders;
  const auto membership = ReadFile(file_root + "/proc/self/cgroup");
  std::istringstream lines(membership.ok() ? *membership : std::string());
  for (std::string line; std::getline(lines, line);) {
    // "4:cpu,cpuacct:/path" (version 1) or "0::/path" (version 2)
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool is_unified = controllers == ",,";
    if (!is_unified && controllers.find("," + controller + ",") == std::string::npos) continue;
    const std::string base = file_root + "/sys/fs/cgroup" + (is_unified ? "" : "/" + controller);
    std::string path = line.substr(second + 1);
    for (;;) {
      while (!path.empty() && path.back() == '/') path.pop_back();
      folders.push_back(base + path);
      if (path.empty()) break;
      path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
  }
  // Where /proc/self/cgroup does not help.
  folders.push_back(file_root + "/sys/fs/cgroup");
  folders.push_back(file_root + "/sys/fs/cgroup/" + controller);
  return folders;
}

std::optional<double> QuotaIn(const std::string& folder) {
  const std::string unified = FirstLine(folder + "/cpu.max");  // "150000 100000" or "max 100000"
  if (const std::size_t blank = unified.find(' '); blank != std::string::npos) {
    const auto quota = Number(unified);
    const auto period = Number(std::string_view(unified).substr(blank + 1));
    if (quota && period && *quota > 0 && *period > 0) {
      return static_cast<double>(*quota) / static_cast<double>(*period);
    }
  }
  const auto quota = Number(FirstLine(folder + "/cpu.cfs_quota_us"));  // -1: none
  const auto period = Number(FirstLine(folder + "/cpu.cfs_period_us"));
  if (quota && period && *quota > 0 && *period > 0) {
    return static_cast<double>(*quota) / static_cast<double>(*period);
  }
  return std::nullopt;
}

std::uint64_t MemoryIn(const std::string& folder) {
  for (const char* name : {"/memory.max", "/memory.limit_in_bytes"}) {
    if (const auto bytes = Number(FirstLine(folder + name)); bytes && *bytes > 0) {
      return static_cast<std::uint64_t>(*bytes);
    }
  }
  return 0;
}

std::uint64_t PhysicalMemory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return 0;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes);
}

int AffinityCount() {
  // More CPUs than a plain cpu_set_t holds make the call fail: then count what is online.
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

int QuotaThreads(double quota) {
  return static_cast<int>(std::clamp(std::ceil(quota), 1.0, 1.0e6));
}

}  // namespace

ResourceLimits ReadResourceLimits(const std::string& file_root) {
  ResourceLimits limits;
  limits.affinity = AffinityCount();
  limits.memory_limit_bytes = PhysicalMemory();
  for (const std::string& folder : CgroupFolders(file_root, "cpu")) {
    const auto quota = QuotaIn(folder);
    if (quota && (!limits.cpu_quota || *quota < *limits.cpu_quota)) limits.cpu_quota = quota;
  }
  for (const std::string& folder : CgroupFolders(file_root, "memory")) {
    const std::uint64_t bytes = MemoryIn(folder);
    if (bytes > 0 && (limits.memory_limit_bytes == 0 || bytes < limits.memory_limit_bytes)) {
      limits.memory_limit_bytes = bytes;
    }
  }
  return limits;
}

ThreadChoice ChooseThreads(const ResourceLimits& limits, std::optional<int> nthread) {
  int threads = std::max(1, limits.affinity);
  std::string reason;
  if (limits.cpu_quota) {
    threads = std::min(threads, QuotaThreads(*limits.cpu_quota));
    std::array<char, 32> quota{};
    std::snprintf(quota.data(), quota.size(), "%g", *limits.cpu_quota);
    reason += std::string("cgroup quota ") + quota.data() + ", ";
  } else {
    reason += "no cgroup quota, ";
  }
  reason += "affinity " + std::to_string(limits.affinity);
  if (nthread) {
    threads = std::min(threads, std::max(1, *nthread));
    reason += ", nthread " + std::to_string(*nthread);
  }
  return {threads, std::to_string(threads) + (threads == 1 ? " thread: " : " threads: ") + reason};
}

bool MustWaitPassively(const ResourceLimits& limits) {
  const int threads = ChooseThreads(limits, std::nullopt).threads;
  return threads > 1 && limits.cpu_quota && *limits.cpu_quota < threads;
}

void EnsureWaitPolicy(const ResourceLimits& limits) {
  if (MustWaitPassively(limits)) setenv("OMP_WAIT_POLICY", "passive", /*overwrite=*/0);
}

}  // namespace boostyard::container
