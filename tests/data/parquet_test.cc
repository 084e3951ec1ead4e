// Parquet against CSV of the same numbers, which pyarrow and Python wrote (make_parquet.py).
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/data/parquet_support.h"
#include "tests/support/golden.h"

namespace boostyard::test {
namespace {

class Parquet : public ::testing::Test {
 protected:
  void SetUp() override { BOOSTYARD_NEEDS_PARQUET(); }
};

Table TableOf(const MemoryFiles& files) {
  auto opened = files.Open();
  EXPECT_TRUE(opened.ok()) << Render(opened.error());
  return opened.ok() ? ReadTable(*opened->stream) : Table();
}

TEST_F(Parquet, HoldsTheNumbersOfItsCsv) {
  const auto expected = CsvRows(kGoldenParquet / "numbers.csv");
  ASSERT_EQ(expected.size(), 40U);
  for (const char* codec : {"none", "snappy", "gzip", "zstd"}) {
    const Table table = TableOf(MemoryFiles({GoldenBytes(codec)}));
    EXPECT_TRUE(SameRows(table.rows, expected)) << codec;
    ASSERT_EQ(table.shape.feature_names.size(), 18U);
    EXPECT_EQ(table.shape.feature_names[0], "double");
    EXPECT_EQ(table.shape.feature_names[17], "nothing");
  }
}

TEST_F(Parquet, EveryCodecEncodingAndPageVersionHoldsTheNumbersOfItsCsv) {
  const TempDir folder;
  const std::string command = "PYTHONPATH=" BOOSTYARD_ARROW_ROOT " python3 -B " BOOSTYARD_SOURCE_DIR
                              "/tests/data/make_parquet.py " +
                              folder.path().string();
  const int status = std::system(command.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "this python3 cannot import the pyarrow of .deps";
  }
  ASSERT_EQ(status, 0);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::path path = entry.path();
    if (path.extension() != ".parquet") continue;
    MemoryFiles parquet({ReadBytes(path)});
    parquet.request.threads = 1 + files % 3;
    const auto expected = CsvRows(path.replace_extension(".csv"));
    EXPECT_EQ(expected.size(), 3000U) << path;
    EXPECT_TRUE(SameRows(TableOf(parquet).rows, expected)) << path;
    ++files;
  }
  EXPECT_EQ(files, 28);
}

TEST_F(Parquet, TheReferencesFilesAreReadLikeItsCsv) {
  const std::filesystem::path shared = std::filesystem::path(BOOSTYARD_SOURCE_DIR) / ".." /
                                       "shared" / "data" / "sagemaker_xgboost_container" / "data";
  if (!std::filesystem::exists(shared)) GTEST_SKIP() << "no " << shared;
  const auto csv = CsvRows(shared / "csv" / "train.csv");
  const auto rows_of = [&](std::vector<std::string> names) {
    std::vector<std::string> contents;
    for (const std::string& name : names) contents.push_back(ReadBytes(shared / "parquet" / name));
    return TableOf(MemoryFiles(std::move(contents))).rows;
  };
  EXPECT_FALSE(csv.empty());
  const auto train = rows_of({"train.parquet"});
  ASSERT_EQ(train.size(), 5U);
  ASSERT_GE(train.size(), csv.size());
  for (std::size_t i = 0; i < csv.size(); ++i) EXPECT_EQ(train[i], csv[i]) << i;
  EXPECT_EQ(rows_of({"pq_files/train.parquet"}), train);
  const auto both = rows_of({"multiple_files/train_0.parquet", "multiple_files/train_1.parquet"});
  ASSERT_EQ(both.size(), 10U);
  EXPECT_EQ(both.front().size(), 7U);
}

TEST_F(Parquet, ThreadsChunksShortReadsAndFilesDoNotMatter) {
  auto expected = CsvRows(kGoldenParquet / "numbers.csv");
  const auto once = expected;
  expected.insert(expected.end(), once.begin(), once.end());
  for (const std::uint64_t chunk_bytes : {1U, 500U, 2000U, 1U << 20}) {
    for (const int threads : {1, 2, 5}) {
      MemoryFiles files({GoldenBytes("gzip"), "", GoldenBytes("bad_no_rows"), GoldenBytes("none")},
                        1 + chunk_bytes % 97);
      files.request.files.erase(files.request.files.begin() + 2);
      files.options.chunk_bytes = chunk_bytes;
      files.request.threads = threads;
      EXPECT_TRUE(SameRows(TableOf(files).rows, expected)) << chunk_bytes << ' ' << threads;
    }
  }
}

TEST_F(Parquet, WhatDoesNotFitIsReadAgainInEveryPass) {
  const auto expected = CsvRows(kGoldenParquet / "numbers.csv");
  MemoryFiles files({GoldenBytes("snappy")});
  files.options.chunk_bytes = 300;
  files.request.training_bytes = [](RowIndex, FeatureIndex) { return std::uint64_t{1}; };
  bool was_read_again = false;
  bool was_kept = false;
  for (std::uint64_t limit = 8U << 10; limit < 64U << 10; limit += 1U << 10) {
    files.request.memory_limit_bytes = limit;
    auto opened = files.Open();
    if (!opened.ok()) {
      EXPECT_EQ(NameOf(opened.error().id), "out-of-memory") << Render(opened.error());
      continue;
    }
    (opened->stream->shape().is_kept ? was_kept : was_read_again) = true;
    for (int pass = 0; pass < 2; ++pass) {
      ASSERT_TRUE(opened->stream->Rewind().ok());
      EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected)) << limit;
    }
    EXPECT_EQ(opened->stream->shape().row_count, 40U);
  }
  EXPECT_TRUE(was_read_again);
  EXPECT_TRUE(was_kept);
}

