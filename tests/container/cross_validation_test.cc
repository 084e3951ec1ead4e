#include "container/cross_validation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
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

double Logloss(const std::vector<float>& labels, const std::vector<float>& predictions) {
  double sum = 0.0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto p = static_cast<double>(predictions[row]);
    sum -= std::log(labels[row] == 1.0F ? p : 1.0 - p);
  }
  return sum / static_cast<double>(labels.size());
}

// Folds of the same size: the mean of what each says of its rows is what all say of all rows.
TEST_F(CrossValidationTest, TellsWhatIsSaidOfRowsLeftOut) {
  MemoryStream train(SmallTable(60, 3));
  MemoryStream validation(SmallTable(30, 3));
  const auto trained = CrossValidate({.folds = 3, .repeats = 1}, Params(), {&train, &validation},
                                     RunOptions(), observer_, log_);
  ASSERT_TRUE(trained.ok());
  ASSERT_EQ(observer_.finals.size(), 1U);
  const auto& final = observer_.finals.front();
  EXPECT_EQ(final.channel, "validation");
  EXPECT_EQ(final.output_count, 1);
  EXPECT_TRUE(final.weights.empty());
  ASSERT_EQ(final.labels.size(), 90U);
  const std::vector<double> history = observer_.History("validation", "logloss");
  ASSERT_EQ(history.size(), 6U);
  EXPECT_NEAR(Logloss(final.labels, final.predictions), (history[1] + history[3] + history[5]) / 3,
              1e-6);
}

TEST_F(CrossValidationTest, TellsWeightsOfAChannelThatHasThem) {
  MemoryTable weighted = SmallTable(30, 3);
  for (std::size_t row = 0; row < 30; ++row) weighted.weights.push_back(2.5F);
  MemoryStream train(SmallTable(60, 3));
  MemoryStream validation(weighted);
  ASSERT_TRUE(Run(train, &validation).ok());
  ASSERT_EQ(observer_.finals.size(), 1U);
  std::vector<float> expected(60, 1.0F);
  expected.insert(expected.end(), 30, 2.5F);
  EXPECT_EQ(observer_.finals.front().weights, expected);
}

// A feature gives the class away: every repeat finds it.
TEST_F(CrossValidationTest, TellsSharesOfClasses) {
  MemoryTable table = SmallTable(90, 3);
  for (std::size_t row = 0; row < 90; ++row) {
    table.labels[row] = static_cast<float>(row % 3);
    table.values[row * 3] = static_cast<float>(row % 3);
  }
  MemoryStream train(table);
  TrainParams params = Params();
  params.objective.name = "multi:softprob";
  params.objective.num_class = 3;
  ASSERT_TRUE(CrossValidate({.folds = 2, .repeats = 3}, params, {&train, nullptr}, RunOptions(),
                            observer_, log_)
                  .ok());
  ASSERT_EQ(observer_.finals.size(), 1U);
  const auto& final = observer_.finals.front();
  ASSERT_EQ(final.output_count, 3);
  ASSERT_EQ(final.predictions.size(), 270U);
  for (std::size_t row = 0; row < 90; ++row) {
    for (std::size_t of_class = 0; of_class < 3; ++of_class) {
      EXPECT_NEAR(final.predictions[row * 3 + of_class], of_class == row % 3 ? 1.0 : 0.0, 1e-6);
    }
  }
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
  EXPECT_TRUE(observer_.finals.empty());
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
