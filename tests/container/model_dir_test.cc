#include "container/model_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <vector>

#include "container/archive.h"
#include "engine/base/error_table.h"
#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;
using boostyard::testing::ReadText;
using Names = std::vector<std::string>;

std::vector<std::uint8_t> Bytes(const std::string& text) { return {text.begin(), text.end()}; }

const ArtifactChoice kBare{.is_archive = false, .reason = ""};
const ArtifactChoice kArchive{.is_archive = true, .reason = ""};

// Calls that lie: each in its turn.
ssize_t ShortWrite(int fd, const void* data, std::size_t size) {
  return ::write(fd, data, size < 3 ? size : 3);
}
ssize_t InterruptedWrite(int fd, const void* data, std::size_t size) {
  static int calls = 0;
  if (++calls % 2 == 1) {
    errno = EINTR;
    return -1;
  }
  return ::write(fd, data, size);
}
ssize_t FullDisk(int fd, const void* data, std::size_t size) {
  static bool has_written = false;
  if (!has_written && size > 3) {
    has_written = true;
    return ::write(fd, data, 3);
  }
  errno = ENOSPC;
  return -1;
}
ssize_t FullDiskAtOnce(int, const void*, std::size_t) {
  errno = ENOSPC;
  return -1;
}
int FailingSync(int) {
  errno = EIO;
  return -1;
}
int FailingRename(const char*, const char*) {
  errno = EACCES;
  return -1;
}

class ModelDirTest : public ::testing::Test {
 protected:
  Status Publish(const std::string& text, const ArtifactChoice& choice,
                 const WriteCalls& calls = {}) const {
    auto directory = ModelDir::Open(root_.At("model"), calls);
    if (!directory.ok()) return std::move(directory).error();
    auto path = directory->Publish({{"xgboost-model", Bytes(text)}}, choice);
    if (!path.ok()) return std::move(path).error();
    return {};
  }
  FakeRoot root_;
};

