// Short words for tests of the parser.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error_table.h"
#include "hyperparams/parse.h"

namespace boostyard::hyperparams {

// A job that lacks nothing, with these settings.
inline RawHyperparameters Job(const RawHyperparameters& settings) {
  RawHyperparameters raw = settings;
  raw.emplace("num_round", "10");
  return raw;
}

// All problems of a job in the order of the report; empty if it is accepted.
inline std::vector<Error> ProblemsOf(const RawHyperparameters& raw) {
  const auto job = Parse(raw);
  if (job.ok()) return {};
  std::vector<Error> problems = job.error().also;
  Error first = job.error();
  first.also.clear();
  problems.insert(problems.begin(), std::move(first));
  return problems;
}

inline JobSettings Accepted(const RawHyperparameters& raw) {
  auto job = Parse(raw);
  if (!job.ok()) {
    ADD_FAILURE() << "refused: " << job.error().message;
    return {};
  }
  return std::move(job).value();
}

// The one problem of a job. Its message names `name`.
inline Error Refused(const RawHyperparameters& raw, ErrorId id, std::string_view name) {
  const std::vector<Error> problems = ProblemsOf(raw);
  if (problems.size() != 1) {
    ADD_FAILURE() << problems.size() << " problems instead of 1 for " << name;
    return {};
  }
  const Error& error = problems.front();
  EXPECT_EQ(NameOf(error.id), NameOf(id)) << error.message;
  EXPECT_EQ(KindOf(error), ErrorKind::kUser);
  EXPECT_NE(error.message.find(name), std::string::npos) << error.message;
  EXPECT_FALSE(error.fix.empty()) << error.message;
  return error;
}

inline bool HasNote(const JobSettings& job, std::string_view words) {
  return std::any_of(job.notes.begin(), job.notes.end(), [&](const std::string& note) {
    return note.find(words) != std::string::npos;
  });
}

// The text that XGBoost is given for a name; "-" if none.
inline std::string Forwarded(const JobSettings& job, std::string_view name) {
  for (const auto& [key, text] : job.train.xgboost_settings) {
    if (key == name) return text;
  }
  return "-";
}

}  // namespace boostyard::hyperparams
