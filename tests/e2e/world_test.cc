// contract.md section 10, P0, lines 11 to 14: signals, devices, resources, users and read-only
// trees; and the commands beside train.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/e2e/job.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BOOSTYARD_HAS_SANITIZER 1
#else
#define BOOSTYARD_HAS_SANITIZER 0
#endif

namespace boostyard::testing {
namespace {

void WriteSmallJob(const FakeRoot& root, const Hyperparameters& hyperparameters) {
  root.WriteHyperparameters(hyperparameters);
  root.WriteChannel("train", SmallCsv());
}

RunResult RunWith(const Names& arguments) {
  return RunBinary({.arguments = arguments, .variables = {}, .before_exec = {}});
}

// Sends `signal` to a job of endless rounds once it shows a metric line.
RunResult Interrupt(const FakeRoot& root, int signal, double& seconds) {
  RunningBinary running({.arguments = {"--root", root.path()}, .variables = {}, .before_exec = {}});
  EXPECT_TRUE(running.WaitForText("[2]\t")) << running.err();
  const auto start = std::chrono::steady_clock::now();
  running.Send(signal);
  const RunResult result = running.Wait();
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

TEST(P0, Line11_SigtermEndsTheJobWithoutAModel) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters("100000000"));
  double seconds = 0.0;
  const RunResult result = Interrupt(root, SIGTERM, seconds);
  EXPECT_EQ(result.exit_code, 143) << result.err;
  EXPECT_LT(seconds, 10.0) << "what the contract grants";
  EXPECT_EQ(root.ModelFiles(), Names{});
  EXPECT_FALSE(root.Failure().has_value()) << "a stop is no failure";
}

TEST(P0, Line11_SigtermSavesTheModelIfAsked) {
  const FakeRoot root;
  Hyperparameters hyperparameters = SmallHyperparameters("100000000");
  hyperparameters["save_model_on_termination"] = "true";
  WriteSmallJob(root, hyperparameters);
  double seconds = 0.0;
  const RunResult result = Interrupt(root, SIGTERM, seconds);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_LT(seconds, 10.0) << "what the contract grants";
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
  const auto model = ModelIn(root);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(static_cast<std::size_t>(model->round_count()), Lines(result.out).size())
      << "every round that was shown is in the model";
}

TEST(P0, Line11_SigintIs130) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters("100000000"));
  double seconds = 0.0;
  EXPECT_EQ(Interrupt(root, SIGINT, seconds).exit_code, 130);
  EXPECT_EQ(root.ModelFiles(), Names{});
}

TEST(P0, Line11_SigtermWhileNobodyWritesThePipe) {
  const FakeRoot root;
  root.WriteHyperparameters(SmallHyperparameters());
  root.Write("input/config/inputdataconfig.json",
             R"({"train": {"ContentType": "text/csv", "TrainingInputMode": "Pipe"}})");
  std::filesystem::create_directories(root.At("input/data"));
  ASSERT_EQ(mkfifo(root.At("input/data/train_0").c_str(), 0666), 0);
  RunningBinary running({.arguments = {"--root", root.path()}, .variables = {}, .before_exec = {}});
  ASSERT_TRUE(running.WaitForText("thread")) << running.err();
  running.Send(SIGTERM);
  EXPECT_EQ(running.Wait().exit_code, 143);
  EXPECT_FALSE(Contains(running.err(), "AlgorithmError")) << "being stopped is no bug of ours";
  EXPECT_EQ(root.ModelFiles(), Names{});
}

TEST(P0, Line11_PipeIsReadLikeAFile) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  const RunResult from_file = TrainIn(root);
  ASSERT_EQ(from_file.exit_code, 0) << from_file.err;
  root.Write("input/config/inputdataconfig.json",
             R"({"train": {"ContentType": "text/csv", "TrainingInputMode": "Pipe"}})");
  ASSERT_EQ(mkfifo(root.At("input/data/train_0").c_str(), 0666), 0);
  std::thread writer([&] { std::ofstream(root.At("input/data/train_0")) << SmallCsv(); });
  const RunResult from_pipe = TrainIn(root);
  writer.join();
  EXPECT_EQ(from_pipe.exit_code, 0) << from_pipe.err;
  EXPECT_EQ(from_pipe.out, from_file.out);
}

