// Every error of CSV input: its words (golden), its place, and that it ends the reading.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "data/decode/compression.h"
#include "tests/data/compress.h"
#include "tests/data/csv_support.h"

namespace boostyard::test {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(BOOSTYARD_SOURCE_DIR) / "tests" / "golden" / "csv_errors";

// Reads one file of the corpus. Its name says how: *.weights.csv, *.predict.csv, *.nine.csv (nine
// features expected).
Result<OpenedData> OpenGolden(const std::filesystem::path& path, const std::string& bytes,
                              int threads = 1, std::uint64_t chunk_bytes = 1U << 20,
                              std::uint64_t limit = 0) {
  const std::string name = path.filename().string();
  MemoryFiles files({bytes});
  files.request.threads = threads;
  files.request.memory_limit_bytes = limit;
  files.request.training_bytes = [](RowIndex, FeatureIndex) { return std::uint64_t{1}; };
  files.options.chunk_bytes = chunk_bytes;
  files.request.files[0].display_name = name;
  files.request.has_weights = name.find(".weights.") != std::string::npos;
  files.request.has_label = name.find(".predict.") == std::string::npos;
  if (name.find(".nine.") != std::string::npos) files.request.expected_features = 9;
  return files.Open();
}

// tests/golden/csv_errors/messages.txt: written by this test with BOOSTYARD_UPDATE_GOLDEN=1.
TEST(CsvErrors, HaveTheGoldenMessages) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    if (entry.path().extension() == ".csv") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  ASSERT_GE(paths.size(), 60U);
  std::string text;
  for (const auto& path : paths) {
    const auto opened = OpenGolden(path, ReadBytes(path));
    ASSERT_FALSE(opened.ok()) << path;
    text += "== " + path.filename().string() + "\n" + Render(opened.error());
    EXPECT_EQ(KindOf(opened.error()), ErrorKind::kUser);
  }
  const std::filesystem::path messages = kGolden / "messages.txt";
  if (std::getenv("BOOSTYARD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(messages, std::ios::binary) << text;
  }
  EXPECT_EQ(text, ReadBytes(messages));
}

// With a limit that keeps nothing, rows are dropped as they are read; a fault's place is that in
// the uncompressed text.
TEST(CsvErrors, AreTheSameForAnyThreadsChunksCompressionAndMemory) {
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    if (entry.path().extension() != ".csv") continue;
    const std::string bytes = ReadBytes(entry.path());
    const auto first = OpenGolden(entry.path(), bytes);
    ASSERT_FALSE(first.ok());
    const bool is_packed = SniffCompression(bytes) != Compression::kNone;
    for (const int threads : {1, 2, 7}) {
      for (const std::uint64_t chunk_bytes : {10, 1 << 20}) {
        for (const std::string& form : {bytes, Gzip(bytes), Zstd(bytes)}) {
          if (is_packed && form != bytes) continue;  // packed twice is another error
          for (const std::uint64_t limit : {0, 8}) {
            const auto opened = OpenGolden(entry.path(), form, threads, chunk_bytes, limit);
            ASSERT_FALSE(opened.ok());
            EXPECT_EQ(Render(opened.error()), Render(first.error())) << entry.path();
          }
        }
      }
    }
  }
}

TEST(CsvErrors, AreLookedForWithALimitThatKeepsNothing) {
  const auto opened = OpenGolden("good.csv", "1,2\n0,3\n", 1, 1U << 20, 8);
  ASSERT_TRUE(opened.ok());
  EXPECT_FALSE(opened->stream->shape().is_kept);
}

