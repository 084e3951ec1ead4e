#include "bench/contenders.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <optional>

#include "bench/dense_stream.h"
#include "bench/own_process.h"
#include "engine/boost/train_native.h"
#include "engine/model/predict.h"

namespace boostyard::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::string Text(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.9g", value);
  return digits;
}

double LabelMean(const Table& table) {
  return std::accumulate(table.labels.begin(), table.labels.end(), 0.0) /
         static_cast<double>(table.row_count);
}

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Reads the clock where preparation ends: the engine asks whether to stop before the first round.
class PrepareClock : public RoundObserver {
 public:
  explicit PrepareClock(Clock::time_point start) : start_(start) {}
  void OnEngine(std::string_view /*line*/) override {}
  void OnWarning(std::string_view /*line*/) override {}
  void OnInfo(std::string_view /*line*/) override {}
  RoundDecision OnRound(const RoundReport& /*report*/) override { return RoundDecision::kContinue; }
  bool StopRequested() override {
    if (!prepare_s_) prepare_s_ = Since(start_);
    return false;
  }
  double prepare_s() const { return prepare_s_.value_or(0.0); }

 private:
  const Clock::time_point start_;
  std::optional<double> prepare_s_;
};

Timed TrainOurs(const DataSet& data, const Setting& setting, int threads, bool predicts) {
  const TrainParams params = OurParams(data, setting);
  RunOptions run;
  run.threads = threads;
  run.evaluates_metrics = false;
  const Clock::time_point start = Clock::now();
  PrepareClock clock(start);
  DenseStream stream(data.train.rows(), threads);
  Result<TrainOutcome> outcome = TrainNative(params, {.train = &stream}, run, clock);
  if (!outcome.ok()) throw PeerError(outcome.error().message);
  Timed timed{.total_s = Since(start), .prepare_s = clock.prepare_s(), .test_scores = {}};
  if (!predicts) return timed;
  const DenseStream test(data.test.rows(), threads);
  for (const ColumnChunk& chunk : test.chunks()) {
    const std::vector<float> scores = PredictMargins(outcome->model, chunk);
    timed.test_scores.insert(timed.test_scores.end(), scores.begin(), scores.end());
  }
  return timed;
}

// Sketch and bins are made with the matrix (kQuantile), or in the first round on it. That round is
// timed again with a second booster on the same matrix, which finds them made: the difference is
// what they took, and all that any booster does in its first round counts as boosting.
Timed TrainXgboost(const XgbLibrary& library, const Variant& variant, const DataSet& data,
                   const Setting& setting, int threads, bool predicts) {
  Settings settings = {{"tree_method", "hist"},
                       {"max_bin", "256"},
                       {"objective", "binary:logistic"},
                       {"nthread", std::to_string(threads)},
                       {"verbosity", "0"},
                       {"max_depth", std::to_string(setting.max_depth)},
                       {"eta", Text(setting.eta)},
                       {"gamma", Text(setting.gamma)},
                       {"min_child_weight", Text(setting.min_child_weight)},
                       {"subsample", Text(setting.subsample)},
                       {"lambda", "1"},
                       {"seed", std::to_string(setting.seed)}};
  if (setting.fixes_base_score) settings.emplace_back("base_score", Text(LabelMean(data.train)));
  const auto first_round_s = [](XgbPeerBooster& booster) {
    const Clock::time_point round_start = Clock::now();
    booster.Update(0);
    return Since(round_start);
  };
  const Clock::time_point start = Clock::now();
  const XgbPeerMatrix matrix(library, data.train.rows(), threads, variant.matrix);
  Timed timed{.total_s = 0.0, .prepare_s = Since(start), .test_scores = {}};
  XgbPeerBooster booster(library, matrix, settings);
  const double with_bins_s = first_round_s(booster);
  for (int round = 1; round < setting.rounds; ++round) booster.Update(round);
  timed.total_s = Since(start);
  XgbPeerBooster second(library, matrix, settings);
  timed.prepare_s += std::max(0.0, with_bins_s - first_round_s(second));
  if (!predicts) return timed;
  const XgbPeerMatrix test(library, data.test.rows(), threads);
  timed.test_scores = booster.Predict(test, true);
  return timed;
}

