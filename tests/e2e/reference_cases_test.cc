// contract.md section 10, P1, line 1: what the reference container's public tests accept and
// refuse, as tables of our own with one runner, on the public data of those tests.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/job.h"
#include "tests/support/standard_set.h"

namespace boostyard::testing {
namespace {

namespace fs = std::filesystem;

fs::path SharedData() {
  return fs::path(BOOSTYARD_SOURCE_DIR) / ".." / "shared" / "data" / "sagemaker_xgboost_container";
}

// What those tests send with every job.
Hyperparameters StandardSet() { return ReferencesStandardSet({{"num_round", "3"}}); }

// Lines of libsvm that leave no feature out as CSV: "3 1:2 2:0.74" -> "3,2,0.74".
std::string AsCsv(const std::string& libsvm) {
  std::string csv;
  for (const std::string& line : Lines(libsvm)) {
    std::string row;
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = std::min(line.find(' ', begin), line.size());
      const std::string token = line.substr(begin, end - begin);
      const std::size_t colon = token.find(':');
      if (!token.empty()) {
        row += (row.empty() ? "" : ",") +
               (colon == std::string::npos ? token : token.substr(colon + 1));
      }
      begin = end + 1;
    }
    csv += row + "\n";
  }
  return csv;
}

// The two files of a set's training channel, then its validation file, as libsvm.
std::string Train0(const std::string& set) {
  return ReadText(SharedData() / set / "data/train/abalone.train_0");
}
std::string Train1(const std::string& set) {
  return ReadText(SharedData() / set / "data/train/abalone.train_1");
}
std::string Validation(const std::string& set) {
  return ReadText(SharedData() / set / "data/validation/abalone.validation");
}

std::string InputConfig(const std::string& content_type, const std::string& mode = "File") {
  const std::string channel = R"({"ContentType": ")" + content_type +
                              R"(", "TrainingInputMode": ")" + mode +
                              R"(", "S3DistributionType": "FullyReplicated"})";
  return R"({"train": )" + channel + R"(, "validation": )" + channel + "}";
}

void WriteCsv(const FakeRoot& root, const std::string& train, const std::string& validation) {
  root.WriteChannel("train", train, "abalone.train");
  root.WriteChannel("validation", validation, "abalone.validation");
  root.Write("input/config/inputdataconfig.json", InputConfig("text/csv"));
}

void WriteSet(const FakeRoot& root, const std::string& set) {
  WriteCsv(root, AsCsv(Train0(set)), AsCsv(Validation(set)));
}

// A table with each cell changed and another delimiter.
std::string WithCells(const std::string& csv,
                      const std::function<std::string(std::string, std::size_t)>& change,
                      const std::string& delimiter = ",") {
  std::string text;
  for (const std::string& line : Lines(csv)) {
    std::size_t column = 0;
    std::string row;
    for (std::size_t begin = 0; begin <= line.size(); ++column) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      row += (column == 0 ? "" : delimiter) + change(line.substr(begin, end - begin), column);
      begin = end + 1;
    }
    text += row + "\n";
  }
  return text;
}

struct ValidCase {
  std::string name;
  std::function<void(const FakeRoot&)> write_data;
  Hyperparameters changes;
  std::string metric;  // printed in each of the three rounds
};

