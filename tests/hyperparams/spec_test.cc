// Everything that follows from the table alone, for each stanza.
#include "hyperparams/spec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "hyperparams/text.h"
#include "hyperparams/value.h"
#include "tests/hyperparams/parse_support.h"

namespace boostyard::hyperparams {
namespace {

class EachHyperparam : public ::testing::TestWithParam<const HyperparamSpec*> {
 protected:
  const HyperparamSpec& spec() const { return *GetParam(); }

  // The id of the error for a text, or kCount if it is accepted.
  ErrorId IdFor(const std::string& text) const {
    const auto value = ParseValue(spec(), spec().name, text);
    return value.ok() ? ErrorId::kCount : value.error().id;
  }

  bool IsNumber() const { return spec().type == Type::kInteger || spec().type == Type::kReal; }
};

std::vector<const HyperparamSpec*> Offered() {
  std::vector<const HyperparamSpec*> offered;
  for (const HyperparamSpec& spec : AllSpecs()) {
    if (spec.unsupported.empty()) offered.push_back(&spec);
  }
  return offered;
}

INSTANTIATE_TEST_SUITE_P(Table, EachHyperparam, ::testing::ValuesIn(Offered()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST_P(EachHyperparam, IsWhole) {
  EXPECT_FALSE(spec().doc.empty());
  EXPECT_NE(spec().doc.back(), '.');
  EXPECT_EQ(spec().doc.find('|'), std::string_view::npos) << "it would break the Markdown table";
  EXPECT_NE(spec().default_value.empty(), spec().default_note.empty()) << "exactly one of them";
  const bool has_words =
      spec().type == Type::kCategory || spec().type == Type::kList || spec().type == Type::kBoolean;
  EXPECT_EQ(has_words, !spec().choices.empty());
  if (!spec().ignored.empty()) {
    EXPECT_EQ(spec().set, nullptr);
    EXPECT_FALSE(spec().is_forwarded);
  }
}

TEST_P(EachHyperparam, DefaultIsLegalAndCanonical) {
  if (spec().default_value.empty()) return;
  const auto value = ParseValue(spec(), spec().name, spec().default_value);
  ASSERT_TRUE(value.ok()) << value.error().message;
  EXPECT_EQ(PrintValue(spec(), *value), spec().default_value);
}

TEST_P(EachHyperparam, DefaultGivenExplicitlyChangesNoTypedField) {
  if (spec().default_value.empty()) return;
  JobSettings given =
      Accepted(Job({{std::string(spec().name), std::string(spec().default_value)}}));
  JobSettings absent = Accepted(Job({}));
  given.notes.clear();
  given.train.xgboost_settings.clear();
  // count:poisson alone has its own default, 0.7.
  given.train.objective.max_delta_step = absent.train.objective.max_delta_step;
  EXPECT_EQ(given, absent) << "the default of the table is not that of params.h";
}

TEST_P(EachHyperparam, TakesItsBoundsAndNothingBeyond) {
  if (!IsNumber()) return;
  const double lowest = LowestNumber(spec());
  const double highest = HighestNumber(spec());
  EXPECT_EQ(IdFor(FormatNumber(lowest)), ErrorId::kCount);
  EXPECT_EQ(IdFor(FormatNumber(highest)), ErrorId::kCount);
  EXPECT_EQ(IdFor(" " + FormatNumber(highest) + "\n"), ErrorId::kCount);
  EXPECT_EQ(IdFor("\"" + FormatNumber(lowest) + "\""), ErrorId::kCount)
      << "JSON string in a string";
  const double step = spec().type == Type::kInteger ? 1.0 : 0.0;
  const double below =
      step > 0 ? lowest - 1 : std::nextafter(static_cast<float>(lowest), -INFINITY);
  const double above =
      step > 0 ? highest + 1 : std::nextafter(static_cast<float>(highest), INFINITY);
  if (std::isfinite(below)) {
    EXPECT_EQ(IdFor(FormatNumber(below)), ErrorId::kHyperparamOutOfRange) << FormatNumber(below);
  }
  if (std::isfinite(above)) {
    EXPECT_EQ(IdFor(FormatNumber(above)), ErrorId::kHyperparamOutOfRange) << FormatNumber(above);
  }
  EXPECT_EQ(IdFor("1e39"), ErrorId::kHyperparamOutOfRange);
}

TEST_P(EachHyperparam, RefusesOpenBounds) {
  if (!IsNumber()) return;
  if (spec().range.is_min_open) {
    EXPECT_EQ(IdFor(FormatNumber(*spec().range.min)), ErrorId::kHyperparamOutOfRange);
  }
  if (spec().range.is_max_open) {
    EXPECT_EQ(IdFor(FormatNumber(*spec().range.max)), ErrorId::kHyperparamOutOfRange);
  }
}

TEST_P(EachHyperparam, RefusesOtherTypes) {
  for (const char* text :
       {"", " ", "\"\"", "<function f>", "{}", "\xFF\xFE", "cuda:", "0x10", "1_0"}) {
    EXPECT_EQ(IdFor(text), ErrorId::kHyperparamBadValue) << '\'' << text << '\'';
  }
  if (!IsNumber()) return;
  for (const char* text : {"nan", "inf", "-inf", "NaN", "Infinity", "true", "[1]", "1,0", "1e999",
                           "five", "--1", "+-1", "1 2"}) {
    EXPECT_EQ(IdFor(text), ErrorId::kHyperparamBadValue) << text;
  }
}

TEST_P(EachHyperparam, WholeNumbersMayHaveAPointButNoFraction) {
  if (spec().type != Type::kInteger) return;
  const std::string whole = FormatNumber(LowestNumber(spec()));
  EXPECT_EQ(IdFor(whole + ".0"), ErrorId::kCount);
  EXPECT_EQ(IdFor("7.5"), ErrorId::kHyperparamBadValue);
  EXPECT_EQ(IdFor("-0.1"), ErrorId::kHyperparamBadValue);
}

TEST_P(EachHyperparam, BooleansInAnyCase) {
  if (spec().type != Type::kBoolean) return;
  for (const char* text : {"1", "true", "True", "TRUE", "\"true\"", "1.0"}) {
    const auto value = ParseValue(spec(), spec().name, text);
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_TRUE(std::get<bool>(*value));
  }
  for (const char* text : {"0", "false", "False", " false ", "0.0"}) {
    const auto value = ParseValue(spec(), spec().name, text);
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_FALSE(std::get<bool>(*value));
  }
  EXPECT_EQ(IdFor("2"), ErrorId::kHyperparamOutOfRange);
  EXPECT_EQ(IdFor("-1"), ErrorId::kHyperparamOutOfRange);
  EXPECT_EQ(IdFor("-0.01"), ErrorId::kHyperparamBadValue);
  EXPECT_EQ(IdFor("yes"), ErrorId::kHyperparamBadValue);
}

TEST_P(EachHyperparam, TakesEachWordAndSuggestsForASlip) {
  if (spec().type != Type::kCategory && spec().type != Type::kList) return;
  const std::string prefix = spec().name == "_tuning_objective_metric" ? "validation:" : "";
  for (const std::string_view choice : spec().choices) {
    EXPECT_EQ(IdFor(prefix + std::string(choice)), ErrorId::kCount) << choice;
  }
  const std::string longest(*std::max_element(
      spec().choices.begin(), spec().choices.end(),
      [](std::string_view a, std::string_view b) { return a.size() < b.size(); }));
  const auto value = ParseValue(spec(), spec().name, prefix + longest + "x");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().id, ErrorId::kHyperparamBadValue);
  EXPECT_NE(value.error().fix.find(longest), std::string::npos) << value.error().fix;
}

TEST_P(EachHyperparam, ErrorsNameTheSettingTheValueAndTheCure) {
  const auto value = ParseValue(spec(), spec().name, "no such \x01 value");
  ASSERT_FALSE(value.ok());
  const Error& error = value.error();
  EXPECT_NE(error.message.find(spec().name), std::string::npos);
  EXPECT_NE(error.message.find("\"no such \\x01 value\""), std::string::npos) << error.message;
  EXPECT_FALSE(error.fix.empty());
  EXPECT_EQ(KindOf(error), ErrorKind::kUser);
}

TEST_P(EachHyperparam, TunableRangeIsLegal) {
  if (!spec().tunable) return;
  EXPECT_EQ(IdFor(FormatNumber(*spec().tunable->min)), ErrorId::kCount);
  EXPECT_EQ(IdFor(FormatNumber(*spec().tunable->max)), ErrorId::kCount);
}

TEST_P(EachHyperparam, AliasesMeanTheSame) {
  for (const std::string_view alias : spec().aliases) {
    RawHyperparameters by_name = Job({});
    by_name[std::string(spec().name)] = "1";
    RawHyperparameters by_alias = by_name;
    by_alias.erase(std::string(spec().name));
    by_alias[std::string(alias)] = "1";
    JobSettings named = Accepted(by_name);
    JobSettings aliased = Accepted(by_alias);
    EXPECT_TRUE(HasNote(aliased, std::string(alias) + " is taken as " + std::string(spec().name)));
    named.notes.clear();
    aliased.notes.clear();
    EXPECT_EQ(named, aliased);
  }
}

TEST(HyperparamTable, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const HyperparamSpec& spec : AllSpecs()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    for (const std::string_view alias : spec.aliases) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
      EXPECT_EQ(FindSpec(alias), &spec);
    }
    EXPECT_EQ(FindSpec(spec.name), &spec);
  }
  EXPECT_EQ(FindSpec("et"), nullptr);
}

// The table of the reference container, by name: nothing of it may be missing.
TEST(P0, Line08_TableHoldsAllOfTheReference) {
  for (const char* name : {"num_round",
                           "objective",
                           "num_class",
                           "eval_metric",
                           "base_score",
                           "booster",
                           "eta",
                           "gamma",
                           "max_depth",
                           "min_child_weight",
                           "max_delta_step",
                           "subsample",
                           "sampling_method",
                           "colsample_bytree",
                           "colsample_bylevel",
                           "colsample_bynode",
                           "lambda",
                           "alpha",
                           "scale_pos_weight",
                           "tree_method",
                           "grow_policy",
                           "max_leaves",
                           "max_bin",
                           "num_parallel_tree",
                           "monotone_constraints",
                           "interaction_constraints",
                           "updater",
                           "process_type",
                           "refresh_leaf",
                           "sample_type",
                           "normalize_type",
                           "rate_drop",
                           "skip_drop",
                           "one_drop",
                           "lambda_bias",
                           "tweedie_variance_power",
                           "aft_loss_distribution",
                           "aft_loss_distribution_scale",
                           "seed",
                           "nthread",
                           "verbosity",
                           "early_stopping_rounds",
                           "csv_weights",
                           "save_model_on_termination",
                           "use_dask_gpu_training",
                           "_kfold",
                           "_num_cv_round",
                           "_tuning_objective_metric",
                           "predictor",
                           "dsplit",
                           "sketch_eps",
                           "deterministic_histogram",
                           "prob_buffer_row"}) {
    const HyperparamSpec* spec = FindSpec(name);
    ASSERT_NE(spec, nullptr) << name;
    EXPECT_TRUE(spec->unsupported.empty()) << name;
  }
}

}  // namespace
}  // namespace boostyard::hyperparams
