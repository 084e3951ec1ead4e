// contract.md section 10, P1, line 5: _kfold and _num_cv_round. A fold's model must be the model
// of a job on that fold's rows, whatever way the rows took.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// Rows that can be told apart by their last cell, with class 0, 1 or 2 where `has_three_classes`.
Rows NumberedRows(std::size_t row_count, bool has_three_classes = false) {
  Rows rows = SmallRows(row_count);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (has_three_classes) rows[row][0] = std::to_string(std::stoi(rows[row][1]) * 3 / 100);
    rows[row].push_back(std::to_string(row));
  }
  return rows;
}

std::vector<std::vector<double>> Predictions(const FakeRoot& root) {
  std::vector<std::vector<double>> table;
  for (const std::string& line : Lines(ReadText(root.At("output/data/predictions.csv")))) {
    EXPECT_TRUE(std::regex_match(line, std::regex("-?[0-9]+\\.[0-9]{6}(,-?[0-9]+\\.[0-9]{6})+")))
        << line;
    table.emplace_back();
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      table.back().push_back(std::stod(line.substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  return table;
}

std::vector<container::ArchiveMember> ModelsIn(const FakeRoot& root) {
  const std::string archive = ReadText(root.At("model/model.tar.gz"));
  auto members = container::ReadModelTarGz(
      std::vector<std::uint8_t>(archive.begin(), archive.end()), "model.tar.gz");
  EXPECT_TRUE(members.ok());
  return members.ok() ? *std::move(members) : std::vector<container::ArchiveMember>();
}

Hyperparameters FoldJob(const std::string& folds, const Hyperparameters& more = {}) {
  Hyperparameters hyperparameters = SmallHyperparameters();
  hyperparameters["_kfold"] = folds;
  for (const auto& [name, value] : more) hyperparameters[name] = value;
  return hyperparameters;
}

RunResult TrainOn(const FakeRoot& root, const Hyperparameters& hyperparameters,
                  const std::map<std::string, std::string>& variables = {}) {
  root.WriteHyperparameters(hyperparameters);
  RunRequest request;
  request.variables = variables;
  const RunResult result = TrainIn(root, request);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result;
}

// What one model says about rows, by the predict command.
std::vector<double> PredictRows(const std::string& model, const Rows& rows) {
  const FakeRoot scratch;
  scratch.Write("rows.csv", Join(rows));
  const RunResult result =
      RunBinary({.arguments = {"predict", "--model", model, "--labels", scratch.At("rows.csv")},
                 .variables = {},
                 .before_exec = {}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<double> values;
  for (const std::string& line : Lines(result.out)) values.push_back(std::stod(line));
  return values;
}

// The rows of each fold, found from outside: a row was held out by the one model whose prediction
// is in predictions.csv. Rows where two models agree count for the first that is not full.
std::vector<std::set<std::size_t>> FoldsByPrediction(const FakeRoot& root, const Rows& rows,
                                                     std::size_t folds) {
  const auto table = Predictions(root);
  EXPECT_EQ(table.size(), rows.size());
  std::vector<std::vector<double>> by_model;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    by_model.push_back(PredictRows(root.At("model/xgboost-model-" + std::to_string(fold)), rows));
  }
  std::vector<std::set<std::size_t>> found(folds);
  for (std::size_t row = 0; row < table.size(); ++row) {
    for (std::size_t fold = 0; fold < folds; ++fold) {
      if (std::abs(by_model[fold][row] - table[row][1]) < 6e-7) found[fold].insert(row);
    }
  }
  return found;
}

TEST(P1, Line05_FoldsAreHeldOutSummarisedAndKept) {
  const Rows rows = NumberedRows(300);
  const FakeRoot root;
  root.WriteChannel("train", Join(Rows(rows.begin(), rows.begin() + 200)));
  root.WriteChannel("validation", Join(Rows(rows.begin() + 200, rows.end())));
  const RunResult result =
      TrainOn(root, FoldJob("3", {{"_num_cv_round", "2"}, {"eval_metric", "logloss,error"}}));
  const Names lines = Lines(result.out);
  ASSERT_EQ(lines.size(), 2U * (3 * 5 + 1) + 1) << result.out;

  // Rounds of each fold, then the means, metric by metric.
  const Names names = {"train-logloss", "validation-logloss", "train-error", "validation-error"};
  std::vector<std::map<std::string, double>> last;
  const auto expect_mean_of_last = [&](const std::string& line, std::size_t folds) {
    std::string pattern = "\\[5\\]";
    for (const std::string& name : names) pattern += "\t" + name + ":([0-9.]{7,})";
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, std::regex(pattern))) << line;
    for (std::size_t i = 0; i < names.size(); ++i) {
      double sum = 0.0;
      for (std::size_t fold = last.size() - folds; fold < last.size(); ++fold) {
        sum += last[fold].at(names[i]);
      }
      EXPECT_NEAR(std::stod(match[static_cast<int>(i) + 1]), sum / static_cast<double>(folds), 2e-5)
          << names[i];
    }
  };
  std::size_t next = 0;
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (int fold = 0; fold < 3; ++fold) {
      for (int round = 0; round < 5; ++round, ++next) {
        EXPECT_EQ(lines[next].rfind("[" + std::to_string(round) + "]\ttrain-logloss:", 0), 0U)
            << lines[next];
      }
      last.emplace_back();
      for (const std::string& name : names) {
        last.back()[name] = MetricOf(lines[next - 1], name).at(0);
      }
    }
    expect_mean_of_last(lines[next++], 3);
  }
  expect_mean_of_last(lines[next], 6);

  Names members;
  for (const auto& member : ModelsIn(root)) members.push_back(member.name);
  EXPECT_EQ(members, (Names{"xgboost-model-0", "xgboost-model-1", "xgboost-model-2",
                            "xgboost-model-3", "xgboost-model-4", "xgboost-model-5"}));
  EXPECT_TRUE(Contains(result.err, "fold 3 of 3, repeat 2 of 2")) << result.err;
}

TEST(P1, Line05_AFoldsModelIsThatOfAJobOnItsRows) {
  for (const std::string engine : {"native", "xgboost"}) {
    SCOPED_TRACE(engine);
    const Rows rows = NumberedRows(300);
    const FakeRoot root;
    root.WriteChannel("train", Join(Rows(rows.begin(), rows.begin() + 200)));
    root.WriteChannel("validation", Join(Rows(rows.begin() + 200, rows.end())));
    const std::map<std::string, std::string> variables = {{"BOOSTYARD_MODEL_ARTIFACT", "bare"},
                                                          {"BOOSTYARD_ENGINE", engine}};
    // Deep trees: no two models say the same of any row.
    TrainOn(root, FoldJob("3", {{"max_depth", "8"}}), variables);
    const auto folds = FoldsByPrediction(root, rows, 3);
    ASSERT_EQ(folds[0].size() + folds[1].size() + folds[2].size(), rows.size());
    for (std::size_t fold = 0; fold < 3; ++fold) {
      Rows trained;
      Rows held_out;
      for (std::size_t row = 0; row < rows.size(); ++row) {
        (folds[fold].count(row) > 0 ? held_out : trained).push_back(rows[row]);
      }
      EXPECT_EQ(held_out.size(), 100U);
      const FakeRoot alone;
      alone.WriteChannel("train", Join(trained));
      alone.WriteChannel("validation", Join(held_out));
      Hyperparameters hyperparameters = FoldJob("3", {{"max_depth", "8"}});
      hyperparameters.erase("_kfold");
      TrainOn(alone, hyperparameters, variables);
      EXPECT_TRUE(ReadText(alone.At("model/xgboost-model")) ==
                  ReadText(root.At("model/xgboost-model-" + std::to_string(fold))))
          << fold;
    }
  }
}

TEST(P1, Line05_FoldsKeepTheSharesOfTheClasses) {
  const Rows rows = NumberedRows(300);
  const FakeRoot root;
  root.WriteChannel("train", Join(rows));
  TrainOn(root, FoldJob("3", {{"max_depth", "8"}}), {{"BOOSTYARD_MODEL_ARTIFACT", "bare"}});
  const auto is_positive = [&](std::size_t row) { return rows[row][0] == "1"; };
  std::vector<std::ptrdiff_t> positives;
  for (const auto& fold : FoldsByPrediction(root, rows, 3)) {
    EXPECT_EQ(fold.size(), 100U);
    positives.push_back(std::count_if(fold.begin(), fold.end(), is_positive));
  }
  const auto [least, most] = std::minmax_element(positives.begin(), positives.end());
  EXPECT_LE(*most - *least, 1);
}

TEST(P1, Line05_SameBytesForAnyThreadsOtherFoldsForAnotherSeed) {
  const Rows rows = NumberedRows(300);
  std::map<std::string, std::string> models;
  for (const std::string name : {"1 thread", "4 threads", "seed"}) {
    const FakeRoot root;
    root.WriteChannel("train", Join(rows));
    Hyperparameters hyperparameters = FoldJob("4");
    hyperparameters["nthread"] = name == "1 thread" ? "1" : "4";
    if (name == "seed") hyperparameters["seed"] = "7";
    TrainOn(root, hyperparameters);
    models[name] =
        ReadText(root.At("model/model.tar.gz")) + ReadText(root.At("output/data/predictions.csv"));
  }
  EXPECT_TRUE(models["1 thread"] == models["4 threads"]);
  EXPECT_FALSE(models["1 thread"] == models["seed"]);
}

TEST(P1, Line05_PredictionsOfClassesAndOfNumbers) {
  for (const std::string objective : {"multi:softprob", "multi:softmax"}) {
    SCOPED_TRACE(objective);
    const FakeRoot root;
    root.WriteChannel("train", Join(NumberedRows(300, true)));
    Hyperparameters hyperparameters =
        FoldJob("3", {{"objective", objective}, {"num_class", "3"}, {"_num_cv_round", "3"}});
    const RunResult result = TrainOn(root, hyperparameters);
    double hits = 0.0;
    const auto table = Predictions(root);
    ASSERT_EQ(table.size(), 300U);
    for (const auto& row : table) {
      ASSERT_EQ(row.size(), 3U);
      EXPECT_GE(row[1], 1.0 / 3) << "the probability of the likeliest of three";
      EXPECT_LE(row[1], 1.0);
      EXPECT_TRUE(row[2] == 0 || row[2] == 1 || row[2] == 2) << row[2];
      hits += row[0] == row[2] ? 1.0 : 0.0;
    }
    EXPECT_GT(hits, 270.0) << "class numbers are those of the labels";
    const std::vector<double> shown =
        PredictRows(root.At("model/model.tar.gz"), NumberedRows(300, true));
    if (objective != "multi:softmax") continue;
    double archive_hits = 0.0;
    for (std::size_t row = 0; row < shown.size(); ++row) {
      archive_hits += shown[row] == table[row][0] ? 1.0 : 0.0;
    }
    EXPECT_GT(archive_hits, 270.0) << "the nine models predict classes together";
  }
  const FakeRoot root;
  root.WriteChannel("train", Join(NumberedRows(300)));
  Hyperparameters hyperparameters = FoldJob("3");
  hyperparameters.erase("objective");
  const RunResult result = TrainOn(root, hyperparameters);
  double squares = 0.0;
  for (const auto& row : Predictions(root)) {
    ASSERT_EQ(row.size(), 2U);
    squares += (row[0] - row[1]) * (row[0] - row[1]);
  }
  double of_folds = 0.0;
  const auto rmse = MetricOf(result.out, "validation-rmse");
  ASSERT_EQ(rmse.size(), 3U * 5 + 1);
  for (const std::size_t last : {4U, 9U, 14U}) of_folds += 100 * rmse[last] * rmse[last];
  EXPECT_NEAR(squares, of_folds, 0.02) << "the rows left out are what validation-rmse is of";
}

TEST(P1, Line05_EarlyStoppingWorksOnTheRowsLeftOut) {
  const FakeRoot root;
  root.WriteChannel("train", SmallCsv(200));
  const RunResult result =
      TrainOn(root, FoldJob("2", {{"num_round", "500"},
                                  {"eta", "0.5"},
                                  {"max_depth", "6"},
                                  {"early_stopping_rounds", "4"},
                                  {"_tuning_objective_metric", "validation:logloss"}}));
  const auto members = ModelsIn(root);
  ASSERT_EQ(members.size(), 2U);
  const auto losses = MetricOf(result.out, "validation-logloss");
  std::size_t begin = 0;
  for (const auto& member : members) {
    const auto model = ReadModel(member.bytes);
    ASSERT_TRUE(model.ok());
    const auto best = static_cast<std::size_t>(model->round_count()) - 1;
    EXPECT_EQ(model->attributes.at("best_iteration"), std::to_string(best));
    ASSERT_LT(begin + best + 4, losses.size());
    const auto first = losses.begin() + static_cast<std::ptrdiff_t>(begin);
    EXPECT_EQ(static_cast<std::size_t>(
                  std::min_element(first, first + static_cast<std::ptrdiff_t>(best) + 5) - first),
              best);
    begin += best + 5;
  }
  EXPECT_EQ(losses.size(), begin + 1) << "and the summary";
}

TEST(P1, Line05_OldModelsGiveWayAndAStopLeavesNone) {
  const FakeRoot root;
  root.WriteChannel("train", SmallCsv());
  const std::map<std::string, std::string> bare = {{"BOOSTYARD_MODEL_ARTIFACT", "bare"}};
  TrainOn(root, FoldJob("4"), bare);
  TrainOn(root, FoldJob("2"), bare);
  EXPECT_EQ(root.ModelFiles(), (Names{"xgboost-model-0", "xgboost-model-1"}));
  TrainOn(root, SmallHyperparameters(), bare);
  EXPECT_EQ(root.ModelFiles(), Names{"xgboost-model"});

  const FakeRoot stopped;
  stopped.WriteChannel("train", SmallCsv());
  stopped.WriteHyperparameters(FoldJob("3", {{"num_round", "100000000"}}));
  RunningBinary running(
      {.arguments = {"--root", stopped.path()}, .variables = {}, .before_exec = {}});
  ASSERT_TRUE(running.WaitForText("[3]\ttrain")) << running.err();
  running.Send(SIGTERM);
  EXPECT_EQ(running.Wait().exit_code, 143);
  EXPECT_EQ(stopped.ModelFiles(), Names{});
  EXPECT_FALSE(std::filesystem::exists(stopped.At("output/data/predictions.csv")));
}

}  // namespace
}  // namespace boostyard::testing
