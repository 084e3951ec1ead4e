#include "hyperparams/describe.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "hyperparams/spec.h"
#include "tests/hyperparams/parse_support.h"
#include "tests/support/golden.h"

namespace boostyard::hyperparams {
namespace {

// Characters, not bytes.
std::size_t Width(const std::string& line) {
  std::size_t width = 0;
  for (const char c : line) width += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
  return width;
}

TEST(DescribeAsText, NamesAllAndFitsATerminal) {
  const std::string text = DescribeAsText();
  for (const HyperparamSpec& spec : AllSpecs()) {
    EXPECT_NE(text.find("\n" + std::string(spec.name) + " "), std::string::npos) << spec.name;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(Width(line), 100U) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
}

TEST(DescribeAsMarkdown, IsThePageInDocs) {
  testing::ExpectGolden("docs/hyperparameters.md", DescribeAsMarkdown());
}

TEST(DescribeAsJson, IsWhatTheServiceTakes) {
  const auto rows = nlohmann::json::parse(DescribeAsJson());
  ASSERT_TRUE(rows.is_array());
  EXPECT_LE(rows.size(), 100U) << "the service's limit";
  for (const auto& row : rows) {
    const std::string name = row.at("Name");
    SCOPED_TRACE(name);
    EXPECT_NE(FindSpec(name), nullptr);
    EXPECT_LE(row.at("Description").get<std::string>().size(), 256U) << "the service's limit";
    EXPECT_TRUE(row.at("IsTunable").is_boolean());
    EXPECT_EQ(row.at("IsRequired"), name == "num_round");
    const std::string type = row.at("Type");
    if (type == "FreeText") {
      EXPECT_FALSE(row.contains("Range"));
    } else {
      const std::string key = type + "ParameterRangeSpecification";
      const auto& range = row.at("Range").at(key);
      if (type == "Categorical") {
        EXPECT_FALSE(range.at("Values").empty());
      } else {
        EXPECT_TRUE(range.at("MinValue").is_string());
        EXPECT_TRUE(range.at("MaxValue").is_string());
      }
    }
  }
}

// Rows as the service's documentation prints them for the built-in algorithm.
TEST(DescribeAsJson, KnownRows) {
  const auto rows = nlohmann::json::parse(DescribeAsJson());
  const auto row = [&](std::string_view name) {
    for (const auto& candidate : rows) {
      if (candidate.at("Name") == name) return candidate;
    }
    return nlohmann::json();
  };
  EXPECT_EQ(row("eta").at("Type"), "Continuous");
  EXPECT_EQ(row("eta").at("DefaultValue"), "0.3");
  EXPECT_EQ(row("eta").at("IsTunable"), true);
  EXPECT_EQ(row("eta").at("Range").at("ContinuousParameterRangeSpecification").at("MaxValue"), "1");
  EXPECT_EQ(row("num_round").at("Range").at("IntegerParameterRangeSpecification").at("MinValue"),
            "1");
  EXPECT_EQ(row("num_round").at("IsRequired"), true);
  EXPECT_FALSE(row("num_round").contains("DefaultValue"));
  EXPECT_EQ(row("booster").at("Range").at("CategoricalParameterRangeSpecification").at("Values"),
            (nlohmann::json{"gbtree", "gblinear", "dart"}));
  EXPECT_EQ(row("eval_metric").at("Type"), "FreeText");
  EXPECT_EQ(row("_kfold").at("IsTunable"), false);
  EXPECT_TRUE(row("verbose").is_null());
}

TEST(HyperparamErrors, AreTheGoldenTexts) {
  const RawHyperparameters jobs[] = {
      {},
      Job({{"etaa", "0.2"}}),
      Job({{"completely_different", "x"}}),
      Job({{"eta", "1.01"}}),
      Job({{"learning_rate", "fast"}}),
      Job({{"eta", "nan"}}),
      Job({{"subsample", "0"}}),
      Job({{"max_depth", "5.5"}}),
      Job({{"max_depth", "-1"}}),
      Job({{"verbosity", "4"}}),
      Job({{"csv_weights", "2"}}),
      Job({{"save_model_on_termination", "maybe"}}),
      Job({{"tree_method", "gpu_exact"}}),
      Job({{"booster", "1"}}),
      Job({{"device", "tpu"}}),
      Job({{"eval_metric", "rmse,invalid"}}),
      Job({{"eval_metric", "error@nonfloat"}}),
      Job({{"eval_metric", "rmsee"}}),
      Job({{"eval_metric", "auc"}}),
      Job({{"_tuning_objective_metric", "auc"}}),
      Job({{"monotone_constraints", "(2,0)"}}),
      Job({{"interaction_constraints", "[0,1]"}}),
      Job({{"objective", "multi:softmax"}}),
      Job({{"objective", "binary:logistic"}, {"base_score", "1"}}),
      Job({{"objective", "count:poisson"}, {"base_score", "0"}}),
      Job({{"updater", "grow_colmaker,grow_histmaker"}}),
      Job({{"updater", "prune"}}),
      Job({{"updater", "shotgun"}}),
      Job({{"updater", "grow_colmaker"}, {"booster", "gblinear"}}),
      Job({{"process_type", "update"}}),
      Job({{"tree_method", "exact"}, {"max_depth", "0"}}),
      Job({{"tree_method", "exact"}, {"sampling_method", "gradient_based"}}),
      Job({{"tree_method", "exact"}, {"device", "cuda"}}),
      Job({{"tree_method", "gpu_hist"}, {"device", "cpu"}}),
      Job({{"multi_strategy", "multi_output_tree"}}),
      Job({{"eta", "0.1"}, {"learning_rate", "0.2"}}),
      Job({{"sagemaker_program", "train.py"}}),
      Job({{"quantile_alpha", "0.5"}}),
      {{"num_rounds", "100"}, {"eta", "2"}, {"objective", "multi:softprob"}},
  };
  std::string text = "One block for each job: its settings, then each problem with its cure.\n";
  for (const RawHyperparameters& raw : jobs) {
    text += "\n";
    for (const auto& [name, value] : raw) text += name + "=" + value + " ";
    text += "\n";
    for (const Error& error : ProblemsOf(raw)) {
      text += "  " + error.message + "\n    " + error.fix + " [" + std::string(NameOf(error.id)) +
              "]\n";
    }
  }
  testing::ExpectGolden("tests/golden/hyperparams_errors.txt", text);
}

}  // namespace
}  // namespace boostyard::hyperparams