TEST_F(ModelDirTest, PublishesExactlyOneFileForEveryone) {
  ASSERT_TRUE(Publish("bare", kBare).ok());
  EXPECT_EQ(root_.ModelFiles(), Names{"xgboost-model"});
  EXPECT_EQ(ReadText(root_.At("model/xgboost-model")), "bare");
  struct stat status {};
  ASSERT_EQ(stat(root_.At("model/xgboost-model").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0666U);
  ASSERT_EQ(stat(root_.At("model").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0777U);
}

TEST_F(ModelDirTest, ArchiveHoldsTheModelAlone) {
  ASSERT_TRUE(Publish("in tar", kArchive).ok());
  EXPECT_EQ(root_.ModelFiles(), Names{"model.tar.gz"});
  const auto members = ReadModelTarGz(Bytes(ReadText(root_.At("model/model.tar.gz"))), "f");
  ASSERT_TRUE(members.ok());
  ASSERT_EQ(members->size(), 1U);
  EXPECT_EQ(members->front().bytes, Bytes("in tar"));
}

TEST_F(ModelDirTest, ReplacesAllOurStaleOutputsAndNothingElse) {
  for (const char* name : {"xgboost-model", "xgboost-model-0", "xgboost-model-1", "model.tar.gz",
                           ".boostyard-xgboost-model.tmp", "notes.txt", ".hidden"}) {
    root_.Write(std::string("model/") + name, "old");
  }
  auto directory = ModelDir::Open(root_.At("model"));
  ASSERT_TRUE(directory.ok());
  ASSERT_EQ(directory->warnings().size(), 1U);
  EXPECT_NE(directory->warnings()[0].find("holds notes.txt, not written"), std::string::npos);
  EXPECT_EQ(ReadText(root_.At("model/model.tar.gz")), "old") << "until there is a new one";
  ASSERT_TRUE(directory->Publish({{"xgboost-model", Bytes("new")}}, kBare).ok());
  EXPECT_EQ(root_.ModelFiles(), (Names{".hidden", "notes.txt", "xgboost-model"}));
  EXPECT_EQ(ReadText(root_.At("model/xgboost-model")), "new");
}

TEST_F(ModelDirTest, SurvivesShortAndInterruptedWrites) {
  ASSERT_TRUE(Publish("0123456789", kBare, {.write = ShortWrite}).ok());
  EXPECT_EQ(ReadText(root_.At("model/xgboost-model")), "0123456789");
  ASSERT_TRUE(Publish("abcdefghij", kBare, {.write = InterruptedWrite}).ok());
  EXPECT_EQ(ReadText(root_.At("model/xgboost-model")), "abcdefghij");
}

TEST_F(ModelDirTest, FailureKeepsTheOldModelAndLeavesNoPiece) {
  root_.Write("model/xgboost-model", "old");
  const struct {
    WriteCalls calls;
    ErrorId id;
  } cases[] = {{{.write = FullDisk}, ErrorId::kDiskFull},
               {{.fsync = FailingSync}, ErrorId::kIoWrite},
               {{.rename = FailingRename}, ErrorId::kIoWrite}};
  for (const auto& failing : cases) {
    const Status status = Publish("0123456789", kBare, failing.calls);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().id, failing.id);
    EXPECT_EQ(KindOf(status.error()), ErrorKind::kPlatform);
    EXPECT_NE(status.error().message.find(root_.At("model/xgboost-model")), std::string::npos);
    EXPECT_EQ(root_.ModelFiles(), Names{"xgboost-model"});
    EXPECT_EQ(ReadText(root_.At("model/xgboost-model")), "old");
  }
}

TEST_F(ModelDirTest, UnusableDirectoryIsFoundBeforeTraining) {
  root_.Write("model", "a file, no directory");
  const auto directory = ModelDir::Open(root_.At("model"));
  ASSERT_FALSE(directory.ok());
  EXPECT_EQ(directory.error().id, ErrorId::kIoWrite);
  EXPECT_EQ(directory.error().fix, "remove what stands there: a directory is needed in its place");
}

TEST_F(ModelDirTest, FolderWithTheNameOfAModelIsNotOurs) {
  std::filesystem::create_directories(root_.At("model/xgboost-model-1"));
  const auto directory = ModelDir::Open(root_.At("model"));
  ASSERT_TRUE(directory.ok());
  ASSERT_EQ(directory->warnings().size(), 1U);
  EXPECT_NE(directory->warnings()[0].find("holds xgboost-model-1, not"), std::string::npos);
}

TEST(ChooseArtifact, FollowsTheSignsOfTheService) {
  const FakeRoot root;
  const JobPaths paths = ResolvePaths(root.path(), {});
  const auto is_archive = [&](ArtifactPolicy policy, const Variables& variables) {
    return ChooseArtifact(policy, variables, paths).is_archive;
  };
  EXPECT_TRUE(is_archive(ArtifactPolicy::kAuto, {}));
  EXPECT_TRUE(is_archive(ArtifactPolicy::kAuto, {{"TRAINING_JOB_NAME", ""}}));
  EXPECT_FALSE(is_archive(ArtifactPolicy::kAuto, {{"TRAINING_JOB_NAME", "job"}}));
  EXPECT_FALSE(is_archive(ArtifactPolicy::kAuto, {{"TRAINING_JOB_ARN", "arn"}}));
  EXPECT_TRUE(is_archive(ArtifactPolicy::kTar, {{"TRAINING_JOB_NAME", "job"}}));
  EXPECT_FALSE(is_archive(ArtifactPolicy::kBare, {}));
  root.Write("input/config/resourceconfig.json", R"({"current_instance_type": "ml.c5.xlarge"})");
  EXPECT_TRUE(is_archive(ArtifactPolicy::kAuto, {})) << "people copy this from the documentation";
  root.Write("input/config/init-config.json", "{}");
  EXPECT_FALSE(is_archive(ArtifactPolicy::kAuto, {}));
}

TEST_F(ModelDirTest, SeveralModelsAreOneArchiveOrAFileEach) {
  auto directory = ModelDir::Open(root_.At("model"));
  ASSERT_TRUE(directory.ok());
  const std::vector<ArchiveMember> models = {{"xgboost-model-0", Bytes("zero")},
                                             {"xgboost-model-1", Bytes("one")}};
  auto path = directory->Publish(models, kBare);
  ASSERT_TRUE(path.ok());
  EXPECT_EQ(*path, root_.At("model/xgboost-model-0") + " to xgboost-model-1");
  EXPECT_EQ(root_.ModelFiles(), (Names{"xgboost-model-0", "xgboost-model-1"}));
  EXPECT_EQ(ReadText(root_.At("model/xgboost-model-1")), "one");
  ASSERT_TRUE(directory->Publish(models, kArchive).ok());
  EXPECT_EQ(root_.ModelFiles(), Names{"model.tar.gz"});
}

TEST_F(ModelDirTest, OfSeveralModelsNoneIsThereIfOneCannotBeWritten) {
  ASSERT_TRUE(Publish("old", kBare).ok());
  const WriteCalls calls{.write = FullDiskAtOnce};
  auto directory = ModelDir::Open(root_.At("model"), calls);
  ASSERT_TRUE(directory.ok());
  const auto path = directory->Publish(
      {{"xgboost-model-0", Bytes("")}, {"xgboost-model-1", Bytes("one")}}, kBare);
  ASSERT_FALSE(path.ok());
  EXPECT_EQ(path.error().id, ErrorId::kDiskFull);
  EXPECT_EQ(root_.ModelFiles(), Names{"xgboost-model"}) << "the old model, and no dot-file";
}

}  // namespace
}  // namespace boostyard::container