TEST(P0, Line12_CpuNeedsNoGpuAndExplicitCudaNeedsOne) {
  if (std::filesystem::exists("/dev/nvidiactl")) GTEST_SKIP() << "there is a GPU here";
  for (const Hyperparameters& more : std::vector<Hyperparameters>{
           {{"device", "cpu"}}, {{"device", "auto"}}, {{"tree_method", "hist"}}}) {
    const FakeRoot root;
    Hyperparameters hyperparameters = SmallHyperparameters();
    hyperparameters.insert(more.begin(), more.end());
    WriteSmallJob(root, hyperparameters);
    const RunResult result = TrainIn(root);
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  for (const Hyperparameters& more : std::vector<Hyperparameters>{{{"device", "cuda"}},
                                                                  {{"device", "gpu"}},
                                                                  {{"device", "cuda:1"}},
                                                                  {{"tree_method", "gpu_hist"}}}) {
    SCOPED_TRACE(more.begin()->second);
    const FakeRoot root;
    Hyperparameters hyperparameters = SmallHyperparameters();
    hyperparameters.insert(more.begin(), more.end());
    WriteSmallJob(root, hyperparameters);
    ExpectRefused(root, TrainIn(root), "UserError: ", {"[device-unavailable]"});
  }
}

TEST(P0, Line13_ThreadsFollowAffinityAndNthread) {
  const FakeRoot root;
  Hyperparameters hyperparameters = SmallHyperparameters();
  hyperparameters["nthread"] = "1";
  WriteSmallJob(root, hyperparameters);
  const RunResult one = TrainIn(root);
  EXPECT_TRUE(Contains(one.err, "1 thread: ")) << one.err;
  EXPECT_TRUE(Contains(one.err, "nthread 1")) << one.err;

  WriteSmallJob(root, SmallHyperparameters());
  RunRequest request;
  request.before_exec = [] {
    cpu_set_t set;
    sched_getaffinity(0, sizeof(set), &set);
    int first = 0;
    while (first < CPU_SETSIZE && !CPU_ISSET(first, &set)) ++first;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    sched_setaffinity(0, sizeof(set), &set);
  };
  const RunResult pinned = TrainIn(root, request);
  EXPECT_TRUE(Contains(pinned.err, "1 thread: ")) << pinned.err;
  EXPECT_TRUE(Contains(pinned.err, "affinity 1")) << pinned.err;
}

TEST(P0, Line13_TooLittleMemoryIsExplained) {
  if (BOOSTYARD_HAS_SANITIZER) GTEST_SKIP() << "sanitizers reserve more than any limit";
  const FakeRoot root;
  Hyperparameters hyperparameters = SmallHyperparameters();
  hyperparameters["nthread"] = "1";
  root.WriteHyperparameters(hyperparameters);
  root.WriteChannel("train", SmallCsv(2000000));  // 25 MB of text
  RunRequest request;
  request.before_exec = [] {
    const rlimit limit{48U << 20, 48U << 20};
    setrlimit(RLIMIT_DATA, &limit);
  };
  ExpectRefused(root, TrainIn(root, request),
                "PlatformError: ", {"memory", "MiB", "[out-of-memory]"});
}

TEST(P0, Line14_AnyUserAndMissingOutputDirectories) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to run as somebody else";
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  chmod(root.path().c_str(), 0777);  // the mounted tree belongs to somebody else
  RunRequest request;
  request.before_exec = [] {
    umask(077);
    (void)!setuid(12345);
  };
  const RunResult result = TrainIn(root, request);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
  struct stat status {};
  ASSERT_EQ(stat(root.At("model/model.tar.gz").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 12345U);
  EXPECT_EQ(status.st_mode & 0777, 0666U) << "whoever cleans up is somebody else again";
}

TEST(P0, Line14_ReadOnlyInput) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to run as somebody else";
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  std::filesystem::create_directories(root.At("model"));
  chmod(root.At("model").c_str(), 0777);  // all else is closed to the user, output/ too
  RunRequest request;
  request.before_exec = [] { (void)!setuid(12345); };
  const RunResult result = TrainIn(root, request);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
}

