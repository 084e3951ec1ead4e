#include "engine/xgb/xgb_settings.h"

#include <array>
#include <charconv>

namespace boostyard {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

std::string NumberText(double value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return std::string(buffer.data(), end);
}

std::string NumberText(int value) { return std::to_string(value); }

template <class T>
void AddIfSet(Settings& settings, const char* name, const T& value, const T& standard) {
  if (value != standard) settings.emplace_back(name, NumberText(value));
}

std::string SignsText(const std::vector<int>& signs) {
  std::string text = "(";
  for (std::size_t i = 0; i < signs.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(signs[i]);
  }
  return text + ")";
}

std::string GroupsText(const std::vector<std::vector<std::uint32_t>>& groups) {
  std::string text = "[";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    text += i == 0 ? "[" : ",[";
    for (std::size_t j = 0; j < groups[i].size(); ++j) {
      text += (j == 0 ? "" : ",") + std::to_string(groups[i][j]);
    }
    text += "]";
  }
  return text + "]";
}

std::string_view TextOf(Booster booster) {
  switch (booster) {
    case Booster::kGbtree:
      return "gbtree";
    case Booster::kGblinear:
      return "gblinear";
    case Booster::kDart:
      return "dart";
  }
  return {};
}

std::string_view TextOf(TreeMethod method) {
  switch (method) {
    case TreeMethod::kAuto:
      return "auto";
    case TreeMethod::kExact:
      return "exact";
    case TreeMethod::kApprox:
      return "approx";
    case TreeMethod::kHist:
      return "hist";
  }
  return {};
}

void AddTree(Settings& settings, const TreeParams& tree) {
  const TreeParams standard;
  AddIfSet(settings, "eta", tree.eta, standard.eta);
  AddIfSet(settings, "gamma", tree.gamma, standard.gamma);
  AddIfSet(settings, "max_depth", tree.max_depth, standard.max_depth);
  AddIfSet(settings, "max_leaves", tree.max_leaves, standard.max_leaves);
  AddIfSet(settings, "min_child_weight", tree.min_child_weight, standard.min_child_weight);
  AddIfSet(settings, "max_delta_step", tree.max_delta_step, standard.max_delta_step);
  AddIfSet(settings, "lambda", tree.lambda, standard.lambda);
  AddIfSet(settings, "alpha", tree.alpha, standard.alpha);
  AddIfSet(settings, "max_bin", tree.max_bin, standard.max_bin);
  AddIfSet(settings, "num_parallel_tree", tree.num_parallel_tree, standard.num_parallel_tree);
  if (tree.grow_policy == GrowPolicy::kLossguide) settings.emplace_back("grow_policy", "lossguide");
  if (tree.tree_method != TreeMethod::kAuto) {
    settings.emplace_back("tree_method", TextOf(tree.tree_method));
  }
  if (!tree.monotone_constraints.empty()) {
    settings.emplace_back("monotone_constraints", SignsText(tree.monotone_constraints));
  }
  if (!tree.interaction_constraints.empty()) {
    settings.emplace_back("interaction_constraints", GroupsText(tree.interaction_constraints));
  }
}

void AddSample(Settings& settings, const SampleParams& sample) {
  const SampleParams standard;
  AddIfSet(settings, "subsample", sample.subsample, standard.subsample);
  AddIfSet(settings, "colsample_bytree", sample.colsample_bytree, standard.colsample_bytree);
  AddIfSet(settings, "colsample_bylevel", sample.colsample_bylevel, standard.colsample_bylevel);
  AddIfSet(settings, "colsample_bynode", sample.colsample_bynode, standard.colsample_bynode);
  if (sample.sampling_method == SamplingMethod::kGradientBased) {
    settings.emplace_back("sampling_method", "gradient_based");
  }
  settings.emplace_back("seed", std::to_string(sample.seed));
}

void AddObjective(Settings& settings, const ObjectiveParams& objective) {
  const ObjectiveParams standard;
  settings.emplace_back("objective",
                        objective.name == "reg:linear" ? "reg:squarederror" : objective.name);
  AddIfSet(settings, "num_class", objective.num_class, standard.num_class);
  if (objective.base_score) {
    settings.emplace_back("base_score", NumberText(*objective.base_score));
  } else if (objective.num_class > 1) {
    settings.emplace_back("base_score", "0.5");
  }
  AddIfSet(settings, "scale_pos_weight", objective.scale_pos_weight, standard.scale_pos_weight);
  AddIfSet(settings, "tweedie_variance_power", objective.tweedie_variance_power,
           standard.tweedie_variance_power);
  AddIfSet(settings, "huber_slope", objective.huber_slope, standard.huber_slope);
  if (objective.aft_loss_distribution != standard.aft_loss_distribution) {
    settings.emplace_back("aft_loss_distribution", objective.aft_loss_distribution);
  }
  AddIfSet(settings, "aft_loss_distribution_scale", objective.aft_loss_distribution_scale,
           standard.aft_loss_distribution_scale);
}

// Settings of ours that must not be overridden by their text.
bool IsOurs(std::string_view name) {
  return name == "nthread" || name == "device" || name == "eval_metric" || name == "objective" ||
         name == "num_round";
}

std::string DeviceText(const Device& device) {
  if (device.kind != DeviceKind::kCuda) return "cpu";
  return device.ordinal < 0 ? "cuda" : "cuda:" + std::to_string(device.ordinal);
}

}  // namespace

std::string_view GivenSetting(const TrainParams& params, std::string_view name) {
  for (const auto& [given, value] : params.xgboost_settings) {
    if (given == name) return value;
  }
  return {};
}

bool UsesQuantileMatrix(const TrainParams& params) {
  if (params.booster == Booster::kGblinear) return false;
  const std::string_view updater = GivenSetting(params, "updater");
  if (!updater.empty() && updater != "grow_quantile_histmaker") return false;
  return params.tree.tree_method == TreeMethod::kAuto ||
         params.tree.tree_method == TreeMethod::kHist;
}

Settings XgbSettings(const TrainParams& params, const std::vector<MetricSpec>& metrics,
                     int threads) {
  Settings settings;
  settings.emplace_back("booster", TextOf(params.booster));
  AddObjective(settings, params.objective);
  if (params.booster != Booster::kGblinear) {
    AddTree(settings, params.tree);
    AddSample(settings, params.sample);
  } else {
    settings.emplace_back("seed", std::to_string(params.sample.seed));
  }
  for (const auto& [name, value] : params.xgboost_settings) {
    if (!IsOurs(name)) settings.emplace_back(name, value);
  }
  settings.emplace_back("nthread", std::to_string(threads));
  settings.emplace_back("device", DeviceText(params.device));
  bool has_metric = false;
  for (const MetricSpec& metric : metrics) {
    if (!metric.info->is_xgboost) continue;
    settings.emplace_back("eval_metric", metric.name);
    has_metric = true;
  }
  if (!has_metric) settings.emplace_back("disable_default_eval_metric", "1");
  return settings;
}

}  // namespace boostyard
