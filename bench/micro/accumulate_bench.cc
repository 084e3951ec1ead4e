#include "bench/micro/accumulate_bench.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/huge_buffer.h"
#include "engine/base/rng.h"
#include "engine/cpu/kernels.h"

namespace boostyard::bench {
namespace {

constexpr std::uint64_t kRows = kPackedRows;  // as many as packed sums may hold
constexpr int kRepeats = 60;

template <class Body>
double FastestNanoseconds(const Body& body) {
  double fastest = 1e30;
  for (int i = 0; i < kRepeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double, std::nano> elapsed =
        std::chrono::steady_clock::now() - start;
    fastest = std::min(fastest, elapsed.count());
  }
  return fastest;
}

// Every addition waits for the one before: one cycle each on the processors of our time.
double CalibrateCycle() {
  constexpr int kAdditions = 2'000'000;
  std::uint64_t sum = 0;
  const double nanoseconds = FastestNanoseconds([&] {
    std::uint64_t step = 3;
    __asm__ volatile("" : "+r"(step));
    for (int i = 0; i < kAdditions / 16; ++i) {
      for (int k = 0; k < 16; ++k) {
        sum += step;
        __asm__ volatile("" : "+r"(sum));
      }
    }
  });
  return nanoseconds / kAdditions;
}

struct Rows {
  explicit Rows(std::uint32_t block_count) : stride(8 * block_count), codes(kRows * stride + 64) {
    for (std::uint64_t i = 0; i < kRows * stride; ++i) {
      codes[i] = static_cast<std::uint8_t>(RandomBits(7, i) >> 40);
    }
  }
  std::uint32_t stride;
  HugeBuffer<std::uint8_t> codes;
};

double CyclesPerUpdate(std::uint32_t block_count, bool is_gathered, double cycle) {
  const Rows rows(block_count);
  const std::vector<std::uint8_t> widths(block_count, 8);
  HugeBuffer<std::uint32_t> packed(kRows + 64);
  for (std::uint64_t i = 0; i < kRows; ++i) {
    packed[i] = static_cast<std::uint32_t>(RandomBits(8, i) >> 33);
  }
  HugeBuffer<std::uint32_t> ids(kRows / 2 + 64);
  for (std::uint64_t i = 0; i < kRows / 2; ++i) {
    ids[i] = static_cast<std::uint32_t>(2 * i + (RandomBits(9, i) & 1));
  }
  HugeBuffer<std::int64_t> accumulators(std::uint64_t{block_count} * kBlockStride + 64);
  const auto scratch = std::make_unique<TileScratch>();
  AccumulateTask task;
  task.rows = rows.codes.data();
  task.stride = rows.stride;
  task.block_count = block_count;
  task.widths = widths.data();
  task.list = {.ids = is_gathered ? ids.data() : nullptr,
               .first = 0,
               .count = is_gathered ? kRows / 2 : kRows};
  task.packed = packed.data();
  task.accumulators = accumulators.data();
  task.scratch = scratch.get();
  const double nanoseconds = FastestNanoseconds([&] { Kernels().accumulate_packed(task); });
  const double updates = static_cast<double>(task.list.count) * 8.0 * block_count;
  return nanoseconds / updates / cycle;
}

}  // namespace

AccumulateCost MeasureAccumulate() {
  AccumulateCost cost;
  cost.nanoseconds_per_cycle = CalibrateCycle();
  cost.one_block = CyclesPerUpdate(1, false, cost.nanoseconds_per_cycle);
  cost.four_blocks = CyclesPerUpdate(4, false, cost.nanoseconds_per_cycle);
  cost.gathered = CyclesPerUpdate(1, true, cost.nanoseconds_per_cycle);
  return cost;
}

}  // namespace boostyard::bench
