// Settings of boosting as a whole: rounds, booster, device, and those of dart and gblinear.
#include "engine/base/error_table.h"
#include "engine/base/text.h"
#include "hyperparams/store.h"
#include "hyperparams/text.h"

namespace boostyard::hyperparams {
namespace {

void SetBooster(JobSettings& job, const Value& value) {
  const std::string& word = Word(value);
  job.train.booster = word == "dart"       ? Booster::kDart
                      : word == "gblinear" ? Booster::kGblinear
                                           : Booster::kGbtree;
}

constexpr std::uint64_t kLastGpu = 255;

// cpu, auto, cuda, cuda:N, and gpu for cuda; in any case.
Result<std::string> CanonicalDevice(std::string_view text) {
  std::string word = LowerCase(text);
  if (word == "cpu" || word == "auto") return word;
  const std::string_view view = word;
  const std::string_view kind = view.substr(0, view.find(':'));
  if (kind == "cuda" || kind == "gpu") {
    if (kind.size() == view.size()) return std::string("cuda");
    const auto ordinal = ParseDigits(view.substr(kind.size() + 1));
    if (ordinal && *ordinal <= kLastGpu) return "cuda:" + std::to_string(*ordinal);
  }
  return MakeError(ErrorId::kHyperparamBadValue, Shown(text) + " is not a device",
                   "use cpu, cuda, cuda:N (N from 0), gpu or auto");
}

void SetDevice(JobSettings& job, const Value& value) {
  const std::string& word = Word(value);
  Device& device = job.train.device;
  device.kind = word == "cpu"    ? DeviceKind::kCpu
                : word == "auto" ? DeviceKind::kAuto
                                 : DeviceKind::kCuda;
  const auto ordinal = ParseDigits(std::string_view(word).substr(word.find(':') + 1));
  device.ordinal = ordinal ? static_cast<int>(*ordinal) : -1;
}

std::vector<HyperparamSpec> RunSpecs() {
  return {
      {.name = "num_round",
       .aliases = {"n_estimators", "num_boost_round"},
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_note = "required",
       .tunable = Closed(1, 4000),
       .is_required = true,
       .doc = "Rounds of boosting",
       .set = kStoreTrain<&TrainParams::num_round>},
      {.name = "booster",
       .type = Type::kCategory,
       .choices = {"gbtree", "gblinear", "dart"},
       .default_value = "gbtree",
       .is_forwarded = true,
       .doc = "Trees, a linear model, or trees of which some are dropped in each round",
       .set = &SetBooster},
      {.name = "eta",
       .aliases = {"learning_rate"},
       .range = Closed(0, 1),
       .default_value = "0.3",
       .tunable = Closed(0.1, 0.5),
       .is_forwarded = true,
       .doc = "What each round's trees are multiplied with (gblinear: 0.5 unless given)",
       .set = kStoreTree<&TreeParams::eta>},
      {.name = "lambda",
       .aliases = {"reg_lambda"},
       .range = AtLeast(0),
       .default_value = "1",
       .tunable = Closed(0, 1000),
       .is_forwarded = true,
       .doc = "L2 regularisation of leaf values or weights (gblinear: 0 unless given)",
       .set = kStoreTree<&TreeParams::lambda>},
      {.name = "alpha",
       .aliases = {"reg_alpha"},
       .range = AtLeast(0),
       .default_value = "0",
       .tunable = Closed(0, 1000),
       .is_forwarded = true,
       .doc = "L1 regularisation of leaf values or weights",
       .set = kStoreTree<&TreeParams::alpha>},
      {.name = "seed",
       .aliases = {"random_state"},
       .type = Type::kInteger,
       .range = Closed(-2147483647.0, 2147483646.0),
       .default_value = "0",
       .is_forwarded = true,
       .doc = "Start of the random numbers: same data, settings and seed, same model",
       .set = kStoreSample<&SampleParams::seed>},
      {.name = "nthread",
       .aliases = {"n_jobs"},
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_note = "all cores",
       .doc = "Most threads; never more than the container's CPU share",
       .set = kStoreTrain<&TrainParams::nthread>},
      {.name = "device",
       .type = Type::kCategory,
       .choices = {"cpu", "cuda", "gpu", "auto"},
       .canonical = &CanonicalDevice,
       .default_value = "cpu",
       .doc = "Where to train: cpu, cuda (also called gpu; as many GPUs as the data keep busy), "
              "cuda:N (that one), or auto: cuda if it is there and pays",
       .set = &SetDevice},
      {.name = "early_stopping_rounds",
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_note = "off",
       .doc = "Stops after so many rounds without a better validation metric; keeps the best round",
       .set = kStoreTrain<&TrainParams::early_stopping_rounds>},
      {.name = "verbosity",
       .type = Type::kInteger,
       .range = Closed(0, 3),
       .default_value = "1",
       .is_forwarded = true,
       .doc = "0 errors, 1 warnings, 2 information, 3 all; metric lines stay",
       .set = kStoreTrain<&TrainParams::verbosity>},
      {.name = "silent",
       .type = Type::kBoolean,
       .choices = {"0", "1"},
       .default_value = "0",
       .doc = "Old form of verbosity: 1 shows only warnings; metric lines stay",
       .set = &Store<&JobSettings::is_silent>},
  };
}

std::vector<HyperparamSpec> DartSpecs() {
  return {
      {.name = "sample_type",
       .type = Type::kCategory,
       .choices = {"uniform", "weighted"},
       .default_value = "uniform",
       .scope = Scope::kDart,
       .is_forwarded = true,
       .doc = "dart: dropped trees are drawn alike, or by their weight"},
      {.name = "normalize_type",
       .type = Type::kCategory,
       .choices = {"tree", "forest"},
       .default_value = "tree",
       .scope = Scope::kDart,
       .is_forwarded = true,
       .doc = "dart: a new tree weighs as much as each dropped tree, or as all together"},
      {.name = "rate_drop",
       .range = Closed(0, 1),
       .default_value = "0",
       .scope = Scope::kDart,
       .is_forwarded = true,
       .doc = "dart: share of the trees that a round drops"},
      {.name = "one_drop",
       .type = Type::kBoolean,
       .choices = {"0", "1"},
       .default_value = "0",
       .scope = Scope::kDart,
       .is_forwarded = true,
       .doc = "dart: 1: each round drops at least one tree"},
      {.name = "skip_drop",
       .range = Closed(0, 1),
       .default_value = "0",
       .scope = Scope::kDart,
       .is_forwarded = true,
       .doc = "dart: chance that a round drops no tree"},
      {.name = "lambda_bias",
       .range = Closed(0, 1),
       .default_value = "0",
       .ignored = "XGBoost has not used it for years",
       .doc = "L2 regularisation of a linear model's bias in old versions"},
      {.name = "predictor",
       .type = Type::kCategory,
       .choices = {"auto", "cpu_predictor", "gpu_predictor"},
       .default_value = "auto",
       .ignored = "device decides where predictions are made",
       .doc = "Of old versions; see device"},
      {.name = "dsplit",
       .type = Type::kCategory,
       .choices = {"row", "col"},
       .default_value = "row",
       .ignored = "hosts always share the rows",
       .doc = "Of old versions"},
      {.name = "prob_buffer_row",
       .range = AtLeast(1),
       .default_value = "1",
       .ignored = "XGBoost dropped it",
       .doc = "Of old versions"},
  };
}

}  // namespace

std::vector<HyperparamSpec> BoostSpecs() {
  std::vector<HyperparamSpec> specs = RunSpecs();
  const std::vector<HyperparamSpec> more = DartSpecs();
  specs.insert(specs.end(), more.begin(), more.end());
  return specs;
}

}  // namespace boostyard::hyperparams
