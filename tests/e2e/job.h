// Small jobs for the end-to-end tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "container/archive.h"
#include "engine/model/model_io.h"
#include "tests/support/fake_root.h"

namespace boostyard::testing {

using Names = std::vector<std::string>;
using Hyperparameters = std::map<std::string, std::string>;

// The tutorial's eight, with `silent`.
inline Hyperparameters SeedHyperparameters() {
  return {{"max_depth", "5"},
          {"eta", "0.2"},
          {"gamma", "4"},
          {"min_child_weight", "6"},
          {"subsample", "0.8"},
          {"silent", "0"},
          {"objective", "binary:logistic"},
          {"num_round", "100"}};
}

// A job of a few milliseconds.
inline Hyperparameters SmallHyperparameters(const std::string& rounds = "5") {
  return {{"objective", "binary:logistic"}, {"num_round", rounds}, {"max_depth", "3"}};
}

// Rows with a learnable signal and some noise: label, then four features as integers. The same for
// the same `seed`. As cells, so that tests can spell them in other dialects.
inline std::vector<std::vector<std::string>> SmallRows(std::size_t row_count,
                                                       std::uint32_t seed = 1) {
  std::vector<std::vector<std::string>> rows;
  std::uint32_t state = seed;
  const auto next = [&](std::uint32_t bound) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % bound;
  };
  for (std::size_t row = 0; row < row_count; ++row) {
    const std::uint32_t cells[4] = {next(100), next(10), next(2), next(1000)};
    const bool is_positive = cells[0] + 20 * cells[1] / 10 + 15 * cells[2] + next(40) > 90;
    rows.push_back({is_positive ? "1" : "0"});
    for (const std::uint32_t cell : cells) rows.back().push_back(std::to_string(cell));
  }
  return rows;
}

inline std::string Join(const std::vector<std::vector<std::string>>& rows,
                        const std::string& delimiter = ",", const std::string& line_end = "\n") {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : delimiter) + row[i];
    text += line_end;
  }
  return text;
}

inline std::string SmallCsv(std::size_t row_count = 300, std::uint32_t seed = 1) {
  return Join(SmallRows(row_count, seed));
}

// The model that a job left, in either form.
inline Result<Model> ModelIn(const FakeRoot& root) {
  std::string bytes = ReadText(root.At("model/xgboost-model"));
  if (std::filesystem::exists(root.At("model/model.tar.gz"))) {
    const std::string archive = ReadText(root.At("model/model.tar.gz"));
    auto members = container::ReadModelTarGz(
        std::vector<std::uint8_t>(archive.begin(), archive.end()), "model.tar.gz");
    if (!members.ok()) return std::move(members).error();
    bytes.assign(members->front().bytes.begin(), members->front().bytes.end());
  }
  return ReadModel(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Exit 1; the failure file is one line of at most 1,024 bytes that begins with `start`, contains
// each of `parts`, and stands on stderr too; the model directory holds nothing.
inline void ExpectRefused(const FakeRoot& root, const RunResult& result, const std::string& start,
                          const Names& parts) {
  EXPECT_EQ(result.exit_code, 1) << result.err;
  const auto failure = root.Failure();
  ASSERT_TRUE(failure.has_value()) << result.err;
  EXPECT_EQ(failure->rfind(start, 0), 0U) << *failure;
  EXPECT_LE(failure->size(), 1024U);
  EXPECT_EQ(failure->find('\n'), std::string::npos) << *failure;
  for (const std::string& part : parts)
    EXPECT_TRUE(Contains(*failure, part)) << part << "\n" << *failure;
  EXPECT_EQ(Lines(result.err).empty() ? "" : Lines(result.err).back(), *failure);
  EXPECT_EQ(root.ModelFiles(), Names{});
}

// Metric lines as the service sees them: a TAB is shown as #011.
inline std::string AsCloudWatch(const std::string& text) {
  return std::regex_replace(text, std::regex("\t"), "#011");
}

// The metric values of a channel by round, read with the service's own pattern.
inline std::vector<double> MetricOf(const std::string& out, const std::string& name) {
  const std::regex pattern(".*\\[[0-9]+\\].*#011" + name + ":(\\S+?)(#011.*)?");
  std::vector<double> values;
  for (const std::string& line : Lines(AsCloudWatch(out))) {
    std::smatch match;
    if (std::regex_match(line, match, pattern)) values.push_back(std::stod(match[1]));
  }
  return values;
}

}  // namespace boostyard::testing
