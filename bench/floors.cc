// What this machine does at best: the rates that ./dev bench profile holds the stages of a job
// against.
//
// usage: floors FILE THREADS WORKING_BYTES
// Prints one line of JSON. FILE is read from the page cache; WORKING_BYTES is the size of what a
// round of the job goes through, which decides which cache or memory it comes from.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/micro/accumulate_bench.h"
#include "engine/base/huge_buffer.h"
#include "engine/base/parallel.h"

namespace boostyard::bench {
namespace {

constexpr int kRepeats = 9;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;

template <class Body>
double FastestSeconds(const Body& body) {
  double fastest = 1e30;
  for (int i = 0; i < kRepeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    fastest = std::min(fastest, elapsed.count());
  }
  return fastest;
}

// Bytes a second from the page cache into buffers that are used again; 0 if it cannot be read.
double ReadRate(const char* path, int threads) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) return 0.0;
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  std::vector<std::vector<char>> buffers(static_cast<std::size_t>(threads),
                                         std::vector<char>(kReadBytes));
  const double seconds = FastestSeconds([&] {
    std::atomic<std::uint64_t> next{0};
    ParallelRegion(threads, [&](int thread) {
      char* const buffer = buffers[static_cast<std::size_t>(thread)].data();
      for (std::uint64_t at = next.fetch_add(kReadBytes); at < bytes;
           at = next.fetch_add(kReadBytes)) {
        if (pread(file, buffer, kReadBytes, static_cast<off_t>(at)) <= 0) return;
      }
    });
  });
  close(file);
  return static_cast<double>(bytes) / seconds;
}

// Bytes read and written a second by copies within a working set of this size.
double CopyRate(std::size_t working_bytes, int threads) {
  const std::size_t half =
      std::max<std::size_t>(working_bytes / 2 / static_cast<std::size_t>(threads), 4096);
  const std::size_t passes = std::max<std::size_t>((std::size_t{32} << 20) / half, 1);
  std::vector<HugeBuffer<char>> buffers;
  for (int thread = 0; thread < threads; ++thread) {
    buffers.emplace_back(2 * half);
    std::memset(buffers.back().data(), thread, 2 * half);
  }
  const double seconds = FastestSeconds([&] {
    ParallelRegion(threads, [&](int thread) {
      char* const from = buffers[static_cast<std::size_t>(thread)].data();
      for (std::size_t pass = 0; pass < passes; ++pass) {
        std::memcpy(from + half, from, half);
        __asm__ volatile("" : : "r"(from) : "memory");
      }
    });
  });
  return 2.0 * static_cast<double>(half * passes) * threads / seconds;
}

int Main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: floors FILE THREADS WORKING_BYTES\n");
    return EXIT_FAILURE;
  }
  const int threads = std::max(std::atoi(argv[2]), 1);
  const double read = ReadRate(argv[1], threads);
  if (read == 0.0) {
    std::fprintf(stderr, "floors: cannot read %s\n", argv[1]);
    return EXIT_FAILURE;
  }
  const double copy = CopyRate(std::strtoull(argv[3], nullptr, 10), threads);
  const AccumulateCost cost = MeasureAccumulate();
  std::printf(
      "{\"read_bytes_per_second\": %.0f, \"copy_bytes_per_second\": %.0f, "
      "\"update_seconds\": %.4g}\n",
      read, copy, cost.four_blocks * cost.nanoseconds_per_cycle * 1e-9);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) { return boostyard::bench::Main(argc, argv); }
