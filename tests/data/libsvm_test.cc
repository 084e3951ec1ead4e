// libsvm: values against the naive reader, errors by their words, forms of the stream.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "data/locate.h"
#include "tests/data/csv_support.h"
#include "tests/data/naive_libsvm.h"
#include "tests/data/sparse_support.h"

namespace boostyard::test {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(BOOSTYARD_SOURCE_DIR) / "tests" / "golden" / "libsvm_errors";

MemoryFiles Libsvm(std::vector<std::string> contents, std::size_t most_bytes = 1U << 20) {
  MemoryFiles files(std::move(contents), most_bytes);
  files.request.content_type =
      ContentType{.format = DataFormat::kLibsvm, .delimiter = {}, .has_header = {}};
  return files;
}

std::vector<std::vector<float>> Expected(const std::string& text) {
  const NaiveSparse naive = NaiveReadLibsvm(text);
  EXPECT_TRUE(naive.ok);
  std::vector<std::vector<float>> rows;
  for (const NaiveRow& row : naive.rows) rows.push_back(naive.Dense(row, naive.feature_count));
  return rows;
}

// Lines of every legal form.
std::string RandomLines(std::size_t count, bool has_weights, bool has_queries,
                        std::uint32_t max_index, std::uint64_t seed) {
  static const char* const kValues[] = {"1",  "-2.5", "0.125", "1e-3", "3E2",
                                        "+7", "0",    "nan",   "-0"};
  std::mt19937_64 random(seed);
  std::string text;
  for (std::size_t row = 0; row < count; ++row) {
    if (random() % 10 == 0) text += random() % 2 == 0 ? "# a comment 1:2\n" : " \t\n";
    if (random() % 8 == 0) text += ' ';
    text += std::to_string(random() % 2);
    if (has_weights) text += ":" + std::to_string(random() % 4) + ".5";
    if (has_queries) text += " qid:" + std::to_string(row / 3);
    std::uint64_t index = random() % 3;
    std::vector<std::string> pairs;
    for (; index <= max_index; index += 1 + random() % 5) {
      pairs.push_back(std::to_string(index) + ":" + kValues[random() % 9]);
    }
    if (random() % 5 == 0) std::shuffle(pairs.begin(), pairs.end(), random);
    for (const std::string& pair : pairs) text += (random() % 9 == 0 ? " \t" : " ") + pair;
    if (random() % 7 == 0) text += " # 9:9";
    text += random() % 6 == 0 ? "\r\n" : "\n";
  }
  return text;
}

TEST(Libsvm, P1_4_ReadsLikeTheNaiveReaderWhateverTheWindowsAndThreads) {
  for (int form = 0; form < 4; ++form) {
    const std::string text = RandomLines(300, (form & 1) != 0, (form & 2) != 0, 12, 7 + form);
    const auto expected = Expected(text);
    for (const std::uint64_t chunk_bytes : {std::uint64_t{1} << 20, std::uint64_t{40}}) {
      for (const int threads : {1, 3}) {
        MemoryFiles files = Libsvm({text}, 1 + chunk_bytes % 13);
        files.options.chunk_bytes = chunk_bytes;
        files.request.threads = threads;
        auto opened = files.Open();
        ASSERT_TRUE(opened.ok()) << Render(opened.error());
        EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected)) << form << chunk_bytes;
      }
    }
  }
}

TEST(Libsvm, P1_4_SplittingIntoFilesChangesNothing) {
  const std::string text = RandomLines(90, true, true, 9, 3);
  const std::size_t middle = text.find('\n', text.size() / 3) + 1;
  auto whole = Libsvm({text}).Open();
  auto parts = Libsvm({text.substr(0, middle), "", text.substr(middle)}).Open();
  ASSERT_TRUE(whole.ok() && parts.ok());
  EXPECT_TRUE(SameRows(ReadTable(*whole->stream).rows, ReadTable(*parts->stream).rows));
  ASSERT_TRUE(whole->stream->Rewind().ok() && parts->stream->Rewind().ok());
  EXPECT_EQ(QueryIds(*whole->stream), QueryIds(*parts->stream));
}

