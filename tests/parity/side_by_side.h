// One job, trained by ours and by XGBoost's library on the same rows.
#pragma once

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/xgb_peer.h"
#include "engine/boost/train_native.h"
#include "engine/model/predict.h"
#include "tests/support/memory_stream.h"

namespace boostyard::testing {

inline bench::DenseRows RowsOf(const MemoryTable& table) {
  return {table.values.data(), table.labels.data(), table.row_count, table.feature_count};
}

// The library in .deps, or null with the reason.
inline std::unique_ptr<bench::XgbLibrary> OpenXgboost(std::string* reason) {
  try {
    return std::make_unique<bench::XgbLibrary>(
        bench::FindPeerLibrary(BOOSTYARD_SOURCE_DIR, "libxgboost.so"));
  } catch (const bench::PeerError& error) {
    *reason = error.what();
    return nullptr;
  }
}

// The parameters in XGBoost's words. params.objective.base_score must be there: both begin alike.
inline bench::Settings XgboostSettings(const TrainParams& params, int threads) {
  const TreeParams& tree = params.tree;
  const auto text = [](double value) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.9g", value);
    return std::string(digits);
  };
  bench::Settings settings = {
      {"tree_method", "hist"},
      {"nthread", std::to_string(threads)},
      {"verbosity", "0"},
      {"objective", params.objective.name},
      {"base_score", text(*params.objective.base_score)},
      {"scale_pos_weight", text(params.objective.scale_pos_weight)},
      {"eta", text(tree.eta)},
      {"gamma", text(tree.gamma)},
      {"max_depth", std::to_string(tree.max_depth)},
      {"max_leaves", std::to_string(tree.max_leaves)},
      {"min_child_weight", text(tree.min_child_weight)},
      {"max_delta_step", text(tree.max_delta_step)},
      {"lambda", text(tree.lambda)},
      {"alpha", text(tree.alpha)},
      {"max_bin", std::to_string(tree.max_bin)},
      {"grow_policy", tree.grow_policy == GrowPolicy::kLossguide ? "lossguide" : "depthwise"},
      {"subsample", text(params.sample.subsample)},
      {"seed", std::to_string(params.sample.seed)}};
  if (!tree.monotone_constraints.empty()) {
    std::string constraints = "(";
    for (const int direction : tree.monotone_constraints) {
      constraints += (constraints.size() > 1 ? "," : "") + std::to_string(direction);
    }
    settings.emplace_back("monotone_constraints", constraints + ")");
  }
  return settings;
}

class SilentObserver : public RoundObserver {
 public:
  void OnEngine(std::string_view /*line*/) override {}
  void OnWarning(std::string_view /*line*/) override {}
  void OnInfo(std::string_view /*line*/) override {}
  RoundDecision OnRound(const RoundReport& /*report*/) override { return RoundDecision::kContinue; }
  bool StopRequested() override { return false; }
};

// Our model. Throws PeerError with our error's message.
inline Model TrainOurs(const TrainParams& params, ChunkStream& train, int threads) {
  RunOptions run;
  run.threads = threads;
  run.evaluates_metrics = false;
  SilentObserver observer;
  Result<TrainOutcome> outcome = TrainNative(params, {.train = &train}, run, observer);
  if (!outcome.ok()) throw bench::PeerError(outcome.error().message);
  return std::move(outcome->model);
}

// Predictions (not margins) of our model for one row after the other.
inline std::vector<float> PredictWith(const Model& model, std::span<const ColumnChunk> chunks) {
  std::vector<float> all;
  for (const ColumnChunk& chunk : chunks) {
    const std::vector<float> part = TransformMargins(model, PredictMargins(model, chunk));
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

// XGBoost's predictions for `test` (may be `train`).
inline std::vector<float> TrainTheirs(const bench::XgbLibrary& library, const TrainParams& params,
                                      const MemoryTable& train, const MemoryTable& test,
                                      int threads) {
  bench::XgbPeerMatrix matrix(library, RowsOf(train), threads);
  if (!train.weights.empty()) matrix.SetInfo("weight", train.weights);
  bench::XgbPeerBooster booster(library, matrix, XgboostSettings(params, threads));
  for (int round = 0; round < params.num_round; ++round) booster.Update(round);
  const bench::XgbPeerMatrix test_matrix(library, RowsOf(test), threads);
  return booster.Predict(test_matrix, false);
}

}  // namespace boostyard::testing
