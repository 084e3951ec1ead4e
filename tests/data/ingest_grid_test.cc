// One table, one set of cuts and one model, however the rows come: threads x sources x compression
// x keeping or reading again, over tables of all kinds.
//
// The oracle of the table is the naive reader; cuts and models are compared with those of one plain
// file read by one thread. BOOSTYARD_GRID_IS_FULL=0: every way meets every table with one number of
// threads, another for each table; 1 (slow): with all of them.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/model/model_io.h"
#include "engine/quantize/cuts.h"
#include "engine/train.h"
#include "tests/data/compress.h"
#include "tests/data/csv_support.h"
#include "tests/support/recording_observer.h"

namespace boostyard::test {
namespace {

constexpr std::size_t kRows = 2000;
constexpr std::size_t kFeatures = 5;
constexpr std::size_t kManyShards = 1000;
constexpr std::size_t kFewShards = 40;  // read again and again in the fast form
constexpr std::size_t kPipeCount = 9;
constexpr std::uint64_t kChunkBytes = 5000;
constexpr int kThreads[] = {1, 2, 3, 7};

enum class Content { kFloats, kSmallInts, kMissing, kQuoted, kCarriageReturns, kBooleans };
enum class Source { kFile, kShards, kPipe, kPipes };
enum class Packing { kPlain, kGzip, kZstd };

constexpr Content kContents[] = {Content::kFloats, Content::kSmallInts,       Content::kMissing,
                                 Content::kQuoted, Content::kCarriageReturns, Content::kBooleans};
constexpr Source kSources[] = {Source::kFile, Source::kShards, Source::kPipe, Source::kPipes};
constexpr Packing kPackings[] = {Packing::kPlain, Packing::kGzip, Packing::kZstd};

bool IsPiped(Source source) { return source >= Source::kPipe; }

// One way to read a table.
struct Way {
  int threads = 1;
  Source source = Source::kFile;
  Packing packing = Packing::kPlain;
  bool is_kept = true;
};

std::string Describe(const Way& way) {
  constexpr const char* kSourceNames[] = {"file", "shards", "pipe", "pipes"};
  constexpr const char* kPackingNames[] = {"plain", "gzip", "zstd"};
  return std::to_string(way.threads) + " threads, " +
         kSourceNames[static_cast<std::size_t>(way.source)] + ", " +
         kPackingNames[static_cast<std::size_t>(way.packing)] +
         (way.is_kept ? ", kept" : ", read again");
}

std::string MakeCell(Content content, std::mt19937& random) {
  const auto number = static_cast<int>(random() % 1000);
  char text[64];
  const auto print = [&](const char* format, auto value) -> std::string {
    std::snprintf(text, sizeof text, format, value);
    return text;
  };
  switch (content) {
    case Content::kFloats:
      return print(number % 3 == 0 ? "%.17g" : "%.6g", (static_cast<double>(random()) - 2e9) / 7e8);
    case Content::kSmallInts:
      return std::to_string(number % 60);
    case Content::kMissing:
      return number % 4 == 0 ? "" : number % 4 == 1 ? "NA" : print("%.3g", number / 7.0);
    case Content::kQuoted:
      return number % 2 == 0 ? print("\"%d\"", number) : print(" %.4f ", number / 9.0);
    case Content::kCarriageReturns:
      return print("%de-2", number);
    case Content::kBooleans:
      return number % 3 == 0 ? "True" : number % 3 == 1 ? "false" : std::to_string(number % 2);
  }
  return {};
}

// Lines, with their ends; a blank one now and then.
std::vector<std::string> MakeLines(Content content) {
  std::mt19937 random(40 + static_cast<std::uint32_t>(content));
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < kRows; ++row) {
    std::string line = random() % 3 == 0 ? "1" : "0";
    for (std::size_t feature = 0; feature < kFeatures; ++feature) {
      line += "," + MakeCell(content, random);
    }
    line += content == Content::kCarriageReturns ? "\r\n" : "\n";
    if (row % 97 == 0) line += "\n";
    lines.push_back(line);
  }
  lines.back().resize(lines.back().find_last_not_of("\r\n") + 1);
  return lines;
}

std::size_t FileCount(Source source, bool is_kept) {
  if (source == Source::kPipes) return kPipeCount;
  if (source != Source::kShards) return 1;
  return is_kept || BOOSTYARD_GRID_IS_FULL ? kManyShards : kFewShards;
}

std::vector<std::string> MakeFiles(const std::vector<std::string>& lines, std::size_t count,
                                   Packing packing) {
  std::vector<std::string> files(count);
  for (std::size_t row = 0; row < lines.size(); ++row) {
    files[row * count / lines.size()] += lines[row];
  }
  for (std::string& file : files) {
    if (packing == Packing::kGzip) file = Gzip(file);
    if (packing == Packing::kZstd) file = Zstd(file);
  }
  return files;
}

// Pipes with a writer that fills one after the other.
class Pipes {
 public:
  explicit Pipes(const std::vector<std::string>& contents) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that fails gives up before this does
    for (std::size_t i = 0; i < contents.size(); ++i) {
      const std::string name = "train_" + std::to_string(i);
      const std::string path = (folder_.path() / name).string();
      if (mkfifo(path.c_str(), 0600) != 0) std::abort();
      files_.push_back({path, name, true});
    }
    writer_ = std::thread([this, &contents] {
      for (std::size_t i = 0; i < contents.size(); ++i) {
        std::ofstream(files_[i].path, std::ios::binary) << contents[i];
      }
    });
  }
  ~Pipes() { writer_.join(); }
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;

