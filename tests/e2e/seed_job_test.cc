// contract.md section 10, P0, lines 1 to 5: the tutorial's job on the real binary in a fake root.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

constexpr const char* kBank = BOOSTYARD_SOURCE_DIR "/../shared/data/bank_marketing";

// Writes the tutorial's job; false where the data are absent.
bool WriteBankJob(const FakeRoot& root) {
  const std::string train = std::string(kBank) + "/train.csv";
  if (!std::filesystem::exists(train)) return false;
  root.WriteHyperparameters(SeedHyperparameters());
  root.Write("input/config/inputdataconfig.json", R"({"train": {"ContentType": "csv"}})");
  std::filesystem::create_directories(root.At("input/data/train"));
  std::filesystem::create_symlink(train, root.At("input/data/train/train.csv"));
  return true;
}

#define SKIP_WITHOUT_BANK(root) \
  if (!WriteBankJob(root)) GTEST_SKIP() << "no bank_marketing in ../shared/data"

void WriteSmallJob(const FakeRoot& root, const Hyperparameters& hyperparameters) {
  root.WriteHyperparameters(hyperparameters);
  root.WriteChannel("train", SmallCsv());
}

TEST(P0, Line01_SeedJobRunsHoweverItIsStarted) {
  struct Start {
    std::string program_name;
    std::vector<std::string> arguments;
    bool has_extras = false;
  };
  const std::vector<Start> starts = {{"boostyard", {"train"}},
                                     {"boostyard", {}},
                                     {"/usr/local/bin/train", {}},
                                     {"train", {"--some", "argument", "train"}, true},
                                     {"boostyard", {"train", "--some=thing"}, true}};
  for (const Start& start : starts) {
    const FakeRoot root;
    WriteSmallJob(root, SeedHyperparameters());
    root.Write("input/config/inputdataconfig.json", R"({"train": {"ContentType": "csv"}})");
    const RunResult result = RunBinary({.arguments = start.arguments,
                                        .variables = {{"SAGEMAKER_BASE_DIR", root.path()}},
                                        .program_name = start.program_name,
                                        .before_exec = {}});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
    EXPECT_FALSE(root.Failure().has_value());
    EXPECT_EQ(Contains(result.err, "arguments ignored"), start.has_extras) << result.err;
  }
}

TEST(P0, Line01_NothingButHyperparametersAndDataIsNeeded) {
  const FakeRoot root;
  WriteSmallJob(root, SeedHyperparameters());
  const RunResult result =
      RunBinary({.arguments = {"--root", root.path()}, .variables = {}, .before_exec = {}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
}

TEST(P0, Line01_ServicesConfigFilesAreUnderstood) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  root.Write("input/config/inputdataconfig.json",
             R"({"train": {"ContentType": "text/csv", "TrainingInputMode": "FastFile",
                 "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}})");
  root.Write("input/config/resourceconfig.json",
             R"({"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0",
                 "current_instance_type": "ml.c5.xlarge", "topology": null})");
  EXPECT_EQ(TrainIn(root).exit_code, 0);
}

TEST(P0, Line02_OneArchiveWithOneModelThatPredicts) {
  const FakeRoot root;
  SKIP_WITHOUT_BANK(root);
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
  ASSERT_EQ(std::system(("cd " + root.path() + " && tar -tzf model/model.tar.gz >list").c_str()),
            0);
  EXPECT_EQ(ReadText(root.At("list")), "xgboost-model\n");

  const RunResult predicted =
      RunBinary({.arguments = {"predict", "--model", root.At("model/model.tar.gz"), "--labels",
                               "--threshold", "0.5", std::string(kBank) + "/test.csv"},
                 .variables = {},
                 .before_exec = {}});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  EXPECT_EQ(Lines(predicted.out).size(), 12357U);
  EXPECT_TRUE(Contains(predicted.err, "Overall Classification Rate: 8")) << predicted.err;
}

