// Compressed input against the same text as it is, and what damage is told.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "data/decode/compression.h"
#include "data/locate.h"
#include "data/text_source.h"
#include "tests/data/compress.h"
#include "tests/data/csv_support.h"
#include "tests/data/kernel_cells.h"
#include "tests/data/recordio_support.h"

namespace boostyard::test {
namespace {

std::string Text(int rows) {
  CellMaker maker(5);
  std::string text = "y,a,b,c\n";
  for (int row = 0; row < rows; ++row) {
    text += std::to_string(row % 2) + "," + maker.SmallInt() + "," + maker.Short() + "," +
            maker.Long() + (row % 97 == 0 ? "\n\n" : "\n");
  }
  return text;
}

std::string Pack(Compression compression, std::string_view text) {
  return compression == Compression::kGzip ? Gzip(text) : Zstd(text);
}

// All of a text that is read once; an error ends it and is told.
std::string ReadAll(TextSource& source, std::size_t most_bytes, std::string* message = nullptr) {
  std::string text;
  std::string buffer(most_bytes, '\0');
  for (;;) {
    const Result<std::size_t> got = source.ReadSome(buffer);
    if (!got.ok() && message != nullptr) *message = got.error().message;
    if (!got.ok() || *got == 0) return text;
    text.append(buffer, 0, *got);
  }
}

std::unique_ptr<DecodedText> Decoder(Compression compression, const std::string& bytes,
                                     std::size_t most_bytes) {
  return DecodedText::Make(
      compression, std::make_unique<FileText>(std::make_shared<MemorySource>(bytes, most_bytes)),
      "x");
}

constexpr Compression kBoth[] = {Compression::kGzip, Compression::kZstd};

TEST(DecodedText, GivesTheTextHoweverShortTheReadsAre) {
  const std::string text = Text(20'000);
  for (const Compression compression : kBoth) {
    const std::string half = Pack(compression, text.substr(0, text.size() / 2));
    const std::string bytes =
        half + Pack(compression, "") + Pack(compression, text.substr(text.size() / 2));
    for (const std::size_t in : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20}) {
      for (const std::size_t out : {std::size_t{7}, std::size_t{1} << 18}) {
        std::string message;
        ASSERT_EQ(ReadAll(*Decoder(compression, bytes, in), out, &message), text)
            << in << " " << out;
        EXPECT_EQ(message, "");
        ASSERT_EQ(ReadAll(*MakeReadAhead(Decoder(compression, bytes, in)), out), text);
      }
    }
  }
}

TEST(DecodedText, PaddingAfterGzipIsNoData) {
  std::string message;
  const std::string bytes = Gzip("1,2\n") + std::string(5000, '\0');
  EXPECT_EQ(ReadAll(*Decoder(Compression::kGzip, bytes, 100), 100, &message), "1,2\n");
  EXPECT_EQ(message, "");
}

TEST(DecodedText, EveryEarlyEndIsAnError) {
  const std::string text = Text(300);
  for (const Compression compression : kBoth) {
    const std::string bytes = Pack(compression, text) + Pack(compression, text);
    const std::size_t first = bytes.size() / 2;
    for (std::size_t length = 1; length < bytes.size(); length += 13) {
      if (length == first) continue;
      std::string message;
      const std::string got =
          ReadAll(*Decoder(compression, bytes.substr(0, length), 1000), 1000, &message);
      ASSERT_EQ(got, (text + text).substr(0, got.size()));
      ASSERT_EQ(message, "x ends too early: after its last byte, " + std::to_string(length) +
                             ", more of " + std::string(NameOf(compression)) + " is expected");
    }
  }
}

TEST(DecodedText, EveryFlippedBitIsNoticedOrChangesNothing) {
  const std::string text = Text(300);
  for (const Compression compression : kBoth) {
    const std::string bytes = Pack(compression, text);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
      std::string message;
      const std::string got = ReadAll(*Decoder(compression, damaged, 1 << 20), 5000, &message);
      // The time stamp and the like may change unseen.
      ASSERT_TRUE(!message.empty() || got == text) << at;
    }
  }
}

TEST(DecodedText, WhatFollowsMustBeCompressedToo) {
  for (const Compression compression : kBoth) {
    std::string message;
    const std::string packed = Pack(compression, "1,2\n");
    EXPECT_EQ(ReadAll(*Decoder(compression, packed + "1,2,3,4,5,6,7,8\n", 100), 100, &message),
              "1,2\n");
    EXPECT_NE(message.find("x is damaged near byte " + std::to_string(packed.size())),
              std::string::npos)
        << message;
  }
}

TEST(ReadAhead, EndsWithoutHavingReadAll) {
  const std::string bytes = Gzip(std::string(8 << 20, '1'));
  std::string buffer(10, '\0');
  const auto text = MakeReadAhead(Decoder(Compression::kGzip, bytes, 1 << 20));
  EXPECT_TRUE(text->ReadSome(buffer).ok());
}

enum class Form { kPlain, kGzip, kZstd, kMixed };

std::string InForm(Form form, std::size_t file, const std::string& text) {
  if (form == Form::kMixed) form = static_cast<Form>(file % 3);
  return form == Form::kPlain ? text : form == Form::kGzip ? Gzip(text) : Zstd(text);
}

// One file, or as many as `parts`.
std::vector<std::string> Shards(const std::string& text, std::size_t parts, Form form) {
  std::vector<std::string> files;
  std::size_t begin = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    std::size_t end = text.find('\n', text.size() * (part + 1) / parts - 1);
    end = end == std::string::npos ? text.size() : end + 1;
    end = std::max(end, begin);
    files.push_back(InForm(form, part, text.substr(begin, end - begin)));
    begin = end;
  }
  return files;
}

