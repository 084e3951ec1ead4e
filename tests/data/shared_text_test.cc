#include "data/csv/shared_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error_table.h"

namespace boostyard::csv {
namespace {

// A text in pieces of any length, that may end with an error.
class ShortReads final : public TextSource {
 public:
  ShortReads(std::string text, std::size_t most, std::optional<ErrorId> error)
      : text_(std::move(text)), most_(most), error_(error) {}

  Result<std::size_t> ReadSome(std::span<char> out) override {
    const std::size_t count = std::min({1 + random_() % most_, out.size(), text_.size() - used_});
    if (count == 0 && error_) return MakeError(*error_, "it ends here", "none");
    text_.copy(out.data(), count, used_);
    used_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t most_;
  std::optional<ErrorId> error_;
  std::size_t used_ = 0;
  std::mt19937 random_{7};
};

struct Case {
  std::string text;
  std::uint64_t data_begin = 0;
  std::optional<ErrorId> error;
};

struct Chunks {
  std::map<std::size_t, std::string> rows;  // by chunk
  std::map<std::size_t, std::uint64_t> offsets;
  std::vector<Error> errors;
  std::optional<Error> damage;

  std::string text() const {
    std::string all;
    for (const auto& [index, part] : rows) all += part;
    return all;
  }
};

Chunks ReadAll(const Case& a_case, std::uint64_t chunk_bytes, std::size_t most, int thread_count) {
  int opened = 0;
  SharedText text(
      [&]() -> Result<std::unique_ptr<TextSource>> {
        ++opened;
        return std::unique_ptr<TextSource>(
            std::make_unique<ShortReads>(a_case.text, most, a_case.error));
      },
      "x.csv", a_case.data_begin, chunk_bytes);
  Chunks found;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      for (;;) {
        Result<std::optional<TextChunk>> chunk = text.Next();
        if (!chunk.ok()) {
          const std::lock_guard lock(mutex);
          found.errors.push_back(chunk.error());
          continue;
        }
        if (!chunk->has_value()) return;
        {
          const std::lock_guard lock(mutex);
          found.rows[(*chunk)->index] = (*chunk)->rows.text;
          found.offsets[(*chunk)->index] = (*chunk)->rows.offset;
        }
        text.Recycle(**std::move(chunk));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 1);
  found.damage = text.damage();
  return found;
}

std::string Lines(std::size_t count, std::size_t longest, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t line = 0; line < count; ++line) {
    for (std::size_t i = random() % longest; i > 0; --i) {
      text += static_cast<char>('a' + random() % 26);
    }
    text += '\n';
  }
  return text;
}

// The chunks of a plain file: the lines that begin in the range.
void ExpectChunks(const Case& a_case, const std::string& whole, std::uint64_t chunk_bytes,
                  const Chunks& found) {
  ASSERT_EQ(found.text(), whole.substr(std::min<std::size_t>(a_case.data_begin, whole.size())));
  for (const auto& [index, rows] : found.rows) {
    if (rows.empty()) continue;
    const std::uint64_t offset = found.offsets.at(index);
    EXPECT_EQ((offset - a_case.data_begin) / chunk_bytes, index);
    const std::size_t last_line = rows.substr(0, rows.size() - 1).rfind('\n');
    const std::uint64_t last = offset + (last_line == std::string::npos ? 0 : last_line + 1);
    EXPECT_EQ((last - a_case.data_begin) / chunk_bytes, index);
  }
}

TEST(SharedText, GivesTheChunksOfAPlainFileToAnyNumberOfThreads) {
  const std::string lines = Lines(300, 60, 1);
  std::vector<Case> cases = {{lines, 0, {}},
                             {lines, 17, {}},
                             {"", 0, {}},
                             {"a", 0, {}},
                             {"a\n", 0, {}},
                             {"a\n", 2, {}},
                             {"head", 5, {}},
                             {"\n\n\n", 1, {}},
                             {lines + "no end", 3, {}},
                             {std::string(50'000, 'x') + "\n" + lines, 0, {}}};
  for (std::size_t cut = 1; cut < 40; ++cut) cases.push_back({lines.substr(0, 400 - cut), 0, {}});
  for (const Case& a_case : cases) {
    std::string whole = a_case.text;
    if (!whole.empty() && whole.back() != '\n') whole += '\n';
    for (const std::uint64_t chunk_bytes : {1U, 7U, 100U, 361U, 1000U, 100'000U}) {
      if (chunk_bytes == 1 && a_case.text.size() > 20'000) continue;  // slow
      for (const int threads : {1, 2, 5}) {
        const Chunks found = ReadAll(a_case, chunk_bytes, threads == 2 ? 3 : 5000, threads);
        EXPECT_TRUE(found.errors.empty());
        ExpectChunks(a_case, whole, chunk_bytes, found);
        if (HasFailure()) FAIL() << a_case.text.size() << " bytes in chunks of " << chunk_bytes;
      }
    }
  }
}

TEST(SharedText, GivesTheWholeLinesBeforeDamageAndThenTellsIt) {
  const std::string lines = Lines(200, 50, 2);
  for (std::size_t length = 0; length < lines.size(); length += 61) {
    const Case a_case = {lines.substr(0, length), 0, ErrorId::kDataDamaged};
    const std::string whole = lines.substr(0, length).substr(0, a_case.text.rfind('\n') + 1);
    for (const std::uint64_t chunk_bytes : {50U, 1000U}) {
      for (const int threads : {1, 3}) {
        const Chunks found = ReadAll(a_case, chunk_bytes, 400, threads);
        EXPECT_TRUE(found.errors.empty());
        ASSERT_TRUE(found.damage.has_value());
        ExpectChunks(a_case, whole, chunk_bytes, found);
      }
    }
  }
}

TEST(SharedText, AnErrorIsToldOnceAfterTheChunksBeforeIt) {
  const std::string lines = Lines(200, 50, 3);
  for (const int threads : {1, 2, 7}) {
    const Chunks found = ReadAll({lines, 0, ErrorId::kIoRead}, 500, 100, threads);
    ASSERT_EQ(found.errors.size(), 1U);
    EXPECT_EQ(found.errors[0].id, ErrorId::kIoRead);
    // The chunks that were whole before it.
    EXPECT_EQ(found.text(), lines.substr(0, found.text().size()));
    EXPECT_GT(found.text().size() + 2 * 500 + (16U << 10), lines.size());
  }
}

TEST(SharedText, ALongRowIsReadToItsEndAndNoFurther) {
  const std::string text = std::string(50'000, 'x') + "\n" + Lines(100'000, 50, 5);
  SharedText shared(
      [&]() -> Result<std::unique_ptr<TextSource>> {
        return std::unique_ptr<TextSource>(
            std::make_unique<ShortReads>(text, 1'000'000, std::nullopt));
      },
      "x.csv", 0, 100);
  auto chunk = shared.Next();
  ASSERT_TRUE(chunk.ok() && chunk->has_value());
  EXPECT_EQ((*chunk)->rows.text, text.substr(0, 50'001));
  EXPECT_LT((*chunk)->buffer.size(), 200'000U);
}

TEST(SharedText, GivesNothingAfterStop) {
  const std::string lines = Lines(200, 50, 4);
  SharedText text(
      [&]() -> Result<std::unique_ptr<TextSource>> {
        return std::unique_ptr<TextSource>(
            std::make_unique<ShortReads>(lines, 100, ErrorId::kIoRead));
      },
      "x.csv", 0, 300);
  ASSERT_TRUE(text.Next()->has_value());
  text.Stop();
  const auto next = text.Next();
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(next->has_value());
}

// Who waits for it must not wait for ever.
TEST(SharedText, AnExceptionEndsTheTextForAll) {
  SharedText text([]() -> Result<std::unique_ptr<TextSource>> { throw std::bad_alloc(); }, "x.csv",
                  0, 300);
  EXPECT_THROW((void)text.Next(), std::bad_alloc);
  const auto next = text.Next();
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(next->has_value());
}

enum class Ending { kError, kDamage, kThrow };

// A text that ends badly.
class BadEnding final : public TextSource {
 public:
  BadEnding(std::string text, Ending ending) : good_(std::move(text), 40, {}), ending_(ending) {}

  Result<std::size_t> ReadSome(std::span<char> out) override {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::size_t count, good_.ReadSome(out));
    if (count > 0) return count;
    if (ending_ == Ending::kThrow) throw std::bad_alloc();
    return MakeError(ending_ == Ending::kError ? ErrorId::kIoRead : ErrorId::kDataDamaged,
                     "it ends here", "none");
  }

 private:
  ShortReads good_;
  Ending ending_;
};

// Several threads read; one may stop the text and leave. None waits for ever (the test ends), one
// alone learns how the text ended, and the chunks that came are its first ones, without a gap.
TEST(SharedText, EndsForAllThreadsHoweverItEnds) {
  std::mt19937 random(5);
  for (int round = 0; round < 120; ++round) {
    const auto ending = static_cast<Ending>(round % 3);
    const int thread_count = 1 + round % 9;
    const int stops_at = round % 4 == 0 ? static_cast<int>(random() % 10) : -1;
    const std::string lines = Lines(200, 50, static_cast<unsigned>(round));
    const std::string good = lines.substr(0, random() % lines.size());
    SharedText text(
        [&]() -> Result<std::unique_ptr<TextSource>> {
          return std::unique_ptr<TextSource>(std::make_unique<BadEnding>(good, ending));
        },
        "x.csv", 0, 300);
    std::mutex mutex;
    std::map<std::size_t, std::string> chunks;
    std::atomic<int> failures = 0;
    const auto read = [&] {
      while (true) {
        try {
          auto next = text.Next();
          if (!next.ok()) {
            ++failures;
          } else if (!next->has_value()) {
            return;
          } else {
            const std::lock_guard lock(mutex);
            chunks[(*next)->index] = std::string((*next)->rows.text);
            text.Recycle(**std::move(next));
            if (static_cast<int>(chunks.size()) == stops_at) return text.Stop();
          }
        } catch (const std::bad_alloc&) {
          ++failures;
        }
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count; ++i) threads.emplace_back(read);
    for (std::thread& thread : threads) thread.join();
    std::string all;
    for (const auto& [index, part] : chunks) all += part;
    EXPECT_EQ(chunks.empty() ? 0 : chunks.rbegin()->first + 1, chunks.size());
    EXPECT_EQ(all, lines.substr(0, all.size())) << round;
    EXPECT_LE(failures, 1);
    if (stops_at >= 0) continue;
    EXPECT_EQ(failures, ending == Ending::kDamage ? 0 : 1);
    EXPECT_EQ(text.damage().has_value(), ending == Ending::kDamage);
  }
}

}  // namespace
}  // namespace boostyard::csv
