// contract.md section 5 and section 10, P1, line 3: what a user sees of checkpoints.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

RunRequest EveryRound() {
  RunRequest request;
  request.variables["BOOSTYARD_CHECKPOINT_SECONDS"] = "0";
  return request;
}

void WriteJob(const FakeRoot& root, const Hyperparameters& hyperparameters) {
  root.WriteHyperparameters(hyperparameters);
  root.WriteChannel("train", SmallCsv());
  root.WriteChannel("validation", SmallCsv(200, 2));
  root.Write("input/config/checkpointconfig.json",
             R"({"LocalPath": "/opt/ml/checkpoints", "S3Uri": "s3://bucket/key"})");
}

// metrics.json without what differs from run to run.
nlohmann::json FiguresIn(const FakeRoot& root) {
  auto metrics = nlohmann::json::parse(ReadText(root.At("output/data/metrics.json")));
  metrics.erase("seconds");
  metrics.erase("stages");
  return metrics;
}

// What report.html draws, without what differs from run to run.
nlohmann::json DrawnIn(const FakeRoot& root) {
  const std::string page = ReadText(root.At("output/data/report.html"));
  const std::string mark = "id=\"data\">";
  const std::size_t begin = page.find(mark);
  if (begin == std::string::npos) return {};
  const std::size_t start = begin + mark.size();
  auto drawn = nlohmann::json::parse(page.substr(start, page.find("</script>", start) - start));
  drawn.erase("finished");
  drawn.erase("stages");
  return drawn;
}

// The reference's own test: 10 rounds, then 20.
TEST(P1_3_Checkpoints, TenRoundsThenTwentyAreTwentyRounds) {
  const FakeRoot root;
  WriteJob(root, SmallHyperparameters("20"));
  const RunResult whole = TrainIn(root);
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const std::string expected = ReadText(root.At("model/model.tar.gz"));
  const nlohmann::json metrics = FiguresIn(root);
  const nlohmann::json drawn = DrawnIn(root);
  ASSERT_EQ(drawn["curves"][0]["values"].size(), 20U);
  ASSERT_EQ(drawn["quality"]["kind"], "scores");
  std::filesystem::remove_all(root.At("checkpoints"));

  WriteJob(root, SmallHyperparameters("10"));
  const RunResult first = TrainIn(root);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(Lines(first.out).size(), 10U);
  EXPECT_TRUE(std::filesystem::exists(root.At("checkpoints/xgboost-checkpoint.9")));
  EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
  WriteJob(root, SmallHyperparameters("20"));
  const RunResult second = TrainIn(root);
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(first.out + second.out, whole.out) << "round numbers go on";
  EXPECT_TRUE(Contains(second.err, "10 of 20 rounds are done")) << second.err;
  EXPECT_TRUE(ReadText(root.At("model/model.tar.gz")) == expected);
  EXPECT_EQ(FiguresIn(root), metrics) << "the earlier run's rounds too";
  EXPECT_EQ(DrawnIn(root), drawn) << "curves and quality are those of the undisturbed run";

  const RunResult third = TrainIn(root);
  EXPECT_EQ(third.exit_code, 0) << third.err;
  EXPECT_EQ(third.out, "") << "nothing is left to do";
  EXPECT_TRUE(ReadText(root.At("model/model.tar.gz")) == expected);
}

TEST(P1_3_Checkpoints, AtMostFiveAreKept) {
  const FakeRoot root;
  WriteJob(root, SmallHyperparameters("9"));
  ASSERT_EQ(TrainIn(root, EveryRound()).exit_code, 0);
  for (int round = 0; round < 9; ++round) {
    EXPECT_EQ(
        std::filesystem::exists(root.At("checkpoints/xgboost-checkpoint." + std::to_string(round))),
        round >= 4);
  }
}

TEST(P1_3_Checkpoints, TheDirectoryMayComeFromTheEnvironment) {
  const FakeRoot root;
  WriteJob(root, SmallHyperparameters("3"));
  std::filesystem::remove(root.At("input/config/checkpointconfig.json"));
  RunRequest request;
  request.variables["BOOSTYARD_CHECKPOINT_DIR"] = "/opt/ml/elsewhere";
  ASSERT_EQ(TrainIn(root, request).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(root.At("elsewhere/xgboost-checkpoint.2")));
  EXPECT_FALSE(std::filesystem::exists(root.At("checkpoints")));
}

TEST(P1_3_Checkpoints, NoneWithoutAConfiguration) {
  const FakeRoot root;
  WriteJob(root, SmallHyperparameters("3"));
  std::filesystem::remove(root.At("input/config/checkpointconfig.json"));
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(root.At("checkpoints")));
  EXPECT_FALSE(Contains(result.err, "checkpoint")) << result.err;
}