// Threads x shards x form x memory: one table.
TEST(CompressedCsv, GivesTheSameRowsWhateverTheFormOfTheInput) {
  const std::string text = Text(3000);
  const auto plain = MemoryFiles({text}).Open();
  ASSERT_TRUE(plain.ok());
  const Table expected = ReadTable(*plain->stream);
  ASSERT_EQ(expected.rows.size(), 3000U);
  for (const Form form : {Form::kPlain, Form::kGzip, Form::kZstd, Form::kMixed}) {
    for (const std::size_t parts : {1, 3, 1000}) {
      for (const int threads : {1, 2, 3, 7}) {
        for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{10'000}}) {
          for (const std::uint64_t chunk_bytes : {1000, 1 << 20}) {
            if (parts == 1000 && (chunk_bytes == 1000 || threads % 2 == 0)) continue;  // slow
            MemoryFiles files(Shards(text, parts, form));
            files.request.threads = threads;
            files.request.memory_limit_bytes = limit;
            files.options.chunk_bytes = chunk_bytes;
            const auto opened = files.Open();
            ASSERT_TRUE(opened.ok()) << opened.error().message;
            EXPECT_EQ(opened->stream->shape().is_kept, limit == 0);
            for (int pass = 0; pass < 2; ++pass) {
              const Table table = ReadTable(*opened->stream);
              ASSERT_TRUE(SameRows(table.rows, expected.rows))
                  << static_cast<int>(form) << " " << parts << " " << threads;
              ASSERT_TRUE(opened->stream->Rewind().ok());
            }
          }
        }
      }
    }
  }
}

TEST(CompressedCsv, ComesThroughPipes) {
  const std::string text = Text(3000);
  const Table expected = ReadTable(*MemoryFiles({text}).Open()->stream);
  std::signal(SIGPIPE, SIG_IGN);
  for (const Form form : {Form::kPlain, Form::kGzip, Form::kZstd}) {
    for (const int threads : {1, 3}) {
      const TempDir folder;
      const std::string path = (folder.path() / "train_0").string();
      ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
      std::thread writer([&] { std::ofstream(path, std::ios::binary) << InForm(form, 0, text); });
      MemoryFiles files({});
      files.request.files = {{path, "train_0", true}};
      files.request.threads = threads;
      files.options.chunk_bytes = 5000;
      const auto opened = files.Open();
      writer.join();
      ASSERT_TRUE(opened.ok()) << opened.error().message;
      EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected.rows));
    }
  }
}

