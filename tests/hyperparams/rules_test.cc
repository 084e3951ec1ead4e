// What the service's own tests of the reference container ask for, and the rules between settings.
#include <gtest/gtest.h>

#include <string>

#include "engine/metric/metric.h"
#include "engine/objective/objectives.h"
#include "tests/hyperparams/parse_support.h"
#include "tests/support/standard_set.h"

namespace boostyard::hyperparams {
namespace {

// The settings that the reference's tests train with, all at once.
RawHyperparameters StandardSet() {
  return boostyard::testing::ReferencesStandardSet({{"num_round", "10"},
                                                    {"grow_policy", "depthwise"},
                                                    {"max_bin", "256"},
                                                    {"scale_pos_weight", "1.0"},
                                                    {"prob_buffer_row", "1.0"}});
}

TEST(StandardSet, IsAccepted) {
  const JobSettings job = Accepted(StandardSet());
  EXPECT_EQ(job.train.tree.tree_method, TreeMethod::kExact);
  EXPECT_TRUE(HasNote(job, "updater=grow_colmaker,prune is taken as tree_method=exact"));
  // Nothing that XGBoost 3 refuses, ignores with a warning, or is told in another way.
  for (const char* name :
       {"predictor", "nthread", "sketch_eps", "updater", "dsplit", "refresh_leaf", "process_type",
        "lambda_bias", "rate_drop", "tweedie_variance_power", "prob_buffer_row", "num_round",
        "early_stopping_rounds", "eval_metric"}) {
    EXPECT_EQ(Forwarded(job, name), "-") << name;
  }
  EXPECT_EQ(Forwarded(job, "tree_method"), "exact");
}

TEST(StandardSet, IsAcceptedWithEachObjective) {
  for (const ObjectiveInfo& objective : Objectives()) {
    RawHyperparameters raw = StandardSet();
    raw["objective"] = objective.name;
    if (objective.needs_num_class) raw["num_class"] = "3";
    raw["eval_metric"] = objective.default_metric;
    EXPECT_EQ(Accepted(raw).train.objective.name, objective.model_name);
  }
}

struct InvalidCase {
  const char* name;
  const char* value;
  ErrorId id = ErrorId::kHyperparamOutOfRange;
};

// Each case of the reference's tests: the standard set with one setting changed.
TEST(StandardSet, RefusesEachInvalidCase) {
  const InvalidCase cases[] = {
      {"eta", "-0.1"},
      {"eta", "1.01"},
      {"gamma", "-0.1"},
      {"max_depth", "-0.1", ErrorId::kHyperparamBadValue},
      {"max_depth", "-1"},
      {"min_child_weight", "-0.1"},
      {"subsample", "0"},
      {"subsample", "1.01"},
      {"colsample_bytree", "0"},
      {"colsample_bylevel", "0"},
      {"colsample_bynode", "0"},
      {"tree_method", "gpu_exact", ErrorId::kHyperparamBadValue},
      {"sketch_eps", "0"},
      {"sketch_eps", "1"},
      {"refresh_leaf", "2"},
      {"rate_drop", "1.01"},
      {"skip_drop", "-0.01"},
      {"one_drop", "-0.01", ErrorId::kHyperparamBadValue},
      {"one_drop", "2"},
      {"tweedie_variance_power", "1"},
      {"tweedie_variance_power", "2"},
      {"verbosity", "-1"},
      {"verbosity", "4"},
      {"verbosity", "0.5", ErrorId::kHyperparamBadValue},
      {"eval_metric", "1", ErrorId::kHyperparamBadValue},
      {"eval_metric", "rmse,invalid", ErrorId::kHyperparamBadValue},
      {"eval_metric", "error@nonfloat", ErrorId::kHyperparamBadValue},
      {"eval_metric", "auc@0.5", ErrorId::kHyperparamBadValue},
      {"eval_metric", "<function", ErrorId::kHyperparamBadValue},
      {"booster", "1", ErrorId::kHyperparamBadValue},
      {"sample_type", "1", ErrorId::kHyperparamBadValue},
      {"normalize_type", "1", ErrorId::kHyperparamBadValue},
      {"objective", "reg:invalid", ErrorId::kHyperparamBadValue},
      {"objective", "aft_loss_distribution", ErrorId::kHyperparamBadValue},
      {"updater", "grow_invalid", ErrorId::kHyperparamBadValue},
      {"grow_policy", "1", ErrorId::kHyperparamBadValue},
      {"dsplit", "1", ErrorId::kHyperparamBadValue},
      {"predictor", "1", ErrorId::kHyperparamBadValue},
      {"max_bin", "1"},
      {"max_leaves", "-1"},
      {"num_class", "1"},
      {"early_stopping_rounds", "0"},
      {"nthread", "0"},
      {"num_round", "0"},
      {"seed", "-2147483648"},
      {"seed", "2147483647"},
      {"csv_weights", "2"},
  };
  for (const auto& [name, value, id] : cases) {
    RawHyperparameters raw = StandardSet();
    raw[name] = value;
    SCOPED_TRACE(std::string(name) + "=" + value);
    Refused(raw, id, name);
  }
}

TEST(StandardSet, RefusesUpdateAndLinearWithItsUpdater) {
  RawHyperparameters raw = StandardSet();
  raw["process_type"] = "update";
  Refused(raw, ErrorId::kHyperparamUnsupported, "process_type");
  raw["updater"] = "grow_histmaker";
  Refused(raw, ErrorId::kHyperparamUnsupported, "process_type");
  raw = StandardSet();
  raw["booster"] = "gblinear";
  Refused(raw, ErrorId::kHyperparamConflict, "updater");
  raw["updater"] = "shotgun,coord_descent";
  Refused(raw, ErrorId::kHyperparamConflict, "updater");
  for (const char* updater : {"shotgun", "coord_descent"}) {
    raw["updater"] = updater;
    EXPECT_EQ(Forwarded(Accepted(raw), "updater"), updater);
  }
}

TEST(Objective, MulticlassNeedsNumClass) {
  for (const char* objective : {"multi:softmax", "multi:softprob"}) {
    Refused(Job({{"objective", objective}}), ErrorId::kHyperparamMissing, "num_class");
    EXPECT_EQ(
        Accepted(Job({{"objective", objective}, {"num_class", "3"}})).train.objective.num_class, 3);
  }
}

TEST(Objective, OldNameIsReplaced) {
  const JobSettings job = Accepted(Job({{"objective", "reg:linear"}}));
  EXPECT_EQ(job.train.objective.name, "reg:squarederror");
  EXPECT_EQ(Forwarded(job, "objective"), "reg:squarederror");
  EXPECT_TRUE(HasNote(job, "reg:linear is the old name of reg:squarederror"));
}

TEST(Objective, BaseScoreMustBeAPossiblePrediction) {
  for (const char* bad : {"0", "1", "-0.5", "2"}) {
    Refused(Job({{"objective", "binary:logistic"}, {"base_score", bad}}),
            ErrorId::kHyperparamOutOfRange, "base_score");
  }
  for (const char* objective : {"count:poisson", "reg:gamma", "reg:tweedie"}) {
    Refused(Job({{"objective", objective}, {"base_score", "0"}}), ErrorId::kHyperparamOutOfRange,
            "base_score");
    Accepted(Job({{"objective", objective}, {"base_score", "3"}}));
  }
  EXPECT_EQ(Accepted(Job({{"base_score", "-3"}})).train.objective.base_score, -3.0);
}

TEST(Metric, AucIsForClassesAndRanking) {
  for (const ObjectiveInfo& objective : Objectives()) {
    RawHyperparameters raw =
        Job({{"objective", std::string(objective.name)}, {"eval_metric", "auc"}});
    if (objective.needs_num_class) raw["num_class"] = "3";
    SCOPED_TRACE(objective.name);
    const bool is_legal =
        objective.name.substr(0, 7) == "binary:" || objective.name.substr(0, 5) == "rank:";
    if (is_legal) {
      Accepted(raw);
    } else {
      Refused(raw, ErrorId::kHyperparamConflict, "eval_metric");
    }
  }
}

TEST(Metric, AftLikelihoodIsForSurvivalAft) {
  Refused(Job({{"eval_metric", "aft-nloglik"}}), ErrorId::kHyperparamConflict, "eval_metric");
  Refused(Job({{"eval_metric", "rmse,aft-nloglik"}, {"objective", "survival:cox"}}),
          ErrorId::kHyperparamConflict, "eval_metric");
  Accepted(Job({{"eval_metric", "aft-nloglik"}, {"objective", "survival:aft"}}));
}

TEST(Metric, TuningMetricMustFitTheObjectiveToo) {
  Refused(Job({{"_tuning_objective_metric", "validation:auc"}}), ErrorId::kHyperparamConflict,
          "_tuning_objective_metric");
  Accepted(Job({{"_tuning_objective_metric", "validation:auc"}, {"objective", "binary:hinge"}}));
}

TEST(Metric, WithoutObjectiveIsCheckedAgainstTheDefault) {
  const Error error =
      Refused(Job({{"eval_metric", "auc"}}), ErrorId::kHyperparamConflict, "reg:squarederror");
  EXPECT_NE(error.message.find("none is given"), std::string::npos);
}

TEST(Metric, EachIsAcceptedByName) {
  for (const MetricInfo& metric : Metrics()) {
    bool is_possible = false;
    for (const ObjectiveInfo& objective : Objectives()) {
      RawHyperparameters raw = Job(
          {{"objective", std::string(objective.name)}, {"eval_metric", std::string(metric.name)}});
      if (objective.needs_num_class) raw["num_class"] = "3";
      is_possible = is_possible || ProblemsOf(raw).empty();
    }
    EXPECT_TRUE(is_possible) << metric.name;
  }
}

TEST(TreeMethod, GpuHistIsHistOnCuda) {
  const JobSettings job = Accepted(Job({{"tree_method", "gpu_hist"}}));
  EXPECT_EQ(job.train.tree.tree_method, TreeMethod::kHist);
  EXPECT_EQ(job.train.device.kind, DeviceKind::kCuda);
  EXPECT_EQ(Forwarded(job, "tree_method"), "hist");
  EXPECT_TRUE(HasNote(job, "tree_method=gpu_hist is taken as device=cuda"));
  EXPECT_EQ(Accepted(Job({{"tree_method", "gpu_hist"}, {"device", "cuda:2"}})).train.device.ordinal,
            2);
  EXPECT_EQ(Accepted(Job({{"tree_method", "gpu_hist"}, {"device", "auto"}})).train.device.kind,
            DeviceKind::kCuda);
  Refused(Job({{"tree_method", "gpu_hist"}, {"device", "cpu"}}), ErrorId::kHyperparamConflict,
          "device");
}

TEST(TreeMethod, MeansNothingToALinearModel) {
  const JobSettings job = Accepted(Job({{"tree_method", "gpu_hist"}, {"booster", "gblinear"}}));
  EXPECT_EQ(job.train.device.kind, DeviceKind::kCpu);
  EXPECT_EQ(Forwarded(job, "tree_method"), "-");
  EXPECT_TRUE(HasNote(job, "tree_method has no effect with booster=gblinear"));
}

TEST(TreeMethod, DaskAsksForAllGpusAndIsToldThatThereIsNoDask) {
  const std::string told = "use_dask_gpu_training=true: all GPUs of this host train, without Dask";
  const JobSettings job = Accepted(Job({{"use_dask_gpu_training", "true"}}));
  EXPECT_TRUE(job.use_all_gpus);
  EXPECT_TRUE(HasNote(job, told));
  EXPECT_TRUE(HasNote(
      Accepted(Job({{"use_dask_gpu_training", "true"}, {"tree_method", "gpu_hist"}})), told));
  EXPECT_FALSE(HasNote(Accepted(Job({{"tree_method", "gpu_hist"}})), told));
  EXPECT_EQ(job.train.device.kind, DeviceKind::kCuda);
  EXPECT_EQ(Accepted(Job({{"use_dask_gpu_training", "false"}})).train.device.kind,
            DeviceKind::kCpu);
  Refused(Job({{"use_dask_gpu_training", "true"}, {"device", "cpu"}}), ErrorId::kHyperparamConflict,
          "device");
}

TEST(TreeMethod, ExactHasLimits) {
  Refused(Job({{"tree_method", "exact"}, {"max_depth", "0"}}), ErrorId::kHyperparamConflict,
          "max_depth");
  Refused(Job({{"updater", "grow_colmaker"}, {"max_depth", "0"}}), ErrorId::kHyperparamConflict,
          "max_depth");
  Refused(Job({{"tree_method", "exact"}, {"sampling_method", "gradient_based"}}),
          ErrorId::kHyperparamConflict, "sampling_method");
  Refused(Job({{"tree_method", "exact"}, {"device", "cuda"}}), ErrorId::kHyperparamConflict,
          "device");
  Refused(Job({{"updater", "grow_colmaker"}, {"tree_method", "gpu_hist"}}),
          ErrorId::kHyperparamConflict, "gpu_hist");
  EXPECT_TRUE(HasNote(Accepted(Job({{"tree_method", "exact"}, {"grow_policy", "lossguide"}})),
                      "grow_policy has no effect with tree_method=exact"));
  EXPECT_TRUE(HasNote(Accepted(Job({{"tree_method", "exact"}, {"max_leaves", "8"}})),
                      "max_leaves has no effect with tree_method=exact"));
  for (const char* method : {"auto", "hist", "approx"}) {
    EXPECT_EQ(Accepted(Job({{"tree_method", method}, {"max_depth", "0"}})).train.tree.max_depth, 0);
  }
}

TEST(Updater, NamesAreTakenAsTreeMethods) {
  EXPECT_EQ(Forwarded(Accepted(Job({{"updater", "grow_histmaker"}})), "tree_method"), "approx");
  EXPECT_EQ(Forwarded(Accepted(Job({{"updater", "grow_quantile_histmaker"}})), "tree_method"),
            "hist");
  const JobSettings both =
      Accepted(Job({{"updater", "grow_histmaker,prune"}, {"tree_method", "hist"}}));
  EXPECT_EQ(both.train.tree.tree_method, TreeMethod::kApprox);
  EXPECT_TRUE(HasNote(both, "taken as tree_method=approx instead of hist"));
  for (const char* gone : {"distcol", "grow_local_histmaker", "grow_skmaker,prune"}) {
    const JobSettings job = Accepted(Job({{"updater", gone}, {"tree_method", "approx"}}));
    EXPECT_EQ(job.train.tree.tree_method, TreeMethod::kApprox);
    EXPECT_TRUE(HasNote(job, "gone from XGBoost"));
    EXPECT_EQ(Forwarded(job, "updater"), "-");
  }
}

TEST(Updater, TreesNeedExactlyOneGrower) {
  for (const char* bad : {"grow_colmaker,grow_histmaker", "distcol,grow_skmaker", "refresh",
                          "prune", "sync,prune", "shotgun", "grow_colmaker,coord_descent"}) {
    SCOPED_TRACE(bad);
    Refused(Job({{"updater", bad}}), ErrorId::kHyperparamConflict, "updater");
  }
}

TEST(MultiStrategy, OneOutputPerTreeOnly) {
  Accepted(Job({{"multi_strategy", "one_output_per_tree"}}));
  Refused(Job({{"multi_strategy", "multi_output_tree"}}), ErrorId::kHyperparamUnsupported,
          "multi_strategy");
}

TEST(Rules, AreSilentAboutSettingsThatAreBadAlready) {
  Refused(Job({{"objective", "multi:softmxa"}, {"eval_metric", "auc"}, {"base_score", "-1"}}),
          ErrorId::kHyperparamBadValue, "objective");
  Refused(Job({{"objective", "multi:softmax"}, {"num_class", "one"}}), ErrorId::kHyperparamBadValue,
          "num_class");
  Refused(Job({{"booster", "gblinar"}, {"updater", "grow_colmaker"}}), ErrorId::kHyperparamBadValue,
          "booster");
}

}  // namespace
}  // namespace boostyard::hyperparams
