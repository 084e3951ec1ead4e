// contract.md section 10, P0, line 7: what is wrong is said first, with its place and its cure, and
// nothing is left in the model directory. The texts themselves are in
// tests/golden/failure_texts.txt.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "tests/e2e/job.h"
#include "tests/support/golden.h"

namespace boostyard::testing {
namespace {

// A job that differs from a good one in one thing.
struct BadJob {
  std::string name;
  std::function<void(const FakeRoot&)> spoil;
  std::string start;  // of the failure; ROOT stands for the tree
  Names parts;        // what it must contain
};

void WriteGoodJob(const FakeRoot& root) {
  root.WriteHyperparameters(SmallHyperparameters());
  root.WriteChannel("train", SmallCsv());
}

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::function<void(const FakeRoot&)> Set(const std::string& name, const std::string& value) {
  return [=](const FakeRoot& root) {
    Hyperparameters hyperparameters = SmallHyperparameters();
    hyperparameters[name] = value;
    root.WriteHyperparameters(hyperparameters);
  };
}

// Training data: `text` behind 20 good rows of two features.
std::function<void(const FakeRoot&)> Rows(const std::string& text) {
  return [=](const FakeRoot& root) {
    std::string good;
    for (int row = 0; row < 10; ++row) good += "0,1,2\n1,3,4\n";
    root.WriteChannel("train", good + text);
  };
}

std::function<void(const FakeRoot&)> Whole(const std::string& text) {
  return [=](const FakeRoot& root) { root.WriteChannel("train", text); };
}

std::function<void(const FakeRoot&)> Input(const std::string& json) {
  return [=](const FakeRoot& root) { root.Write("input/config/inputdataconfig.json", json); };
}

std::function<void(const FakeRoot&)> Validation(const std::string& text) {
  return [=](const FakeRoot& root) { root.WriteChannel("validation", text); };
}

std::vector<BadJob> SettingsJobs() {
  return {
      {"no hyperparameters.json",
       [](const FakeRoot& root) {
         std::filesystem::remove(root.At("input/config/hyperparameters.json"));
       },
       "UserError: ROOT/input/config/hyperparameters.json",
       {"config-missing"}},
      {"broken JSON",
       [](const FakeRoot& root) {
         root.Write("input/config/hyperparameters.json", "{\n \"eta\": \"0.1\",\n}");
       },
       "UserError: ROOT/input/config/hyperparameters.json:3:1: ",
       {"config-bad-json"}},
      {"num_round missing",
       [](const FakeRoot& root) {
         root.WriteHyperparameters({{"eta", "0.1"}});
       },
       "UserError: ",
       {"num_round", "hyperparam-missing"}},
      {"unknown name", Set("etaa", "0.1"), "UserError: ", {"etaa", "'eta'", "hyperparam-unknown"}},
      {"wrong type",
       Set("max_depth", "deep"),
       "UserError: ",
       {"max_depth", "deep", "hyperparam-bad-value"}},
      {"out of range",
       Set("eta", "1.01"),
       "UserError: ",
       {"eta", "1.01", "hyperparam-out-of-range"}},
      {"several at once",
       [](const FakeRoot& root) {
         root.WriteHyperparameters({{"eta", "2"}, {"gama", "1"}, {"num_round", "0"}});
       },
       "UserError: ",
       {"num_round", "eta", "gama", "; also: "}},
      {"constraint on a feature that is not there",
       Set("interaction_constraints", "[[0,1],[2,4]]"),
       "UserError: interaction_constraints names feature 4",
       {"4 features", "from 0 to 3", "data-column-mismatch"}},
      {"more monotone constraints than features",
       Set("monotone_constraints", "(1,0,0,0,1)"),
       "UserError: monotone_constraints has 5 entries for 4 features",
       {"data-column-mismatch"}},
      {"script mode", Set("sagemaker_program", "train.py"), "UserError: ", {"sagemaker_program"}},
      {"more folds than rows of a class",
       Set("_kfold", "250"),
       "UserError: _kfold is 250, and there are only ",
       {"rows of label 0", "data-too-few-rows"}},
      {"tuning on a channel that is not there",
       Set("_tuning_objective_metric", "validation:auc"),
       "UserError: ",
       {"validation:auc", "channel validation"}},
      {"several hosts",
       [](const FakeRoot& root) {
         root.Write("input/config/resourceconfig.json",
                    R"({"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})");
       },
       "UserError: ",
       {"2 hosts"}},
  };
}

std::vector<BadJob> ChannelJobs() {
  return {
      {"no data",
       [](const FakeRoot& root) { std::filesystem::remove_all(root.At("input/data")); },
       "UserError: no data",
       {"ROOT/input/data", "channel-missing"}},
      {"empty channel",
       [](const FakeRoot& root) { std::filesystem::remove(root.At("input/data/train/data.csv")); },
       "UserError: no data in channel train",
       {"ROOT/input/data/train", "channel-empty"}},
      {"empty files",
       Whole(""),
       "UserError: no data in channel train",
       {"data.csv", "channel-empty"}},
      {"unknown content type",
       Input(R"({"train": {"ContentType": "application/zip"}})"),
       "UserError: channel train",
       {"application/zip", "text/csv", "channel-content-type"}},
      {"label_size of two",
       Input(R"({"train": {"ContentType": "text/csv;label_size=2"}})"),
       "UserError: channel train",
       {"label_size"}},
      {"libsvm type with CSV content",
       Input(R"({"train": {"ContentType": "text/libsvm"}})"),
       "UserError: ",
       {"text/csv"}},
      {"libsvm content with a CSV type",
       [](const FakeRoot& root) {
         root.WriteChannel("train", "1 0:1 3:2\n0 1:1 2:2\n");
         root.Write("input/config/inputdataconfig.json", R"({"train": {"ContentType": "csv"}})");
       },
       "UserError: train/data.csv looks like libsvm",
       {"channel-content-type"}},
      {"unknown delimiter",
       Input(R"({"train": {"ContentType": "text/csv;delimiter=ab"}})"),
       "UserError: channel train",
       {"semicolon, tab", "channel-content-type"}},
      {"tabs declared, commas found",
       Input(R"({"train": {"ContentType": "text/tab-separated-values"}})"),
       "UserError: train/data.csv has a label but no features",
       {"separated by tab as the content type says", "csv-no-features"}},
      {"pipe mode without a pipe",
       Input(R"({"train": {"ContentType": "text/csv", "TrainingInputMode": "Pipe"}})"),
       "UserError: channel train",
       {"ROOT/input/data/train_0", "channel-pipe"}},
      {"validation named but absent",
       Input(R"({"train": {}, "validation": {}})"),
       "UserError: no data for channel validation",
       {"ROOT/input/data/validation"}},
      {"compressed",
       Whole("BZh91AY not read here"),
       "UserError: train/data.csv",
       {"data-compressed"}},
      {"unreadable file",
       [](const FakeRoot& root) {
         std::filesystem::create_symlink("gone.csv", root.At("input/data/train/link.csv"));
       },
       "UserError: ROOT/input/data/train/link.csv",
       {"input-unreadable"}},
  };
}

std::vector<BadJob> CsvJobs() {
  return {
      {"text cell",
       Rows("0,5,12O\n"),
       "UserError: train/data.csv:21:5: ",
       {"column 3", "\"12O\"", "csv-bad-number"}},
      {"ragged row, short",
       Rows("0,5\n"),
       "UserError: train/data.csv:21",
       {"2", "3", "csv-column-count"}},
      {"ragged row, long",
       Rows("0,5,6,7\n"),
       "UserError: train/data.csv:21",
       {"4", "csv-column-count"}},
      {"empty label", Rows(",5,6\n"), "UserError: train/data.csv:21:1: ", {"csv-bad-label"}},
      {"text label",
       Rows("maybe,5,6\n"),
       "UserError: train/data.csv:21:1: ",
       {"maybe", "csv-bad-label"}},
      {"yes/no labels",
       Whole("yes,1,2\nno,3,4\nyes,5,6\n"),
       "UserError: train/data.csv:1:1: ",
       {"yes", "1", "csv-bad-label"}},
      {"NaN label", Rows("nan,5,6\n"), "UserError: train/data.csv:21:1: ", {"csv-bad-label"}},
      {"label outside [0,1]",
       Rows("2,5,6\n"),
       "UserError: train/data.csv:21:1: ",
       {"2", "data-label-range"}},
      {"one column", Whole("1\n0\n1\n"), "UserError: train/data.csv", {"csv-no-features"}},
      {"header and nothing else",
       Whole("label,age\n"),
       "UserError: ",
       {"train/data.csv", "\"age\"", "csv-no-rows"}},
      {"infinite cell",
       Rows("0,inf,6\n"),
       "UserError: train/data.csv:21:3: ",
       {"column 2", "csv-out-of-range"}},
      {"beyond float32",
       Rows("0,1e39,6\n"),
       "UserError: train/data.csv:21:3: ",
       {"csv-out-of-range"}},
      {"thousands separator",
       Rows("0,\"1,000\",6\n"),
       "UserError: train/data.csv:21:3: ",
       {"column 2"}},
      {"open quote", Rows("0,\"5,6\n"), "UserError: train/data.csv:21:3: ", {"csv-bad-quote"}},
      {"UTF-16",
       Whole(std::string("\xFF\xFE"
                         "1\0,\0"
                         "2\0\n\0",
                         10)),
       "UserError: train/data.csv",
       {"csv-encoding"}},
      {"validation with another column count",
       Validation("1,2,3\n"),
       "UserError: validation/data.csv",
       {"data-column-mismatch"}},
      {"validation label outside [0,1]",
       Validation("0,1,2,3,4\n7,1,2,3,4\n"),
       "UserError: validation/data.csv:2:1: ",
       {"7", "data-label-range"}},
  };
}

// Runs a job's job on the binary; its failure text with the tree's place taken out.
std::string Refuse(const BadJob& job) {
  const FakeRoot root;
  WriteGoodJob(root);
  job.spoil(root);
  const RunResult result = TrainIn(root);
  Names parts;
  for (const std::string& part : job.parts) parts.push_back(Replace(part, "ROOT", root.path()));
  parts.push_back(". Fix: ");
  ExpectRefused(root, result, Replace(job.start, "ROOT", root.path()), parts);
  return std::regex_replace(Replace(root.Failure().value_or(""), root.path(), "/opt/ml"),
                            std::regex("user [0-9]+"), "user UID");
}

TEST(P0, Line07_BadInputIsRefusedWithPlaceAndCure) {
  std::string texts =
      "# The failure files of tests/e2e/refusal_test.cc; it rewrites them with\n"
      "# BOOSTYARD_UPDATE_GOLDEN=1.\n";
  for (const auto& jobs : {SettingsJobs(), ChannelJobs(), CsvJobs()}) {
    for (const BadJob& job : jobs) {
      SCOPED_TRACE(job.name);
      texts += "\n## " + job.name + "\n" + Refuse(job) + "\n";
    }
  }
  ExpectGolden("tests/golden/failure_texts.txt", texts);
}

TEST(P0, Line07_UnreadableFileIsTheUsersError) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to run as somebody else";
  const FakeRoot root;
  WriteGoodJob(root);
  std::filesystem::create_directories(root.At("model"));
  std::filesystem::create_directories(root.At("output"));
  chmod(root.At("model").c_str(), 0777);
  chmod(root.At("output").c_str(), 0777);
  chmod(root.At("input/data/train/data.csv").c_str(), 0600);
  RunRequest request;
  request.before_exec = [] { (void)!setuid(12345); };
  ExpectRefused(root, TrainIn(root, request), "UserError: " + root.At("input/data/train/data.csv"),
                {"Permission denied", "12345", "input-unreadable"});
}

