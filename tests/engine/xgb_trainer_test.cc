// The XGBoost trainer behind the door, against XGBoost's own predictions.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <set>

#include "engine/base/error_table.h"
#include "engine/metric/metric.h"
#include "engine/model/model_io.h"
#include "engine/model/predict.h"
#include "engine/objective/objectives.h"
#include "engine/train.h"
#include "engine/xgb/xgb_api.h"
#include "engine/xgb/xgb_booster.h"
#include "engine/xgb/xgb_matrix.h"
#include "tests/support/memory_stream.h"
#include "tests/support/recording_observer.h"

namespace boostyard {
namespace {

using testing::MemoryStream;
using testing::MemoryTable;
using testing::RecordingObserver;

// Labels that the objective allows, depending on the features.
float LabelFor(const std::string& objective, float signal, std::mt19937& random) {
  const float noise = std::uniform_real_distribution<float>(-0.3F, 0.3F)(random);
  const float score = signal + noise;
  const Task task = FindObjective(objective)->task;
  if (task == Task::kBinary || objective == "reg:logistic" || objective == "rank:map")
    return score > 0.5F ? 1.0F : 0.0F;
  if (task == Task::kMulticlass || task == Task::kRanking) {
    return static_cast<float>(std::min(2, std::max(0, static_cast<int>(score * 3.0F))));
  }
  if (objective == "count:poisson") return std::floor(std::max(0.0F, score * 5.0F));
  if (objective == "survival:cox") return score > 0.7F ? -score - 1.0F : score + 1.0F;
  return score + 1.0F;
}

MemoryTable MakeTable(const std::string& objective, std::size_t rows, unsigned seed,
                      bool has_missing = true) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = 4;
  for (std::size_t row = 0; row < rows; ++row) {
    const float a = uniform(random);
    const float b = uniform(random);
    const bool misses = has_missing && uniform(random) < 0.1F;
    table.values.insert(table.values.end(),
                        {misses ? std::nanf("") : a, b, std::floor(uniform(random) * 4.0F),
                         uniform(random) * 1e-3F});
    table.labels.push_back(LabelFor(objective, 0.6F * a + 0.4F * b, random));
  }
  return table;
}

TrainParams ParamsFor(const std::string& objective) {
  TrainParams params;
  params.num_round = 3;
  params.objective.name = objective;
  params.tree.max_depth = 3;
  if (FindObjective(objective)->needs_num_class) params.objective.num_class = 3;
  params.verbosity = 1;
  return params;
}

constexpr RunOptions kXgboostRun{.engine = EngineChoice::kXgboost, .threads = 1};

Result<TrainOutcome> TrainOn(const TrainParams& params, const MemoryTable& table,
                             RecordingObserver& observer) {
  MemoryStream stream(table, {.chunk_rows = 100, .chunks_per_batch = 2});
  return Train(params, {.train = &stream, .validation = nullptr}, kXgboostRun, observer);
}

// Our margins of all rows of a table.
std::vector<float> OurMargins(const Model& model, const MemoryTable& table) {
  const MemoryStream stream(table, {.chunk_rows = 64});
  std::vector<float> margins;
  for (const ColumnChunk& chunk : stream.chunks()) {
    const std::vector<float> part = PredictMargins(model, chunk);
    margins.insert(margins.end(), part.begin(), part.end());
  }
  return margins;
}

// What XGBoost predicts with the bytes that we write: margins (1) or values (0).
std::vector<float> XgbPredictions(const std::vector<std::uint8_t>& bytes, const MemoryTable& table,
                                  int type) {
  const XgbApi& api = **LoadXgb();
  MemoryStream stream(table);
  ObjectiveParams any_label;
  const XgbMatrix matrix =
      *MakeXgbMatrix(api, stream, any_label, {.is_quantile = false, .threads = 1});
  void* booster = nullptr;
  EXPECT_EQ(api.BoosterCreate(nullptr, 0, &booster), 0);
  EXPECT_EQ(api.BoosterLoadModelFromBuffer(booster, bytes.data(), bytes.size()), 0)
      << api.GetLastError();
  const std::string config = "{\"type\":" + std::to_string(type) +
                             ",\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                             "\"strict_shape\":false}";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  EXPECT_EQ(api.BoosterPredictFromDMatrix(booster, matrix.handle.get(), config.c_str(), &shape,
                                          &dimensions, &values),
            0);
  std::size_t count = 1;
  for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
  std::vector<float> predictions(values, values + count);
  api.BoosterFree(booster);
  return predictions;
}

void ExpectNear(const std::vector<float>& ours, const std::vector<float>& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ASSERT_NEAR(ours[i], theirs[i], 1e-6 * std::max(1.0F, std::abs(theirs[i]))) << "at " << i;
  }
}

