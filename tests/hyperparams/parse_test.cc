#include "hyperparams/parse.h"

#include <gtest/gtest.h>

#include <string>

#include "hyperparams/spec.h"
#include "tests/hyperparams/parse_support.h"

namespace boostyard::hyperparams {
namespace {

TEST(Parse, SeedJob) {
  const JobSettings job = Accepted({{"max_depth", "5"},
                                    {"eta", "0.2"},
                                    {"gamma", "4"},
                                    {"min_child_weight", "6"},
                                    {"subsample", "0.8"},
                                    {"silent", "0"},
                                    {"objective", "binary:logistic"},
                                    {"num_round", "100"}});
  EXPECT_EQ(job.train.num_round, 100);
  EXPECT_EQ(job.train.tree.max_depth, 5);
  EXPECT_EQ(job.train.tree.eta, 0.2);
  EXPECT_EQ(job.train.tree.gamma, 4.0);
  EXPECT_EQ(job.train.tree.min_child_weight, 6.0);
  EXPECT_EQ(job.train.sample.subsample, 0.8);
  EXPECT_EQ(job.train.objective.name, "binary:logistic");
  EXPECT_FALSE(job.is_silent);
  EXPECT_TRUE(HasNote(job, "silent=0 has no effect"));
  EXPECT_EQ(job.train.device, Device{});
  const std::vector<std::pair<std::string, std::string>> forwarded{
      {"eta", "0.2"},       {"gamma", "4"},
      {"max_depth", "5"},   {"min_child_weight", "6"},
      {"subsample", "0.8"}, {"objective", "binary:logistic"}};
  EXPECT_EQ(job.train.xgboost_settings, forwarded);
}

// Each typed field, with a value that is not its default.
TEST(Parse, FillsEveryTypedField) {
  const JobSettings job = Accepted({{"num_round", "7"},
                                    {"booster", "dart"},
                                    {"eta", "0.5"},
                                    {"lambda", "2"},
                                    {"alpha", "3"},
                                    {"seed", "-4"},
                                    {"nthread", "8"},
                                    {"device", "cuda:1"},
                                    {"early_stopping_rounds", "9"},
                                    {"verbosity", "2"},
                                    {"silent", "1"},
                                    {"gamma", "1.5"},
                                    {"max_depth", "3"},
                                    {"min_child_weight", "0.25"},
                                    {"max_delta_step", "0.125"},
                                    {"tree_method", "approx"},
                                    {"grow_policy", "lossguide"},
                                    {"max_leaves", "31"},
                                    {"max_bin", "63"},
                                    {"num_parallel_tree", "2"},
                                    {"subsample", "0.5"},
                                    {"sampling_method", "gradient_based"},
                                    {"colsample_bytree", "0.6"},
                                    {"colsample_bylevel", "0.7"},
                                    {"colsample_bynode", "0.8"},
                                    {"monotone_constraints", "(1,0,-1)"},
                                    {"interaction_constraints", "[[0,1],[2]]"},
                                    {"objective", "multi:softprob"},
                                    {"num_class", "3"},
                                    {"base_score", "0.25"},
                                    {"scale_pos_weight", "5"},
                                    {"eval_metric", "merror,mlogloss"},
                                    {"_tuning_objective_metric", "validation:mlogloss"},
                                    {"csv_weights", "1"},
                                    {"_kfold", "5"},
                                    {"_num_cv_round", "2"},
                                    {"save_model_on_termination", "true"},
                                    {"use_dask_gpu_training", "true"}});
  const TrainParams& train = job.train;
  EXPECT_EQ(train.num_round, 7);
  EXPECT_EQ(train.booster, Booster::kDart);
  EXPECT_EQ(train.nthread, 8);
  EXPECT_EQ(train.device, (Device{DeviceKind::kCuda, 1}));
  EXPECT_EQ(train.early_stopping_rounds, 9);
  EXPECT_EQ(train.verbosity, 2);
  EXPECT_EQ(train.eval_metric, (std::vector<std::string>{"merror", "mlogloss"}));
  EXPECT_EQ(train.tuning_channel, "validation");
  EXPECT_EQ(train.tuning_metric, "mlogloss");
  const TreeParams tree{.eta = 0.5,
                        .gamma = 1.5,
                        .max_depth = 3,
                        .max_leaves = 31,
                        .min_child_weight = 0.25,
                        .max_delta_step = 0.125,
                        .lambda = 2.0,
                        .alpha = 3.0,
                        .max_bin = 63,
                        .grow_policy = GrowPolicy::kLossguide,
                        .tree_method = TreeMethod::kApprox,
                        .num_parallel_tree = 2,
                        .monotone_constraints = {1, 0, -1},
                        .interaction_constraints = {{0, 1}, {2}}};
  EXPECT_EQ(train.tree, tree);
  const SampleParams sample{.subsample = 0.5,
                            .sampling_method = SamplingMethod::kGradientBased,
                            .colsample_bytree = 0.6,
                            .colsample_bylevel = 0.7,
                            .colsample_bynode = 0.8,
                            .seed = -4};
  EXPECT_EQ(train.sample, sample);
  EXPECT_EQ(train.objective.name, "multi:softprob");
  EXPECT_EQ(train.objective.num_class, 3);
  EXPECT_EQ(train.objective.base_score, 0.25);
  EXPECT_EQ(train.objective.scale_pos_weight, 5.0);
  EXPECT_EQ(train.objective.max_delta_step, 0.125);
  EXPECT_TRUE(job.is_silent);
  EXPECT_TRUE(job.csv_weights);
  EXPECT_EQ(job.kfold, 5);
  EXPECT_EQ(job.num_cv_round, 2);
  EXPECT_TRUE(job.save_model_on_termination);
  EXPECT_TRUE(job.use_all_gpus);
}

TEST(Parse, FieldsOfSingleObjectives) {
  EXPECT_EQ(Accepted(Job({{"objective", "reg:tweedie"}, {"tweedie_variance_power", "1.25"}}))
                .train.objective.tweedie_variance_power,
            1.25);
  EXPECT_EQ(Accepted(Job({{"objective", "reg:pseudohubererror"}, {"huber_slope", "0.5"}}))
                .train.objective.huber_slope,
            0.5);
  const ObjectiveParams aft = Accepted(Job({{"objective", "survival:aft"},
                                            {"aft_loss_distribution", "extreme"},
                                            {"aft_loss_distribution_scale", "2"}}))
                                  .train.objective;
  EXPECT_EQ(aft.aft_loss_distribution, "extreme");
  EXPECT_EQ(aft.aft_loss_distribution_scale, 2.0);
  const JobSettings poisson = Accepted(Job({{"objective", "count:poisson"}}));
  EXPECT_EQ(poisson.train.tree.max_delta_step, 0.7);
  EXPECT_EQ(Forwarded(poisson, "max_delta_step"), "-");
  EXPECT_EQ(Accepted(Job({{"objective", "count:poisson"}, {"max_delta_step", "0"}}))
                .train.tree.max_delta_step,
            0.0);
}

TEST(Parse, OnlyNumRoundIsRequired) {
  Refused({}, ErrorId::kHyperparamMissing, "num_round");
  EXPECT_TRUE(ProblemsOf({{"num_round", "1"}}).empty());
}

TEST(Parse, ExtraAliases) {
  EXPECT_EQ(Accepted({{"n_estimators", "5"}}).train.num_round, 5);
  EXPECT_EQ(Accepted({{"num_boost_round", "5"}}).train.num_round, 5);
  EXPECT_EQ(Accepted(Job({{"random_state", "5"}})).train.sample.seed, 5);
  EXPECT_EQ(Accepted(Job({{"n_jobs", "5"}})).train.nthread, 5);
  EXPECT_EQ(Forwarded(Accepted(Job({{"learning_rate", "0.1"}})), "eta"), "0.1");
}

TEST(Parse, TwoNamesOfOneSettingMustAgree) {
  EXPECT_EQ(Accepted(Job({{"eta", "0.10"}, {"learning_rate", "0.1"}})).train.tree.eta, 0.1);
  const Error error =
      Refused(Job({{"eta", "0.2"}, {"learning_rate", "0.1"}}), ErrorId::kHyperparamConflict, "eta");
  EXPECT_NE(error.message.find("learning_rate"), std::string::npos);
}

TEST(Parse, ErrorsOfAnAliasNameBoth) {
  const Error error =
      Refused(Job({{"learning_rate", "2"}}), ErrorId::kHyperparamOutOfRange, "learning_rate (eta)");
  EXPECT_NE(error.message.find("\"2\" is outside [0, 1]"), std::string::npos) << error.message;
}

TEST(Parse, SuggestsTheNearestName) {
  const struct {
    const char* typo;
    const char* meant;
  } cases[] = {{"etaa", "eta"},
               {"Eta", "eta"},
               {"max_deepth", "max_depth"},
               {"num_rounds", "num_round"},
               {"lamda", "lambda"},
               {"colsample_by_tree", "colsample_bytree"},
               {"n_estimator", "n_estimators"},
               {"min-child-weight", "min_child_weight"}};
  for (const auto& [typo, meant] : cases) {
    const Error error = Refused(Job({{typo, "1"}}), ErrorId::kHyperparamUnknown, typo);
    EXPECT_EQ(error.fix, "Did you mean '" + std::string(meant) + "'?");
  }
}

TEST(Parse, SuggestsNothingFarAway) {
  const Error error =
      Refused(Job({{"completely_different", "1"}}), ErrorId::kHyperparamUnknown, "completely");
  EXPECT_EQ(error.fix.find("Did you mean"), std::string::npos);
}

TEST(Parse, ReportsAllProblemsInOrder) {
  const std::vector<Error> problems = ProblemsOf({{"tree_method", "gpu_exact"},
                                                  {"eta", "1.01"},
                                                  {"max_depth", "deep"},
                                                  {"objective", "multi:softmax"},
                                                  {"zeta", "1"},
                                                  {"process_type", "update"}});
  std::vector<std::string> found;
  for (const Error& error : problems) {
    found.push_back(std::string(NameOf(error.id)));
    EXPECT_TRUE(error.also.empty());
  }
  EXPECT_EQ(found, (std::vector<std::string>{"hyperparam-out-of-range", "hyperparam-bad-value",
                                             "hyperparam-bad-value", "hyperparam-unknown",
                                             "hyperparam-missing", "hyperparam-unsupported",
                                             "hyperparam-missing"}));
}

TEST(Parse, ValuesMayBeJson) {
  EXPECT_EQ(Accepted({{"num_round", "\"5\""}}).train.num_round, 5);
  EXPECT_EQ(Accepted({{"num_round", " 5.0\n"}}).train.num_round, 5);
  EXPECT_EQ(Accepted({{"num_round", "1e2"}}).train.num_round, 100);
  EXPECT_EQ(Accepted(Job({{"objective", "\"binary:logistic\""}})).train.objective.name,
            "binary:logistic");
  const std::vector<std::string> metrics{"logloss", "error@0.8"};
  for (const char* text :
       {"logloss,error@0.8", " logloss , error@0.8 ", "[\"logloss\", \"error@0.8\"]",
        "['logloss', 'error@0.8']", "\"logloss,error@0.8\"", "logloss,error@0.8,logloss"}) {
    EXPECT_EQ(
        Accepted(Job({{"eval_metric", text}, {"objective", "binary:logistic"}})).train.eval_metric,
        metrics)
        << text;
  }
}

TEST(Parse, Constraints) {
  const std::vector<int> signs{1, 0, -1};
  for (const char* text : {"(1,0,-1)", "[1, 0, -1]", "1,0,-1", "( 1,0 ,-1,)", "\"(1,0,-1)\""}) {
    const JobSettings job = Accepted(Job({{"monotone_constraints", text}}));
    EXPECT_EQ(job.train.tree.monotone_constraints, signs) << text;
    EXPECT_EQ(Forwarded(job, "monotone_constraints"), "(1,0,-1)");
  }
  EXPECT_TRUE(
      Accepted(Job({{"monotone_constraints", "()"}})).train.tree.monotone_constraints.empty());
  for (const char* text : {"(2)", "(1,0", "1,0)", "(1;0)", "(1 0)", "((1))", "{\"a\":1}", "(1.0)",
                           "(,1)", "(1,,0)", "(--1)", "(1)2"}) {
    Refused(Job({{"monotone_constraints", text}}), ErrorId::kHyperparamBadValue,
            "monotone_constraints");
  }
  const std::vector<std::vector<std::uint32_t>> groups{{0, 1}, {2, 3, 4}};
  for (const char* text : {"[[0,1],[2,3,4]]", "[[0, 1], [2, 3, 4]]", "((0,1),(2,3,4))"}) {
    const JobSettings job = Accepted(Job({{"interaction_constraints", text}}));
    EXPECT_EQ(job.train.tree.interaction_constraints, groups) << text;
    EXPECT_EQ(Forwarded(job, "interaction_constraints"), "[[0,1],[2,3,4]]");
  }
  for (const char* text : {"[0,1]", "[[0,1]", "[[-1]]", "[[]]", "[[0]] x", "[[0.5]]", "[[a]]",
                           "[[99999999999]]", "[[4294967296]]", "0,1"}) {
    Refused(Job({{"interaction_constraints", text}}), ErrorId::kHyperparamBadValue,
            "interaction_constraints");
  }
  // Any tree method, said or not.
  EXPECT_EQ(Forwarded(Accepted(Job({{"monotone_constraints", "(1)"}, {"tree_method", "approx"}})),
                      "monotone_constraints"),
            "(1)");
}

TEST(Parse, Devices) {
  const struct {
    const char* text;
    Device device;
  } cases[] = {{"cpu", {DeviceKind::kCpu, -1}},    {"CPU", {DeviceKind::kCpu, -1}},
               {"cuda", {DeviceKind::kCuda, -1}},  {"gpu", {DeviceKind::kCuda, -1}},
               {"cuda:0", {DeviceKind::kCuda, 0}}, {"gpu:3", {DeviceKind::kCuda, 3}},
               {"auto", {DeviceKind::kAuto, -1}}};
  for (const auto& [text, device] : cases) {
    EXPECT_EQ(Accepted(Job({{"device", text}})).train.device, device) << text;
    EXPECT_EQ(Forwarded(Accepted(Job({{"device", text}})), "device"), "-");
  }
  for (const char* text : {"cuda:-1", "cuda:x", "cuda:256", "cpu:0", "cuda:1:2", "tpu", "cuda0"}) {
    Refused(Job({{"device", text}}), ErrorId::kHyperparamBadValue, "device");
  }
}

TEST(Parse, IgnoredSettingsAreNotedButStillChecked) {
  const struct {
    const char* name;
    const char* good;
    const char* bad;
  } cases[] = {{"predictor", "cpu_predictor", "fast"},
               {"dsplit", "row", "diagonal"},
               {"sketch_eps", "0.03", "1"},
               {"single_precision_histogram", "true", "2"},
               {"deterministic_histogram", "false", "maybe"},
               {"prob_buffer_row", "1.0", "0"},
               {"lambda_bias", "0.0", "1.5"},
               {"max_cat_to_onehot", "4", "0"},
               {"max_cat_threshold", "64", "0"},
               {"disable_default_eval_metric", "1", "2"},
               {"refresh_leaf", "1", "2"},
               {"rate_drop", "0.1", "1.01"},
               {"skip_drop", "0.1", "-1"},
               {"one_drop", "0", "-0.01"},
               {"sample_type", "weighted", "heavy"},
               {"normalize_type", "forest", "wood"},
               {"tweedie_variance_power", "1.5", "2"},
               {"aft_loss_distribution", "normal", "cauchy"},
               {"huber_slope", "1", "0"},
               {"lambdarank_unbiased", "true", "2"},
               {"num_class", "3", "1"},
               {"_num_cv_round", "2", "0"}};
  for (const auto& [name, good, bad] : cases) {
    const JobSettings job = Accepted(Job({{name, good}}));
    ASSERT_EQ(job.notes.size(), 1U) << name;
    EXPECT_EQ(job.notes.front().rfind(std::string(name) + " has no effect", 0), 0U)
        << job.notes.front();
    EXPECT_EQ(Forwarded(job, name), "-");
    JobSettings plain = Accepted(Job({}));
    plain.notes = job.notes;
    EXPECT_EQ(job, plain) << name << " changes something";
    ASSERT_EQ(ProblemsOf(Job({{name, bad}})).size(), 1U) << name;
  }
}

TEST(Parse, ForwardsSettingsOfTheBoosterAtHand) {
  const RawHyperparameters dart{{"rate_drop", "0.1"}, {"one_drop", "True"}, {"booster", "dart"}};
  const JobSettings job = Accepted(Job(dart));
  EXPECT_EQ(Forwarded(job, "rate_drop"), "0.1");
  EXPECT_EQ(Forwarded(job, "one_drop"), "1");
  EXPECT_TRUE(job.notes.empty());
  const JobSettings linear =
      Accepted(Job({{"booster", "gblinear"}, {"max_depth", "3"}, {"lambda", "1"}}));
  EXPECT_TRUE(HasNote(linear, "max_depth has no effect with booster=gblinear"));
  EXPECT_EQ(Forwarded(linear, "max_depth"), "-");
  EXPECT_EQ(Forwarded(linear, "lambda"), "1");
}

TEST(Parse, ForwardsRankingSettings) {
  const JobSettings job = Accepted(Job({{"objective", "rank:ndcg"},
                                        {"lambdarank_pair_method", "mean"},
                                        {"lambdarank_num_pair_per_sample", "4"},
                                        {"ndcg_exp_gain", "false"}}));
  EXPECT_EQ(Forwarded(job, "lambdarank_pair_method"), "mean");
  EXPECT_EQ(Forwarded(job, "lambdarank_num_pair_per_sample"), "4");
  EXPECT_EQ(Forwarded(job, "ndcg_exp_gain"), "false");
  EXPECT_TRUE(job.notes.empty());
}

TEST(Parse, ServiceSettings) {
  EXPECT_TRUE(HasNote(Accepted(Job({{"sagemaker_region", "eu-west-1"}})), "sagemaker_region"));
  const Error error = Refused(Job({{"sagemaker_program", "train.py"}}),
                              ErrorId::kHyperparamUnsupported, "sagemaker_program");
  EXPECT_NE(error.message.find("script mode is not supported"), std::string::npos);
  Refused(Job({{"quantile_alpha", "0.5"}}), ErrorId::kHyperparamUnsupported, "quantile_alpha");
  Refused(Job({{"verbose", "1"}}), ErrorId::kHyperparamUnsupported, "verbose");
}

TEST(Parse, TuningMetric) {
  const TrainParams train = Accepted(Job({{"_tuning_objective_metric", "train:rmse"}})).train;
  EXPECT_EQ(train.tuning_channel, "train");
  EXPECT_EQ(train.tuning_metric, "rmse");
  for (const char* text :
       {"rmse", "test:rmse", "validation:", "validation:rmsee", "validation:auc@3"}) {
    Refused(Job({{"_tuning_objective_metric", text}}), ErrorId::kHyperparamBadValue,
            "_tuning_objective_metric");
  }
}

TEST(Parse, LongAndBinaryValuesAreShownShortAndClean) {
  const Error error = Refused(Job({{"eta", std::string(5000, 'x') + "\n\x80"}}),
                              ErrorId::kHyperparamBadValue, "eta");
  EXPECT_LT(error.message.size(), 200U);
  const Error binary =
      Refused(Job({{"eta", "\n1\n2\x80\xC3\xA9"}}), ErrorId::kHyperparamBadValue, "eta");
  EXPECT_NE(binary.message.find("1\\x0a2\\x80\xC3\xA9"), std::string::npos) << binary.message;
}

TEST(Canonicalize, WritesTheSameSettingsInOneSpelling) {
  const RawHyperparameters raw{{"n_estimators", "\"10\""},
                               {"learning_rate", "0.10"},
                               {"device", "GPU:1"},
                               {"eval_metric", "[\"rmse\", \"mae\"]"},
                               {"monotone_constraints", "[1, 0]"},
                               {"sagemaker_job_name", "x"},
                               {"one_drop", "TRUE"}};
  const auto canonical = Canonicalize(raw);
  ASSERT_TRUE(canonical.ok());
  EXPECT_EQ(*canonical, (RawHyperparameters{{"num_round", "10"},
                                            {"eta", "0.1"},
                                            {"device", "cuda:1"},
                                            {"eval_metric", "rmse,mae"},
                                            {"monotone_constraints", "(1,0)"},
                                            {"one_drop", "1"}}));
  EXPECT_FALSE(Canonicalize({}).ok());
}

}  // namespace
}  // namespace boostyard::hyperparams