TEST(P0, Line07_UnwritableModelDirectoryIsThePlatforms) {
  const FakeRoot root;
  WriteGoodJob(root);
  root.Write("model", "a file where the directory should be");
  const RunResult result = TrainIn(root);
  ExpectRefused(root, result, "PlatformError: " + root.At("model"), {"io-write"});
  EXPECT_EQ(result.out, "") << "found before training";
}

TEST(P0, Line07_FullDiskIsThePlatforms) {
  const FakeRoot root;
  root.WriteHyperparameters(SmallHyperparameters("300"));
  root.WriteChannel("train", SmallCsv(2000));
  std::filesystem::create_directories(root.At("model"));
  if (mount("none", root.At("model").c_str(), "tmpfs", 0, "size=4k") != 0) {
    GTEST_SKIP() << "may not mount a small file system here";
  }
  const RunResult result = TrainIn(root);
  ExpectRefused(root, result, "PlatformError: " + root.At("model/model.tar.gz"),
                {"No space left", "disk-full"});
  umount(root.At("model").c_str());
}

TEST(P0, Line07_UnwritableFailureFileDoesNotHideTheCause) {
  const FakeRoot root;
  WriteGoodJob(root);
  Set("eta", "7")(root);
  root.Write("output", "a file where the directory should be");
  const RunResult result = TrainIn(root);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Contains(result.err, "UserError: ")) << result.err;
  EXPECT_TRUE(Contains(result.err, "no failure file")) << result.err;
}

TEST(P0, Line07_WrongCommandLineIsOneLine) {
  const RunResult result = RunBinary({.arguments = {"trian"}, .variables = {}, .before_exec = {}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(Lines(result.err).size(), 1U);
  EXPECT_EQ(result.err.rfind("UserError: ", 0), 0U) << result.err;
}

}  // namespace
}  // namespace boostyard::testing