std::vector<ValidCase> ValidCases() {
  const auto binary = [](const FakeRoot& root) { WriteSet(root, "abalone-binary"); };
  const auto multiclass = [](const FakeRoot& root) { WriteSet(root, "abalone-multiclass"); };
  const auto regression = [](const FakeRoot& root) { WriteSet(root, "abalone"); };
  const auto libsvm = [](const std::vector<std::string>& files) {
    return [=](const FakeRoot& root) {
      for (std::size_t i = 0; i < files.size(); ++i) {
        root.WriteChannel("train", files[i], "abalone.train_" + std::to_string(i));
      }
      root.WriteChannel("validation", Validation("abalone-binary"), "abalone.validation");
      root.Write("input/config/inputdataconfig.json", InputConfig("text/libsvm"));
    };
  };
  const std::string train = AsCsv(Train0("abalone-binary"));
  const std::string validation = AsCsv(Validation("abalone-binary"));
  const auto spelled = [=](const std::function<std::string(std::string, std::size_t)>& change,
                           const std::string& delimiter) {
    return [=](const FakeRoot& root) {
      WriteCsv(root, WithCells(train, change, delimiter), WithCells(validation, change, delimiter));
    };
  };
  const auto same = [](std::string cell, std::size_t) { return cell; };
  return {
      {"csv", binary, {}, "train-error"},
      {"csv in two files",
       [=](const FakeRoot& root) {
         WriteCsv(root, train, validation);
         root.WriteChannel("train", AsCsv(Train1("abalone-binary")), "abalone.train_1");
       },
       {},
       "train-error"},
      {"csv in subfolders",
       [=](const FakeRoot& root) {
         WriteCsv(root, train, validation);
         root.WriteChannel("train", AsCsv(Train1("abalone-binary")), "input_2/abalone.train_1");
       },
       {},
       "train-error"},
      {"csv with weights, of which validation has none",
       [=](const FakeRoot& root) {
         const auto weigh = [](std::string cell, std::size_t column) {
           return column == 0 ? cell + ",0.5" : cell;
         };
         WriteCsv(root, WithCells(train, weigh), validation);
       },
       {{"csv_weights", "1"}},
       "validation-error"},
      {"csv with spaces", spelled(same, " "), {}, "train-error"},
      {"csv in scientific notation",
       spelled(
           [](std::string cell, std::size_t column) { return column == 2 ? cell + "e-2" : cell; },
           ","),
       {},
       "train-error"},
      {"csv with empty cells",
       spelled([](std::string cell, std::size_t column) { return column % 3 == 2 ? "" : cell; },
               ","),
       {},
       "train-error"},
      {"libsvm", libsvm({Train0("abalone-binary")}), {}, "train-error"},
      {"libsvm in two files",
       libsvm({Train0("abalone-binary"), Train1("abalone-binary")}),
       {},
       "train-error"},
      {"libsvm with weights",
       libsvm({std::regex_replace(Train0("abalone-binary"), std::regex("(^|\n)([01]) "),
                                  "$1$2:0.5 ")}),
       {},
       "train-error"},
      {"tuning metrics",
       binary,
       {{"eval_metric", "accuracy,auc,f1,balanced_accuracy,precision,recall,logloss"},
        {"_tuning_objective_metric", "validation:f1"}},
       "validation-f1"},
      {"multi:softmax with merror",
       multiclass,
       {{"objective", "multi:softmax"}, {"num_class", "4"}, {"eval_metric", "merror"}},
       "validation-merror"},
      {"multi:softprob with mlogloss",
       multiclass,
       {{"objective", "multi:softprob"}, {"num_class", "4"}, {"eval_metric", "mlogloss"}},
       "validation-mlogloss"},
      {"threshold", binary, {{"eval_metric", "error@0.8"}}, "validation-error@0.8"},
      {"verbosity", binary, {{"verbosity", "3"}}, "train-error"},
      {"reg:squarederror",
       regression,
       {{"objective", "reg:squarederror"}, {"eval_metric", "rmse"}},
       "validation-rmse"},
      {"reg:linear",
       regression,
       {{"objective", "reg:linear"}, {"eval_metric", "mae"}},
       "validation-mae"},
      {"count:poisson",
       regression,
       {{"objective", "count:poisson"}, {"eval_metric", "poisson-nloglik"}},
       "validation-poisson-nloglik"},
      {"reg:gamma",
       regression,
       {{"objective", "reg:gamma"}, {"eval_metric", "gamma-nloglik"}},
       "validation-gamma-nloglik"},
      {"reg:tweedie",
       regression,
       {{"objective", "reg:tweedie"}, {"eval_metric", "rmse"}},
       "validation-rmse"},
      {"binary:logitraw",
       binary,
       {{"objective", "binary:logitraw"}, {"eval_metric", "auc"}},
       "validation-auc"},
      {"dart", binary, {{"booster", "dart"}, {"rate_drop", "0.1"}}, "train-error"},
      {"gblinear", binary, {{"booster", "gblinear"}, {"updater", "coord_descent"}}, "train-error"},
  };
}

