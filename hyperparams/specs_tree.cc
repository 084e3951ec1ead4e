// Settings of the trees: growth, regularisation, sampling, constraints.
#include "hyperparams/store.h"

namespace boostyard::hyperparams {
namespace {

void SetTreeMethod(JobSettings& job, const Value& value) {
  const std::string& word = Word(value);
  job.train.tree.tree_method = word == "exact"    ? TreeMethod::kExact
                               : word == "approx" ? TreeMethod::kApprox
                               : word == "auto"   ? TreeMethod::kAuto
                                                  : TreeMethod::kHist;
}

void SetGrowPolicy(JobSettings& job, const Value& value) {
  job.train.tree.grow_policy =
      Word(value) == "lossguide" ? GrowPolicy::kLossguide : GrowPolicy::kDepthwise;
}

void SetSamplingMethod(JobSettings& job, const Value& value) {
  job.train.sample.sampling_method =
      Word(value) == "gradient_based" ? SamplingMethod::kGradientBased : SamplingMethod::kUniform;
}

// The leaf's limit and, for count:poisson, the objective's constant.
void SetMaxDeltaStep(JobSettings& job, const Value& value) {
  job.train.tree.max_delta_step = std::get<double>(value);
  job.train.objective.max_delta_step = std::get<double>(value);
}

// What a tree may become.
std::vector<HyperparamSpec> GrowthSpecs() {
  return {
      {.name = "gamma",
       .aliases = {"min_split_loss"},
       .range = AtLeast(0),
       .default_value = "0",
       .tunable = Closed(0, 5),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Smallest loss reduction for which a leaf is split",
       .set = kStoreTree<&TreeParams::gamma>},
      {.name = "max_depth",
       .type = Type::kInteger,
       .range = AtLeast(0),
       .default_value = "6",
       .tunable = Closed(0, 10),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Most levels of splits in a tree; 0: no limit (not with tree_method=exact)",
       .set = kStoreTree<&TreeParams::max_depth>},
      {.name = "min_child_weight",
       .range = AtLeast(0),
       .default_value = "1",
       .tunable = Closed(0, 120),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Smallest sum of hessians (for squared error: of row weights) of a leaf",
       .set = kStoreTree<&TreeParams::min_child_weight>},
      {.name = "max_delta_step",
       .range = AtLeast(0),
       .default_value = "0",
       .tunable = Closed(0, 10),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Largest leaf value before eta; 0: no limit (count:poisson: 0.7 unless given)",
       .set = &SetMaxDeltaStep},
      {.name = "tree_method",
       .type = Type::kCategory,
       .choices = {"auto", "exact", "approx", "hist", "gpu_hist"},
       .default_value = "auto",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "How splits are sought; auto: hist; gpu_hist: hist with device=cuda",
       .set = &SetTreeMethod},
      {.name = "grow_policy",
       .type = Type::kCategory,
       .choices = {"depthwise", "lossguide"},
       .default_value = "depthwise",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Which leaf is split next: the one nearest the root, or the one that gains most",
       .set = &SetGrowPolicy},
      {.name = "max_leaves",
       .type = Type::kInteger,
       .range = AtLeast(0),
       .default_value = "0",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Most leaves of a tree; 0: no limit",
       .set = kStoreTree<&TreeParams::max_leaves>},
      {.name = "max_bin",
       .type = Type::kInteger,
       .range = AtLeast(2),
       .default_value = "256",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Most bins that the values of a feature are put into (hist, approx)",
       .set = kStoreTree<&TreeParams::max_bin>},
      {.name = "num_parallel_tree",
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_value = "1",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Trees of one round (and class): more than 1 with subsample makes a random forest",
       .set = kStoreTree<&TreeParams::num_parallel_tree>},
  };
}

std::vector<HyperparamSpec> SampleSpecs() {
  return {
      {.name = "subsample",
       .range = OpenClosed(0, 1),
       .default_value = "1",
       .tunable = Closed(0.5, 1),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Share of the rows that each round draws",
       .set = kStoreSample<&SampleParams::subsample>},
      {.name = "sampling_method",
       .type = Type::kCategory,
       .choices = {"uniform", "gradient_based"},
       .default_value = "uniform",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "How rows are drawn; gradient_based: rows of large gradient rather (hist, approx)",
       .set = &SetSamplingMethod},
      {.name = "colsample_bytree",
       .range = OpenClosed(0, 1),
       .default_value = "1",
       .tunable = Closed(0.5, 1),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Share of the features that each tree draws",
       .set = kStoreSample<&SampleParams::colsample_bytree>},
      {.name = "colsample_bylevel",
       .range = OpenClosed(0, 1),
       .default_value = "1",
       .tunable = Closed(0.1, 1),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Share of the tree's features that each level draws",
       .set = kStoreSample<&SampleParams::colsample_bylevel>},
      {.name = "colsample_bynode",
       .range = OpenClosed(0, 1),
       .default_value = "1",
       .tunable = Closed(0.1, 1),
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Share of the level's features that each split draws",
       .set = kStoreSample<&SampleParams::colsample_bynode>},
  };
}

std::vector<HyperparamSpec> ConstraintSpecs() {
  return {
      {.name = "monotone_constraints",
       .type = Type::kSigns,
       .default_note = "none",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Per feature 1 (rising), -1 (falling) or 0, as (1,0,-1); later features are free",
       .set = kStoreTree<&TreeParams::monotone_constraints>},
      {.name = "interaction_constraints",
       .type = Type::kFeatureGroups,
       .default_note = "none",
       .scope = Scope::kTrees,
       .is_forwarded = true,
       .doc = "Groups of features, counted from 0, that may share a branch, as [[0,1],[2,3,4]]",
       .set = kStoreTree<&TreeParams::interaction_constraints>},
  };
}

// How XGBoost once let the parts of its tree builder be chosen.
std::vector<HyperparamSpec> UpdaterSpecs() {
  return {
      {.name = "updater",
       .type = Type::kList,
       .choices = {"grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker",
                   "grow_skmaker", "grow_quantile_histmaker", "sync", "refresh", "prune", "shotgun",
                   "coord_descent"},
       .default_note = "by tree_method",
       .is_forwarded = true,
       .doc = "Trees: at most one grow_*, taken as its tree_method; gblinear: shotgun or "
              "coord_descent"},
      {.name = "process_type",
       .type = Type::kCategory,
       .choices = {"default", "update"},
       .default_value = "default",
       .doc = "default alone is trained here: update needs a model to start from"},
      {.name = "refresh_leaf",
       .type = Type::kBoolean,
       .choices = {"0", "1"},
       .default_value = "1",
       .ignored = "it belongs to process_type=update",
       .doc = "Of process_type=update"},
      {.name = "max_cat_to_onehot",
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_value = "4",
       .ignored = "all features are numbers here",
       .doc = "Of categorical features"},
      {.name = "max_cat_threshold",
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_value = "64",
       .ignored = "all features are numbers here",
       .doc = "Of categorical features"},
      {.name = "sketch_eps",
       .range = Open(0, 1),
       .default_value = "0.03",
       .ignored = "max_bin took its place",
       .doc = "Precision of the bins in old versions; see max_bin"},
      {.name = "single_precision_histogram",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "false",
       .ignored = "XGBoost dropped it in 1.6",
       .doc = "Of old versions"},
      {.name = "deterministic_histogram",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "true",
       .ignored = "results never depend on the order of sums here",
       .doc = "Of old versions"},
  };
}

}  // namespace

std::vector<HyperparamSpec> TreeSpecs() {
  std::vector<HyperparamSpec> specs = GrowthSpecs();
  for (const auto& more : {SampleSpecs(), ConstraintSpecs(), UpdaterSpecs()}) {
    specs.insert(specs.end(), more.begin(), more.end());
  }
  return specs;
}

}  // namespace boostyard::hyperparams
