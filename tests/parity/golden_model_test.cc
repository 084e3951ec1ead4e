// Whole jobs, from CSV to the model file, whose bytes are pinned: every processor, compiler and
// kernel tier has to give those of tests/golden/model_hashes.txt. The data are integers and their
// quotients written as text, so they are the same everywhere. An intended change of the models
// rewrites the file.
#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "container/metric_log.h"
#include "container/train_job.h"
#include "tests/support/fake_root.h"
#include "tests/support/golden.h"

namespace boostyard::testing {
namespace {

using Settings = std::map<std::string, std::string>;

// 64-bit FNV-1a.
std::uint64_t Hash(const std::string& bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  }
  return hash;
}

// The next of a linear congruence, its upper half.
std::uint32_t Next(std::uint64_t& state) {
  state = state * 6364136223846793005U + 1442695040888963407U;
  return static_cast<std::uint32_t>(state >> 32);
}

// Rows of a label below `classes`, a weight if asked for, and nine columns: decimals, large and
// tiny powers of ten, few values, 0/1, missing cells.
std::string Rows(std::size_t row_count, std::uint32_t classes, bool has_weights,
                 std::uint64_t state) {
  std::string text;
  for (std::size_t row = 0; row < row_count; ++row) {
    const std::uint32_t a = Next(state) % 10007;
    const std::uint32_t b = Next(state) % 997;
    const std::uint32_t c = Next(state) % 7;
    const std::uint32_t noise = Next(state) % 4000;
    text += std::to_string((a + 9 * b + 700 * c + noise) * classes / 28000);
    if (has_weights) text += "," + std::to_string(1 + row % 3) + ".25";
    text += "," + std::to_string(a) + "." + std::to_string(b);
    text += ",-" + std::to_string(b) + "e-" + std::to_string(c * 6);
    text += "," + std::to_string(c);
    text += "," + std::to_string(b % 2);
    text += noise % 5 == 0 ? "," : ",0." + std::to_string(1000000 + noise);
    text += "," + std::to_string(a % 100) + "E+" + std::to_string(c * 5);
    text += "," + std::to_string(static_cast<int>(b) - static_cast<int>(noise % 300));
    text += c == 3 ? ",nan" : ",1" + std::to_string(a % 13);
    text += "," + std::to_string(Next(state)) + "\n";
  }
  return text;
}

struct PinnedJob {
  std::string name;
  std::uint32_t classes;
  Settings settings;
};

const std::vector<PinnedJob>& Jobs() {
  static const std::vector<PinnedJob> jobs = {
      {"binary:logistic", 2, {{"eval_metric", "auc,logloss"}, {"subsample", "0.8"}}},
      {"reg:squarederror", 60, {{"grow_policy", "lossguide"}, {"max_leaves", "40"}}},
      {"multi:softprob", 4, {{"num_class", "4"}, {"colsample_bynode", "0.6"}}},
      {"count:poisson", 9, {{"csv_weights", "1"}, {"max_bin", "700"}}},
      {"reg:logistic", 2, {{"monotone_constraints", "(1,-1,0,0,0,0,0,0,0)"}, {"alpha", "0.5"}}},
  };
  return jobs;
}

// One line: name, hash and size of the model file, and the last metric line.
std::string RunPinned(const PinnedJob& job, int threads) {
  const FakeRoot root;
  Settings settings = {{"objective", job.name},
                       {"num_round", "12"},
                       {"max_depth", "6"},
                       {"eta", "0.3"},
                       {"nthread", std::to_string(threads)}};
  settings.insert(job.settings.begin(), job.settings.end());
  root.WriteHyperparameters(settings);
  const bool has_weights = job.settings.count("csv_weights") > 0;
  root.WriteChannel("train", Rows(3000, job.classes, has_weights, 1));
  root.WriteChannel("validation", Rows(700, job.classes, has_weights, 2));

  const container::Variables variables = {{"BOOSTYARD_MODEL_ARTIFACT", "bare"},
                                          {"BOOSTYARD_ENGINE", "native"},
                                          {"BOOSTYARD_REPORT", "off"}};
  const container::JobPaths paths = container::ResolvePaths(root.path(), variables);
  const container::ResourceLimits limits{.cpu_quota = std::nullopt, .affinity = 8};
  std::FILE* const out = std::fopen(root.At("out").c_str(), "w");
  std::FILE* const err = std::fopen(root.At("err").c_str(), "w");
  container::MetricLog log(out, err);
  const auto end = container::RunTrainJob({paths, variables, limits, log});
  std::fclose(out);
  std::fclose(err);
  if (!end.ok()) return job.name + " failed: " + end.error().message + "\n";

  const std::string model = ReadText(root.At("model/xgboost-model"));
  const std::vector<std::string> lines = Lines(ReadText(root.At("out")));
  char hash[40];
  std::snprintf(hash, sizeof hash, " %016" PRIx64 " ", Hash(model));
  return job.name + hash + std::to_string(model.size()) + " " +
         (lines.empty() ? "no metrics" : lines.back()) + "\n";
}

std::string AllPinned(int threads) {
  std::string text;
  for (const PinnedJob& job : Jobs()) text += RunPinned(job, threads);
  return text;
}

TEST(GoldenModel, TheJobsHaveThePinnedBytesOnEveryProcessor) {
  ExpectGolden("tests/golden/model_hashes.txt", AllPinned(2));
}

TEST(GoldenModel, WithOneThreadToo) { ExpectGolden("tests/golden/model_hashes.txt", AllPinned(1)); }

}  // namespace
}  // namespace boostyard::testing
