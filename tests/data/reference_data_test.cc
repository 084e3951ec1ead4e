// The public sample files of the reference container: one table in every format it exists in. A
// format that is added gets its rows in Tables().
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/data/parquet_support.h"

namespace boostyard::test {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<float>>;

const fs::path kFolder = fs::path(BOOSTYARD_SOURCE_DIR) / ".." / "shared" / "data" /
                         "sagemaker_xgboost_container" / "data";

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

const std::vector<float> kFirst = {0, 1, 0, 0, 0, 0};
const Rows kTable = {kFirst, kFirst, kFirst, kFirst, {1, 0, 1, 0, 0, 0}};

// The samples of libsvm hold another table than those of the other formats.
const std::vector<float> kFirstOfLibsvm = {1, kNan, kNan, 1, kNan, kNan};
const Rows kLibsvmTable = {
    kFirstOfLibsvm, kFirstOfLibsvm, kFirstOfLibsvm, kFirstOfLibsvm, {0, kNan, kNan, kNan, kNan, 1}};

// What Dask wrote: the number of the row in every column, its index among them.
const Rows kCounts = {Rows::value_type(7, 0), Rows::value_type(7, 1), Rows::value_type(7, 2),
                      Rows::value_type(7, 3), Rows::value_type(7, 4)};

Rows Twice(Rows rows) {
  const Rows again = rows;
  rows.insert(rows.end(), again.begin(), again.end());
  return rows;
}

Rows Weighted(Rows rows, float weight) {
  for (auto& row : rows) row.insert(row.begin() + 1, weight);
  return rows;
}

// Zeros of the features, which sparse files leave out.
Rows WithoutZeros(Rows rows) {
  for (auto& row : rows) {
    for (std::size_t i = 1; i < row.size(); ++i) row[i] = row[i] == 0.0F ? kNan : row[i];
  }
  return rows;
}

struct Sample {
  std::vector<std::string> files;
  const char* content_type;
  Rows rows;
  bool has_weights = false;
};

std::vector<Sample> Tables() {
  return {
      {{"csv/train.csv"}, "text/csv", kTable},
      {{"csv/csv_files/train.csv"}, "text/csv", kTable},
      {{"csv/multiple_files/train_1.csv", "csv/multiple_files/train_2.csv"},
       "text/csv",
       Twice(kTable)},
      {{"csv/train.csv.weights"}, "text/csv", Weighted(kTable, 0.2F), true},
      {{"csv/weighted_csv_files/train.csv.weights"}, "text/csv", Weighted(kTable, 0.2F), true},
      {{"libsvm/train.libsvm"}, "text/libsvm", kLibsvmTable},
      {{"libsvm/libsvm_files/train.libsvm"}, "text/libsvm", kLibsvmTable},
      {{"libsvm/train.libsvm.weights"}, "text/libsvm", Weighted(kLibsvmTable, 0.2F)},
      {{"recordio_protobuf/train.pb"}, "application/x-recordio-protobuf", kTable},
      {{"recordio_protobuf/pb_files/train.pb"}, "recordio-protobuf", kTable},
      {{"recordio_protobuf/sparse/train.pb"}, "recordio-protobuf", WithoutZeros(kTable)},
      {{"parquet/train.parquet"}, "application/x-parquet", kTable},
      {{"parquet/pq_files/train.parquet"}, "parquet", kTable},
      {{"parquet/multiple_files/train_0.parquet", "parquet/multiple_files/train_1.parquet"},
       "parquet",
       Twice(kCounts)},
  };
}

// Three rows of three features, of which only some are there.
std::vector<Sample> EdgeCases() {
  const std::string folder = "recordio_protobuf/sparse_edge_cases/";
  const auto square = [](std::set<int> present) {
    Rows rows(3, {1, kNan, kNan, kNan});
    for (const int at : present) rows[at / 3][1 + at % 3] = 1;
    return rows;
  };
  return {
      {{"recordio_protobuf/single_feature_label.pb"}, "recordio-protobuf", {{0, kNan}}},
      {{folder + "dense_as_sparse.pbr"}, "recordio-protobuf", Rows(3, {1, 1, 1, 1})},
      {{folder + "diagonal.pbr"}, "recordio-protobuf", square({0, 4, 8})},
      {{folder + "rectangular_sparse.pbr"}, "recordio-protobuf", Rows(4, {1, 1, kNan, kNan})},
      {{folder + "single_value_top_left.pbr"}, "recordio-protobuf", square({0})},
      {{folder + "single_value_top_right.pbr"}, "recordio-protobuf", square({2})},
      {{folder + "single_value_center.pbr"}, "recordio-protobuf", square({4})},
      {{folder + "single_value_bot_left.pbr"}, "recordio-protobuf", square({6})},
      {{folder + "single_value_bot_right.pbr"}, "recordio-protobuf", square({8})},
  };
}

std::vector<Sample> AllSamples() {
  std::vector<Sample> samples = Tables();
  for (Sample& sample : EdgeCases()) samples.push_back(std::move(sample));
  return samples;
}

// Those of the formats that this build reads: Parquet needs its module.
std::vector<Sample> ReadableSamples() {
  const bool has_parquet = parquet::LoadModule().ok();
  std::vector<Sample> samples;
  for (Sample& sample : AllSamples()) {
    if (!has_parquet && sample.files.front().starts_with("parquet/")) continue;
    samples.push_back(std::move(sample));
  }
  return samples;
}

Result<OpenedData> OpenSample(const Sample& sample, bool is_sniffed) {
  ReadRequest request;
  request.channel = "train";
  for (const std::string& file : sample.files) {
    request.files.push_back({(kFolder / file).string(), file, false});
  }
  if (!is_sniffed) {
    BOOSTYARD_ASSIGN_OR_RETURN(request.content_type, ParseContentType(sample.content_type));
  }
  request.has_weights = sample.has_weights;
  return OpenData(request);
}

TEST(ReferenceData, P1_4_ReadsToTheSameValuesInEveryFormat) {
  if (!fs::exists(kFolder)) GTEST_SKIP() << "no " << kFolder;
  for (const Sample& sample : ReadableSamples()) {
    SCOPED_TRACE(sample.files.front());
    auto opened = OpenSample(sample, false);
    ASSERT_TRUE(opened.ok()) << Render(opened.error());
    EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, sample.rows));
  }
}

TEST(ReferenceData, P1_4_IsRecognisedWithoutAContentType) {
  if (!fs::exists(kFolder)) GTEST_SKIP() << "no " << kFolder;
  for (const Sample& sample : ReadableSamples()) {
    SCOPED_TRACE(sample.files.front());
    auto opened = OpenSample(sample, true);
    ASSERT_TRUE(opened.ok()) << Render(opened.error());
    const std::string name(NameOf(ParseContentType(sample.content_type)->format));
    EXPECT_EQ(opened->notes.front(), "the channel train has no content type: " +
                                         sample.files.front() + " looks like " + name);
    EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, sample.rows));
  }
}

TEST(ReferenceData, P1_4_EveryFileIsInTheTable) {
  if (!fs::exists(kFolder)) GTEST_SKIP() << "no " << kFolder;
  std::set<std::string> named;
  for (const Sample& sample : AllSamples()) named.insert(sample.files.begin(), sample.files.end());
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_TRUE(named.contains(fs::relative(entry.path(), kFolder).string())) << entry.path();
  }
}

}  // namespace
}  // namespace boostyard::test
