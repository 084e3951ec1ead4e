// What is decided before the rows are read: keep them, read them again, or refuse.
#include "data/csv/memory_plan.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/data/compress.h"
#include "tests/data/csv_support.h"

namespace boostyard::test {
namespace {

// 20,000 rows of six features: three small integers and three floats. Kept: 3 + 12 + 4 bytes a row.
std::string Text() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += std::to_string(i % 2) + ",1," + std::to_string(i % 7) + ",0";
    for (int k = 1; k < 4; ++k) text += "," + std::to_string(i * k % 9973) + ".25";
    text += "\n";
  }
  return text;
}

constexpr std::uint64_t kKept = 20'000 * 19;

MemoryFiles Request(std::vector<std::string> texts, std::uint64_t limit) {
  MemoryFiles files(std::move(texts));
  files.options.chunk_bytes = 64U << 10;
  files.request.memory_limit_bytes = limit;
  return files;
}

std::vector<std::string> Halves() {
  const std::string text = Text();
  const std::size_t middle = text.find('\n', text.size() / 2) + 1;
  return {text.substr(0, middle), text.substr(middle)};
}

TEST(MemoryPlan, KeepsWhatFits) {
  const auto opened = Request({Text()}, 2 * kKept).Open();
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(opened->stream->shape().is_kept);
  EXPECT_EQ(opened->notes.back().substr(0, 25), "the channel train, about ");
  EXPECT_NE(opened->notes.back().find("is kept in memory"), std::string::npos);
  EXPECT_NEAR(static_cast<double>(opened->memory_bytes), kKept, kKept / 10.0);
}

TEST(MemoryPlan, ReadsAgainWhatDoesNotFit) {
  for (const auto& texts : {std::vector<std::string>{Text()},
                            Halves(),
                            std::vector<std::string>{Gzip(Text())},
                            {Gzip(Text()), Zstd(Text())}}) {
    const auto opened = Request(texts, kKept).Open();
    ASSERT_TRUE(opened.ok());
    EXPECT_FALSE(opened->stream->shape().is_kept);
    EXPECT_EQ(opened->memory_bytes, 0U);
    EXPECT_NE(opened->notes.back().find("is read again in every pass"), std::string::npos);
  }
}

TEST(MemoryPlan, NothingIsSaidWhereThereIsPlenty) {
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1} << 30}) {
    const auto opened = Request({Text()}, limit).Open();
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(opened->stream->shape().is_kept);
    EXPECT_TRUE(opened->notes.size() == 1U) << opened->notes.back();  // the content type
  }
}

TEST(P0, Line13_WhatCannotBeTrainedIsRefusedBeforeItIsRead) {
  MemoryFiles files = Request({Text() + "1,x\n"}, 2U << 20);  // the fault is never reached
  files.request.training_bytes = [](RowIndex rows, FeatureIndex features) {
    return rows * features * 1000;
  };
  const auto opened = files.Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().id, ErrorId::kOutOfMemory);
  EXPECT_NE(opened.error().message.find(" of memory for training, and there are 2 MiB"),
            std::string::npos)
      << opened.error().message;
}

TEST(MemoryPlan, OtherChannelsCount) {
  MemoryFiles files = Request({Text()}, 4 * kKept);
  ASSERT_TRUE(files.Open()->stream->shape().is_kept);
  files.request.memory_used_bytes = 3 * kKept;
  EXPECT_FALSE(files.Open()->stream->shape().is_kept);
}

TEST(MemoryPlan, FaultsInTheFirstRowsAreReportedAsEver) {
  const auto free = Request({"1,2,x\n" + Text()}, 0).Open();
  const auto tight = Request({"1,2,x\n" + Text()}, kKept).Open();
  ASSERT_FALSE(free.ok());
  ASSERT_FALSE(tight.ok());
  EXPECT_EQ(Render(free.error()), Render(tight.error()));
}

}  // namespace
}  // namespace boostyard::test