// Counts the bytes that are read of all files.
class CountingSource final : public ByteSource {
 public:
  CountingSource(std::unique_ptr<ByteSource> source, std::atomic<std::uint64_t>& count)
      : source_(std::move(source)), count_(count) {}
  std::uint64_t size() const override { return source_->size(); }
  Result<std::size_t> ReadSome(std::uint64_t offset, std::span<char> out) const override {
    Result<std::size_t> got = source_->ReadSome(offset, out);
    if (got.ok()) count_ += *got;
    return got;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::atomic<std::uint64_t>& count_;
};

TEST(CsvErrors, AreExplainedWithoutReadingTheFileAgain) {
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += "1,2,3\n";
  for (int i = 0; i < 5; ++i) text += "1,x,3\n";
  for (const std::string& bytes : {text, Gzip(text)}) {
    MemoryFiles files({bytes});
    std::atomic<std::uint64_t> count = 0;
    const FileOpener before = files.options.open_file;
    files.options.open_file = [&](const SourceFile& file) -> Result<std::unique_ptr<ByteSource>> {
      return std::unique_ptr<ByteSource>(
          std::make_unique<CountingSource>(before(file).value(), count));
    };
    const auto opened = files.Open();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(FaultsOf(opened.error()).size(), 5U);
    EXPECT_EQ(opened.error().at->line, 400'001U);
    // The head is read twice.
    EXPECT_LE(count.load(), bytes.size() + bytes.size() / 10 + (256U << 10));
  }
}

struct Case {
  const char* text;
  NaiveFault fault;
  const char* message;
  bool has_weights = false;
};

TEST(CsvErrors, PointAtTheCell) {
  const std::vector<Case> cases = {
      {"1,2,3\n0,12O,4\n", {2, 3, 2, "csv-bad-number"}, "column 2: \"12O\" is not a number"},
      {"1,2,3\n\n\n0,1,  x \r\n", {4, 7, 3, "csv-bad-number"}, "column 3: \"x\" is not a number"},
      {"1,\"x\"\"y\"\n", {1, 3, 2, "csv-bad-number"}, "column 2: \"x\\\"y\" is not a number"},
      {"1,2\n,2\n", {2, 1, 1, "csv-bad-label"}, "column 1: the label is empty"},
      {"1,2\nNA,2\n", {2, 1, 1, "csv-bad-label"}, "column 1: the label \"NA\" is missing"},
      {"1,2\nyes,2\n", {2, 1, 1, "csv-bad-label"}, "column 1: the label \"yes\" is not a number"},
      {"1,2\ninf,2\n",
       {2, 1, 1, "csv-bad-label"},
       "column 1: the label \"inf\" is not finite in float32"},
      {"1,-0.5,2\n",
       {1, 3, 2, "csv-bad-weight"},
       "column 2: the weight \"-0.5\" is negative",
       true},
      {"1,,2\n", {1, 3, 2, "csv-bad-weight"}, "column 2: the weight is empty", true},
      {"1,NaN,2\n", {1, 3, 2, "csv-bad-weight"}, "column 2: the weight \"NaN\" is missing", true},
      {"1,x,2\n", {1, 3, 2, "csv-bad-weight"}, "column 2: the weight \"x\" is not a number", true},
      {"1,1e99,2\n",
       {1, 3, 2, "csv-bad-weight"},
       "column 2: the weight \"1e99\" is not finite in float32",
       true},
      {"1,-inf\n", {1, 3, 2, "csv-out-of-range"}, "column 2: \"-inf\" is infinite"},
      {"1,1e39\n",
       {1, 3, 2, "csv-out-of-range"},
       "column 2: \"1e39\" is beyond the range of float32"},
      {"1,2,3\n1,2\n",
       {2, 4, 3, "csv-column-count"},
       "the row has 2 cells, expected 3 as in train/a.csv line 1"},
      {"1,2,3\r\n1\r\n",
       {2, 2, 2, "csv-column-count"},
       "the row has 1 cell, expected 3 as in train/a.csv line 1"},
      {"1,2,3\n1,2,3, 4,5\n",
       {2, 8, 4, "csv-column-count"},
       "the row has 5 cells, expected 3 as in train/a.csv line 1"},
      {"1,2\n1,\"2\n3\"\n",
       {2, 3, 2, "csv-bad-quote"},
       "column 2: the quote is not closed on its line"},
      {"1,2\n1, \"2\"x\n",
       {2, 4, 2, "csv-bad-quote"},
       "column 2: text follows the closing quote of \"2\""},
      {"\"1,2\n3,4\n", {1, 1, 1, "csv-bad-quote"}, "column 1: the quote is not closed on its line"},
      {"\xEF\xBB\xBF"
       "1,x\n",
       {1, 3, 2, "csv-bad-number"},
       "column 2: \"x\" is not a number"},
      {"y,age\n1,2\n1,old\n",
       {3, 3, 2, "csv-bad-number"},
       "column 2 \"age\": \"old\" is not a number"},
  };
  for (const Case& one : cases) {
    MemoryFiles files({one.text});
    files.request.has_weights = one.has_weights;
    const auto opened = files.Open();
    ASSERT_FALSE(opened.ok()) << one.text;
    EXPECT_EQ(FaultOf(opened.error()), one.fault) << one.text << " " << Render(opened.error());
    EXPECT_EQ(opened.error().message, one.message);
    EXPECT_EQ(opened.error().at->file, "train/a.csv");
  }
}

TEST(CsvErrors, ReportHoldsTheFirstFiveOverAllFiles) {
  std::string good;
  for (int i = 0; i < 5000; ++i) good += "1,2,3\n";
  MemoryFiles files(
      {good + "1,a,3\n", good, good + "1,b,c\n", good + "1,d,3\n1,2\n1,e,f\n", "1,g,3\n"});
  files.options.chunk_bytes = 4096;
  std::string first;
  for (const int threads : {1, 2, 5}) {
    files.request.threads = threads;
    const auto opened = files.Open();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(FaultsOf(opened.error()),
              (std::vector<NaiveFault>{{5001, 3, 2, "csv-bad-number"},
                                       {5001, 3, 2, "csv-bad-number"},
                                       {5001, 5, 3, "csv-bad-number"},
                                       {5001, 3, 2, "csv-bad-number"},
                                       {5002, 4, 3, "csv-column-count"}}));
    EXPECT_EQ(opened.error().also[1].at->file, "train/c.csv");
    if (first.empty()) first = Render(opened.error());
    EXPECT_EQ(Render(opened.error()), first);
  }
}

TEST(CsvErrors, NeverShowMoreThanTheLimit) {
  const std::string secret(500, 'x');
  MemoryFiles files({"1,2,3\n1," + secret + ",4\n"});
  const auto opened = files.Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message,
            "column 2: \"" + std::string(40, 'x') + "\"... is not a number");
  EXPECT_LE(opened.error().at->line_text.size(), 80U);
}

TEST(CsvErrors, FilesWithOtherColumnsAreNamed) {
  auto opened = MemoryFiles({"1,2,3\n", "\n1,2\n"}).Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(NameOf(opened.error().id), "data-column-mismatch");
  EXPECT_EQ(opened.error().message,
            "train/b.csv line 2 has 2 columns, expected 3 as in train/a.csv line 1");
  opened = MemoryFiles({"y,a,b\n1,2,3\n", "y,b,a\n1,2,3\n"}).Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message,
            "the headers of train/a.csv and train/b.csv differ in column 2: \"a\" and \"b\"");
}