TEST_F(Parquet, WithoutALabelEveryColumnIsAFeature) {
  MemoryFiles files({GoldenBytes("bad_ages")});
  files.request.has_label = false;
  auto opened = files.Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  const Table table = ReadTable(*opened->stream, false);
  EXPECT_EQ(table.shape.feature_names, (std::vector<std::string>{"label", "age"}));
  EXPECT_EQ(table.rows, (std::vector<std::vector<float>>{{1, 1}, {0, 2}, {1, 3}}));
}

TEST_F(Parquet, WeightsAreIgnoredAndPandasIndexNoticed) {
  MemoryFiles files({GoldenBytes("bad_index")});
  files.request.has_weights = true;
  const auto opened = files.Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_FALSE(opened->stream->shape().has_weights);
  EXPECT_EQ(opened->stream->shape().feature_count, 2U);
  ASSERT_EQ(opened->warnings.size(), 2U);
  EXPECT_NE(opened->warnings[0].find("__index_level_0__"), std::string::npos);
  EXPECT_NE(opened->warnings[1].find("csv_weights is ignored"), std::string::npos);
}

TEST_F(Parquet, APipeIsReadToItsEndAndMayHoldSeveralFiles) {
  const TempDir folder;
  const std::string path = (folder.path() / "train_0").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer(
      [&] { std::ofstream(path, std::ios::binary) << GoldenBytes("zstd") << GoldenBytes("none"); });
  ReadRequest request;
  request.channel = "train";
  request.files = {{path, "train_0", true}};
  auto opened = OpenData(request);
  writer.join();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  auto expected = CsvRows(kGoldenParquet / "numbers.csv");
  const auto once = expected;
  expected.insert(expected.end(), once.begin(), once.end());
  const Table table = ReadTable(*opened->stream);
  EXPECT_EQ(table.rows.size(), 80U);
  EXPECT_TRUE(SameRows(table.rows, expected));
}

