#include "data/byte_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include "tests/data/csv_support.h"

namespace boostyard::test {
namespace {

std::string MakePipe(const TempDir& folder) {
  std::string path = (folder.path() / "train_0").string();
  EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
  return path;
}

TEST(FileSource, ReadsAnywhere) {
  const TempDir folder;
  auto source = OpenFileSource({folder.Write("a.csv", "0123456789"), "a.csv", false});
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->size(), 10U);
  std::string text(4, ' ');
  ASSERT_TRUE(ReadFully(**source, "a.csv", 3, text).ok());
  EXPECT_EQ(text, "3456");
  const Status beyond = ReadFully(**source, "a.csv", 8, text);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(NameOf(beyond.error().id), "io-read");
}

TEST(FileSource, MissingFilesAndFoldersAreErrors) {
  const TempDir folder;
  const auto missing = OpenFileSource({(folder.path() / "no.csv").string(), "no.csv", false});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "cannot read no.csv: No such file or directory");
  EXPECT_EQ(KindOf(missing.error()), ErrorKind::kUser);
  const auto directory = OpenFileSource({folder.path().string(), "train", false});
  ASSERT_FALSE(directory.ok());
  EXPECT_EQ(directory.error().message, "cannot read train: not a regular file");
  EXPECT_EQ(KindOf(directory.error()), ErrorKind::kUser);
}

TEST(ReadFully, PutsShortReadsTogether) {
  std::string text(26, ' ');
  const MemorySource source("abcdefghijklmnopqrstuvwxyz", 3);
  ASSERT_TRUE(ReadFully(source, "a", 0, text).ok());
  EXPECT_EQ(text, "abcdefghijklmnopqrstuvwxyz");
}

TEST(PipeSource, GivesUpWithoutAWriter) {
  const TempDir folder;
  auto source = PipeSource::Open({MakePipe(folder), "train_0", true}, 250, {});
  ASSERT_TRUE(source.ok());
  std::string buffer(100, ' ');
  const auto got = (*source)->ReadSome(buffer);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(NameOf(got.error().id), "channel-pipe");
}

TEST(PipeSource, AsksWhetherToStop) {
  const TempDir folder;
  std::atomic<int> calls{0};
  auto source =
      PipeSource::Open({MakePipe(folder), "train_0", true}, 60'000, [&] { return ++calls == 3; });
  ASSERT_TRUE(source.ok());
  std::string buffer(100, ' ');
  const auto got = (*source)->ReadSome(buffer);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(NameOf(got.error().id), "internal");
}

TEST(PipeSource, WaitsForASlowWriterAndSeesItsEnd) {
  const TempDir folder;
  const std::string path = MakePipe(folder);
  auto source = PipeSource::Open({path, "train_0", true}, 60'000, {});
  ASSERT_TRUE(source.ok());
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    std::ofstream out(path);
    out << "ab" << std::flush;
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    out << "cd";
  });
  std::string all;
  std::string buffer(100, ' ');
  for (;;) {
    const auto got = (*source)->ReadSome(buffer);
    ASSERT_TRUE(got.ok());
    if (*got == 0) break;
    all += buffer.substr(0, *got);
  }
  writer.join();
  EXPECT_EQ(all, "abcd");
}

TEST(PipeSource, AWriterThatWritesNothingIsAnEmptyFile) {
  const TempDir folder;
  const std::string path = MakePipe(folder);
  auto source = PipeSource::Open({path, "train_0", true}, 60'000, {});
  ASSERT_TRUE(source.ok());
  std::thread writer([&] { std::ofstream out(path); });
  std::string buffer(100, ' ');
  const auto got = (*source)->ReadSome(buffer);
  writer.join();
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(*got, 0U);
}

TEST(PipeSource, PlainFilesAndMissingPipesAreUserErrors) {
  const TempDir folder;
  for (const std::string& path : {folder.Write("a.csv", "1,2\n"), folder.path().string() + "/no"}) {
    const auto source = PipeSource::Open({path, "train_0", true}, 1000, {});
    ASSERT_FALSE(source.ok());
    EXPECT_EQ(NameOf(source.error().id), "channel-pipe");
    EXPECT_EQ(KindOf(source.error()), ErrorKind::kUser);
  }
}

}  // namespace
}  // namespace boostyard::test
