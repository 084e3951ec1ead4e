// docs/metric_definitions.json: what finds each metric in the log of a job.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "container/metric_log.h"
#include "engine/metric/metric.h"
#include "tests/support/fake_root.h"
#include "tests/support/golden.h"

namespace boostyard::testing {
namespace {

using container::LogText;
using container::MetricLine;

constexpr const char* kFile = "docs/metric_definitions.json";

std::string Render() {
  std::string text;
  for (const std::string channel : {"validation", "train"}) {
    for (const MetricInfo& info : Metrics()) {
      const std::string name(info.name);
      text += text.empty() ? "[\n" : ",\n";
      text += R"(  {"Name": ")" + channel + ":" + name + R"(", "Regex": ".*\\[[0-9]+\\].*#011)" +
              channel + "-" + name + R"x(:([-+]?[0-9.]+)"})x";
    }
  }
  return text + "\n]\n";
}

// Name -> pattern, as a user takes them from the file.
std::map<std::string, std::string> Definitions() {
  std::map<std::string, std::string> definitions;
  const auto file =
      nlohmann::json::parse(ReadText(std::string(BOOSTYARD_SOURCE_DIR) + "/" + kFile));
  for (const auto& entry : file) {
    definitions[entry.at("Name").get<std::string>()] = entry.at("Regex").get<std::string>();
  }
  return definitions;
}

// A line as the service stores it.
std::string Stored(const std::string& line) {
  return std::regex_replace(line, std::regex("\t"), "#011");
}

TEST(P1, Line08_MetricDefinitionsAreThoseOfAllMetrics) {
  ExpectGolden(kFile, Render());
  EXPECT_EQ(Definitions().size(), 2 * Metrics().size());
}

TEST(P1, Line08_EachDefinitionFindsItsMetricAndNoOther) {
  RoundReport report;
  std::vector<MetricValue> values;
  double value = -1.5;  // of which no two are the same
  for (const char* channel : {"train", "validation"}) {
    for (const MetricInfo& info : Metrics()) {
      values.push_back({.channel = channel, .metric = info.name, .value = value += 0.25});
    }
    values.push_back({.channel = channel, .metric = "error@0.3", .value = value += 0.25});
    values.push_back({.channel = channel, .metric = "ndcg@10", .value = value += 0.25});
  }
  report.round = 17;
  report.metrics = values;
  const std::string line = Stored(MetricLine(report));
  const auto definitions = Definitions();
  for (const MetricValue& expected : values) {
    const auto found =
        definitions.find(std::string(expected.channel) + ":" + std::string(expected.metric));
    if (found == definitions.end()) continue;  // error@0.3 and ndcg@10
    std::smatch match;
    ASSERT_TRUE(std::regex_search(line, match, std::regex(found->second))) << found->first;
    EXPECT_DOUBLE_EQ(std::stod(match[1]), expected.value) << found->first;
  }
}

// The examples of hyperparameter tuning in the docs (tests/sagemaker runs them) tune what is found.
TEST(P1, Line08_TuningExamplesNameADefinedMetric) {
  const std::string text = ReadText(std::string(BOOSTYARD_SOURCE_DIR) + "/docs/sagemaker.md");
  EXPECT_NE(text.find("HyperparameterTuner("), std::string::npos);
  EXPECT_NE(text.find(kFile + 5), std::string::npos) << "the file is not named";
  const std::regex pattern("objective_metric_name=\"([^\"]+)\"");
  const auto definitions = Definitions();
  int count = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern); at != std::sregex_iterator();
       ++at, ++count) {
    EXPECT_EQ(definitions.count((*at)[1]), 1U) << (*at)[1];
  }
  EXPECT_GT(count, 0);
}

TEST(P1, Line08_DefinitionsFindNothingInOtherLines) {
  const std::vector<std::string> others = {
      LogText("[2026-01-01:00:00:00:INFO] summary: 3 rows"),
      LogText("file [3]\ttrain-auc:0.5 is not a metric line"),
      LogText("early stopping: best round 3 with 0.5"),
  };
  for (const auto& [name, pattern] : Definitions()) {
    for (const std::string& line : others) {
      EXPECT_FALSE(std::regex_search(Stored(line), std::regex(pattern))) << name << ": " << line;
    }
  }
}

}  // namespace
}  // namespace boostyard::testing
