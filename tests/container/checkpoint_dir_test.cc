#include "container/checkpoint_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "tests/support/fake_root.h"
#include "tests/support/random_model.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;
using boostyard::testing::ReadText;
using Names = std::vector<std::string>;

Checkpoint AfterRound(int round) {
  Checkpoint checkpoint;
  checkpoint.state.model = testing::MakeRandomModel(2);
  checkpoint.state.rounds_done = round + 1;
  return checkpoint;
}

ssize_t NoSpace(int, const void*, std::size_t) {
  errno = ENOSPC;
  return -1;
}

int g_write_calls = 0;
ssize_t HalfThenNoSpace(int fd, const void* data, std::size_t size) {
  if (++g_write_calls > 1) return NoSpace(fd, data, size);
  return ::write(fd, data, size / 2);
}

class CheckpointDirTest : public ::testing::Test {
 protected:
  CheckpointDir Open(const WriteCalls& calls = {}) const {
    auto directory = CheckpointDir::Open(root_.At("checkpoints"), calls);
    EXPECT_TRUE(directory.ok()) << directory.error().message;
    return *std::move(directory);
  }
  void WriteRounds(int first, int last) const {
    CheckpointDir directory = Open();
    for (int round = first; round <= last; ++round) {
      ASSERT_TRUE(directory.Write(AfterRound(round)).ok());
    }
  }
  void Put(const std::string& name, const std::string& text) const {
    root_.Write("checkpoints/" + name, text);
  }
  Names Files() const {
    Names names;
    for (const auto& entry : std::filesystem::directory_iterator(root_.At("checkpoints"))) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // The newest's round, -1 if there is none; what is said of the others goes to `problems_`.
  int Newest() {
    problems_.clear();
    const auto newest = Open().ReadNewest(problems_);
    return newest ? newest->state.rounds_done - 1 : -1;
  }

  FakeRoot root_;
  Names problems_;
};

TEST_F(CheckpointDirTest, KeepsTheNewestFiveByNumber) {
  WriteRounds(7, 12);
  EXPECT_EQ(Files(),
            (Names{"xgboost-checkpoint.10", "xgboost-checkpoint.11", "xgboost-checkpoint.12",
                   "xgboost-checkpoint.8", "xgboost-checkpoint.9"}));
  EXPECT_EQ(Newest(), 12);
  struct stat status {};
  ASSERT_EQ(stat(root_.At("checkpoints/xgboost-checkpoint.12").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0666U) << "whoever cleans up may be somebody else";
}

TEST_F(CheckpointDirTest, NeverDeletesWhatIsBeingCopied) {
  Put("xgboost-checkpoint.0.sagemaker-uploading", "");
  Put("xgboost-checkpoint.1.sagemaker-uploading", "");
  Put("xgboost-checkpoint.1.sagemaker-uploaded", "");
  WriteRounds(0, 6);
  const Names files = Files();
  const auto has = [&](const char* name) {
    return std::find(files.begin(), files.end(), name) != files.end();
  };
  EXPECT_TRUE(has("xgboost-checkpoint.0"));
  EXPECT_FALSE(has("xgboost-checkpoint.1")) << "it has been copied";
  EXPECT_TRUE(has("xgboost-checkpoint.2")) << "the newest five";
  EXPECT_TRUE(has("xgboost-checkpoint.0.sagemaker-uploading")) << "the service's own";
}

TEST_F(CheckpointDirTest, RemovesWhatAKilledJobLeftAndNothingElse) {
  Put("xgboost-checkpoint.4.sagemaker-ignore", "half");
  Put("mine.sagemaker-ignore", "x");
  Put("notes.txt", "x");
  Put("xgboost-checkpoint.07", "x");
  Put("xgboost-checkpoint.x", "x");
  Put("xgboost-checkpoint_0.ubj", "x");
  WriteRounds(0, 9);
  const Names files = Files();
  EXPECT_EQ(std::count(files.begin(), files.end(), "xgboost-checkpoint.4.sagemaker-ignore"), 0);
  EXPECT_EQ(files.size(), 5U + 5U) << "five checkpoints, and five files of others";
}

TEST_F(CheckpointDirTest, BadOnesAreReportedAndTheNextOlderIsTaken) {
  WriteRounds(0, 4);
  const std::string good = ReadText(root_.At("checkpoints/xgboost-checkpoint.4"));
  Put("xgboost-checkpoint.4", good.substr(0, good.size() / 2));
  Put("xgboost-checkpoint.3", "");
  std::filesystem::create_directories(root_.At("checkpoints/xgboost-checkpoint.99"));
  Put("xgboost-checkpoint.50", good);
  ASSERT_EQ(mkfifo(root_.At("checkpoints/xgboost-checkpoint.98").c_str(), 0666), 0);
  EXPECT_EQ(Newest(), 2);
  ASSERT_EQ(problems_.size(), 5U);
  EXPECT_NE(problems_[0].find("xgboost-checkpoint.99: "), std::string::npos);
  EXPECT_NE(problems_[1].find("xgboost-checkpoint.98: "), std::string::npos);
  EXPECT_EQ(problems_[2], "xgboost-checkpoint.50: it was renamed: it is of round 4");
  EXPECT_NE(problems_[3].find("xgboost-checkpoint.4: it does not end"), std::string::npos);
  EXPECT_EQ(problems_[4], "xgboost-checkpoint.3: it has 0 bytes, too few for a checkpoint");
}

TEST_F(CheckpointDirTest, BadOnesOfLaterRoundsPushNoGoodOneOut) {
  for (int round = 20; round < 26; ++round) Put("xgboost-checkpoint." + std::to_string(round), "x");
  WriteRounds(3, 9);
  EXPECT_EQ(Newest(), 9);
}

TEST_F(CheckpointDirTest, AFullDiskLeavesTheOlderOnesAndNothingHalf) {
  WriteRounds(0, 2);
  CheckpointDir directory = Open({.write = HalfThenNoSpace});
  g_write_calls = 0;
  const auto written = directory.Write(AfterRound(3));
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().id, ErrorId::kDiskFull);
  EXPECT_EQ(Files(),
            (Names{"xgboost-checkpoint.0", "xgboost-checkpoint.1", "xgboost-checkpoint.2"}));
  EXPECT_EQ(Newest(), 2);
}

TEST_F(CheckpointDirTest, AFileInItsPlaceIsAnError) {
  root_.Write("checkpoints", "x");
  const auto directory = CheckpointDir::Open(root_.At("checkpoints"));
  ASSERT_FALSE(directory.ok());
  EXPECT_EQ(directory.error().id, ErrorId::kIoWrite);
  EXPECT_NE(directory.error().message.find("/checkpoints cannot be written"), std::string::npos);
}

}  // namespace
}  // namespace boostyard::container