  const std::vector<SourceFile>& files() const { return files_; }

 private:
  TempDir folder_;
  std::vector<SourceFile> files_;
  std::thread writer_;
};

Result<OpenedData> Open(const std::vector<std::string>& contents, const Way& way) {
  MemoryFiles files(IsPiped(way.source) ? std::vector<std::string>() : contents);
  std::unique_ptr<Pipes> pipes;
  if (IsPiped(way.source)) {
    pipes = std::make_unique<Pipes>(contents);
    files.request.files = pipes->files();
    files.options.open_file = OpenFileSource;
  }
  files.request.threads = way.threads;
  files.request.content_type =
      ContentType{.format = DataFormat::kCsv, .delimiter = ',', .has_header = false};
  files.options.chunk_bytes = kChunkBytes;
  if (!way.is_kept) {
    files.request.memory_limit_bytes = 4096;
    files.request.training_bytes = [](RowIndex, FeatureIndex) { return std::uint64_t{1}; };
  }
  return files.Open();
}

// What must not depend on the way.
struct Outcome {
  bool is_kept = false;
  std::vector<std::vector<float>> rows;
  BinCuts cuts;
  std::vector<std::uint8_t> model;
};

Outcome ReadAndTrain(const std::vector<std::string>& contents, const Way& way) {
  Outcome outcome;
  const Result<OpenedData> data = Open(contents, way);
  EXPECT_TRUE(data.ok()) << data.error().message;
  if (!data.ok()) return outcome;
  ChunkStream& stream = *data->stream;
  outcome.is_kept = stream.shape().is_kept;
  outcome.rows = ReadTable(stream).rows;
  outcome.cuts = BuildCuts(stream, {.max_bin = 64, .threads = way.threads}).value();
  TrainParams params;
  params.num_round = 2;
  params.objective.name = "binary:logistic";
  params.tree.max_depth = 4;
  RunOptions run;
  run.engine = EngineChoice::kNative;
  run.threads = way.threads;
  testing::RecordingObserver observer;
  const auto trained = Train(params, {.train = &stream, .validation = nullptr}, run, observer);
  EXPECT_TRUE(trained.ok());
  if (trained.ok()) outcome.model = WriteModel(trained->model, ModelFormat::kUbjson);
  return outcome;
}

void ExpectSame(const Outcome& outcome, const Outcome& plain, const Way& way) {
  EXPECT_EQ(outcome.is_kept, way.is_kept) << Describe(way);
  EXPECT_TRUE(SameRows(outcome.rows, plain.rows)) << Describe(way);
  EXPECT_EQ(outcome.cuts.begin, plain.cuts.begin) << Describe(way);
  EXPECT_TRUE(SameRows({outcome.cuts.values}, {plain.cuts.values})) << Describe(way);
  EXPECT_TRUE(SameRows({outcome.cuts.min_values}, {plain.cuts.min_values})) << Describe(way);
  EXPECT_EQ(outcome.cuts.has_missing, plain.cuts.has_missing) << Describe(way);
  EXPECT_TRUE(outcome.model == plain.model) << Describe(way);
}

// The numbers of threads of the `index`th combination of the others.
std::vector<int> ThreadsOf(std::size_t index) {
  if (BOOSTYARD_GRID_IS_FULL) return {std::begin(kThreads), std::end(kThreads)};
  return {kThreads[index % std::size(kThreads)]};
}

class IngestGrid : public ::testing::TestWithParam<Content> {};

TEST_P(IngestGrid, GivesTheSameTableCutsAndModelEveryWay) {
  const std::vector<std::string> lines = MakeLines(GetParam());
  std::string text;
  for (const std::string& line : lines) text += line;
  const NaiveTable naive = NaiveReadCsv(text, {});
  ASSERT_TRUE(naive.faults.empty());
  ASSERT_EQ(naive.rows.size(), kRows);
  const Outcome plain = ReadAndTrain({text}, {});
  ASSERT_TRUE(SameRows(plain.rows, naive.rows));
  ASSERT_GT(plain.cuts.values.size(), kFeatures);
  ASSERT_FALSE(plain.model.empty());

  auto index = static_cast<std::size_t>(GetParam());
  for (const Source source : kSources) {
    for (const Packing packing : kPackings) {
      for (const bool is_kept : {true, false}) {
        if (IsPiped(source) && !is_kept) continue;  // pipes cannot be read again
        const std::vector<std::string> files =
            MakeFiles(lines, FileCount(source, is_kept), packing);
        for (const int threads : ThreadsOf(index++)) {
          const Way way{threads, source, packing, is_kept};
          ExpectSame(ReadAndTrain(files, way), plain, way);
          if (HasFailure()) return;
        }
      }
    }
  }
}

std::string NameOfTable(const ::testing::TestParamInfo<Content>& instance) {
  constexpr const char* kNames[] = {"Floats", "SmallInts",       "Missing",
                                    "Quoted", "CarriageReturns", "Booleans"};
  return kNames[static_cast<std::size_t>(instance.param)];
}

INSTANTIATE_TEST_SUITE_P(Tables, IngestGrid, ::testing::ValuesIn(kContents), NameOfTable);

}  // namespace
}  // namespace boostyard::test
