// Jobs whose channels are other formats than CSV.
#include <filesystem>

#include "tests/data/recordio_support.h"
#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

const std::filesystem::path kShared = std::filesystem::path(BOOSTYARD_SOURCE_DIR) / ".." /
                                      "shared" / "data" / "sagemaker_xgboost_container";

// SmallRows as libsvm, zeros written out.
std::string SmallLibsvm(std::size_t row_count, std::uint32_t seed) {
  std::string text;
  for (const auto& row : SmallRows(row_count, seed)) {
    text += row[0];
    for (std::size_t i = 1; i < row.size(); ++i) text += " " + std::to_string(i - 1) + ":" + row[i];
    text += "\n";
  }
  return text;
}

// SmallRows as dense or sparse records.
std::string SmallRecordio(std::size_t row_count, std::uint32_t seed, bool is_sparse) {
  std::string bytes;
  for (const auto& row : SmallRows(row_count, seed)) {
    std::vector<double> values;
    std::vector<std::uint64_t> keys;
    for (std::size_t i = 1; i < row.size(); ++i) {
      values.push_back(std::stof(row[i]));
      keys.push_back(i - 1);
    }
    const float label = std::stof(row[0]);
    const test::WrittenRecord record =
        is_sparse ? test::SparseRecord(label, keys, values) : test::DenseRecord(label, values);
    bytes += test::Part(test::PayloadBytes(record));
  }
  return bytes;
}

TEST(Formats, P1_4_ARecordioJobGivesTheModelOfTheSameCsv) {
  const FakeRoot csv;
  csv.WriteHyperparameters(SmallHyperparameters());
  csv.WriteChannel("train", SmallCsv(400, 3));
  csv.WriteChannel("validation", SmallCsv(100, 4));
  const RunResult from_csv = TrainIn(csv);
  ASSERT_EQ(from_csv.exit_code, 0) << from_csv.err;
  for (const bool is_sparse : {false, true}) {
    const FakeRoot root;
    root.WriteHyperparameters(SmallHyperparameters());
    root.WriteChannel("train", SmallRecordio(400, 3, is_sparse), "part.pbr");
    root.WriteChannel("validation", SmallCsv(100, 4));  // its type is not given: it is looked at
    root.Write(
        "input/config/inputdataconfig.json",
        R"({"train": {"ContentType": "application/x-recordio-protobuf"}, "validation": {}})");
    const RunResult result = TrainIn(root);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out, from_csv.out);
    EXPECT_EQ(ReadText(root.At("model/model.tar.gz")), ReadText(csv.At("model/model.tar.gz")));
    EXPECT_TRUE(Contains(result.err, "validation/data.csv looks like csv")) << result.err;
  }
}

TEST(Formats, P1_4_ALabelThatTheObjectiveRefusesIsFoundInItsRecord) {
  const FakeRoot root;
  root.WriteHyperparameters(SmallHyperparameters());
  const std::string good = test::Framed({test::DenseRecord(1, {1})});
  root.WriteChannel("train", good + test::Framed({test::DenseRecord(2, {1})}), "part.pbr");
  ExpectRefused(root, TrainIn(root),
                "UserError: train/part.pbr record 2 (byte " + std::to_string(good.size()) + "): ",
                {"data-label-range"});
}

TEST(Formats, P1_4_ALibsvmJobGivesTheModelOfTheSameCsv) {
  const FakeRoot csv;
  csv.WriteHyperparameters(SmallHyperparameters());
  csv.WriteChannel("train", SmallCsv(400, 3));
  csv.WriteChannel("validation", SmallCsv(100, 4));
  const FakeRoot libsvm;
  libsvm.WriteHyperparameters(SmallHyperparameters());
  libsvm.WriteChannel("train", SmallLibsvm(400, 3));
  libsvm.WriteChannel("validation", SmallCsv(100, 4));  // each channel has its own type
  libsvm.Write(
      "input/config/inputdataconfig.json",
      R"({"train": {"ContentType": "text/libsvm"}, "validation": {"ContentType": "csv"}})");
  const RunResult from_csv = TrainIn(csv);
  const RunResult from_libsvm = TrainIn(libsvm);
  ASSERT_EQ(from_csv.exit_code, 0) << from_csv.err;
  ASSERT_EQ(from_libsvm.exit_code, 0) << from_libsvm.err;
  EXPECT_EQ(from_libsvm.out, from_csv.out);
  EXPECT_EQ(ReadText(libsvm.At("model/model.tar.gz")), ReadText(csv.At("model/model.tar.gz")));
}

TEST(Formats, P1_1_TheReferencesLibsvmChannelsTrain) {
  if (!std::filesystem::exists(kShared)) GTEST_SKIP() << "no " << kShared;
  const FakeRoot root;
  root.WriteHyperparameters({{"objective", "reg:squarederror"}, {"num_round", "10"}});
  std::filesystem::create_directories(root.At("input/data"));
  for (const char* channel : {"train", "validation"}) {
    std::filesystem::copy(kShared / "abalone" / "data" / channel,
                          root.At(std::string("input/data/") + channel),
                          std::filesystem::copy_options::recursive);
  }
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<double> rmse = MetricOf(result.out, "validation-rmse");
  ASSERT_EQ(rmse.size(), 10U);
  EXPECT_LT(rmse.back(), 2.4);  // the labels' deviation is 3.2
  EXPECT_TRUE(Contains(result.err, "looks like libsvm")) << result.err;
}

TEST(Formats, P1_4_RankingWithQueriesGoesToXgboost) {
  const FakeRoot root;
  root.WriteHyperparameters({{"objective", "rank:pairwise"}, {"num_round", "3"}});
  std::string text;
  for (int row = 0; row < 200; ++row) {
    text += std::to_string(row * 7 % 3) + " qid:" + std::to_string(row / 10) +
            " 0:" + std::to_string(row * 7 % 3 + row % 2) + " 2:" + std::to_string(row % 5) + "\n";
  }
  root.WriteChannel("train", text);
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Contains(result.err, "engine: xgboost")) << result.err;
  EXPECT_EQ(MetricOf(result.out, "train-ndcg@32").size(), 3U) << result.out;
}

TEST(Formats, P1_4_ALabelThatTheObjectiveRefusesIsFoundInItsLine) {
  const FakeRoot root;
  root.WriteHyperparameters(SmallHyperparameters());
  root.WriteChannel("train", "1 0:1\n# two\n0 0:2\n2 0:3\n");
  ExpectRefused(root, TrainIn(root), "UserError: train/data.csv:4:1", {"data-label-range"});
}

}  // namespace
}  // namespace boostyard::testing
