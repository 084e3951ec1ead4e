#include "container/channel.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;

class OpenChannelsTest : public ::testing::Test {
 protected:
  Result<ChannelSet> Open(const std::optional<std::vector<ChannelConfig>>& configs = {}) const {
    return OpenChannels(ResolvePaths(root_.path(), {}), configs);
  }
  void Link(const std::string& target, const std::string& at) const {
    std::filesystem::create_symlink(target, root_.At("input/data/" + at));
  }

  FakeRoot root_;
};

std::vector<std::string> Names(const Channel& channel) {
  std::vector<std::string> names;
  for (const SourceFile& file : channel.files) names.push_back(file.display_name);
  return names;
}

bool Mentions(const std::vector<std::string>& lines, const std::string& text) {
  for (const std::string& line : lines) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

ChannelConfig File(const std::string& name, const std::string& content_type = "") {
  return {name, content_type, InputMode::kFile};
}

TEST_F(OpenChannelsTest, SortsByTheBytesOfTheRelativePath) {
  for (const char* file : {"b.csv", "a/z.csv", "a.csv", "B.csv", "a/b/c/d/e/deep.csv", "ä.csv"}) {
    root_.WriteChannel("train", "1,2\n", file);
  }
  const auto set = Open();
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(Names(set->train),
            (std::vector<std::string>{"train/B.csv", "train/a.csv", "train/a/b/c/d/e/deep.csv",
                                      "train/a/z.csv", "train/b.csv", "train/ä.csv"}));
  EXPECT_EQ(set->train.files[0].path, root_.At("input/data/train/B.csv"));
  EXPECT_FALSE(set->validation.has_value());
}

TEST_F(OpenChannelsTest, SkipsHiddenAndMarkerFilesWithANote) {
  root_.WriteChannel("train", "1,2\n");
  root_.WriteChannel("train", "x", ".hidden");
  root_.WriteChannel("train", "x", "sub/_SUCCESS");
  root_.WriteChannel("train", "x", ".ipynb_checkpoints/data.csv");
  root_.WriteChannel("train", "", "empty.csv");
  const auto set = Open();
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(Names(set->train), std::vector<std::string>{"train/data.csv"});
  EXPECT_TRUE(Mentions(set->notes, "2 hidden or '_' files skipped: .hidden, sub/_SUCCESS"));
  EXPECT_TRUE(Mentions(set->notes, "1 empty files skipped: empty.csv"));
  EXPECT_TRUE(Mentions(set->warnings, "hidden folders skipped: .ipynb_checkpoints"));
}

TEST_F(OpenChannelsTest, FollowsLinksButNotInCircles) {
  root_.Write("elsewhere/part.csv", "1,2\n");
  root_.WriteChannel("train", "1,2\n");
  Link(root_.At("elsewhere"), "train/linked");
  Link(root_.At("elsewhere/part.csv"), "train/file_link.csv");
  Link(root_.At("input/data/train"), "train/round");
  Link("self", "train/self");
  const auto set = Open();
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(Names(set->train), (std::vector<std::string>{"train/data.csv", "train/file_link.csv",
                                                         "train/linked/part.csv"}));
  EXPECT_TRUE(Mentions(set->warnings, "circles skipped: round, self"));
}

TEST_F(OpenChannelsTest, DanglingLinkIsMissingData) {
  root_.WriteChannel("train", "1,2\n");
  Link("gone.csv", "train/link.csv");
  const auto set = Open();
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(set.error().id, ErrorId::kInputUnreadable);
  EXPECT_NE(set.error().message.find("train/link.csv"), std::string::npos);
}

TEST_F(OpenChannelsTest, IgnoresOtherChannelsByName) {
  root_.WriteChannel("train", "1,2\n");
  root_.WriteChannel("validation", "1,2,3\n");
  const auto set = Open({{File("code"), File("train", "text/csv"), File("validation")}});
  ASSERT_TRUE(set.ok());
  EXPECT_TRUE(Mentions(set->warnings, "channel code is ignored"));
  EXPECT_EQ(set->train.content_type->format, DataFormat::kCsv);
  EXPECT_FALSE(set->validation->content_type.has_value());
}

TEST_F(OpenChannelsTest, MissingChannelSaysWhatIsThere) {
  root_.WriteChannel("Train", "1,2\n");
  const auto inferred = Open();
  ASSERT_FALSE(inferred.ok());
  EXPECT_EQ(inferred.error().id, ErrorId::kChannelMissing);
  EXPECT_NE(inferred.error().message.find("input/data holds Train/"), std::string::npos);

  const auto configured = Open({{File("train")}});
  ASSERT_FALSE(configured.ok());
  EXPECT_EQ(configured.error().id, ErrorId::kChannelMissing);
  EXPECT_NE(configured.error().message.find(root_.At("input/data/train")), std::string::npos);
  EXPECT_NE(configured.error().message.find("holds Train/"), std::string::npos);

  const auto unnamed = Open({{File("training")}});
  ASSERT_FALSE(unnamed.ok());
  EXPECT_NE(unnamed.error().message.find("only training"), std::string::npos);
}

TEST_F(OpenChannelsTest, NothingAtAllIsAnError) {
  const auto set = Open();
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(set.error().id, ErrorId::kChannelMissing);
  EXPECT_NE(set.error().message.find("input/data is not there"), std::string::npos);
}

TEST_F(OpenChannelsTest, ChannelWithoutContentIsAnError) {
  root_.WriteChannel("train", "");
  root_.WriteChannel("train", "x", "_SUCCESS");
  const auto set = Open();
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(set.error().id, ErrorId::kChannelEmpty);
  EXPECT_NE(set.error().message.find("it holds _SUCCESS, data.csv"), std::string::npos)
      << set.error().message;
}

TEST_F(OpenChannelsTest, PipeModeWantsAPipe) {
  root_.WriteChannel("train", "1,2\n");
  const auto no_pipe = Open({{{"train", "text/csv", InputMode::kPipe}}});
  ASSERT_FALSE(no_pipe.ok());
  EXPECT_EQ(no_pipe.error().id, ErrorId::kChannelPipe);
  EXPECT_NE(no_pipe.error().message.find(root_.At("input/data/train_0")), std::string::npos);

  ASSERT_EQ(mkfifo(root_.At("input/data/train_0").c_str(), 0600), 0);
  const auto pipe = Open({{{"train", "text/csv", InputMode::kPipe}}});
  ASSERT_TRUE(pipe.ok());
  ASSERT_EQ(pipe->train.files.size(), 1U);
  EXPECT_TRUE(pipe->train.files[0].is_fifo);
  EXPECT_EQ(pipe->train.files[0].display_name, "train_0");
}

TEST_F(OpenChannelsTest, PipesAmongFilesAreLeftAlone) {
  root_.WriteChannel("train", "1,2\n");
  ASSERT_EQ(mkfifo(root_.At("input/data/train/pipe").c_str(), 0600), 0);
  const auto set = Open();
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(Names(set->train), std::vector<std::string>{"train/data.csv"});
  EXPECT_TRUE(Mentions(set->warnings, "no plain files skipped: pipe"));
}

TEST_F(OpenChannelsTest, WarnsOfValidationOnTheTrainingData) {
  root_.WriteChannel("train", "1,2\n");
  root_.WriteChannel("validation", "3,4\n");
  const auto same = Open();
  ASSERT_TRUE(same.ok());
  EXPECT_TRUE(Mentions(same->warnings, "same names and sizes"));
  root_.WriteChannel("validation", "3,45\n");
  const auto different = Open();
  ASSERT_TRUE(different.ok());
  EXPECT_FALSE(Mentions(different->warnings, "same names and sizes"));
}

TEST_F(OpenChannelsTest, UnknownContentTypeNamesTheChannel) {
  root_.WriteChannel("train", "1,2\n");
  const auto set = Open({{File("train", "application/zip")}});
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(set.error().id, ErrorId::kChannelContentType);
  EXPECT_EQ(set.error().message.rfind("channel train: ", 0), 0U);
}

}  // namespace
}  // namespace boostyard::container
