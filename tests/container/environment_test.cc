#include "container/environment.h"

#include <gtest/gtest.h>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

TEST(ResolvePaths, UsesOptMlUnlessTold) {
  const JobPaths paths = ResolvePaths("", {});
  EXPECT_EQ(paths.hyperparameters_file, "/opt/ml/input/config/hyperparameters.json");
  EXPECT_EQ(paths.data_dir, "/opt/ml/input/data");
  EXPECT_EQ(paths.model_dir, "/opt/ml/model");
  EXPECT_EQ(paths.output_data_dir, "/opt/ml/output/data");
  EXPECT_EQ(paths.failure_file, "/opt/ml/output/failure");
}

TEST(ResolvePaths, RootOptionWinsOverVariable) {
  const Variables variables{{"SAGEMAKER_BASE_DIR", "/from/variable/"}};
  EXPECT_EQ(ResolvePaths("", variables).model_dir, "/from/variable/model");
  EXPECT_EQ(ResolvePaths("/from/option", variables).model_dir, "/from/option/model");
}

TEST(ResolvePaths, OverridesFollowTheRootOnlyBelowOptMl) {
  const Variables variables{{"SM_MODEL_DIR", "/opt/ml/model"},
                            {"SM_OUTPUT_DATA_DIR", "/elsewhere/data/"}};
  const JobPaths paths = ResolvePaths("/r", variables);
  EXPECT_EQ(paths.model_dir, "/r/model");
  EXPECT_EQ(paths.output_data_dir, "/elsewhere/data");
}

TEST(FollowRoot, LeavesLookalikesAlone) {
  EXPECT_EQ(FollowRoot("/r", "/opt/ml/checkpoints"), "/r/checkpoints");
  EXPECT_EQ(FollowRoot("/r", "/opt/ml"), "/r");
  EXPECT_EQ(FollowRoot("/r", "/opt/mlflow"), "/opt/mlflow");
  EXPECT_EQ(FollowRoot("/r", "relative/opt/ml"), "relative/opt/ml");
}

TEST(ReadSwitches, KnowsItsWordsAndReportsAllOthersTogether) {
  const auto switches = ReadSwitches({{"BOOSTYARD_MODEL_ARTIFACT", "tar"},
                                      {"BOOSTYARD_MODEL_FORMAT", "json"},
                                      {"BOOSTYARD_ENGINE", "xgboost"}});
  ASSERT_TRUE(switches.ok());
  EXPECT_EQ(switches->artifact, ArtifactPolicy::kTar);
  EXPECT_EQ(switches->format, ModelFormat::kJson);
  EXPECT_EQ(switches->engine, EngineChoice::kXgboost);

  const auto checkpoints = ReadSwitches(
      {{"BOOSTYARD_CHECKPOINT_DIR", "/opt/ml/c"}, {"BOOSTYARD_CHECKPOINT_SECONDS", "2.5"}});
  ASSERT_TRUE(checkpoints.ok());
  EXPECT_EQ(checkpoints->checkpoint_dir, "/opt/ml/c");
  EXPECT_EQ(checkpoints->checkpoint_seconds, 2.5);
  for (const char* text : {"-1", "ten", "1s", "nan", "inf", "1e9", " 1"}) {
    EXPECT_FALSE(ReadSwitches({{"BOOSTYARD_CHECKPOINT_SECONDS", text}}).ok()) << text;
  }

  const auto defaults = ReadSwitches({{"BOOSTYARD_ENGINE", ""}});
  ASSERT_TRUE(defaults.ok());
  EXPECT_EQ(defaults->artifact, ArtifactPolicy::kAuto);
  EXPECT_EQ(defaults->format, ModelFormat::kUbjson);
  EXPECT_EQ(defaults->engine, EngineChoice::kAuto);
  EXPECT_EQ(defaults->checkpoint_dir, "");
  EXPECT_EQ(defaults->checkpoint_seconds, 10.0);

  const auto bad = ReadSwitches({{"BOOSTYARD_MODEL_ARTIFACT", "zip"}, {"BOOSTYARD_ENGINE", "gpu"}});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().id, ErrorId::kConfigBadValue);
  EXPECT_NE(bad.error().message.find("\"zip\""), std::string::npos);
  ASSERT_EQ(bad.error().also.size(), 1U);
  EXPECT_NE(bad.error().also[0].message.find("\"gpu\""), std::string::npos);
}

}  // namespace
}  // namespace boostyard::container