// Nothing can be written but the mounted tree, as with docker run --read-only.
TEST(P0, Line14_ReadOnlyRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to make a file system read-only";
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  constexpr int kCannot = 77;
  RunRequest request;
  const std::string tree = root.path();
  request.before_exec = [tree] {
    const bool is_done =
        unshare(CLONE_NEWNS) == 0 &&
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        mount(tree.c_str(), tree.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
        mount("none", "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
    if (!is_done) _exit(kCannot);
  };
  const RunResult result = TrainIn(root, request);
  if (result.exit_code == kCannot) GTEST_SKIP() << "may not mount here";
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
}

TEST(P0, Line14_ChmodServeVersionAndHelp) {
  const FakeRoot root;
  root.Write("delete/a/b", "x");
  chmod(root.At("delete/a/b").c_str(), 0600);
  const RunResult chmod_result = RunBinary({.arguments = {"-R", "777", root.At("delete")},
                                            .variables = {},
                                            .program_name = "/usr/bin/chmod",
                                            .before_exec = {}});
  EXPECT_EQ(chmod_result.exit_code, 0) << chmod_result.err;
  struct stat status {};
  ASSERT_EQ(stat(root.At("delete/a/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0777U);

  const RunResult serve =
      RunBinary({.arguments = {}, .variables = {}, .program_name = "serve", .before_exec = {}});
  EXPECT_EQ(serve.exit_code, 1);
  EXPECT_EQ(Lines(serve.err).size(), 1U);
  EXPECT_TRUE(Contains(serve.err, "sagemaker-xgboost")) << serve.err;

  EXPECT_EQ(RunWith({"--version"}).out, "boostyard " BOOSTYARD_VERSION "\n");
  EXPECT_EQ(RunWith({"train", "--version"}).out, "boostyard " BOOSTYARD_VERSION "\n");
  const RunResult help = RunWith({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* command : {"train", "predict", "describe", "chmod"}) {
    EXPECT_TRUE(Contains(help.out, command)) << help.out;
  }
}

TEST(Describe, PrintsTheTableInEachForm) {
  EXPECT_TRUE(Contains(RunWith({"describe", "hyperparameters"}).out, "num_round"));
  EXPECT_TRUE(Contains(RunWith({"describe", "hyperparameters", "--json"}).out, "\"IsTunable\""));
  EXPECT_TRUE(Contains(RunWith({"describe", "hyperparameters", "--markdown"}).out, "|"));
  EXPECT_EQ(RunWith({"describe", "weather"}).exit_code, 1);
}

TEST(Predict, RefusesAFileOfOtherColumns) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  ASSERT_EQ(TrainIn(root).exit_code, 0);
  const std::string labelled = root.At("input/data/train/data.csv");
  const RunResult result = RunWith({"predict", "--model", root.At("model/model.tar.gz"), labelled});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(Contains(result.err, "has 5 features")) << result.err;
  EXPECT_TRUE(Contains(result.err, "use --labels")) << result.err;
  EXPECT_TRUE(Contains(result.err, "[data-column-mismatch]")) << result.err;
  EXPECT_EQ(RunWith({"predict", "--model", root.At("model"), "--labels", labelled}).exit_code, 0);
  EXPECT_EQ(RunWith({"predict", "--model", root.At("nothing"), labelled}).exit_code, 1);
  EXPECT_EQ(RunWith({"predict", "--model", labelled, labelled}).exit_code, 1);
  const RunResult missing =
      RunWith({"predict", "--model", root.At("model/model.tar.gz"), root.At("nothing.csv")});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.err.rfind("UserError: cannot read ", 0), 0U) << missing.err;
}

}  // namespace
}  // namespace boostyard::testing
