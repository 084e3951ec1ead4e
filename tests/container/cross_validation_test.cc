#include "container/cross_validation.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <vector>

#include "engine/base/error_table.h"
#include "tests/support/memory_stream.h"
#include "tests/support/recording_observer.h"

namespace boostyard::container {
namespace {

using boostyard::testing::MemoryStream;
using boostyard::testing::MemoryTable;
using boostyard::testing::RecordingObserver;

MemoryTable SmallTable(std::size_t rows, std::size_t features) {
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = features;
  for (std::size_t row = 0; row < rows; ++row) {
    table.labels.push_back(static_cast<float>(row % 2));
    for (std::size_t feature = 0; feature < features; ++feature) {
      table.values.push_back(static_cast<float>((row * (feature + 3)) % 17));
    }
  }
  return table;
}

TrainParams Params() {
  TrainParams params;
  params.num_round = 2;
  params.objective.name = "binary:logistic";
  return params;
}

class CrossValidationTest : public ::testing::Test {
 protected:
  ~CrossValidationTest() override { std::fclose(sink_); }

  Result<TrainedModels> Run(ChunkStream& train, ChunkStream* validation) {
    return CrossValidate({.folds = 3, .repeats = 2}, Params(), {&train, validation}, RunOptions(),
                         observer_, log_);
  }

  std::FILE* sink_ = std::fopen("/dev/null", "we");
  MetricLog log_{sink_, sink_};
  RecordingObserver observer_;
};

TEST_F(CrossValidationTest, TellsTheEngineOnceAndEveryFoldsRounds) {
  MemoryStream train(SmallTable(60, 3));
  MemoryStream validation(SmallTable(30, 3));
  const auto trained = Run(train, &validation);
  ASSERT_TRUE(trained.ok()) << trained.error().message;
  EXPECT_EQ(trained->models.size(), 6U);
  EXPECT_EQ(trained->rounds_done, 12);
  EXPECT_FALSE(trained->was_stopped);
  EXPECT_EQ(observer_.engine.size(), 1U);
  EXPECT_EQ(observer_.rounds, 12);
  EXPECT_EQ(observer_.History("validation", "logloss").size(), 12U);
}

TEST_F(CrossValidationTest, StopsInTheMiddleWithTheModelsThereAre) {
  MemoryStream train(SmallTable(60, 3));
  observer_.stop_after_rounds = 3;
  const auto trained = Run(train, nullptr);
  ASSERT_TRUE(trained.ok());
  EXPECT_TRUE(trained->was_stopped);
  EXPECT_EQ(trained->models.size(), 2U) << "a whole one and one of one round";
  EXPECT_EQ(trained->models.back().round_count(), 1);
  EXPECT_EQ(trained->predictions_csv, "");
}

TEST_F(CrossValidationTest, RefusesChannelsOfOtherColumns) {
  MemoryStream train(SmallTable(60, 3));
  MemoryStream validation(SmallTable(30, 4));
  const auto trained = Run(train, &validation);
  ASSERT_FALSE(trained.ok());
  EXPECT_EQ(trained.error().id, ErrorId::kDataColumnMismatch);
}

// Rows without columns.
class NoColumns : public ChunkStream {
 public:
  NoColumns() {
    shape_.row_count = labels_.size();
    shape_.feature_count = 1000000;
    chunk_.row_count = static_cast<std::uint32_t>(labels_.size());
    chunk_.labels = labels_;
  }
  const DataShape& shape() const override { return shape_; }
  Result<std::span<const ColumnChunk>> NextBatch() override {
    return std::span<const ColumnChunk>(&chunk_, 1);
  }
  Status Rewind() override { return {}; }

 private:
  std::array<float, 4> labels_{0, 1, 0, 1};
  DataShape shape_;
  ColumnChunk chunk_;
};

TEST_F(CrossValidationTest, RefusesDataThatAreNoColumns) {
  NoColumns wide;
  const auto trained = Run(wide, nullptr);
  ASSERT_FALSE(trained.ok());
  EXPECT_EQ(trained.error().id, ErrorId::kHyperparamUnsupported);
}

}  // namespace
}  // namespace boostyard::container
