// Jobs whose channels are Parquet, in the real program with the module beside it.
#include "data/parquet/load_module.h"
#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

const std::string kGolden = std::string(BOOSTYARD_SOURCE_DIR) + "/tests/golden/parquet/";

class ParquetJob : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!parquet::LoadModule().ok()) {
      GTEST_SKIP() << "no module for Parquet: run cmake/fetch_arrow.sh .deps first";
    }
  }
};

// A job on a copy of a file of tests/golden/parquet, for training and validation.
class GoldenJob : public FakeRoot {
 public:
  GoldenJob(const std::string& name, const std::string& content_type) {
    WriteHyperparameters(SmallHyperparameters());
    WriteChannel("train", ReadText(kGolden + name), name);
    WriteChannel("validation", ReadText(kGolden + name), "held_out");
    const std::string config = R"({"ContentType": ")" + content_type + R"("})";
    Write("input/config/inputdataconfig.json",
          R"({"train": )" + config + R"(, "validation": )" + config + "}");
  }
};

TEST_F(ParquetJob, P1_4_GivesTheModelOfTheSameCsv) {
  const GoldenJob csv("numbers.csv", "text/csv");
  const RunResult from_csv = TrainIn(csv);
  ASSERT_EQ(from_csv.exit_code, 0) << from_csv.err;
  for (const char* name : {"none.parquet", "snappy.parquet", "gzip.parquet", "zstd.parquet"}) {
    const GoldenJob parquet(name, "application/x-parquet");
    const RunResult result = TrainIn(parquet);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out, from_csv.out) << name;
    EXPECT_EQ(ReadText(parquet.At("model/model.tar.gz")), ReadText(csv.At("model/model.tar.gz")))
        << name;
  }
}

TEST_F(ParquetJob, P1_4_IsRecognisedWithoutAContentType) {
  const FakeRoot root;
  root.WriteHyperparameters(SmallHyperparameters());
  root.WriteChannel("train", ReadText(kGolden + "zstd.parquet"), "part-0");
  root.WriteChannel("train", ReadText(kGolden + "gzip.parquet"), "part-1");
  const RunResult native = TrainIn(root);
  ASSERT_EQ(native.exit_code, 0) << native.err;
  EXPECT_TRUE(Contains(native.err, "train/part-0 looks like parquet")) << native.err;
  EXPECT_EQ(MetricOf(native.out, "train-logloss").size(), 5U) << native.out;
}

TEST_F(ParquetJob, P1_4_ALabelThatTheObjectiveRefusesIsFoundInItsRow) {
  const GoldenJob root("bad_label_range.parquet", "application/x-parquet");
  ExpectRefused(root, TrainIn(root), "UserError: train/bad_label_range.parquet row 3",
                {"data-label-range"});
}

TEST_F(ParquetJob, P1_4_AStringColumnIsRefusedByName) {
  const GoldenJob root("bad_string.parquet", "application/x-parquet");
  ExpectRefused(root, TrainIn(root), "UserError: train/bad_string.parquet: column 3 \"job\"",
                {"of type string", "Fix: write categories as numbers", "parquet-columns"});
}

// Needs no module, and shows that CSV does not either.
TEST(ParquetJobWithoutModule, P1_4_NamesTheCureAndCsvGoesOn) {
  const GoldenJob parquet("none.parquet", "application/x-parquet");
  RunRequest nowhere;
  nowhere.variables = {{"BOOSTYARD_PARQUET_MODULE", "/nowhere.so"}};
  ExpectRefused(parquet, TrainIn(parquet, nowhere), "UserError: Parquet cannot be read",
                {"/nowhere.so", "the image of the target full", "parquet-unavailable"});
  const GoldenJob csv("numbers.csv", "text/csv");
  EXPECT_EQ(TrainIn(csv, nowhere).exit_code, 0);
}

}  // namespace
}  // namespace boostyard::testing
