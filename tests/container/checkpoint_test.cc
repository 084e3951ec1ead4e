#include "container/checkpoint.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/model/model_io.h"
#include "tests/support/random_model.h"

namespace boostyard::container {
namespace {

Checkpoint MakeCheckpoint(unsigned seed) {
  Checkpoint checkpoint;
  checkpoint.state.model = testing::MakeRandomModel(seed);
  checkpoint.state.rounds_done = static_cast<int>(seed) + 1;
  if (seed % 2 == 1) checkpoint.state.best_model = testing::MakeRandomModel(seed + 100);
  checkpoint.hyperparameters = {{"eta", "0.3"}, {"objective", "a\nb\0c"}, {"", ""}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double value : {0.1 + 0.2, nan, -0.0, 1e-320}) {
    checkpoint.history.Add(std::vector<MetricValue>{
        {.channel = "train", .metric = "logloss", .value = value},
        {.channel = "validation", .metric = "error@0.8", .value = -value}});
  }
  return checkpoint;
}

std::vector<std::uint8_t> ModelBytes(const Model& model) {
  return WriteModel(model, ModelFormat::kUbjson);
}

TEST(Checkpoint, ComesBackAsItWas) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Checkpoint written = MakeCheckpoint(seed);
    const auto read = ReadCheckpoint(WriteCheckpoint(written));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(ModelBytes(read->state.model), ModelBytes(written.state.model));
    EXPECT_EQ(read->state.rounds_done, written.state.rounds_done);
    ASSERT_EQ(read->state.best_model.has_value(), written.state.best_model.has_value());
    if (read->state.best_model) {
      EXPECT_EQ(ModelBytes(*read->state.best_model), ModelBytes(*written.state.best_model));
    }
    EXPECT_EQ(read->hyperparameters, written.hyperparameters);
    EXPECT_EQ(read->history.names, written.history.names);
    ASSERT_EQ(read->history.values.size(), 8U);
    EXPECT_EQ(std::memcmp(read->history.values.data(), written.history.values.data(), 64), 0)
        << "to the bit, NaN and the sign of zero too";
  }
}

TEST(Checkpoint, AChangedByteIsNoticedWhereverItIs) {
  const std::vector<std::uint8_t> whole = WriteCheckpoint(MakeCheckpoint(3));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<std::uint8_t> changed = whole;
    changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1U << (i % 8)));
    const auto read = ReadCheckpoint(changed);
    ASSERT_FALSE(read.ok()) << "byte " << i;
    EXPECT_EQ(read.error().id, ErrorId::kModelBad);
  }
}

TEST(Checkpoint, AnyOtherLengthIsNoticed) {
  std::vector<std::uint8_t> bytes = WriteCheckpoint(MakeCheckpoint(3));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(ReadCheckpoint(std::span(bytes).first(size)).ok()) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(ReadCheckpoint(bytes).ok());
  bytes.assign(bytes.size(), 0);  // what a file system may leave after a crash
  EXPECT_FALSE(ReadCheckpoint(bytes).ok());
}

TEST(Checkpoint, SaysWhatIsWrong) {
  std::vector<std::uint8_t> bytes = WriteCheckpoint(MakeCheckpoint(3));
  EXPECT_EQ(ReadCheckpoint(std::span(bytes).first(10)).error().message,
            "it has 10 bytes, too few for a checkpoint");
  EXPECT_EQ(ReadCheckpoint(std::span(bytes).first(bytes.size() - 1)).error().message,
            "it does not end as a checkpoint of this container does: it is cut off or foreign");
  bytes[0] ^= 1U;
  EXPECT_EQ(ReadCheckpoint(bytes).error().message,
            "its bytes have changed since it was written: the checksum is wrong");
}

TEST(MetricHistory, OtherMetricsBeginAnew) {
  MetricHistory history;
  history.Add(std::vector<MetricValue>{{.channel = "train", .metric = "rmse", .value = 1.0}});
  history.Add(std::vector<MetricValue>{{.channel = "train", .metric = "rmse", .value = 0.5}});
  EXPECT_EQ(history.values, (std::vector<double>{1.0, 0.5}));
  history.Add(std::vector<MetricValue>{{.channel = "train", .metric = "mae", .value = 2.0}});
  EXPECT_EQ(history.names, (std::vector<MetricHistory::Name>{{"train", "mae"}}));
  EXPECT_EQ(history.values, (std::vector<double>{2.0}));
}

}  // namespace
}  // namespace boostyard::container
