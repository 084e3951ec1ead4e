#include "container/commands/chmod.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "engine/base/error_table.h"
#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;

unsigned ModeOf(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

Result<int> Chmod(const std::vector<std::string>& arguments) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::fopen("/dev/null", "w"),
                                                                std::fclose);
  MetricLog log(nowhere.get(), nowhere.get());
  return RunChmod(arguments, log);
}

TEST(RunChmod, ChangesATreeButNotWhatLinksPointTo) {
  const FakeRoot root;
  root.Write("tree/a/b/file", "x");
  root.Write("outside", "x");
  std::filesystem::create_symlink("..", root.At("tree/a/loop"));
  std::filesystem::create_symlink(root.At("outside"), root.At("tree/link"));
  chmod(root.At("outside").c_str(), 0600);
  chmod(root.At("tree/a/b/file").c_str(), 0600);
  const auto code = Chmod({"-R", "777", root.At("tree")});
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(*code, 0);
  EXPECT_EQ(ModeOf(root.At("tree")), 0777U);
  EXPECT_EQ(ModeOf(root.At("tree/a/b")), 0777U);
  EXPECT_EQ(ModeOf(root.At("tree/a/b/file")), 0777U);
  EXPECT_EQ(ModeOf(root.At("outside")), 0600U);
}

TEST(RunChmod, WithoutRecursionOnlyWhatIsNamed) {
  const FakeRoot root;
  root.Write("tree/file", "x");
  chmod(root.At("tree/file").c_str(), 0600);
  ASSERT_TRUE(Chmod({"0750", root.At("tree")}).ok());
  EXPECT_EQ(ModeOf(root.At("tree")), 0750U);
  EXPECT_EQ(ModeOf(root.At("tree/file")), 0600U);
}

TEST(RunChmod, GoesOnAfterAFailure) {
  const FakeRoot root;
  root.Write("file", "x");
  const auto code = Chmod({"640", root.At("missing"), root.At("file"), "-R"});
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(*code, 1);
  EXPECT_EQ(ModeOf(root.At("file")), 0640U);
}

TEST(RunChmod, RefusesWhatItDoesNotKnow) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {}, {"-R"}, {"777"}, {"a+x", "f"}, {"888", "f"}, {"77777", "f"}, {"-v", "777", "f"}}) {
    const auto code = Chmod(arguments);
    ASSERT_FALSE(code.ok());
    EXPECT_EQ(code.error().id, ErrorId::kUsage);
  }
}

}  // namespace
}  // namespace boostyard::container