Timed TrainLightgbm(const LgbmLibrary& library, const Variant& variant, const DataSet& data,
                    const Setting& setting, int threads, bool predicts) {
  Settings settings = {{"objective", "binary"},
                       {"max_bin", "255"},
                       {"num_threads", std::to_string(threads)},
                       {"verbosity", "-1"},
                       {"max_depth", std::to_string(setting.max_depth)},
                       {"num_leaves", std::to_string(1 << setting.max_depth)},
                       {"learning_rate", Text(setting.eta)},
                       {"min_gain_to_split", Text(setting.gamma)},
                       {"min_sum_hessian_in_leaf", Text(setting.min_child_weight)},
                       {"min_data_in_leaf", "1"},
                       {"lambda_l2", "1"},
                       {"seed", std::to_string(setting.seed)},
                       {"use_quantized_grad", variant.is_quantised ? "true" : "false"},
                       {variant.is_row_wise ? "force_row_wise" : "force_col_wise", "true"}};
  if (setting.subsample < 1.0) {
    settings.emplace_back("bagging_fraction", Text(setting.subsample));
    settings.emplace_back("bagging_freq", "1");
  }
  const Clock::time_point start = Clock::now();
  LgbmPeer peer(library, data.train.rows(), settings);
  Timed timed{.total_s = 0.0, .prepare_s = Since(start), .test_scores = {}};
  for (int round = 0; round < setting.rounds && peer.Update(); ++round) {
  }
  timed.total_s = Since(start);
  if (!predicts) return timed;
  const std::vector<double> scores = peer.Predict(data.test.rows());
  timed.test_scores.assign(scores.begin(), scores.end());
  return timed;
}

Timed Train(Contender contender, const Variant& variant, const Peers& peers, const DataSet& data,
            const Setting& setting, int threads, bool predicts) {
  switch (contender) {
    case Contender::kOurs:
      return TrainOurs(data, setting, threads, predicts);
    case Contender::kXgboost:
      return TrainXgboost(peers.xgboost, variant, data, setting, threads, predicts);
    case Contender::kLightgbm:
      return TrainLightgbm(peers.lightgbm, variant, data, setting, threads, predicts);
  }
  return {};
}

// Two seconds, then the scores.
std::string BytesOf(const Timed& timed) {
  const double seconds[2] = {timed.total_s, timed.prepare_s};
  std::string bytes(reinterpret_cast<const char*>(seconds), sizeof seconds);
  return bytes.append(reinterpret_cast<const char*>(timed.test_scores.data()),
                      timed.test_scores.size() * sizeof(float));
}

Timed TimedOf(const std::string& bytes) {
  double seconds[2];
  std::memcpy(seconds, bytes.data(), sizeof seconds);
  Timed timed{.total_s = seconds[0], .prepare_s = seconds[1], .test_scores = {}};
  timed.test_scores.resize((bytes.size() - sizeof seconds) / sizeof(float));
  std::memcpy(timed.test_scores.data(), bytes.data() + sizeof seconds,
              bytes.size() - sizeof seconds);
  return timed;
}

}  // namespace

const char* NameOf(Contender contender) {
  switch (contender) {
    case Contender::kOurs:
      return "boostyard";
    case Contender::kXgboost:
      return "XGBoost";
    case Contender::kLightgbm:
      return "LightGBM";
  }
  return "";
}

std::vector<Variant> VariantsOf(Contender contender) {
  if (contender == Contender::kOurs) return {{.name = "native"}};
  if (contender == Contender::kXgboost) {
    return {{.name = "DMatrix"}, {.name = "QuantileDMatrix", .matrix = XgbMatrixKind::kQuantile}};
  }
  return {{.name = "col-wise"},
          {.name = "row-wise", .is_row_wise = true},
          {.name = "quantised col-wise", .is_quantised = true},
          {.name = "quantised row-wise", .is_quantised = true, .is_row_wise = true}};
}

TrainParams OurParams(const DataSet& data, const Setting& setting) {
  TrainParams params;
  params.num_round = setting.rounds;
  params.objective.name = "binary:logistic";
  if (setting.fixes_base_score) params.objective.base_score = LabelMean(data.train);
  params.tree.max_depth = setting.max_depth;
  params.tree.eta = setting.eta;
  params.tree.gamma = setting.gamma;
  params.tree.min_child_weight = setting.min_child_weight;
  params.sample.subsample = setting.subsample;
  params.sample.seed = setting.seed;
  return params;
}

Timed TrainOnce(Contender contender, const Variant& variant, const Peers& peers,
                const DataSet& data, const Setting& setting, int threads, bool predicts) {
  return TimedOf(InOwnProcess(
      [&] { return BytesOf(Train(contender, variant, peers, data, setting, threads, predicts)); }));
}

}  // namespace boostyard::bench
