// Data that do not fit into memory: the stream that reads again against the stream that keeps.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"
#include "tests/data/csv_support.h"
#include "tests/data/kernel_cells.h"

namespace boostyard::test {
namespace {

// Files with columns of all kinds; one without a row, one without a line end.
std::vector<std::string> Files() {
  CellMaker maker(11);
  std::vector<std::string> files;
  for (const int rows : {400, 1, 900, 0, 250}) {
    std::string text = "y,a,b,c\n";
    for (int row = 0; row < rows; ++row) {
      text += std::to_string(row % 2) + "," + maker.SmallInt() + "," + maker.Short() + "," +
              maker.Long() + (row % 50 == 0 ? "\n\n" : "\n");
    }
    files.push_back(text);
  }
  files.back().pop_back();
  return files;
}

constexpr std::uint64_t kTooLittle = 20'000;

MemoryFiles Request(const std::vector<std::string>& texts, std::uint64_t chunk_bytes, int threads,
                    std::uint64_t limit) {
  MemoryFiles files(texts);
  files.options.chunk_bytes = chunk_bytes;
  files.request.threads = threads;
  files.request.memory_limit_bytes = limit;
  return files;
}

struct Piece {
  std::vector<std::uint8_t> codes;
  std::vector<std::uint32_t> dictionary;
  std::vector<std::uint32_t> floats;
  bool operator==(const Piece&) const = default;
};

std::vector<std::uint32_t> BitsOf(std::span<const float> values) {
  std::vector<std::uint32_t> bits;
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

std::vector<float> LabelsOf(const BinnedColumns& bins) {
  std::vector<float> labels(bins.labels.size());
  bins.labels.CopyTo(labels.data());
  return labels;
}

// Every chunk as it is: first row, labels, pieces.
struct Chunk {
  RowIndex first_row = 0;
  std::vector<std::uint32_t> labels;
  std::vector<Piece> pieces;
  bool operator==(const Chunk&) const = default;
};

std::vector<Chunk> ReadChunks(ChunkStream& stream, std::size_t* largest_batch = nullptr) {
  std::vector<Chunk> chunks;
  for (;;) {
    const auto batch = stream.NextBatch();
    EXPECT_TRUE(batch.ok());
    if (!batch.ok() || batch->empty()) return chunks;
    if (largest_batch != nullptr) *largest_batch = std::max(*largest_batch, batch->size());
    for (const ColumnChunk& chunk : *batch) {
      Chunk& copy = chunks.emplace_back();
      copy.first_row = chunk.first_row;
      copy.labels = BitsOf(chunk.labels);
      for (const ColumnPiece& piece : chunk.features) {
        copy.pieces.push_back({{piece.codes.begin(), piece.codes.end()},
                               BitsOf(piece.dictionary),
                               BitsOf(piece.floats)});
      }
    }
  }
}

TEST(RereadStream, GivesTheChunksThatWouldBeKeptInEveryPass) {
  const std::vector<std::string> texts = Files();
  for (const std::uint64_t chunk_bytes : {700, 3000}) {
    const auto kept = Request(texts, chunk_bytes, 1, 0).Open();
    ASSERT_TRUE(kept.ok());
    ASSERT_TRUE(kept->stream->shape().is_kept);
    const std::vector<Chunk> expected = ReadChunks(*kept->stream);
    for (const int threads : {1, 2, 3, 7}) {
      const auto again = Request(texts, chunk_bytes, threads, kTooLittle).Open();
      ASSERT_TRUE(again.ok());
      ASSERT_FALSE(again->stream->shape().is_kept);
      EXPECT_EQ(again->stream->shape().row_count, 1551U);
      EXPECT_EQ(again->stream->shape().feature_names, kept->stream->shape().feature_names);
      for (int pass = 0; pass < 3; ++pass) {
        std::size_t largest_batch = 0;
        ASSERT_TRUE(ReadChunks(*again->stream, &largest_batch) == expected) << threads;
        EXPECT_LE(largest_batch, 4U * static_cast<std::size_t>(threads));
        ASSERT_TRUE(again->stream->Rewind().ok());
      }
    }
  }
}

TEST(RereadStream, LeadsToTheSameCutsAndBins) {
  const std::vector<std::string> texts = Files();
  auto kept = Request(texts, 3000, 1, 0).Open();
  auto again = Request(texts, 3000, 3, kTooLittle).Open();
  ASSERT_TRUE(kept.ok() && again.ok());
  ASSERT_FALSE(again->stream->shape().is_kept);
  for (const int max_bin : {16, 256}) {
    const BinCuts cuts = BuildCuts(*kept->stream, {.max_bin = max_bin, .threads = 1}).value();
    const BinCuts cuts_again =
        BuildCuts(*again->stream, {.max_bin = max_bin, .threads = 2}).value();
    EXPECT_EQ(BitsOf(cuts_again.values), BitsOf(cuts.values));
    EXPECT_EQ(cuts_again.begin, cuts.begin);
    const BinnedColumns bins = BinColumns(*kept->stream, cuts, 1).value();
    const BinnedColumns bins_again = BinColumns(*again->stream, cuts, 2).value();
    ASSERT_EQ(bins_again.row_count, bins.row_count);
    EXPECT_EQ(LabelsOf(bins_again), LabelsOf(bins));
    for (std::size_t feature = 0; feature < bins.columns.size(); ++feature) {
      const BinnedColumn& column = bins.columns[feature];
      ASSERT_EQ(bins_again.columns[feature].is_wide, column.is_wide);
      const std::size_t bytes = bins.row_count * (column.is_wide ? 2 : 1);
      EXPECT_EQ(std::memcmp(bins_again.columns[feature].bytes.data(), column.bytes.data(), bytes),
                0);
    }
  }
}

TEST(RereadStream, StartsAgainInTheMiddleOfAPass) {
  const std::vector<std::string> texts = Files();
  const auto again = Request(texts, 700, 2, kTooLittle).Open();
  ASSERT_TRUE(again.ok());
  const std::vector<Chunk> expected = ReadChunks(*again->stream);
  ASSERT_TRUE(again->stream->Rewind().ok());
  ASSERT_TRUE(again->stream->NextBatch().ok());
  ASSERT_TRUE(again->stream->Rewind().ok());
  EXPECT_TRUE(ReadChunks(*again->stream) == expected);
}

TEST(RereadStream, IsChosenByTheLimitAndSaid) {
  const std::vector<std::string> texts = Files();
  const auto kept = Request(texts, 700, 2, 10U << 20).Open();
  ASSERT_TRUE(kept.ok());
  EXPECT_TRUE(kept->stream->shape().is_kept);
  const auto again = Request(texts, 700, 2, kTooLittle).Open();
  ASSERT_TRUE(again.ok());
  EXPECT_NE(again->notes.back().find("is read again in every pass"), std::string::npos);
}

TEST(RereadStream, IsNotThereForPipes) {
  const TempDir folder;
  const std::string path = (folder.path() / "train_0").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::signal(SIGPIPE, SIG_IGN);  // the reader may give up while this writes
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << Files()[2]; });
  MemoryFiles files = Request({}, 700, 2, 10'000);
  files.request.files = {{path, "train_0", true}};
  const auto opened = files.Open();
  writer.join();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(NameOf(opened.error().id), "out-of-memory");
}

TEST(RereadStream, FindsTheSameFaults) {
  std::vector<std::string> texts = Files();
  texts[2] += "1,2,x,4\n0,1\n";
  const auto kept = Request(texts, 700, 1, 0).Open();
  const auto again = Request(texts, 700, 3, kTooLittle).Open();
  ASSERT_FALSE(kept.ok());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(Render(kept.error()), Render(again.error()));
}

TEST(RereadStream, NoticesThatAFileHasChanged) {
  const std::vector<std::string> texts = Files();
  for (const bool is_shorter : {true, false}) {
    MemoryFiles files = Request(texts, 700, 2, kTooLittle);
    auto is_changed = std::make_shared<bool>(false);
    const FileOpener before = files.options.open_file;
    std::string other = texts[2];
    if (is_shorter) {
      other.resize(other.size() / 2);
    } else {
      other[other.size() / 2] = 'x';
    }
    files.options.open_file = [=](const SourceFile& file) -> Result<std::unique_ptr<ByteSource>> {
      if (!*is_changed || file.display_name != "train/c.csv") return before(file);
      return std::unique_ptr<ByteSource>(std::make_unique<MemorySource>(other, 1U << 20));
    };
    auto again = files.Open();
    ASSERT_TRUE(again.ok());
    *is_changed = true;
    for (;;) {
      const auto batch = again->stream->NextBatch();
      if (batch.ok()) {
        ASSERT_FALSE(batch->empty()) << "nothing was noticed";
        continue;
      }
      EXPECT_EQ(NameOf(batch.error().id), "io-read");
      EXPECT_NE(batch.error().message.find("train/c.csv"), std::string::npos);
      break;
    }
  }
}

}  // namespace
}  // namespace boostyard::test