TEST(CsvErrors, EmptyChannelsHoldNoData) {
  for (const std::vector<std::string>& contents :
       {std::vector<std::string>{""}, {"", ""}, {"\n \n"}, {"", "\r\n"}}) {
    const auto opened = MemoryFiles(contents).Open();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(NameOf(opened.error().id), "channel-empty");
  }
  const auto opened = MemoryFiles({"y,a\n", "y,a"}).Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(NameOf(opened.error().id), "csv-no-rows");
}

TEST(CsvErrors, ContentThatIsNotAsDeclaredIsNamed) {
  MemoryFiles files({"1 1:0.5 3:2\n0 2:1\n"});
  files.request.content_type = ContentType{};
  EXPECT_EQ(Render(files.Open().error()),
            "train/a.csv looks like libsvm, but its content type is csv. Fix: set the channel's "
            "ContentType to text/libsvm [channel-content-type]\n");
  files = MemoryFiles({"1,2,3\n"});
  files.request.content_type =
      ContentType{.format = DataFormat::kLibsvm, .delimiter = {}, .has_header = {}};
  EXPECT_EQ(Render(files.Open().error()),
            "train/a.csv looks like csv, but its content type is libsvm. Fix: set the channel's "
            "ContentType to text/csv [channel-content-type]\n");
  files = MemoryFiles({std::string("\x0A\x23\xD7\xCE\0\0\0\0", 8)});
  files.request.content_type = ContentType{};
  EXPECT_EQ(Render(files.Open().error()),
            "train/a.csv looks like recordio-protobuf, but its content type is csv. Fix: set the "
            "channel's ContentType to application/x-recordio-protobuf [channel-content-type]\n");
  files = MemoryFiles({"1,2,3\n", "1 1:2\n"});
  EXPECT_EQ(Render(files.Open().error()),
            "train/b.csv looks like libsvm, but is read as CSV. Fix: set the channel's ContentType "
            "to that of libsvm, or supply CSV [channel-content-type]\n");
}

// A file that fails beyond a byte, or has shrunk since it was opened.
class FailingSource final : public ByteSource {
 public:
  explicit FailingSource(std::uint64_t good_bytes, bool is_shrunk)
      : good_bytes_(good_bytes), is_shrunk_(is_shrunk) {}
  std::uint64_t size() const override { return 1U << 20; }
  Result<std::size_t> ReadSome(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= good_bytes_) {
      if (is_shrunk_) return std::size_t{0};
      return MakeError(ErrorId::kIoRead, "cannot read train/a.csv: Input/output error");
    }
    const std::size_t count = std::min<std::uint64_t>(out.size(), good_bytes_ - offset);
    for (std::size_t i = 0; i < count; ++i) out[i] = "1,2\n"[(offset + i) % 4];
    return count;
  }

 private:
  std::uint64_t good_bytes_;
  bool is_shrunk_;
};

TEST(CsvErrors, InputOutputErrorsArePlatformErrors) {
  for (const bool is_shrunk : {false, true}) {
    for (const std::uint64_t good_bytes : {0U, 1000U, 300'000U}) {
      MemoryFiles files({""});
      files.options.open_file = [&](const SourceFile&) {
        return Result<std::unique_ptr<ByteSource>>(
            std::make_unique<FailingSource>(good_bytes, is_shrunk));
      };
      files.options.chunk_bytes = 1U << 16;
      files.request.threads = 2;
      const auto opened = files.Open();
      ASSERT_FALSE(opened.ok());
      EXPECT_EQ(NameOf(opened.error().id), "io-read");
      EXPECT_EQ(KindOf(opened.error()), ErrorKind::kPlatform);
    }
  }
}

TEST(CsvErrors, AStopIsObeyed) {
  MemoryFiles files({"1,2\n3,4\n"});
  files.request.stop_requested = [] { return true; };
  const auto opened = files.Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(KindOf(opened.error()), ErrorKind::kInternal);
}

}  // namespace
}  // namespace boostyard::test
