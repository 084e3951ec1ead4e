// contract.md section 10, P0, line 6: the same table in other spellings trains the same model.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Trained {
  std::string metrics;  // stdout
  std::string log;
  std::string model;
};

Trained TrainOn(const FakeRoot& root) {
  root.WriteHyperparameters(SmallHyperparameters());
  RunRequest request;
  request.variables["BOOSTYARD_MODEL_ARTIFACT"] = "bare";
  const RunResult result = TrainIn(root, request);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return {result.out, result.err, ReadText(root.At("model/xgboost-model"))};
}

Trained TrainOnText(const std::string& text) {
  const FakeRoot root;
  root.WriteChannel("train", text);
  return TrainOn(root);
}

const Trained& Plain() {
  static const Trained plain = TrainOnText(SmallCsv());
  return plain;
}

TEST(P0, Line06_SpellingsOfTheSameTableTrainTheSameModel) {
  const Rows rows = SmallRows(300);
  Rows quoted = rows;
  for (auto& row : quoted) {
    for (auto& cell : row) cell = "\"" + cell + "\"";
  }
  Rows scientific = rows;
  for (auto& row : scientific) row[1] = " +" + row[1] + "e0 ";
  Rows small = rows;  // 37 as 3700000e-5
  for (auto& row : small) {
    for (std::size_t i = 1; i < row.size(); ++i) row[i] += i % 2 == 0 ? "00000e-5" : "00000.0E-05";
  }
  Rows booleans = rows;
  for (auto& row : booleans) {
    row[0] = row[0] == "1" ? "True" : "FALSE";
    row[3] = row[3] == "1" ? "true" : "False";
  }
  std::string no_last_break = Join(rows);
  no_last_break.pop_back();
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"quotes", Join(quoted)},
      {"scientific and blanks", Join(scientific)},
      {"negative exponents", Join(small)},
      {"booleans", Join(booleans)},
      {"CRLF", Join(rows, ",", "\r\n")},
      {"BOM", "\xEF\xBB\xBF" + Join(rows)},
      {"blank lines", "\n" + Join(rows, ",", "\n\n")},
      {"no last line break", no_last_break},
      {"semicolon", Join(rows, ";")},
      {"tab", Join(rows, "\t")},
      {"pipe", Join(rows, "|")},
      {"space", Join(rows, " ")},
  };
  for (const auto& spelling : cases) {
    const Trained trained = TrainOnText(spelling.text);
    EXPECT_EQ(trained.metrics, Plain().metrics) << spelling.name;
    EXPECT_EQ(trained.model == Plain().model, true) << spelling.name;
  }
}

TEST(P0, Line06_HeaderIsSkippedWithAWarning) {
  const Trained trained = TrainOnText("y,age,campaign,contact,days\n" + SmallCsv());
  EXPECT_EQ(trained.metrics, Plain().metrics);
  EXPECT_TRUE(Contains(trained.log, "WARNING")) << trained.log;
  EXPECT_TRUE(Contains(trained.log, "header")) << trained.log;
  EXPECT_TRUE(Contains(trained.log, "300 rows, 4 features")) << trained.log;
}

TEST(P0, Line06_MissingCellsHaveManySpellings) {
  Rows rows = SmallRows(300);
  std::vector<std::string> metrics;
  for (const std::string missing : {"", "nan", "NaN", "NA", "N/A", "null", "None", "?"}) {
    for (std::size_t row = 0; row < rows.size(); row += 7) rows[row][2] = missing;
    metrics.push_back(TrainOnText(Join(rows)).metrics);
    EXPECT_EQ(metrics.back(), metrics.front()) << missing;
  }
  EXPECT_NE(metrics.front(), Plain().metrics) << "or missing cells made no difference";
}

TEST(P0, Line06_FilesAndFoldersAreReadInOrderAndHiddenOnesAreNot) {
  const Rows rows = SmallRows(300);
  const FakeRoot root;
  root.WriteChannel("train", Join(Rows(rows.begin(), rows.begin() + 100)), "a.csv");
  root.WriteChannel("train", Join(Rows(rows.begin() + 100, rows.begin() + 150)), "b/part-0.csv");
  root.WriteChannel("train", Join(Rows(rows.begin() + 150, rows.begin() + 250)),
                    "b/x/y/part-1.csv");
  root.WriteChannel("train", Join(Rows(rows.begin() + 250, rows.end())), "c.csv");
  root.WriteChannel("train", "garbage,that,is\nnot,read", ".hidden.csv");
  root.WriteChannel("train", "", "_SUCCESS");
  root.WriteChannel("train", "garbage", "b/.ipynb_checkpoints/a.csv");
  const Trained trained = TrainOn(root);
  EXPECT_EQ(trained.metrics, Plain().metrics);
  EXPECT_EQ(trained.model == Plain().model, true);
  EXPECT_TRUE(Contains(trained.log, "hidden or '_' files skipped: .hidden.csv, _SUCCESS"))
      << trained.log;
}

TEST(P0, Line06_WeightsAreTheSecondColumnIfAsked) {
  Rows rows = SmallRows(300);
  for (auto& row : rows) row.insert(row.begin() + 1, "1");
  const FakeRoot root;
  root.WriteChannel("train", Join(rows));
  Hyperparameters hyperparameters = SmallHyperparameters();
  hyperparameters["csv_weights"] = "1";
  root.WriteHyperparameters(hyperparameters);
  const RunResult result = TrainIn(root);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, Plain().metrics) << "weights of 1 change nothing";
}

}  // namespace
}  // namespace boostyard::testing
