// Broken disks, files and directories: a clear text, exit 1, nothing half; or, where the job can do
// without, a warning and the same model.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "tests/faults/fault.h"

namespace boostyard::testing {
namespace {

std::string Errno(int number) { return "errno:" + std::to_string(number); }

class FaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    BOOSTYARD_SKIP_UNDER_SANITIZERS();
    WriteCheckpointJob(root_, "6");
    const RunResult result = TrainIn(root_, EveryRound());
    ASSERT_EQ(result.exit_code, 0) << result.err;
    out_ = result.out;
    model_ = ReadText(root_.At("model/model.tar.gz"));
    Clear(root_);
  }
  RunResult RunWith(const Fault& fault) const {
    return TrainIn(root_, WithFault(fault, EveryRound()));
  }
  void ExpectSameModel(const RunResult& result) const {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(ReadText(root_.At("model/model.tar.gz")) == model_);
    EXPECT_EQ(root_.ModelFiles(), Names{"model.tar.gz"});
  }

  FakeRoot root_;
  std::string out_;
  std::string model_;
};

struct RefusedFault {
  Fault fault;
  std::string kind;
  std::string what;  // what the failure begins with after its kind; ROOT/ stands for the tree
  Names parts;
};

TEST_F(FaultTest, WhatTheJobCannotDoWithout) {
  const std::string data = "/input/data/train/";
  const std::vector<RefusedFault> faults{
      {{"read,pread", data, Errno(EIO)},
       "PlatformError",
       "cannot read train/data.csv",
       {"Input/output error", "[io-read]"}},
      {{"read,pread", data, Errno(EIO), 2},
       "PlatformError",
       "cannot read train/data.csv",
       {"Input/output error", "[io-read]"}},
      {{"open", data, Errno(ENOENT)},
       "UserError",
       "cannot read train/data.csv",
       {"No such file", "[input-unreadable]"}},
      {{"open", data, Errno(EACCES)},
       "UserError",
       "cannot read train/data.csv",
       {"Permission denied", "[input-unreadable]"}},
      {{"read,pread", "/input/data/validation/", Errno(EIO)},
       "PlatformError",
       "cannot read validation/data.csv",
       {"Input/output error", "[io-read]"}},
      {{"read", "hyperparameters.json", Errno(EIO)},
       "PlatformError",
       "ROOT/input/config/hyperparameters.json",
       {"Input/output error", "[io-read]"}},
      {{"open", "hyperparameters.json", Errno(EACCES)},
       "UserError",
       "ROOT/input/config/hyperparameters.json",
       {"Permission denied", "[input-unreadable]"}},
      {{"read", "checkpointconfig.json", Errno(EIO)},
       "PlatformError",
       "ROOT/input/config/checkpointconfig.json",
       {"Input/output error", "[io-read]"}},
      {{"write", "/model/", Errno(ENOSPC)},
       "PlatformError",
       "ROOT/model/model.tar.gz",
       {"No space left", "larger volume", "[disk-full]"}},
      {{"write", "/model/", Errno(EDQUOT)},
       "PlatformError",
       "ROOT/model/model.tar.gz",
       {"quota", "[disk-full]"}},
      {{"fsync", "/model/", Errno(EIO)},
       "PlatformError",
       "ROOT/model/model.tar.gz",
       {"Input/output error", "[io-write]"}},
      {{"fsync", "/model/", Errno(ENOSPC)},
       "PlatformError",
       "ROOT/model/model.tar.gz",
       {"No space left", "[disk-full]"}},
      {{"rename", "/model/", Errno(EIO)},
       "PlatformError",
       "ROOT/model/model.tar.gz",
       {"Input/output error", "[io-write]"}},
      {{"open", "/model/", Errno(EROFS)},
       "PlatformError",
       "ROOT/model",
       {"Read-only file system", "mount it for writing", "[io-write]"}},
      {{"open", "/checkpoints/", Errno(EROFS)},
       "PlatformError",
       "ROOT/checkpoints",
       {"Read-only file system", "mount it for writing", "[io-write]"}},
  };
  for (const RefusedFault& refused : faults) {
    SCOPED_TRACE(refused.fault.calls + " " + refused.fault.path + " " + refused.fault.what);
    Clear(root_);
    Names parts = refused.parts;
    parts.push_back("Fix: ");
    const RunResult result = RunWith(refused.fault);
    const bool has_path = refused.what.rfind("ROOT/", 0) == 0;
    const std::string what = has_path ? root_.At(refused.what.substr(5)) : refused.what;
    ExpectRefused(root_, result, refused.kind + ": " + what, parts);
    if (refused.fault.calls == "open" && has_path) {
      EXPECT_EQ(result.out, "") << "found before training";
    }
  }
}