TEST_F(Parquet, ARowIsFoundAgainInItsFile) {
  const MemoryFiles files({GoldenBytes("bad_ages"), "", GoldenBytes("none")});
  for (const auto& [row, place] : std::map<RowIndex, std::string>{{0, "train/a.csv row 1"},
                                                                  {2, "train/a.csv row 3"},
                                                                  {3, "train/c.csv row 1"},
                                                                  {42, "train/c.csv row 40"}}) {
    const auto position = LocateCellWith(files.request, files.options, row, 1);
    ASSERT_TRUE(position.ok()) << Render(position.error());
    EXPECT_EQ(position->file, place);
  }
  EXPECT_FALSE(LocateCellWith(files.request, files.options, 43, 1).ok());
}

// Every refusal, word for word.
TEST_F(Parquet, RefusesWithFileColumnTypeAndCure) {
  std::string report;
  const auto add = [&](const std::string& title, const MemoryFiles& files) {
    report += "== " + title + "\n" + ReportOf(files);
  };
  for (const char* name : {"string", "timestamp", "date", "binary", "list", "struct", "null_label",
                           "infinite", "too_large", "label_only", "no_rows"}) {
    add(name, MemoryFiles({GoldenBytes(std::string("bad_") + name)}));
  }
  add("other name", MemoryFiles({GoldenBytes("bad_ages"), GoldenBytes("bad_years")}));
  add("more columns", MemoryFiles({GoldenBytes("bad_ages"), GoldenBytes("bad_wide")}));
  add("a CSV file among them", MemoryFiles({GoldenBytes("bad_ages"), "1,2\n0,3\n"}));
  MemoryFiles narrow({GoldenBytes("bad_ages")});
  narrow.request.expected_features = 3;
  add("fewer features than the training data", narrow);
  const std::string whole = GoldenBytes("bad_ages");
  add("cut in the middle", MemoryFiles({whole.substr(0, whole.size() / 2)}));
  add("four bytes", MemoryFiles({"PAR1"}));
  MemoryFiles as_csv({whole});
  as_csv.request.content_type = ContentType{};
  add("as CSV", as_csv);
  testing::ExpectGolden("tests/golden/parquet/messages.txt", report);
}

TEST_F(Parquet, EveryShorterFileIsAnErrorWithAName) {
  const std::string whole = GoldenBytes("bad_ages");
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const auto opened = MemoryFiles({whole.substr(0, size)}).Open();
    ASSERT_FALSE(opened.ok()) << size;
    EXPECT_EQ(NameOf(opened.error().id), "data-damaged") << size;
  }
}

// Bytes that cannot be read from the `failing`-th read on.
class FailingSource final : public ByteSource {
 public:
  FailingSource(std::unique_ptr<ByteSource> source, int& reads, int failing)
      : source_(std::move(source)), reads_(reads), failing_(failing) {}
  std::uint64_t size() const override { return source_->size(); }
  Result<std::size_t> ReadSome(std::uint64_t offset, std::span<char> out) const override {
    if (++reads_ >= failing_) return MakeError(ErrorId::kIoRead, "cannot read it: EIO");
    return source_->ReadSome(offset, out);
  }

 private:
  std::unique_ptr<ByteSource> source_;
  int& reads_;
  int failing_;
};

TEST_F(Parquet, AFailureToReadIsNotTakenForDamage) {
  MemoryFiles files({GoldenBytes("none")});
  const FileOpener open = files.options.open_file;
  bool has_succeeded = false;
  for (int failing = 1; !has_succeeded && failing < 1000; ++failing) {
    int reads = 0;
    files.options.open_file = [&](const SourceFile& file) -> Result<std::unique_ptr<ByteSource>> {
      BOOSTYARD_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, open(file));
      return Result<std::unique_ptr<ByteSource>>(
          std::make_unique<FailingSource>(std::move(source), reads, failing));
    };
    const auto opened = files.Open();
    has_succeeded = opened.ok();
    if (opened.ok()) break;
    EXPECT_EQ(Render(opened.error()), "cannot read it: EIO. Fix:  [io-read]\n");
  }
  EXPECT_TRUE(has_succeeded);
}

}  // namespace
}  // namespace boostyard::test