// Debian's XGBoost reads the file and predicts the same, where it is installed.
TEST(P0, Line02_XgboostLoadsTheModelAndPredictsTheSame) {
  // Debian's own python first: another one on the PATH rarely has the package.
  std::string python;
  for (const std::string candidate : {"/usr/bin/python3", "python3"}) {
    if (!python.empty()) break;
    if (std::system((candidate + " -c 'import xgboost' 2>/dev/null").c_str()) == 0) {
      python = candidate;
    }
  }
  if (python.empty()) GTEST_SKIP() << "no python3 has xgboost: install python3-xgboost";
  for (const std::string format : {"ubj", "json"}) {
    const FakeRoot root;
    WriteSmallJob(root, SmallHyperparameters("20"));
    ASSERT_EQ(TrainIn(root, {.arguments = {},
                             .variables = {{"BOOSTYARD_MODEL_ARTIFACT", "bare"},
                                           {"BOOSTYARD_MODEL_FORMAT", format}},
                             .before_exec = {}})
                  .exit_code,
              0);
    const RunResult ours =
        RunBinary({.arguments = {"predict", "--model", root.At("model"), "--labels",
                                 root.At("input/data/train/data.csv")},
                   .variables = {},
                   .before_exec = {}});
    ASSERT_EQ(ours.exit_code, 0) << ours.err;
    root.Write("peer.py",
               "import sys, numpy, xgboost\n"
               "table = numpy.loadtxt(sys.argv[2], delimiter=',')\n"
               "booster = xgboost.Booster()\n"
               "booster.load_model(sys.argv[1])\n"
               "for p in booster.predict(xgboost.DMatrix(table[:, 1:])): print('%.9g' % p)\n");
    ASSERT_EQ(
        std::system((python + " " + root.At("peer.py") + " " + root.At("model/xgboost-model") +
                     " " + root.At("input/data/train/data.csv") + " >" + root.At("peer"))
                        .c_str()),
        0);
    const auto our_lines = Lines(ours.out);
    const auto peer_lines = Lines(ReadText(root.At("peer")));
    ASSERT_EQ(our_lines.size(), peer_lines.size());
    for (std::size_t i = 0; i < our_lines.size(); ++i) {
      EXPECT_NEAR(std::stod(our_lines[i]), std::stod(peer_lines[i]), 1e-6);
    }
  }
}

TEST(P0, Line03_ManagedJobsGetTheBareModel) {
  for (const std::string variable : {"TRAINING_JOB_NAME", "TRAINING_JOB_ARN"}) {
    const FakeRoot root;
    WriteSmallJob(root, SmallHyperparameters());
    RunRequest request;
    request.variables[variable] = "job";
    const RunResult result = TrainIn(root, request);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(root.ModelFiles(), Names{"xgboost-model"});
    EXPECT_TRUE(Contains(result.err, variable + " is set")) << result.err;
    EXPECT_TRUE(Contains(result.err, "BOOSTYARD_MODEL_ARTIFACT=tar changes that")) << result.err;
  }
}

TEST(P0, Line03_OverrideWorksBothWaysAndStaleOutputsGo) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  root.Write("model/xgboost-model-0", "stale");
  root.Write("model/notes.txt", "not ours");
  RunRequest tar;
  tar.variables = {{"TRAINING_JOB_NAME", "job"}, {"BOOSTYARD_MODEL_ARTIFACT", "tar"}};
  const RunResult first = TrainIn(root, tar);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(root.ModelFiles(), (Names{"model.tar.gz", "notes.txt"}));
  EXPECT_TRUE(Contains(first.err, "WARNING")) << first.err;
  EXPECT_TRUE(Contains(first.err, "notes.txt")) << first.err;
  RunRequest bare;
  bare.variables = {{"BOOSTYARD_MODEL_ARTIFACT", "bare"}};
  EXPECT_EQ(TrainIn(root, bare).exit_code, 0);
  EXPECT_EQ(root.ModelFiles(), (Names{"notes.txt", "xgboost-model"}));
}

TEST(P0, Line03_FailedJobKeepsTheOlderModelAndSaysSo) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters());
  ASSERT_EQ(TrainIn(root).exit_code, 0);
  const std::string before = ReadText(root.At("model/model.tar.gz"));
  root.WriteChannel("train", "1,2\n0,x\n");
  const RunResult failed = TrainIn(root);
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
  EXPECT_EQ(ReadText(root.At("model/model.tar.gz")), before);
  EXPECT_TRUE(Contains(failed.err, "the model of an earlier job stays")) << failed.err;
  root.WriteChannel("train", SmallCsv());
  EXPECT_EQ(TrainIn(root).exit_code, 0);
  EXPECT_FALSE(root.Failure().has_value()) << "the failure of an earlier job is gone";
}