TEST(P1, Line01_WhatTheReferenceTrainsIsTrained) {
  if (!fs::exists(SharedData())) GTEST_SKIP() << "no " << SharedData();
  for (const ValidCase& valid : ValidCases()) {
    SCOPED_TRACE(valid.name);
    const FakeRoot root;
    Hyperparameters hyperparameters = StandardSet();
    for (const auto& [name, value] : valid.changes) hyperparameters[name] = value;
    root.WriteHyperparameters(hyperparameters);
    valid.write_data(root);
    const RunResult result = TrainIn(root);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(MetricOf(result.out, valid.metric).size(), 3U) << result.out;
    EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
    EXPECT_FALSE(root.Failure().has_value());
    EXPECT_TRUE(ModelIn(root).ok());
  }
}

// Ten rounds, then twenty from the checkpoint of the first job.
TEST(P1, Line01_CheckpointOfTenRoundsIsContinuedToTwenty) {
  if (!fs::exists(SharedData())) GTEST_SKIP() << "no " << SharedData();
  const FakeRoot root;
  WriteSet(root, "abalone-binary");
  root.Write("input/config/checkpointconfig.json", R"({"LocalPath": "/opt/ml/checkpoints"})");
  std::size_t line_count = 0;
  for (const char* rounds : {"10", "20"}) {
    SCOPED_TRACE(rounds);
    Hyperparameters hyperparameters = StandardSet();
    hyperparameters["num_round"] = rounds;
    hyperparameters.erase("early_stopping_rounds");
    root.WriteHyperparameters(hyperparameters);
    const RunResult result = TrainIn(root);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(MetricOf(result.out, "train-error").size(), 10U) << result.out;
    EXPECT_EQ(root.ModelFiles(), Names{"model.tar.gz"});
    line_count += Lines(result.out).size();
    const auto model = ModelIn(root);
    ASSERT_TRUE(model.ok());
    EXPECT_EQ(std::to_string(model->round_count()), rounds);
    EXPECT_TRUE(
        fs::exists(root.At("checkpoints/xgboost-checkpoint." + std::to_string(line_count - 1))));
  }
}