TEST(P1_3_Checkpoints, ACorruptOneIsReportedAndTheNextOlderUsed) {
  const FakeRoot root;
  WriteJob(root, SmallHyperparameters("8"));
  ASSERT_EQ(TrainIn(root, EveryRound()).exit_code, 0);
  const std::string expected = ReadText(root.At("model/model.tar.gz"));
  const std::string newest = "checkpoints/xgboost-checkpoint.7";
  std::string bytes = ReadText(root.At(newest));
  bytes[bytes.size() / 3] ^= 1;
  root.Write(newest, bytes);
  root.Write("checkpoints/xgboost-checkpoint.6", "");
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Contains(result.err, "passed over, xgboost-checkpoint.7: its bytes have changed"));
  EXPECT_TRUE(Contains(result.err, "passed over, xgboost-checkpoint.6: "));
  EXPECT_EQ(Lines(result.out).size(), 2U) << "rounds 6 and 7";
  EXPECT_TRUE(ReadText(root.At("model/model.tar.gz")) == expected);
}

TEST(P1_3_Checkpoints, ChangedSettingsAreWarnedOfAndAnotherJobRefused) {
  const FakeRoot root;
  WriteJob(root, SmallHyperparameters("4"));
  ASSERT_EQ(TrainIn(root).exit_code, 0);
  Hyperparameters changed = SmallHyperparameters("6");
  changed["learning_rate"] = "0.1";
  WriteJob(root, changed);
  const RunResult warned = TrainIn(root);
  EXPECT_EQ(warned.exit_code, 0);
  EXPECT_TRUE(Contains(warned.err, "changed since the checkpoint: eta (not given, now 0.1);"))
      << warned.err;

  std::filesystem::remove_all(root.At("model"));
  changed["objective"] = "reg:squarederror";
  WriteJob(root, changed);
  ExpectRefused(root, TrainIn(root), "UserError: the checkpoint is of another job: its objective",
                {"binary:logistic", "reg:squarederror", "Fix: ", "[checkpoint-mismatch]"});
}

// All models of a cross-validation, its predictions and its summary lines.
TEST(P1_3_Checkpoints, ACrossValidationContinuesWithItsFold) {
  const FakeRoot root;
  Hyperparameters hyperparameters = SmallHyperparameters("5");
  hyperparameters["_kfold"] = "3";
  WriteJob(root, hyperparameters);
  const RunResult whole = TrainIn(root, EveryRound());
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const std::string expected = ReadText(root.At("model/model.tar.gz"));
  const std::string predictions = ReadText(root.At("output/data/predictions.csv"));
  // As if it had been killed in the second fold.
  std::filesystem::remove_all(root.At("checkpoints/model-2"));
  for (const char* later : {"3", "4"}) {
    std::filesystem::remove(
        root.At("checkpoints/model-1/xgboost-checkpoint." + std::string(later)));
  }
  std::filesystem::remove_all(root.At("model"));
  const RunResult rest = TrainIn(root, EveryRound());
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_TRUE(ReadText(root.At("model/model.tar.gz")) == expected);
  EXPECT_EQ(ReadText(root.At("output/data/predictions.csv")), predictions);
  const Names all = Lines(whole.out);
  const Names lines = Lines(rest.out);
  ASSERT_EQ(lines.size(), 2U + 5U + 1U) << rest.out;
  EXPECT_EQ(lines, Names(all.end() - 8, all.end())) << "the means are those of all folds";
}

}  // namespace
}  // namespace boostyard::testing