void ExpectXgboostAgrees(const Model& model, const MemoryTable& table) {
  const std::vector<float> margins = OurMargins(model, table);
  const std::vector<float> predictions = TransformMargins(model, margins);
  for (const ModelFormat format : {ModelFormat::kUbjson, ModelFormat::kJson}) {
    const std::vector<std::uint8_t> bytes = WriteModel(model, format);
    ExpectNear(margins, XgbPredictions(bytes, table, 1));
    ExpectNear(predictions, XgbPredictions(bytes, table, 0));
  }
}

class XgbTrainer : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result<const XgbApi*> api = LoadXgb();
    ASSERT_TRUE(api.ok()) << api.error().message;
  }
  RecordingObserver observer_;
};

TEST_F(XgbTrainer, TrainsEveryObjectiveAndPredictsLikeXgboost) {
  for (const ObjectiveInfo& info : Objectives()) {
    SCOPED_TRACE(info.name);
    const std::string name(info.name);
    const MemoryTable table = MakeTable(name, 500, 7);
    RecordingObserver observer;
    const Result<TrainOutcome> outcome = TrainOn(ParamsFor(name), table, observer);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_EQ(outcome->rounds_done, 3);
    EXPECT_EQ(outcome->model.round_count(), 3);
    EXPECT_EQ(outcome->model.objective.name, name);
    EXPECT_EQ(observer.rounds, 3);
    ASSERT_FALSE(observer.values.empty());
    EXPECT_EQ(observer.values[0].metric, DefaultMetric(ParamsFor(name).objective).name);
    EXPECT_TRUE(std::isfinite(observer.values[0].value));
    ExpectXgboostAgrees(outcome->model, table);
  }
}

TEST_F(XgbTrainer, TrainsEveryBoosterAndPredictsLikeXgboost) {
  for (const Booster booster : {Booster::kGbtree, Booster::kDart, Booster::kGblinear}) {
    for (const char* const name : {"binary:logistic", "multi:softprob", "reg:squarederror"}) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(static_cast<int>(booster)));
      const MemoryTable table = MakeTable(name, 500, 3);
      TrainParams params = ParamsFor(name);
      params.booster = booster;
      params.num_round = 6;
      if (booster == Booster::kDart) params.xgboost_settings = {{"rate_drop", "0.5"}};
      RecordingObserver observer;
      const Result<TrainOutcome> outcome = TrainOn(params, table, observer);
      ASSERT_TRUE(outcome.ok()) << outcome.error().message;
      EXPECT_EQ(outcome->model.booster, booster);
      EXPECT_EQ(outcome->model.document.empty(), booster == Booster::kGbtree);
      ExpectXgboostAgrees(outcome->model, table);
    }
  }
}

TEST_F(XgbTrainer, TrainsEveryTreeMethod) {
  const MemoryTable table = MakeTable("binary:logistic", 500, 3);
  for (const TreeMethod method :
       {TreeMethod::kAuto, TreeMethod::kExact, TreeMethod::kApprox, TreeMethod::kHist}) {
    TrainParams params = ParamsFor("binary:logistic");
    params.tree.tree_method = method;
    params.tree.gamma = 1.0;  // exact prunes afterwards: nodes that nobody reaches
    RecordingObserver observer;
    const Result<TrainOutcome> outcome = TrainOn(params, table, observer);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    ExpectXgboostAgrees(outcome->model, table);
  }
}

TEST_F(XgbTrainer, MapsOneOpenMpRuntime) {
  ASSERT_TRUE(
      TrainOn(ParamsFor("binary:logistic"), MakeTable("binary:logistic", 200, 1), observer_).ok());
  std::ifstream maps("/proc/self/maps");
  std::set<std::string> runtimes;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t slash = line.find('/');
    if (slash == std::string::npos) continue;
    const std::string path = line.substr(slash);
    if (path.find("libgomp") != std::string::npos || path.find("libomp") != std::string::npos ||
        path.find("libiomp") != std::string::npos) {
      runtimes.insert(path);
    }
  }
  EXPECT_EQ(runtimes.size(), 1U) << *runtimes.begin();
}

}  // namespace
}  // namespace boostyard