TEST(P1, Line01_WhatTheReferenceRefusesIsRefused) {
  if (!fs::exists(SharedData())) GTEST_SKIP() << "no " << SharedData();
  const std::vector<Hyperparameters> cases = {
      {{"eta", "-0.1"}},
      {{"eta", "1.01"}},
      {{"gamma", "-0.1"}},
      {{"max_depth", "-0.1"}},
      {{"min_child_weight", "-0.1"}},
      {{"max_delta_step", "-0.1"}},
      {{"subsample", "0"}},
      {{"subsample", "1.01"}},
      {{"colsample_bytree", "0"}},
      {{"colsample_bytree", "1.01"}},
      {{"colsample_bylevel", "0"}},
      {{"colsample_bylevel", "1.01"}},
      {{"tree_method", "gpu_exact"}},
      {{"sketch_eps", "0"}},
      {{"sketch_eps", "1"}},
      {{"refresh_leaf", "2"}},
      {{"process_type", "update"}},
      {{"grow_policy", "invalid"}},
      {{"sample_type", "invalid"}},
      {{"normalize_type", "invalid"}},
      {{"rate_drop", "-0.01"}},
      {{"rate_drop", "1.01"}},
      {{"one_drop", "-0.01"}},
      {{"skip_drop", "1.01"}},
      {{"tweedie_variance_power", "1"}},
      {{"tweedie_variance_power", "2"}},
      {{"verbosity", "-1"}},
      {{"verbosity", "4"}},
      {{"verbosity", "0.5"}},
      {{"num_round", "0"}},
      {{"num_class", "1"}},
      {{"csv_weights", "2"}},
      {{"early_stopping_rounds", "0"}},
      {{"eval_metric", "1"}},
      {{"eval_metric", "rmse,invalid"}},
      {{"eval_metric", "error@nonfloat"}},
      {{"eval_metric", "auc@0.5"}},
      {{"eval_metric", "<function"}},
      {{"booster", "1"}},
      {{"objective", "invalid"}},
      {{"objective", "multi:softmax"}},
      {{"objective", "multi:softprob"}},
      {{"objective", "reg:squarederror"}, {"eval_metric", "auc"}},
      {{"booster", "gblinear"}},
      {{"booster", "gblinear"}, {"updater", "grow_colmaker"}},
      {{"process_type", "update"}, {"updater", "grow_colmaker"}},
      {{"updater", "grow_colmaker,grow_histmaker"}},
      {{"unknown_name", "1"}},
      {{"_kfold", "1"}},
      {{"_num_cv_round", "0"}},
      {{"_tuning_objective_metric", "validation:invalid"}},
  };
  const FakeRoot root;
  WriteSet(root, "abalone-binary");
  for (const Hyperparameters& bad : cases) {
    std::string name;
    Hyperparameters hyperparameters = StandardSet();
    for (const auto& [key, value] : bad) {
      hyperparameters[key] = value;
      name += key + "=" + value + " ";
    }
    SCOPED_TRACE(name);
    root.WriteHyperparameters(hyperparameters);
    ExpectRefused(root, TrainIn(root), "UserError: ", {"[hyperparam-"});
  }
}

struct BadChannel {
  std::string name;
  std::function<void(const FakeRoot&)> write_data;
  std::string id;
};

TEST(P1, Line01_ChannelsThatTheReferenceRefusesAreRefused) {
  if (!fs::exists(SharedData())) GTEST_SKIP() << "no " << SharedData();
  const auto csv_as = [](const std::string& content_type, const std::string& mode) {
    return [=](const FakeRoot& root) {
      WriteSet(root, "abalone-binary");
      root.Write("input/config/inputdataconfig.json", InputConfig(content_type, mode));
    };
  };
  const std::vector<BadChannel> cases = {
      {"unknown content type", csv_as("text/weather", "File"), "[channel-content-type]"},
      {"CSV under libsvm's type", csv_as("text/libsvm", "File"), ""},
      {"Pipe mode for plain files", csv_as("text/csv", "Pipe"), "[channel-pipe]"},
      {"Pipe mode for libsvm", csv_as("text/libsvm", "Pipe"), "[channel-"},
      {"libsvm under CSV's type",
       [](const FakeRoot& root) {
         root.WriteChannel("train", Train0("abalone-binary"));
         root.Write("input/config/inputdataconfig.json",
                    R"({"train": {"ContentType": "text/csv"}})");
       },
       "[channel-content-type]"},
      {"an empty file",
       [](const FakeRoot& root) {
         root.WriteChannel("train", ReadText(SharedData() / "boston/data/empty"));
       },
       "[channel-empty]"},
      {"labels of regression", [](const FakeRoot& root) { WriteSet(root, "abalone"); },
       "[data-label-range]"},
  };
  for (const BadChannel& bad : cases) {
    SCOPED_TRACE(bad.name);
    const FakeRoot root;
    root.WriteHyperparameters(StandardSet());
    bad.write_data(root);
    ExpectRefused(root, TrainIn(root), "UserError: ", {bad.id});
  }
}

}  // namespace
}  // namespace boostyard::testing