TEST_F(FaultTest, ShortReadsAndWritesAndInterruptionsChangeNothing) {
  const std::vector<Fault> faults{
      {"read,pread", "/input/", "short"},
      {"write", "/model/", "short"},
      {"write", "/checkpoints/", "short"},
      {"read,pread", "/input/data/", Errno(EINTR), 1},
      {"read,pread", "/input/data/", Errno(EINTR), 2},
      {"read", "/input/config/", Errno(EINTR), 1},
      {"write", "/model/", Errno(EINTR), 1},
      {"write", "/checkpoints/", Errno(EINTR), 3},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.calls + " " + fault.path + " " + fault.what);
    Clear(root_);
    const RunResult result = RunWith(fault);
    ExpectSameModel(result);
    EXPECT_EQ(result.out, out_);
  }
}

// A file that is cut off while it is read must not pass for a shorter one.
TEST_F(FaultTest, AFileThatEndsTooSoonIsAnError) {
  const RunResult result = RunWith({"read,pread", "/input/data/train/", "end", 2});
  ExpectRefused(root_, result, "PlatformError: cannot read train/data.csv",
                {"longer when it was opened", "[io-read]"});
}

TEST_F(FaultTest, ACheckpointThatCannotBeWrittenIsAWarning) {
  for (const Fault& fault : std::vector<Fault>{{"write", "/checkpoints/", Errno(ENOSPC)},
                                               {"fsync", "/checkpoints/xgb", Errno(EIO), 4},
                                               {"rename", "/checkpoints/", Errno(EIO), 4}}) {
    SCOPED_TRACE(fault.calls);
    Clear(root_);
    const RunResult result = RunWith(fault);
    ExpectSameModel(result);
    EXPECT_TRUE(Contains(result.err, "no checkpoint of round ")) << result.err;
    for (const std::string& name : FilesIn(root_.At("checkpoints"))) {
      EXPECT_FALSE(Contains(name, ".sagemaker-ignore")) << name;
    }
  }
}

TEST_F(FaultTest, ACheckpointThatCannotBeReadIsPassedOver) {
  ASSERT_EQ(TrainIn(root_, EveryRound()).exit_code, 0);
  std::filesystem::remove_all(root_.At("model"));
  const RunResult result = RunWith({"read", "xgboost-checkpoint.5", Errno(EIO)});
  ExpectSameModel(result);
  EXPECT_TRUE(Contains(result.err, "checkpoint passed over, xgboost-checkpoint.5: ")) << result.err;
  EXPECT_EQ(Lines(result.out).size(), 1U) << "only the last round is trained again";
}

TEST_F(FaultTest, OutputsThatCannotBeWrittenAreAWarning) {
  const RunResult result = RunWith({"write", "/output/data/", Errno(ENOSPC)});
  ExpectSameModel(result);
  EXPECT_TRUE(Contains(result.err, "[disk-full]")) << result.err;
}

TEST_F(FaultTest, ALimitOnTheSizeOfFilesIsSaid) {
  RunRequest request;
  request.variables["BOOSTYARD_CHECKPOINT_SECONDS"] = "1000";
  request.before_exec = [] {
    const rlimit limit{1024, 1024};
    setrlimit(RLIMIT_FSIZE, &limit);
  };
  root_.WriteHyperparameters(SmallHyperparameters("3"));
  std::filesystem::remove(root_.At("input/config/checkpointconfig.json"));
  const RunResult result = TrainIn(root_, request);
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_EQ(root_.ModelFiles(), Names{});
  EXPECT_TRUE(Contains(root_.Failure().value_or(""), "File too large")) << result.err;
}

TEST_F(FaultTest, AReadOnlyModelDirectoryIsFoundBeforeTraining) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to run as somebody else";
  std::filesystem::create_directories(root_.At("model"));
  std::filesystem::create_directories(root_.At("output"));
  std::filesystem::create_directories(root_.At("checkpoints"));
  for (const char* open : {"output", "checkpoints"}) chmod(root_.At(open).c_str(), 0777);
  chmod(root_.At("model").c_str(), 0555);
  RunRequest request;
  request.before_exec = [] { (void)!setuid(12345); };
  const RunResult result = TrainIn(root_, request);
  ExpectRefused(root_, result, "PlatformError: " + root_.At("model"),
                {"Permission denied", "user 12345", "[io-write]"});
  EXPECT_EQ(result.out, "");
}

}  // namespace
}  // namespace boostyard::testing
