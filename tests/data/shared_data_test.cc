// Real files: the shared data sets beside the repository, against the counts of their README.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "data/open.h"
#include "tests/data/csv_support.h"

namespace boostyard::test {
namespace {

const std::filesystem::path kShared =
    std::filesystem::path(BOOSTYARD_SOURCE_DIR) / ".." / "shared" / "data";

Result<OpenedData> OpenShared(const std::filesystem::path& path) {
  ReadRequest request;
  request.channel = "train";
  request.files = {{path.string(), path.filename().string(), false}};
  request.content_type = ContentType{};
  request.has_weights = path.filename().string().find("weight") != std::string::npos;
  request.threads = 2;
  return OpenData(request);
}

struct Counts {
  const char* file;
  RowIndex rows;
  FeatureIndex features;
  int positives;  // labels of 1; -1: not a binary task
};

TEST(SharedData, HasTheCountsOfItsReadme) {
  if (!std::filesystem::exists(kShared)) GTEST_SKIP() << "no " << kShared;
  for (const Counts& counts :
       {Counts{"bank_marketing/train.csv", 28831, 59, 3219},
        Counts{"bank_marketing/test.csv", 12357, 59, 1421},
        Counts{"bank_additional/train.csv", 28831, 19, 3219},
        Counts{"higgs/train.csv", 8745, 28, 4621}, Counts{"adult/train.csv", 32561, 14, 7841},
        Counts{"churn/train.csv", 3333, 69, 483}, Counts{"abalone/train.csv", 0, 8, -1}}) {
    auto opened = OpenShared(kShared / counts.file);
    ASSERT_TRUE(opened.ok()) << counts.file << ": " << opened.error().message;
    const Table table = ReadTable(*opened->stream);
    EXPECT_EQ(table.shape.feature_count, counts.features) << counts.file;
    if (counts.positives < 0) continue;
    EXPECT_EQ(table.shape.row_count, counts.rows) << counts.file;
    int positives = 0;
    for (const auto& row : table.rows) positives += row[0] == 1.0F ? 1 : 0;
    EXPECT_EQ(positives, counts.positives) << counts.file;
  }
}

TEST(SharedData, EveryCsvFileIsReadLikeTheNaiveReader) {
  if (!std::filesystem::exists(kShared)) GTEST_SKIP() << "no " << kShared;
  constexpr std::uintmax_t kNaiveBytes = 400'000;  // the naive reader is slow
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kShared)) {
    const std::filesystem::path& path = entry.path();
    if (!entry.is_regular_file() || path.extension() != ".csv") continue;
    auto opened = OpenShared(path);
    ASSERT_TRUE(opened.ok()) << path << ": " << opened.error().message;
    ++files;
    if (entry.file_size() > kNaiveBytes || !opened->warnings.empty()) continue;
    const NaiveTable expected =
        NaiveReadCsv(ReadBytes(path), {.has_weights = opened->stream->shape().has_weights});
    EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected.rows)) << path;
  }
  EXPECT_GT(files, 40);
}

}  // namespace
}  // namespace boostyard::test
