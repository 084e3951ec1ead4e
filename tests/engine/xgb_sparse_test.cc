// Sparse rows in the XGBoost trainer: the trees are those of the same data in columns.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "data/open.h"
#include "data/read_options.h"
#include "engine/model/model_io.h"
#include "engine/train.h"
#include "tests/data/csv_support.h"
#include "tests/support/recording_observer.h"

namespace boostyard {
namespace {

using testing::RecordingObserver;

// Few cells in many columns; the label follows some of them. Some rows are empty.
std::string Lines(std::size_t rows, bool has_weights, bool has_queries) {
  std::mt19937_64 random(5);
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    std::string cells;
    int score = 0;
    for (std::uint64_t index = random() % 3; index < 40; index += 1 + random() % 15) {
      const auto value = static_cast<int>(random() % 50);
      score += index % 2 == 0 ? value : -value;
      cells += " " + std::to_string(index) + ":" + std::to_string(value);
    }
    text += score > 0 ? "1" : "0";
    if (has_weights) text += ":" + std::to_string(1 + random() % 3);
    if (has_queries) text += " qid:" + std::to_string(row / 10);
    text += cells + "\n";
  }
  return text + (has_queries ? "" : has_weights ? "1:1 19999:1\n" : "1 19999:1\n");
}

Result<TrainOutcome> TrainOnLines(const std::string& text, const std::string& objective,
                                  TreeMethod method, std::uint64_t memory_limit_bytes,
                                  RecordingObserver& observer, EngineChoice engine) {
  test::MemoryFiles files({text});
  files.options.chunk_bytes = 2000;
  files.request.content_type =
      ContentType{.format = DataFormat::kLibsvm, .delimiter = {}, .has_header = {}};
  files.request.least_sparse_features = 20000;
  files.request.may_be_sparse = true;
  files.request.memory_limit_bytes = memory_limit_bytes;
  BOOSTYARD_ASSIGN_OR_RETURN(const OpenedData opened, files.Open());
  EXPECT_EQ(opened.stream->shape().is_sparse, memory_limit_bytes != 0);
  TrainParams params;
  params.num_round = 4;
  params.objective.name = objective;
  params.tree.max_depth = 4;
  params.tree.tree_method = method;
  RunOptions run;
  run.engine = engine;
  return Train(params, {.train = opened.stream.get(), .validation = opened.stream.get()}, run,
               observer);
}

TEST(XgbSparse, P1_4_SparseRowsGiveTheModelOfTheirColumns) {
  for (const auto& [objective, has_weights, method] :
       {std::tuple{"binary:logistic", false, TreeMethod::kAuto},
        std::tuple{"reg:squarederror", true, TreeMethod::kHist},
        std::tuple{"binary:logistic", true, TreeMethod::kApprox},
        std::tuple{"rank:pairwise", false, TreeMethod::kHist}}) {
    const bool is_ranking = std::string(objective) == "rank:pairwise";
    const std::string text = Lines(300, has_weights, is_ranking);
    RecordingObserver observer;
    const auto dense = TrainOnLines(text, objective, method, 0, observer, EngineChoice::kXgboost);
    const auto sparse =
        TrainOnLines(text, objective, method, 6 << 20, observer, EngineChoice::kAuto);
    ASSERT_TRUE(dense.ok()) << dense.error().message;
    ASSERT_TRUE(sparse.ok()) << sparse.error().message;
    EXPECT_EQ(WriteModel(sparse->model, ModelFormat::kJson),
              WriteModel(dense->model, ModelFormat::kJson))
        << objective;
  }
}

TEST(XgbSparse, P1_4_TheJobGoesToXgboostAndTheLogSaysWhy) {
  const std::string text = Lines(300, false, false);
  RecordingObserver observer;
  const auto outcome = TrainOnLines(text, "binary:logistic", TreeMethod::kHist, 6 << 20, observer,
                                    EngineChoice::kAuto);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->engine.rfind("xgboost", 0), 0U);
  ASSERT_FALSE(observer.engine.empty());
  EXPECT_NE(observer.engine[0].find("sparse data whose columns do not fit into the memory"),
            std::string::npos)
      << observer.engine[0];
  const auto native = TrainOnLines(text, "binary:logistic", TreeMethod::kHist, 6 << 20, observer,
                                   EngineChoice::kNative);
  ASSERT_FALSE(native.ok());
  EXPECT_EQ(NameOf(native.error().id), "engine-unavailable");
}

}  // namespace
}  // namespace boostyard
