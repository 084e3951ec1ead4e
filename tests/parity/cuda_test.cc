// The CUDA device's models have the CPU backend's bytes: the covering design (native_cases.h) and
// the forms of gradients. Needs a GPU: without one every test skips, or fails where
// BOOSTYARD_REQUIRE_GPU=1 says that there is one.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "engine/cuda/cuda_device.h"
#include "tests/parity/device_run.h"

namespace boostyard::testing {
namespace {

constexpr int kRounds = 5;  // of cases beside the grid

bool RequiresGpu() {
  const char* const value = std::getenv("BOOSTYARD_REQUIRE_GPU");
  return value != nullptr && std::string(value) == "1";
}

// Opens the first GPU once; null where there is none.
device::Executor* Gpu() {
  static auto* const opened =
      new Result<std::unique_ptr<device::Executor>>(device::OpenCudaDevice(-1));
  if (opened->ok()) return (*opened)->get();
  EXPECT_FALSE(RequiresGpu()) << opened->error().message;
  return nullptr;
}

void ExpectCpusModel(const NativeCase& one) {
  device::Executor* const gpu = Gpu();
  if (gpu == nullptr) GTEST_SKIP() << "no GPU to test with";
  const TrainResult expected = RunVariant(one, {.threads = 2});
  ASSERT_TRUE(expected.error.empty()) << expected.error;
  const TrainResult found = RunOnDevice(one, *gpu);
  EXPECT_EQ(found.error, "");
  EXPECT_TRUE(found == expected);
  EXPECT_TRUE(RunOnDevice(one, *gpu, {.device_histograms = 4}) == expected) << "few histograms";
}

class CudaGrid : public ::testing::TestWithParam<std::size_t> {};

TEST_P(CudaGrid, GivesTheCpusModel) {
  const GridCase grid = MakeGridCase(GetParam());
  SCOPED_TRACE(grid.name);
  ExpectCpusModel(grid.one);
}

INSTANTIATE_TEST_SUITE_P(Cases, CudaGrid, ::testing::Range<std::size_t>(0, kGridCases));

TEST(CudaForms, ManyRows) {
  NativeCase one = PlainCase("binary:logistic", 400'000, 28, kRounds);
  for (const int depth : {1, 6, 10}) {
    one.params.tree.max_depth = depth;
    ExpectCpusModel(one);
  }
}

// The first tree is launched as it comes, the others as a graph; models are the CPU's either way.
TEST(CudaForms, TreesAreReplayedAsAGraph) {
  device::Executor* const gpu = Gpu();
  if (gpu == nullptr) GTEST_SKIP() << "no GPU to test with";
  const std::uint64_t before = device::GraphLaunchesOf(*gpu);
  const TrainResult found = RunOnDevice(PlainCase("binary:logistic", 50'000, 28, kRounds), *gpu);
  EXPECT_EQ(found.error, "");
  EXPECT_EQ(device::GraphLaunchesOf(*gpu) - before, std::uint64_t{kRounds - 1})
      << device::GraphErrorOf(*gpu);
}

TEST(CudaForms, ManyColumns) {
  ExpectCpusModel(PlainCase("reg:squarederror", 3'000, 1000, kRounds));
}

TEST(CudaForms, The64BitForm) {
  NativeCase one = PlainCase("reg:squarederror", 50'000, 12, kRounds);
  one.train.labels[1234] = 1e9F;
  one.params.sample.subsample = 0.7;
  ExpectCpusModel(one);
  one.params.tree.max_bin = 1000;
  ExpectCpusModel(one);
}

TEST(CudaForms, MetricsOfEveryKind) {
  NativeCase one = PlainCase("binary:logistic", 50'000, 12, kRounds);
  one.train.weights.assign(one.train.row_count, 0.7F);
  one.validation = one.train;
  one.has_validation = true;
  one.params.eval_metric = {"logloss",         "error@0.3", "rmse",     "mape",
                            "poisson-nloglik", "auc",       "accuracy", "f1",
                            "precision_macro", "r2"};
  ExpectCpusModel(one);
  one = PlainCase("multi:softprob", 20'000, 12, kRounds);
  one.params.objective.num_class = 5;
  for (std::size_t row = 0; row < one.train.row_count; ++row) {
    one.train.labels[row] = static_cast<float>(row % 5);
  }
  one.params.eval_metric = {"mlogloss", "merror", "f1_macro", "balanced_accuracy"};
  ExpectCpusModel(one);
}

// Rows in shares: copies between devices, marks and waits, sums over all.
void ExpectCpusModelFromShares(std::span<device::Executor* const> executors) {
  NativeCase one = PlainCase("binary:logistic", 100'000, 28, kRounds);
  one.validation = PlainCase("binary:logistic", 30'000, 28).train;
  one.has_validation = true;
  one.params.eval_metric = {"logloss", "auc"};
  for (const GrowPolicy policy : {GrowPolicy::kDepthwise, GrowPolicy::kLossguide}) {
    one.params.tree.grow_policy = policy;
    one.params.tree.max_leaves = policy == GrowPolicy::kLossguide ? 40 : 0;
    EXPECT_TRUE(RunOnDevices(one, executors) == RunVariant(one, {.threads = 2}));
  }
  for (std::size_t number = 0; number < 20; ++number) {
    const GridCase grid = MakeGridCase(number);
    SCOPED_TRACE(grid.name);
    const TrainResult found = RunOnDevices(grid.one, executors);
    EXPECT_EQ(found.error, "");
    EXPECT_TRUE(found == RunVariant(grid.one, {.threads = 2}));
  }
}

TEST(CudaShares, OfSeveralGpus) {
  if (Gpu() == nullptr) GTEST_SKIP() << "no GPU to test with";
  auto gpus = device::OpenCudaDevices(8);
  ASSERT_TRUE(gpus.ok()) << gpus.error().message;
  if (gpus->executors.size() < 2) {
    EXPECT_FALSE(RequiresGpu() && gpus->visible_count > 1) << "the others cannot be used";
    GTEST_SKIP() << "there is one GPU";
  }
  std::vector<device::Executor*> executors;
  for (const auto& executor : gpus->executors) executors.push_back(executor.get());
  ExpectCpusModelFromShares(executors);
}

// One GPU takes the parts of two, so that a machine with one tries all but the way between them.
TEST(CudaShares, OfOneGpuTwice) {
  device::Executor* const first = Gpu();
  if (first == nullptr) GTEST_SKIP() << "no GPU to test with";
  const auto second = device::OpenCudaDevice(-1);
  ASSERT_TRUE(second.ok()) << second.error().message;
  device::Executor* const executors[] = {first, second->get()};
  ExpectCpusModelFromShares(executors);
}

// Small enough for compute-sanitizer.
TEST(CudaShares, OfFewRows) {
  device::Executor* const first = Gpu();
  if (first == nullptr) GTEST_SKIP() << "no GPU to test with";
  const auto second = device::OpenCudaDevice(-1);
  ASSERT_TRUE(second.ok()) << second.error().message;
  device::Executor* const executors[] = {first, second->get()};
  const NativeCase one = PlainCase("binary:logistic", 500, 6);
  EXPECT_TRUE(RunOnDevices(one, executors) == RunVariant(one, {.threads = 2}));
}

TEST(CudaForms, AGpuThatIsNotThereIsNamed) {
  if (Gpu() == nullptr) GTEST_SKIP() << "no GPU to test with";
  const auto opened = device::OpenCudaDevice(99);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("the machine has "), std::string::npos);
}

}  // namespace
}  // namespace boostyard::testing
