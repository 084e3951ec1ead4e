// What to train, as plain values. hyperparams/ fills it from text, tests fill it by hand.
// Names, defaults and meaning are XGBoost's; one field per hyperparameter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boostyard {

enum class Booster { kGbtree, kGblinear, kDart };
enum class GrowPolicy { kDepthwise, kLossguide };
enum class TreeMethod { kAuto, kExact, kApprox, kHist };
enum class SamplingMethod { kUniform, kGradientBased };
enum class DeviceKind { kCpu, kCuda, kAuto };

// Where to train: cpu, cuda (device 0), cuda:N, auto.
struct Device {
  DeviceKind kind = DeviceKind::kCpu;
  int ordinal = -1;  // -1: not named

  bool operator==(const Device&) const = default;
};

struct TreeParams {
  double eta = 0.3;
  double gamma = 0.0;
  int max_depth = 6;   // 0: no limit
  int max_leaves = 0;  // 0: no limit
  double min_child_weight = 1.0;
  double max_delta_step = 0.0;  // 0: no limit (count:poisson: 0.7 unless given)
  double lambda = 1.0;
  double alpha = 0.0;
  int max_bin = 256;
  GrowPolicy grow_policy = GrowPolicy::kDepthwise;
  TreeMethod tree_method = TreeMethod::kAuto;
  int num_parallel_tree = 1;
  std::vector<int> monotone_constraints;  // per feature -1, 0, 1; may be shorter
  std::vector<std::vector<std::uint32_t>> interaction_constraints;  // groups of features

  bool operator==(const TreeParams&) const = default;
};

struct SampleParams {
  double subsample = 1.0;
  SamplingMethod sampling_method = SamplingMethod::kUniform;
  double colsample_bytree = 1.0;
  double colsample_bylevel = 1.0;
  double colsample_bynode = 1.0;
  std::int64_t seed = 0;

  bool operator==(const SampleParams&) const = default;
};

struct ObjectiveParams {
  std::string name = "reg:squarederror";
  int num_class = 0;
  std::optional<double> base_score;  // prediction space; not given: estimated from the labels
  double scale_pos_weight = 1.0;
  double tweedie_variance_power = 1.5;
  double huber_slope = 1.0;
  double max_delta_step =
      0.7;  // count:poisson alone: as TreeParams' when given; e^this scales its hessian
  std::string aft_loss_distribution = "normal";
  double aft_loss_distribution_scale = 1.0;

  bool operator==(const ObjectiveParams&) const = default;
};

// All of a training run. `xgboost_settings` carries what was explicitly set and XGBoost knows, as
// canonical name and text in order, for the trainer that wants text; the typed fields carry the
// same for everyone else.
struct TrainParams {
  int num_round = 0;
  Booster booster = Booster::kGbtree;
  ObjectiveParams objective;
  TreeParams tree;
  SampleParams sample;
  Device device;
  std::vector<std::string> eval_metric;  // as requested, in order; empty: the objective's default
  std::string tuning_metric;   // `_tuning_objective_metric` without "validation:"; may be empty
  std::string tuning_channel;  // "validation" or "train"; empty with tuning_metric
  std::optional<int> early_stopping_rounds;
  std::optional<int> nthread;
  int verbosity = 1;
  std::vector<std::pair<std::string, std::string>> xgboost_settings;

  bool operator==(const TrainParams&) const = default;
};

}  // namespace boostyard
