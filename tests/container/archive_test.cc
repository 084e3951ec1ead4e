#include "container/archive.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::ReadText;
using boostyard::testing::TempDir;
using boostyard::testing::WriteText;

std::vector<std::uint8_t> Bytes(const std::string& text) { return {text.begin(), text.end()}; }

std::vector<std::uint8_t> Archive(const std::vector<ArchiveMember>& members) {
  auto bytes = WriteTarGz(members);
  EXPECT_TRUE(bytes.ok());
  return bytes.ok() ? *std::move(bytes) : std::vector<std::uint8_t>();
}

TEST(WriteTarGz, IsWhatTarReads) {
  const TempDir directory;
  const std::vector<std::uint8_t> bytes = Archive({{"xgboost-model", Bytes("hello\n")}});
  WriteText(directory.path() + "/a.tar.gz", std::string(bytes.begin(), bytes.end()));
  const std::string in = "cd " + directory.path() + " && ";
  ASSERT_EQ(std::system((in + "TZ=UTC tar --numeric-owner -tvzf a.tar.gz >list").c_str()), 0);
  EXPECT_EQ(ReadText(directory.path() + "/list"),
            "-rw-r--r-- 0/0               6 1970-01-01 00:00 xgboost-model\n");
  ASSERT_EQ(std::system((in + "tar -xzf a.tar.gz && gzip -t a.tar.gz").c_str()), 0);
  EXPECT_EQ(ReadText(directory.path() + "/xgboost-model"), "hello\n");
}

TEST(WriteTarGz, DependsOnNothingButItsMembers) {
  const auto first = Archive({{"xgboost-model", Bytes(std::string(100000, 'x'))}});
  sleep(1);  // a time stamp would show
  EXPECT_EQ(first, Archive({{"xgboost-model", Bytes(std::string(100000, 'x'))}}));
  ASSERT_GE(first.size(), 8U);
  EXPECT_EQ(first[4] | first[5] | first[6] | first[7], 0) << "gzip's time";
  EXPECT_EQ(first[3], 0) << "gzip's flags: no name";
}

TEST(WriteTarGz, EndsWithGzipsTrailer) {
  const auto bytes = Archive({{"xgboost-model", Bytes("x")}});
  ASSERT_GE(bytes.size(), 4U);
  const std::size_t end = bytes.size();
  const unsigned tar_bytes = bytes[end - 4] | bytes[end - 3] << 8 | bytes[end - 2] << 16;
  EXPECT_EQ(tar_bytes, 512U + 512U + 1024U) << "header, content, end of archive";
}

TEST(ReadModelTarGz, GivesBackModelsAndNothingElse) {
  const auto bytes = Archive({{"notes.txt", Bytes("n")},
                              {"xgboost-model-0", Bytes("a")},
                              {"./xgboost-model-1", Bytes("")},
                              {"deep/xgboost-model", Bytes("c")}});
  const auto members = ReadModelTarGz(bytes, "f");
  ASSERT_TRUE(members.ok());
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ((*members)[0].name, "xgboost-model-0");
  EXPECT_EQ((*members)[0].bytes, Bytes("a"));
  EXPECT_EQ((*members)[1].name, "xgboost-model-1");
}

TEST(ReadModelTarGz, CutArchiveIsACleanErrorOrWhole) {
  std::string content;
  for (std::uint32_t i = 0; i < 4000; ++i) content += static_cast<char>((i * 2654435761U) >> 24);
  const auto whole = Archive({{"xgboost-model", Bytes(content)}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto members = ReadModelTarGz(std::span(whole).first(size), "m.tar.gz");
    if (members.ok()) {  // only the padding behind the model is missing
      EXPECT_GT(size, whole.size() - 100);
      EXPECT_EQ(members->front().bytes, Bytes(content));
      continue;
    }
    EXPECT_EQ(members.error().id, ErrorId::kModelBad);
    EXPECT_EQ(members.error().message.rfind("m.tar.gz is not a model archive", 0), 0U);
  }
}

TEST(ReadModelTarGz, OtherFilesAreNoModelArchives) {
  EXPECT_FALSE(ReadModelTarGz(Bytes("no archive at all"), "f").ok());
  EXPECT_FALSE(ReadModelTarGz(Archive({{"other", Bytes("x")}}), "f").ok());
}

TEST(IsModelFileName, KnowsOurNamesOnly) {
  for (const char* name : {"xgboost-model", "xgboost-model-0", "xgboost-model-12"}) {
    EXPECT_TRUE(IsModelFileName(name)) << name;
  }
  for (const char* name :
       {"xgboost-model-", "xgboost-model.json", "xgboost-model-1a", "model", ""}) {
    EXPECT_FALSE(IsModelFileName(name)) << name;
  }
}

}  // namespace
}  // namespace boostyard::container
