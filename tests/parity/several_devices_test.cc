// One model, however many devices: shares of the rows on executors of the host give the CPU
// backend's bytes and metrics, over a part of the covering design (native_cases.h) and where shares
// are empty or forms are rare.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/cuda/host_executor.h"
#include "tests/parity/device_run.h"

namespace boostyard::testing {
namespace {

using device::Executor;
using device::HostExecutor;
using device::HostExecutorOptions;

// Executors of the host; every other one runs its blocks backwards and in other shapes.
class Devices {
 public:
  explicit Devices(int count, const HostExecutorOptions& options = {}) {
    for (int i = 0; i < count; ++i) {
      HostExecutorOptions own = options;
      own.memory_bytes = std::min(options.memory_bytes, kMemoryBytes);
      own.name = "host " + std::to_string(i);
      own.is_reversed = i % 2 == 1;
      own.tuning.chunk_rows = i % 2 == 1 ? 32 : 64;
      executors_.push_back(std::make_unique<HostExecutor>(own));
      pointers_.push_back(executors_.back().get());
    }
  }

  // Windows for rows are a part of the memory, and filled with junk: this keeps them small.
  static constexpr std::uint64_t kMemoryBytes = std::uint64_t{192} << 20;

  std::span<Executor* const> all() const { return pointers_; }
  HostExecutor& at(std::size_t i) { return *executors_[i]; }

 private:
  std::vector<std::unique_ptr<HostExecutor>> executors_;
  std::vector<Executor*> pointers_;
};

TrainResult RunOnSeveral(const NativeCase& one, int count, const NativeTuning& tuning = {}) {
  const Devices devices(count);
  return RunOnDevices(one, devices.all(), tuning);
}

// Returns the CPU backend's result.
TrainResult ExpectOneModel(const NativeCase& one) {
  const TrainResult expected = RunVariant(one, {.threads = 2});
  EXPECT_EQ(expected.error, "");
  EXPECT_TRUE(RunOnSeveral(one, 3) == expected) << "3 devices";
  EXPECT_TRUE(RunOnSeveral(one, 2, {.grows_on_device = false}) == expected)
      << "2 devices, by the host";
  EXPECT_TRUE(RunOnSeveral(one, 7, {.bundles_columns = false, .device_histograms = 4}) == expected)
      << "7 devices, no bundles, few histograms";
  return expected;
}

class SeveralGrid : public ::testing::TestWithParam<std::size_t> {};

TEST_P(SeveralGrid, DevicesGiveTheCpusModel) {
  const GridCase grid = MakeGridCase(GetParam());
  SCOPED_TRACE(grid.name);
  ExpectOneModel(grid.one);
}

INSTANTIATE_TEST_SUITE_P(Cases, SeveralGrid,
                         ::testing::Range<std::size_t>(BOOSTYARD_FIRST_CASE, BOOSTYARD_END_CASE));

#if BOOSTYARD_FIRST_CASE == 0

TEST(SeveralForms, FewerRowsThanDevices) {
  for (const std::size_t rows : {1, 2, 63, 64, 65, 129}) {
    SCOPED_TRACE(rows);
    NativeCase one = PlainCase("reg:squarederror", rows, 3);
    one.params.tree.min_child_weight = 0.0;
    ExpectOneModel(one);
  }
}

#endif

}  // namespace
}  // namespace boostyard::testing
