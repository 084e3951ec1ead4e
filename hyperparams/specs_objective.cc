// Settings of the objective and of the metrics.
#include "hyperparams/engine_words.h"
#include "hyperparams/store.h"

namespace boostyard::hyperparams {
namespace {

void SetTuningMetric(JobSettings& job, const Value& value) {
  const std::string& word = Word(value);
  const std::size_t colon = word.find(':');
  job.train.tuning_channel = word.substr(0, colon);
  job.train.tuning_metric = word.substr(colon + 1);
}

std::vector<HyperparamSpec> LossSpecs() {
  return {
      {.name = "objective",
       .type = Type::kCategory,
       .choices = ObjectiveNames(),
       .default_value = "reg:squarederror",
       .is_forwarded = true,
       .doc = "What is minimised, and what labels and predictions mean; multi:* needs num_class",
       .set = kStoreObjective<&ObjectiveParams::name>},
      {.name = "num_class",
       .type = Type::kInteger,
       .range = AtLeast(2),
       .default_note = "none",
       .objective = "multi:",
       .is_forwarded = true,
       .doc = "Number of classes; labels are 0 to num_class-1",
       .set = kStoreObjective<&ObjectiveParams::num_class>},
      {.name = "base_score",
       .range = {},
       .default_note = "from the labels",
       .is_forwarded = true,
       .doc = "Prediction before the first tree; a probability, or above 0, where the objective "
              "needs it",
       .set = kStoreObjective<&ObjectiveParams::base_score>},
      {.name = "scale_pos_weight",
       .range = Above(0),
       .default_value = "1",
       .is_forwarded = true,
       .doc = "Factor of the weight of rows with label 1",
       .set = kStoreObjective<&ObjectiveParams::scale_pos_weight>},
      {.name = "tweedie_variance_power",
       .range = Open(1, 2),
       .default_value = "1.5",
       .objective = "reg:tweedie",
       .is_forwarded = true,
       .doc = "reg:tweedie: near 2 like gamma, near 1 like Poisson",
       .set = kStoreObjective<&ObjectiveParams::tweedie_variance_power>},
      {.name = "huber_slope",
       .range = Above(0),
       .default_value = "1",
       .objective = "reg:pseudohubererror",
       .is_forwarded = true,
       .doc = "reg:pseudohubererror: the error from which the loss grows linearly",
       .set = kStoreObjective<&ObjectiveParams::huber_slope>},
      {.name = "aft_loss_distribution",
       .type = Type::kCategory,
       .choices = {"normal", "logistic", "extreme"},
       .default_value = "normal",
       .objective = "survival:aft",
       .is_forwarded = true,
       .doc = "survival:aft: distribution of the noise",
       .set = kStoreObjective<&ObjectiveParams::aft_loss_distribution>},
      {.name = "aft_loss_distribution_scale",
       .range = AtLeast(0),
       .default_value = "1",
       .objective = "survival:aft",
       .is_forwarded = true,
       .doc = "survival:aft: scale of the noise",
       .set = kStoreObjective<&ObjectiveParams::aft_loss_distribution_scale>},
  };
}

std::vector<HyperparamSpec> RankSpecs() {
  return {
      {.name = "lambdarank_pair_method",
       .type = Type::kCategory,
       .choices = {"topk", "mean"},
       .default_value = "topk",
       .objective = "rank:",
       .is_forwarded = true,
       .doc = "rank:*: pairs with the rows on top, or drawn for each row"},
      {.name = "lambdarank_num_pair_per_sample",
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_note = "by pair method",
       .objective = "rank:",
       .is_forwarded = true,
       .doc = "rank:*: pairs drawn for each row, or how many rows are the top"},
      {.name = "lambdarank_normalization",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "true",
       .objective = "rank:",
       .is_forwarded = true,
       .doc = "rank:*: gradients are scaled by their sum within a query"},
      {.name = "lambdarank_score_normalization",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "true",
       .objective = "rank:",
       .is_forwarded = true,
       .doc = "rank:*: metric differences are scaled by the difference of scores"},
      {.name = "lambdarank_unbiased",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "false",
       .objective = "rank:",
       .is_forwarded = true,
       .doc = "rank:*: corrects clicks for the position they were shown at"},
      {.name = "lambdarank_bias_norm",
       .range = AtLeast(0),
       .default_value = "2",
       .objective = "rank:",
       .is_forwarded = true,
       .doc = "rank:*: norm of the correction of lambdarank_unbiased"},
      {.name = "ndcg_exp_gain",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "true",
       .objective = "rank:",
       .is_forwarded = true,
       .doc = "rank:*: a row's gain is 2^label-1 instead of its label"},
  };
}

std::vector<HyperparamSpec> MetricSpecs() {
  return {
      {.name = "eval_metric",
       .type = Type::kList,
       .choices = MetricNames(),
       .canonical = &CanonicalMetric,
       .default_note = "by objective",
       .doc = "What is reported after each round, in this order; error@t, ndcg@n and map@n as well",
       .set = kStoreTrain<&TrainParams::eval_metric>},
      {.name = "disable_default_eval_metric",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "false",
       .ignored = "eval_metric decides what is reported",
       .doc = "Of XGBoost; see eval_metric"},
      {.name = "_tuning_objective_metric",
       .type = Type::kCategory,
       .choices = MetricNames(),
       .canonical = &CanonicalTuningMetric,
       .default_note = "set by the tuner",
       .doc = "What a tuning job compares, as validation:auc or train:rmse; it is reported and "
              "stops early",
       .set = &SetTuningMetric},
      {.name = "multi_strategy",
       .type = Type::kCategory,
       .choices = {"one_output_per_tree", "multi_output_tree"},
       .default_value = "one_output_per_tree",
       .doc = "one_output_per_tree alone is trained here"},
      {.name = "quantile_alpha",
       .range = Open(0, 1),
       .default_note = "none",
       .unsupported = "it belongs to reg:quantileerror, which is not offered",
       .doc = "Refused: reg:quantileerror is not offered"},
  };
}

}  // namespace

std::vector<HyperparamSpec> ObjectiveSpecs() {
  std::vector<HyperparamSpec> specs = LossSpecs();
  for (const auto& more : {RankSpecs(), MetricSpecs()}) {
    specs.insert(specs.end(), more.begin(), more.end());
  }
  return specs;
}

}  // namespace boostyard::hyperparams