TEST(Libsvm, P1_4_QueryIdsComeAlongInEveryForm) {
  std::string text;
  std::vector<std::uint64_t> expected;
  for (std::uint64_t row = 0; row < 60; ++row) {
    expected.push_back(row / 4 + 900000000000);
    text += "1 qid:" + std::to_string(expected.back()) + " 0:1\n";
  }
  for (const bool is_sparse : {false, true}) {
    MemoryFiles files = Libsvm({text});
    if (is_sparse) MakeSparse(files);
    auto opened = files.Open();
    ASSERT_TRUE(opened.ok()) << Render(opened.error());
    EXPECT_TRUE(opened->stream->shape().has_query_ids);
    EXPECT_EQ(opened->stream->shape().is_sparse, is_sparse);
    EXPECT_EQ(QueryIds(*opened->stream), expected);
  }
}

// A limit that the cells fit into, and their columns do not.
TEST(Libsvm, P1_4_StaysSparseWhereColumnsWouldExceedTheMemory) {
  const std::string text = RandomLines(200, true, false, 300, 11) + "1:1 199999:0.5\n";
  const NaiveSparse naive = NaiveReadLibsvm(text);
  MemoryFiles files = Libsvm({text});
  files.request.memory_limit_bytes = 40 << 20;  // columns: 200 x 200,000 x 2 bytes
  files.request.may_be_sparse = true;
  auto opened = files.Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_TRUE(opened->stream->shape().is_sparse);
  EXPECT_EQ(opened->stream->shape().feature_count, 200000U);
  EXPECT_EQ(opened->stream->shape().row_count, naive.rows.size());
  ASSERT_EQ(opened->notes.size(), 2U);
  EXPECT_NE(opened->notes[1].find("stays sparse"), std::string::npos) << opened->notes[1];
  const std::vector<NaiveRow> rows = SparseRowsOf(*opened->stream);
  ASSERT_EQ(rows.size(), naive.rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    EXPECT_EQ(rows[row].label, naive.rows[row].label);
    EXPECT_EQ(rows[row].weight, naive.rows[row].weight);
    std::map<std::uint64_t, float> present;
    for (const auto& [index, value] : naive.rows[row].cells) {
      if (!std::isnan(value)) present.emplace(index, value);
    }
    EXPECT_EQ(rows[row].cells, present);
  }
}

TEST(Libsvm, P1_4_WhoKnowsNoSparseFormGetsAFewRowsAtATime) {
  const std::string text = RandomLines(50, false, false, 40, 5) + "1 9999:0.5\n";
  MemoryFiles files = Libsvm({text});
  files.request.memory_limit_bytes = 700 << 10;
  auto opened = files.Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_FALSE(opened->stream->shape().is_sparse);
  const auto expected = Expected(text);
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected));
  ASSERT_TRUE(opened->stream->Rewind().ok());
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected));
}

TEST(Libsvm, P1_4_TooMuchForTheMemoryIsAnErrorWithBothFigures) {
  MemoryFiles files = Libsvm({RandomLines(3000, false, false, 100, 1)});
  files.request.memory_limit_bytes = 64 << 10;
  files.request.may_be_sparse = true;
  const auto opened = files.Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(NameOf(opened.error().id), "out-of-memory");
  MemoryFiles wide = Libsvm({"1 2147483646:1\n"});
  wide.request.memory_limit_bytes = std::uint64_t{1} << 30;
  wide.request.may_be_sparse = true;
  const auto too_wide = wide.Open();
  ASSERT_FALSE(too_wide.ok());
  EXPECT_NE(too_wide.error().message.find("2147483647 features"), std::string::npos);
}

TEST(Libsvm, P1_4_ValidationIsPaddedToTheTrainingDataOrCutWithAWarning) {
  MemoryFiles files = Libsvm({"1 0:1 3:4\n0 1:2\n"});
  files.request.expected_features = 6;
  auto padded = files.Open();
  ASSERT_TRUE(padded.ok());
  EXPECT_EQ(padded->stream->shape().feature_count, 6U);
  EXPECT_TRUE(padded->warnings.empty());
  files.request.expected_features = 2;
  auto cut = files.Open();
  ASSERT_TRUE(cut.ok());
  ASSERT_EQ(cut->warnings.size(), 1U);
  const float nan = std::nanf("");
  EXPECT_TRUE(SameRows(ReadTable(*cut->stream).rows, {{1, 1, nan}, {0, nan, 2}}));
}