TEST(P0, Line04_MetricLinesMatchBothPatterns) {
  const FakeRoot root;
  SKIP_WITHOUT_BANK(root);
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto lines = Lines(result.out);
  ASSERT_EQ(lines.size(), 100U);
  const std::regex built_in(
      ".*\\[[0-9]+\\].*#011train-logloss:([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*");
  const std::regex any_metric(".*\\[[0-9]+\\].*#011train-logloss:(\\S+)");
  for (std::size_t round = 0; round < lines.size(); ++round) {
    const std::string shown = AsCloudWatch(lines[round]);
    EXPECT_TRUE(std::regex_match(shown, built_in)) << shown;
    EXPECT_TRUE(std::regex_match(shown, any_metric)) << shown;
    EXPECT_TRUE(std::regex_match(lines[round], std::regex("\\[" + std::to_string(round) +
                                                          "\\]\ttrain-logloss:[0-9]+\\.[0-9]{5}")))
        << lines[round];
  }
  const std::regex metric_like("\\[[0-9]+\\].*-(logloss|error|auc):");
  for (const std::string& line : Lines(AsCloudWatch(result.err))) {
    EXPECT_FALSE(std::regex_search(line, metric_like)) << line;
  }
  EXPECT_TRUE(Contains(Lines(result.err).back(), "summary: 28831 rows, 59 features, 100 rounds"))
      << result.err;
}

TEST(P0, Line04_LinesAppearAsTheyHappen) {
  const FakeRoot root;
  WriteSmallJob(root, SmallHyperparameters("1000000"));
  RunningBinary running({.arguments = {"--root", root.path()}, .variables = {}, .before_exec = {}});
  EXPECT_TRUE(running.WaitForText("[3]\t")) << running.err();
}

// XGBoost 1.7.4 over five seeds (../shared/data/reference.json): AUC 0.7750 +- 0.0010, logloss
// 0.2910 +- 0.0003. The bars lie three deviations away; the job has one seed and is deterministic.
TEST(P0, Line05_TestQualityIsThatOfXgboost) {
  const FakeRoot root;
  SKIP_WITHOUT_BANK(root);
  ASSERT_EQ(TrainIn(root).exit_code, 0);
  const RunResult predicted =
      RunBinary({.arguments = {"predict", "--model", root.At("model/model.tar.gz"), "--labels",
                               std::string(kBank) + "/test.csv"},
                 .variables = {},
                 .before_exec = {}});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  std::smatch auc;
  std::smatch logloss;
  ASSERT_TRUE(std::regex_search(predicted.err, auc, std::regex("auc: ([0-9.]+)"))) << predicted.err;
  ASSERT_TRUE(std::regex_search(predicted.err, logloss, std::regex("logloss: ([0-9.]+)")));
  EXPECT_GE(std::stod(auc[1]), 0.772);
  EXPECT_LE(std::stod(logloss[1]), 0.2920);
}

TEST(P0, Line05_SameJobGivesTheSameBytesOnAnyNumberOfThreads) {
  std::vector<std::string> archives;
  for (const std::string threads : {"8", "8", "1"}) {
    const FakeRoot root;
    SKIP_WITHOUT_BANK(root);
    Hyperparameters hyperparameters = SeedHyperparameters();
    hyperparameters["nthread"] = threads;
    root.WriteHyperparameters(hyperparameters);
    const RunResult result = TrainIn(root);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    ASSERT_TRUE(Contains(result.err, "engine: native")) << "XGBoost does not promise this";
    archives.push_back(ReadText(root.At("model/model.tar.gz")));
    EXPECT_FALSE(archives.back().empty());
    EXPECT_TRUE(archives.back() == archives.front()) << "nthread " << threads;
  }
}

}  // namespace
}  // namespace boostyard::testing
