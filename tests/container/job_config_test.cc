#include "container/job_config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "engine/base/error_table.h"
#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;

JobPaths PathsOf(const FakeRoot& root) { return ResolvePaths(root.path(), {}); }

TEST(ParseHyperparameters, TakesEveryShapeOfAValue) {
  const auto raw = ParseHyperparameters(R"({
    "num_round": "100", "eta": 0.25, "max_depth": 5, "save_model_on_termination": true,
    "objective": "\"binary:logistic\"", "eval_metric": ["auc", "error"],
    "booster": "gbtree", "left_out": null, "quoted_wrongly": "\"a"})",
                                        "h.json");
  ASSERT_TRUE(raw.ok());
  const hyperparams::RawHyperparameters expected{{"num_round", "100"},
                                                 {"eta", "0.25"},
                                                 {"max_depth", "5"},
                                                 {"save_model_on_termination", "true"},
                                                 {"objective", "binary:logistic"},
                                                 {"eval_metric", R"(["auc","error"])"},
                                                 {"booster", "gbtree"},
                                                 {"quoted_wrongly", "\"a"}};
  EXPECT_EQ(*raw, expected);
}

TEST(ParseHyperparameters, NamesLineAndByteOfBrokenJson) {
  const auto raw = ParseHyperparameters("{\n  \"eta\": \"0.1\",\n  \"gamma\" 4\n}", "h.json");
  ASSERT_FALSE(raw.ok());
  EXPECT_EQ(raw.error().id, ErrorId::kConfigBadJson);
  ASSERT_TRUE(raw.error().at.has_value());
  EXPECT_EQ(raw.error().at->file, "h.json");
  EXPECT_EQ(raw.error().at->line, 3U);
  EXPECT_EQ(raw.error().at->byte, 11U);  // the 4
  EXPECT_EQ(raw.error().at->line_text, "  \"gamma\" 4");
  EXPECT_EQ(raw.error().at->caret, 10U);
}

TEST(ParseHyperparameters, PutsAnUnexpectedEndBehindTheLastByte) {
  const auto raw = ParseHyperparameters("{\"eta\": 1", "h.json");
  ASSERT_FALSE(raw.ok());
  EXPECT_EQ(raw.error().at->line, 1U);
  EXPECT_EQ(raw.error().at->byte, 10U);
}

TEST(ParseHyperparameters, RefusesWhatIsNoObjectOfPlainValues) {
  for (const std::string text :
       {"", "[1]", "3", "null", "{\"a\": {\"b\": 1}}", "{\"a\": 1e999}", "\xFF{}"}) {
    const auto raw = ParseHyperparameters(text, "h.json");
    ASSERT_FALSE(raw.ok()) << text;
    EXPECT_EQ(KindOf(raw.error()), ErrorKind::kUser) << text;
  }
}

TEST(ParseHyperparameters, TellsNothingOfTheParsersOwnNumbering) {
  const auto raw = ParseHyperparameters("{\"a\": 1e999}", "h.json");
  ASSERT_FALSE(raw.ok());
  EXPECT_EQ(raw.error().message, "this is not valid JSON: number overflow parsing '1e999'");
}

TEST(ParseHyperparameters, RefusesDeepNestingWithoutRecursion) {
  const std::string deep(1 << 20, '[');
  for (const std::string& text :
       {"{\"a\": " + deep, "{\"a\": " + deep + std::string(1 << 20, ']') + "}"}) {
    const auto raw = ParseHyperparameters(text, "h.json");
    ASSERT_FALSE(raw.ok());
    EXPECT_EQ(raw.error().id, ErrorId::kConfigBadJson);
  }
}