TEST(Libsvm, P1_4_IndicesAreTakenAsTheyAreAndAnUnusedFirstOneIsNoted) {
  auto opened = Libsvm({"1 1:5\n0 2:6\n"}).Open();
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->stream->shape().feature_count, 3U);
  ASSERT_EQ(opened->notes.size(), 1U);
  EXPECT_EQ(
      opened->notes[0],
      "the channel train holds 2 rows of 3 features (libsvm); feature 0 never occurs: indices "
      "count from 0");
}

TEST(Libsvm, P1_4_IsSniffedAndSaidSo) {
  MemoryFiles files({"1 1:5\n0 2:6\n"});
  auto opened = files.Open();
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->notes[0],
            "the channel train has no content type: train/a.csv looks like libsvm");
}

TEST(Libsvm, P1_4_WithoutLabelsAFirstNumberIsIgnored) {
  MemoryFiles files = Libsvm({"0:1 1:2\n7 1:3\nqid:4 0:5\n"});
  files.request.has_label = false;
  auto opened = files.Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  const float nan = std::nanf("");
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream, false).rows, {{1, 2}, {nan, 3}, {5, nan}}));
}

TEST(Libsvm, P1_4_APipeIsReadLikeAFile) {
  const TempDir dir;
  const std::string path = (dir.path() / "train_0").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string text = RandomLines(500, false, true, 20, 9);
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << text; });
  ReadRequest request;
  request.channel = "train";
  request.files = {{path, "train_0", true}};
  ReadOptions options;
  options.chunk_bytes = 1000;
  auto opened = OpenDataWith(request, options);
  writer.join();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, Expected(text)));
}

TEST(Libsvm, P1_4_ARowIsFoundAgain) {
  const TempDir dir;
  ReadRequest request;
  request.channel = "train";
  request.files = {{dir.Write("a", "# c\n1 1:1\n\n0 1:1\n"), "train/a", false},
                   {dir.Write("b", " 5 1:1\r\n"), "train/b", false}};
  const auto second = LocateCell(request, 1, 1);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->file + ":" + std::to_string(second->line), "train/a:4");
  const auto third = LocateCell(request, 2, 1);
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(third->file + ":" + std::to_string(third->line), "train/b:1");
  EXPECT_EQ(third->line_text, " 5 1:1");
  EXPECT_FALSE(LocateCell(request, 3, 1).ok());
}

// tests/golden/libsvm_errors/messages.txt: written by this test with BOOSTYARD_UPDATE_GOLDEN=1.
TEST(LibsvmErrors, P1_4_HaveTheGoldenMessages) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    if (entry.path().extension() == ".libsvm") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  ASSERT_GT(paths.size(), 30U);
  std::string text;
  for (const auto& path : paths) {
    std::string first;
    for (const std::uint64_t chunk_bytes : {std::uint64_t{1} << 20, std::uint64_t{3}}) {
      MemoryFiles files = Libsvm({ReadBytes(path)}, 5);
      files.options.chunk_bytes = chunk_bytes;
      files.request.threads = 2;
      files.request.files[0].display_name = path.filename().string();
      const auto opened = files.Open();
      ASSERT_FALSE(opened.ok()) << path;
      EXPECT_EQ(KindOf(opened.error()), ErrorKind::kUser);
      const std::string report = Render(opened.error());
      if (first.empty()) first = report;
      EXPECT_EQ(report, first) << "the report depends on the windows";
    }
    text += "== " + path.filename().string() + "\n" + first;
  }
  const std::filesystem::path messages = kGolden / "messages.txt";
  if (std::getenv("BOOSTYARD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(messages, std::ios::binary) << text;
  }
  EXPECT_EQ(text, ReadBytes(messages));
}

}  // namespace
}  // namespace boostyard::test
