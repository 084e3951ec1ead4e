// Jobs that something happens to.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/job.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BOOSTYARD_SKIP_UNDER_SANITIZERS() \
  GTEST_SKIP() << "a sanitizer's library has to be the first, and so has the shim"
#else
#define BOOSTYARD_SKIP_UNDER_SANITIZERS() static_cast<void>(0)
#endif

namespace boostyard::testing {

// One fault (shim.cc).
struct Fault {
  std::string calls;
  std::string path;
  std::string what;
  int at = 0;
};

inline RunRequest WithFault(const Fault& fault, RunRequest request = {}) {
  request.variables["LD_PRELOAD"] = BOOSTYARD_FAULT_SHIM;
  request.variables["FAULT_CALLS"] = fault.calls;
  request.variables["FAULT_PATH"] = fault.path;
  request.variables["FAULT_DO"] = fault.what;
  request.variables["FAULT_AT"] = std::to_string(fault.at);
  return request;
}

// A job with a validation channel and early stopping; with checkpoints after every round.
inline void WriteCheckpointJob(const FakeRoot& root, const std::string& rounds,
                               std::size_t row_count = 300) {
  Hyperparameters hyperparameters = SmallHyperparameters(rounds);
  hyperparameters["subsample"] = "0.7";
  hyperparameters["early_stopping_rounds"] = "50";
  root.WriteHyperparameters(hyperparameters);
  root.WriteChannel("train", SmallCsv(row_count));
  root.WriteChannel("validation", SmallCsv(200, 2));
  root.Write("input/config/checkpointconfig.json", R"({"LocalPath": "/opt/ml/checkpoints"})");
}

inline RunRequest EveryRound(RunRequest request = {}) {
  request.variables["BOOSTYARD_CHECKPOINT_SECONDS"] = "0";
  request.variables["BOOSTYARD_REPORT"] = "off";
  return request;
}

// As if the job had never run.
inline void Clear(const FakeRoot& root) {
  for (const char* name : {"model", "checkpoints", "output"}) {
    std::filesystem::remove_all(root.At(name));
  }
}

inline Names FilesIn(const std::string& directory) {
  Names names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

// What is left of a killed job is finished by the next one: the model's bytes are `expected`, and
// nothing unfinished is left.
inline void ExpectRunsToTheSameBytes(const FakeRoot& root, const std::string& expected) {
  const RunResult again = TrainIn(root, EveryRound());
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(ReadText(root.At("model/model.tar.gz")) == expected) << "other bytes\n" << again.err;
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
  for (const std::string& name : FilesIn(root.At("checkpoints"))) {
    EXPECT_FALSE(Contains(name, ".sagemaker-ignore")) << name;
  }
  EXPECT_FALSE(Contains(again.err, "passed over")) << again.err;
}

// No model, or the whole one.
inline void ExpectNoneOrWhole(const FakeRoot& root, const std::string& expected) {
  for (const std::string& name : root.ModelFiles()) {
    if (name.front() == '.') continue;  // unfinished; serving does not look at it
    EXPECT_EQ(name, "model.tar.gz");
    EXPECT_TRUE(ReadText(root.At("model/" + name)) == expected) << "half a model";
  }
}

}  // namespace boostyard::testing
