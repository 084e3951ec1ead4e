#include "hyperparams/rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "engine/base/error_table.h"
#include "engine/metric/metric.h"
#include "engine/objective/objectives.h"
#include "hyperparams/text.h"

namespace boostyard::hyperparams {
namespace {

using MaybeError = std::optional<Error>;

// The kinds of tree builders that `updater` names, and the tree_method that each is today.
struct Grower {
  std::string_view updater;
  std::string_view tree_method;  // empty: XGBoost has it no more
};
constexpr std::array<Grower, 6> kGrowers{{
    {"grow_colmaker", "exact"},
    {"grow_histmaker", "approx"},
    {"grow_quantile_histmaker", "hist"},
    {"distcol", ""},
    {"grow_local_histmaker", ""},
    {"grow_skmaker", ""},
}};

const Grower* FindGrower(std::string_view updater) {
  const auto* const grower = std::find_if(
      kGrowers.begin(), kGrowers.end(), [&](const Grower& row) { return row.updater == updater; });
  return grower == kGrowers.end() ? nullptr : grower;
}

bool IsLinearUpdater(std::string_view updater) {
  return updater == "shotgun" || updater == "coord_descent";
}

// The first tree builder of `updater`; nullptr if there is none or it is not given.
const Grower* GrowerOf(const Settings& settings) {
  const Words* updaters = settings.ValueOf<Words>("updater");
  if (updaters == nullptr) return nullptr;
  for (const std::string& updater : *updaters) {
    if (const Grower* grower = FindGrower(updater)) return grower;
  }
  return nullptr;
}

// What the trees will be grown by, as said by updater and tree_method; nothing if that is not
// known.
std::optional<std::string> TreeMethodOf(const Settings& settings) {
  if (settings.WordOf("booster") == "gblinear") return std::nullopt;
  const Grower* grower = GrowerOf(settings);
  if (grower != nullptr && !grower->tree_method.empty()) return std::string(grower->tree_method);
  return settings.WordOf("tree_method");
}

std::string UpdaterText(const Words& updaters) {
  return "updater=" + Join(std::vector<std::string_view>(updaters.begin(), updaters.end()), ",");
}

Error Conflict(std::string message, std::string fix) {
  return MakeError(ErrorId::kHyperparamConflict, std::move(message), std::move(fix));
}

bool IsCuda(std::string_view device) { return device.substr(0, 4) == "cuda"; }

bool WantsAllGpus(const Settings& settings) {
  const bool* const use_all = settings.ValueOf<bool>("use_dask_gpu_training");
  return use_all != nullptr && *use_all;
}

// Which setting asks for a GPU without saying so by device; empty if none.
std::string IndirectGpuWish(const Settings& settings) {
  const bool has_trees = settings.WordOf("booster") != "gblinear";
  if (has_trees && settings.WordOf("tree_method") == "gpu_hist") return "tree_method=gpu_hist";
  return WantsAllGpus(settings) ? "use_dask_gpu_training=true" : "";
}

MaybeError CheckDevice(const Settings& settings) {
  const auto device = settings.WordOf("device");
  if (!device) return std::nullopt;
  const std::string wish = IndirectGpuWish(settings);
  if (settings.Find("device") != nullptr && *device == "cpu" && !wish.empty()) {
    return Conflict("device=cpu contradicts " + wish + ", which asks for a GPU",
                    "give one of the two");
  }
  if ((IsCuda(*device) || !wish.empty()) && TreeMethodOf(settings) == "exact") {
    const std::string asked = IsCuda(*device) ? "device=" + *device : wish;
    return Conflict(asked +
                        " contradicts tree_method=exact (also called updater=grow_colmaker), "
                        "which runs on the CPU only",
                    "use tree_method=hist, or device=cpu");
  }
  return std::nullopt;
}

MaybeError CheckMaxDepth(const Settings& settings) {
  const auto* depth = settings.ValueOf<std::int64_t>("max_depth");
  if (depth == nullptr || *depth != 0 || TreeMethodOf(settings) != "exact") return std::nullopt;
  return Conflict("max_depth=0 (no limit) contradicts tree_method=exact, which needs a limit",
                  "set max_depth to 1 or more, or use tree_method=hist");
}

MaybeError CheckSamplingMethod(const Settings& settings) {
  if (settings.WordOf("sampling_method") != "gradient_based") return std::nullopt;
  if (TreeMethodOf(settings) != "exact") return std::nullopt;
  return Conflict(
      "sampling_method=gradient_based contradicts tree_method=exact, which samples rows "
      "uniformly",
      "use tree_method=hist, or sampling_method=uniform");
}

MaybeError CheckTreeUpdaters(const Words& updaters) {
  std::size_t growers = 0;
  for (const std::string& updater : updaters) {
    if (IsLinearUpdater(updater)) {
      return Conflict("updater: " + Shown(updater) + " is for booster=gblinear alone",
                      "remove updater, or set booster=gblinear");
    }
    if (FindGrower(updater) != nullptr) ++growers;
  }
  if (growers == 1) return std::nullopt;
  return Conflict("updater: " + Shown(UpdaterText(updaters).substr(8)) +
                      (growers == 0 ? " grows no trees" : " grows trees in more than one way"),
                  "remove updater: tree_method says how trees are grown");
}

MaybeError CheckUpdater(const Settings& settings) {
  const auto booster = settings.WordOf("booster");
  const Words* updaters = settings.ValueOf<Words>("updater");
  if (!booster || updaters == nullptr) return std::nullopt;
  if (settings.WordOf("process_type") == "update") return std::nullopt;  // refused by itself
  if (*booster != "gblinear") return CheckTreeUpdaters(*updaters);
  if (updaters->size() == 1 && IsLinearUpdater(updaters->front())) return std::nullopt;
  return Conflict(
      "updater: " + Shown(UpdaterText(*updaters).substr(8)) + " cannot train booster=gblinear",
      "use updater=shotgun or updater=coord_descent, or remove it");
}

MaybeError CheckProcessType(const Settings& settings) {
  if (settings.WordOf("process_type") != "update") return std::nullopt;
  return MakeError(
      ErrorId::kHyperparamUnsupported,
      "process_type=update is not supported: it changes the trees of a given model, and a "
      "training job is not given one",
      "use process_type=default");
}

MaybeError CheckNumClass(const Settings& settings) {
  const auto objective = settings.WordOf("objective");
  if (!objective || settings.Find("num_class") != nullptr) return std::nullopt;
  if (!FindObjective(*objective)->needs_num_class) return std::nullopt;
  return MakeError(
      ErrorId::kHyperparamMissing,
      "hyperparameter num_class is required by objective=" + *objective + " and was not given",
      "set num_class to the number of classes, a whole number of at least 2");
}

// Whether a model can start from this prediction.
bool HasMargin(const ObjectiveParams& objective, double base_score) {
  return std::isfinite(BaseScoreToMargin(objective, base_score));
}

MaybeError CheckBaseScore(const Settings& settings) {
  const auto objective = settings.WordOf("objective");
  const double* base_score = settings.ValueOf<double>("base_score");
  if (!objective || base_score == nullptr) return std::nullopt;
  ObjectiveParams params;
  params.name = *objective;
  if (HasMargin(params, *base_score)) return std::nullopt;
  const bool is_probability = HasMargin(params, 0.5) && !HasMargin(params, 1.5);
  const std::string fix =
      is_probability ? "use a probability above 0 and below 1" : "use a number above 0";
  return MakeError(ErrorId::kHyperparamOutOfRange,
                   "hyperparameter base_score: \"" + FormatNumber(*base_score) +
                       "\" cannot be a prediction of objective=" + *objective,
                   fix + ", or remove base_score: it is estimated from the labels");
}

// Whether a metric is defined for an objective. Only the fix of the error is for the user.
Status CheckFit(const MetricSpec& metric, const ObjectiveParams& objective) {
  const bool is_of_aft = metric.info->id == MetricId::kAftNloglik ||
                         metric.info->id == MetricId::kIntervalRegressionAccuracy;
  if (is_of_aft && objective.name != "survival:aft") {
    return Conflict(metric.name, "use another metric, or objective=survival:aft");
  }
  return CheckMetricFor(metric, objective);
}

// `name`: the hyperparameter that asks for the metric.
MaybeError CheckMetric(const Settings& settings, std::string_view name, const std::string& text) {
  const auto objective = settings.WordOf("objective");
  if (!objective) return std::nullopt;
  ObjectiveParams params;
  params.name = *objective;
  const auto metric = ParseMetric(text);
  if (!metric.ok()) return metric.error();
  const Status status = CheckFit(*metric, params);
  if (status.ok()) return std::nullopt;
  std::string message = "hyperparameter " + std::string(name) + ": " + Shown(text) +
                        " is not defined for objective=" + *objective;
  if (settings.Find("objective") == nullptr) message += ", which holds because none is given";
  return Conflict(std::move(message), status.error().fix);
}

MaybeError CheckEvalMetric(const Settings& settings) {
  const Words* metrics = settings.ValueOf<Words>("eval_metric");
  if (metrics == nullptr) return std::nullopt;
  for (const std::string& metric : *metrics) {
    if (auto error = CheckMetric(settings, "eval_metric", metric)) return error;
  }
  return std::nullopt;
}

MaybeError CheckTuningMetric(const Settings& settings) {
  const auto* metric = settings.ValueOf<std::string>("_tuning_objective_metric");
  if (metric == nullptr) return std::nullopt;
  return CheckMetric(settings, "_tuning_objective_metric", metric->substr(metric->find(':') + 1));
}

MaybeError CheckMultiStrategy(const Settings& settings) {
  if (settings.WordOf("multi_strategy") != "multi_output_tree") return std::nullopt;
  return MakeError(ErrorId::kHyperparamUnsupported,
                   "multi_strategy=multi_output_tree is not supported: a tree has one output here",
                   "use multi_strategy=one_output_per_tree");
}

// In the order of the table.
constexpr std::array kRules{
    &CheckDevice,   &CheckMaxDepth,  &CheckSamplingMethod, &CheckUpdater,      &CheckProcessType,
    &CheckNumClass, &CheckBaseScore, &CheckEvalMetric,     &CheckTuningMetric, &CheckMultiStrategy};

// Whether a stanza's value asks for trees that are not simply cut at a depth.
bool IsLeafwise(const Settings& settings, const HyperparamSpec& spec) {
  if (spec.name == "grow_policy") return settings.WordOf(spec.name) == "lossguide";
  if (spec.name != "max_leaves") return false;
  const auto* leaves = settings.ValueOf<std::int64_t>(spec.name);
  return leaves != nullptr && *leaves > 0;
}

void ResolveUpdater(Settings& settings, std::vector<std::string>& notes) {
  const Words* updaters = settings.ValueOf<Words>("updater");
  if (updaters == nullptr || settings.WordOf("booster") == "gblinear") return;
  const std::string said = UpdaterText(*updaters);
  const Grower* grower = GrowerOf(settings);
  settings.Remove("updater");
  if (grower == nullptr || grower->tree_method.empty()) {
    notes.push_back(said + " is gone from XGBoost and has no effect: tree_method decides");
    return;
  }
  std::string note = said + " is taken as tree_method=" + std::string(grower->tree_method);
  const std::string method = *settings.WordOf("tree_method");
  if (method != "auto" && method != grower->tree_method) note += " instead of " + method;
  notes.push_back(std::move(note));
  settings.Put("tree_method", std::string(grower->tree_method));
}

void ResolveGpuWish(Settings& settings, std::vector<std::string>& notes) {
  const std::string wish = IndirectGpuWish(settings);
  if (wish.empty()) return;
  if (settings.WordOf("tree_method") == "gpu_hist")
    settings.Put("tree_method", std::string("hist"));
  const std::string device = *settings.WordOf("device");
  if (!IsCuda(device)) settings.Put("device", std::string("cuda"));
  const std::string taken = *settings.WordOf("device");
  notes.push_back(wish + " is taken as device=" + taken);
  if (WantsAllGpus(settings)) {
    notes.push_back("use_dask_gpu_training=true: all GPUs of this host train, without Dask");
  }
}

void ResolveObjective(Settings& settings, std::vector<std::string>& notes) {
  if (settings.Find("objective") == nullptr) return;
  const std::string objective = *settings.WordOf("objective");
  const std::string name(FindObjective(objective)->model_name);
  if (name == objective) return;
  notes.push_back("objective=" + objective + " is the old name of " + name);
  settings.Put("objective", name);
}

}  // namespace

std::vector<Error> CheckRules(const Settings& settings) {
  std::vector<Error> errors;
  for (const auto rule : kRules) {
    if (auto error = rule(settings)) errors.push_back(*std::move(error));
  }
  return errors;
}

void Resolve(Settings& settings, std::vector<std::string>& notes) {
  ResolveGpuWish(settings, notes);
  ResolveUpdater(settings, notes);
  ResolveObjective(settings, notes);
  if (const bool* silent = settings.ValueOf<bool>("silent"); silent != nullptr && !*silent) {
    notes.push_back("silent=0 has no effect: verbosity is its successor");
  }
}

std::string WhyWithoutEffect(const Settings& settings, const HyperparamSpec& spec) {
  if (!spec.ignored.empty()) return ": " + std::string(spec.ignored);
  const std::string booster = *settings.WordOf("booster");
  const bool is_other_booster = (spec.scope == Scope::kDart && booster != "dart") ||
                                (spec.scope == Scope::kTrees && booster == "gblinear");
  if (is_other_booster) return " with booster=" + booster;
  const std::string objective = *settings.WordOf("objective");
  if (objective.substr(0, spec.objective.size()) != spec.objective) {
    return " with objective=" + objective;
  }
  if (IsLeafwise(settings, spec) && settings.WordOf("tree_method") == "exact") {
    return " with tree_method=exact";
  }
  if (spec.name == "_num_cv_round" && settings.Find("_kfold") == nullptr) return " without _kfold";
  return {};
}

}  // namespace boostyard::hyperparams