TEST(CompressedCsv, FaultsAreThoseOfThePlainText) {
  std::string text = Text(2000);
  text += "1,2,x,4\n0,1\n" + Text(100).substr(8) + "y,1,2,3\n";
  const auto plain = MemoryFiles({text}).Open();
  ASSERT_FALSE(plain.ok());
  ASSERT_EQ(FaultsOf(plain.error()).size(), 3U);
  for (const Form form : {Form::kGzip, Form::kZstd}) {
    for (const int threads : {1, 2, 7}) {
      for (const std::uint64_t limit : {0, 10'000}) {
        MemoryFiles files({InForm(form, 0, text)});
        files.options.chunk_bytes = 3000;
        files.request.threads = threads;
        files.request.memory_limit_bytes = limit;
        const auto opened = files.Open();
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(Render(opened.error()), Render(plain.error()));
      }
    }
  }
}

TEST(CompressedCsv, FaultsBeforeDamageComeFirst) {
  const std::string bytes = Gzip(Text(50) + "1,2,x,4\n" + Text(50).substr(8));
  for (const int threads : {1, 2, 7}) {
    MemoryFiles files({bytes.substr(0, bytes.size() - 4)});
    files.options.chunk_bytes = 700;
    files.request.threads = threads;
    const auto opened = files.Open();
    ASSERT_FALSE(opened.ok());
    const auto faults = FaultsOf(opened.error());
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_EQ(opened.error().also.front().id, ErrorId::kDataDamaged);
    EXPECT_EQ(opened.error().id, ErrorId::kCsvBadNumber);
  }
}

TEST(CompressedCsv, DamageIsAnErrorThatNamesFileAndByte) {
  const std::string bytes = Gzip(Text(3000));
  MemoryFiles files({Text(10), bytes.substr(0, bytes.size() / 2)});
  const auto opened = files.Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, "train/b.csv ends too early: after its last byte, " +
                                        std::to_string(bytes.size() / 2) +
                                        ", more of gzip is expected");
}

TEST(CompressedCsv, ArchivesAndDoubleCompressionAreRefusedByName) {
  const auto twice = MemoryFiles({Gzip(Zstd("1,2\n"))}).Open();
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().message, "train/a.csv is compressed twice: within is zstd");
  std::string tar(1024, '\0');
  tar.replace(0, 5, "a.csv");
  tar.replace(257, 5, "ustar");
  tar += "1,2\n";
  const auto archive = MemoryFiles({Gzip(tar)}).Open();
  ASSERT_FALSE(archive.ok());
  EXPECT_EQ(archive.error().message, "train/a.csv is a tar archive");
}

TEST(CompressedCsv, AnEmptyTextIsAnEmptyFile) {
  const auto opened = MemoryFiles({Gzip(""), Zstd("1,2\n0,3\n")}).Open();
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->stream->shape().row_count, 2U);
}

TEST(CompressedCsv, CellsAreLocated) {
  const std::string text = Text(500);
  for (const Form form : {Form::kGzip, Form::kZstd}) {
    MemoryFiles plain({text, text});
    MemoryFiles packed({InForm(form, 0, text), InForm(form, 0, text)});
    plain.options.chunk_bytes = packed.options.chunk_bytes = 900;
    for (const RowIndex row : {0, 1, 499, 500, 777, 999}) {
      const auto expected = LocateCellWith(plain.request, plain.options, row, 3).value();
      const auto place = LocateCellWith(packed.request, packed.options, row, 3).value();
      EXPECT_EQ(place.file, expected.file);
      EXPECT_EQ(place.line, expected.line);
      EXPECT_EQ(place.byte, expected.byte);
      EXPECT_EQ(place.line_text, expected.line_text);
    }
  }
}

TEST(CompressedFormats, P1_4_RecordioAndLibsvmAreSniffedAndReadWithinTheirCompression) {
  std::vector<WrittenRecord> records;
  std::string lines;
  for (int row = 0; row < 500; ++row) {
    records.push_back(DenseRecord(row % 2, {row * 0.5, 7}));
    lines += std::to_string(row % 2) + " 0:" + std::to_string(row) + "e0 1:7\n";
  }
  for (const std::string& bytes : {Framed(records), lines}) {
    const MemoryFiles plain({bytes});
    auto expected = plain.Open();
    ASSERT_TRUE(expected.ok()) << Render(expected.error());
    const Table table = ReadTable(*expected->stream);
    ASSERT_EQ(table.rows.size(), 500U);
    for (const Compression compression : kBoth) {
      MemoryFiles files({Pack(compression, bytes)}, 100);
      files.options.chunk_bytes = 1000;
      auto opened = files.Open();
      ASSERT_TRUE(opened.ok()) << Render(opened.error());
      EXPECT_EQ(opened->notes.front(), expected->notes.front());
      EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, table.rows));
    }
  }
}

}  // namespace
}  // namespace boostyard::test