TEST(ParseInputDataConfig, ReadsTheServicesForm) {
  const auto channels = ParseInputDataConfig(
      R"({"validation": {"ContentType": "text/csv", "TrainingInputMode": "FastFile"},
          "train": {"ContentType": "csv", "TrainingInputMode": "Pipe",
                    "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"},
          "test": {}})",
      "i.json");
  ASSERT_TRUE(channels.ok());
  ASSERT_EQ(channels->size(), 3U);
  EXPECT_EQ((*channels)[0].name, "test");
  EXPECT_EQ((*channels)[0].content_type, "");
  EXPECT_EQ((*channels)[0].mode, InputMode::kFile);
  EXPECT_EQ((*channels)[1].name, "train");
  EXPECT_EQ((*channels)[1].content_type, "csv");
  EXPECT_EQ((*channels)[1].mode, InputMode::kPipe);
  EXPECT_EQ((*channels)[2].name, "validation");
  EXPECT_EQ((*channels)[2].mode, InputMode::kFile);
}

TEST(ParseInputDataConfig, NamesTheChannelOfABadValue) {
  for (const std::string text : {R"({"train": "csv"})", R"({"train": {"ContentType": 3}})",
                                 R"({"train": {"TrainingInputMode": "Tape"}})"}) {
    const auto channels = ParseInputDataConfig(text, "i.json");
    ASSERT_FALSE(channels.ok()) << text;
    EXPECT_EQ(channels.error().id, ErrorId::kConfigBadValue);
    EXPECT_EQ(channels.error().message.rfind("i.json: channel \"train\"", 0), 0U)
        << channels.error().message;
  }
}

TEST(ParseResourceConfig, ReadsHostsOrNothing) {
  const auto config = ParseResourceConfig(
      R"({"current_host": "algo-1", "hosts": ["algo-1", "algo-2"], "topology": null})", "r.json");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->current_host, "algo-1");
  EXPECT_EQ(config->hosts, (std::vector<std::string>{"algo-1", "algo-2"}));
  EXPECT_TRUE(ParseResourceConfig("{}", "r.json").ok());
  EXPECT_FALSE(ParseResourceConfig(R"({"hosts": "algo-1"})", "r.json").ok());
  EXPECT_FALSE(ParseResourceConfig(R"({"hosts": [1]})", "r.json").ok());
}

TEST(LoadJobConfig, NeedsNothingButHyperparameters) {
  const FakeRoot root;
  const auto missing = LoadJobConfig(PathsOf(root));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().id, ErrorId::kConfigMissing);
  EXPECT_NE(missing.error().message.find(root.At("input/config/hyperparameters.json")),
            std::string::npos);

  root.WriteHyperparameters({{"num_round", "3"}});
  const auto config = LoadJobConfig(PathsOf(root));
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->hyperparameters.at("num_round"), "3");
  EXPECT_FALSE(config->channels.has_value());
  EXPECT_FALSE(config->checkpoint_dir.has_value());
  EXPECT_TRUE(config->resources.hosts.empty());
}

TEST(LoadJobConfig, CheckpointPathFollowsTheRoot) {
  const FakeRoot root;
  root.WriteHyperparameters({});
  root.Write("input/config/checkpointconfig.json", R"({"LocalPath": "/opt/ml/checkpoints"})");
  root.Write("input/config/inputdataconfig.json", "{}");
  const auto config = LoadJobConfig(PathsOf(root));
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->checkpoint_dir, root.At("checkpoints"));
  EXPECT_FALSE(config->channels.has_value()) << "an empty list of channels says nothing";
}

TEST(LoadJobConfig, PipeInPlaceOfAFileDoesNotHangTheJob) {
  const FakeRoot root;
  std::filesystem::create_directories(root.At("input/config"));
  ASSERT_EQ(mkfifo(root.At("input/config/hyperparameters.json").c_str(), 0600), 0);
  const auto config = LoadJobConfig(PathsOf(root));
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().id, ErrorId::kInputUnreadable);
}

TEST(LoadJobConfig, UnreadableFileIsAnError) {
  const FakeRoot root;
  std::filesystem::create_directories(root.At("input/config/hyperparameters.json"));
  const auto config = LoadJobConfig(PathsOf(root));
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().id, ErrorId::kInputUnreadable);
}

}  // namespace
}  // namespace boostyard::container
