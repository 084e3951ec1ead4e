// A job that is larger than its memory: 20 million rows of 28 floats, 4.8 GB of text, in 2 GiB.
//
// BOOSTYARD_LARGE_JOB_ROWS in the environment tries fewer rows, within the same part of the memory
// but for what a process needs whatever the rows.
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "bench/ingest/files.h"
#include "engine/train.h"
#include "tests/data/csv_support.h"
#include "tests/support/recording_observer.h"

namespace boostyard::test {
namespace {

constexpr std::uint64_t kAllRows = 20'000'000;
constexpr std::uint64_t kAllMemory = std::uint64_t{2} << 30;
constexpr std::uint64_t kProcessMemory = std::uint64_t{32} << 20;  // of it: code, threads' buffers
constexpr std::uint64_t kMostBytesOfRow = 300;
constexpr int kThreads = 2;

std::uint64_t RowCount() {
  const char* const text = std::getenv("BOOSTYARD_LARGE_JOB_ROWS");
  return text == nullptr ? kAllRows : std::strtoull(text, nullptr, 10);
}

// Reads the file and grows a few trees with no more than `limit` bytes in mind.
bool TrainsWithin(std::uint64_t limit, const std::string& path, std::uint64_t row_count) {
  TrainParams params;
  params.num_round = 3;
  params.objective.name = "binary:logistic";
  ReadRequest request;
  request.channel = "train";
  request.files = {{path, "train/rows.csv", false}};
  request.threads = kThreads;
  request.memory_limit_bytes = limit;
  request.training_bytes = [&](RowIndex rows, FeatureIndex features) {
    return EstimateTrainingBytes(params, EngineChoice::kNative, rows, features);
  };
  const Result<OpenedData> data = OpenData(request);
  if (!data.ok() || data->stream->shape().row_count != row_count) return false;
  if (data->stream->shape().is_kept) return false;  // it would not have been a large job
  RunOptions run;
  run.engine = EngineChoice::kNative;
  run.threads = kThreads;
  run.memory_limit_bytes = limit;
  run.is_last_use_of_data = true;
  testing::RecordingObserver observer;
  const auto trained =
      Train(params, {.train = data->stream.get(), .validation = nullptr}, run, observer);
  return trained.ok() && trained->rounds_done == params.num_round;
}

TEST(LargeJob, TrainsWithinItsMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need memory of their own";
#endif
  const std::uint64_t row_count = RowCount();
  const std::uint64_t limit = kProcessMemory + (kAllMemory - kProcessMemory) * row_count / kAllRows;
  const TempDir folder;
  if (std::filesystem::space(folder.path()).available < row_count * kMostBytesOfRow) {
    GTEST_SKIP() << "no room for " << row_count << " rows in " << folder.path();
  }
  const std::string path = (folder.path() / "rows.csv").string();
  ASSERT_TRUE(bench::WriteCsvFile(bench::kCsvKinds[0], row_count, path));
  ASSERT_GT(std::filesystem::file_size(path), limit);

  const pid_t child = fork();
  if (child == 0) _exit(TrainsWithin(limit, path, row_count) ? 0 : 1);
  int status = 0;
  rusage usage{};
  ASSERT_EQ(wait4(child, &status, 0, &usage), child);
  EXPECT_EQ(status, 0);
  const std::uint64_t peak = static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
  EXPECT_GT(peak, row_count * 28);
  EXPECT_LT(peak, limit);
  RecordProperty("peak_mebibytes", static_cast<int>(peak >> 20));
}

}  // namespace
}  // namespace boostyard::test
