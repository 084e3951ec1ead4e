// Trains a small model for each booster and several objectives through the engine's door, and
// leaves in a folder what tests/engine/model_versions_test.py compares: NAME.ubj, NAME.json,
// rows.csv, and our margins and predictions in NAME.margins and NAME.predictions (one number per
// line). usage: model_versions_tool FOLDER
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>

#include "engine/model/model_io.h"
#include "engine/model/predict.h"
#include "engine/objective/objectives.h"
#include "engine/train.h"
#include "tests/support/memory_stream.h"
#include "tests/support/recording_observer.h"

namespace {

using boostyard::Booster;
using boostyard::EngineChoice;
using boostyard::Model;
using boostyard::testing::MemoryStream;
using boostyard::testing::MemoryTable;

struct Job {
  std::string name;
  std::string objective;
  Booster booster;
  EngineChoice engine;
};

MemoryTable MakeRows() {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  MemoryTable table;
  table.row_count = 300;
  table.feature_count = 3;
  for (std::size_t row = 0; row < table.row_count; ++row) {
    const float a = uniform(random);
    const float b = uniform(random);
    const bool is_missing = uniform(random) < 0.1F;
    table.values.insert(table.values.end(), {is_missing ? std::nanf("") : a, b, uniform(random)});
    table.labels.push_back(a + b > 1.0F ? 1.0F : 0.0F);
  }
  return table;
}

// Labels 0 and 1 suit every objective but those that want positive or three of them.
void SetLabels(const std::string& objective, MemoryTable& table) {
  for (std::size_t row = 0; row < table.row_count; ++row) {
    const float b = table.At(row, 1);
    if (objective.rfind("multi:", 0) == 0) {
      table.labels[row] = std::floor(b * 3.0F);
    } else if (objective == "reg:gamma" || objective.rfind("survival:", 0) == 0) {
      table.labels[row] = b + 0.5F;
    }
  }
}

void WriteNumbers(const std::string& path, const std::vector<float>& numbers) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return;
  for (const float number : numbers) std::fprintf(file, "%.9g\n", static_cast<double>(number));
  std::fclose(file);
}

void WriteBytes(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

void WriteRows(const std::string& path, const MemoryTable& table) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return;
  for (std::size_t row = 0; row < table.row_count; ++row) {
    for (std::size_t feature = 0; feature < table.feature_count; ++feature) {
      if (feature > 0) std::fputc(',', file);
      const float cell = table.At(row, feature);
      if (!std::isnan(cell)) std::fprintf(file, "%.9g", static_cast<double>(cell));
    }
    std::fputc('\n', file);
  }
  std::fclose(file);
}

bool RunJob(const Job& job, MemoryTable table, const std::string& folder) {
  SetLabels(job.objective, table);
  boostyard::TrainParams params;
  params.num_round = 5;
  params.objective.name = job.objective;
  params.booster = job.booster;
  params.tree.max_depth = 3;
  if (job.objective.rfind("multi:", 0) == 0) params.objective.num_class = 3;
  if (job.booster == Booster::kDart) params.xgboost_settings = {{"rate_drop", "0.5"}};
  MemoryStream stream(table, {.chunk_rows = 1000});
  boostyard::testing::RecordingObserver observer;
  const auto outcome = boostyard::Train(params, {.train = &stream, .validation = nullptr},
                                        {.engine = job.engine, .threads = 1}, observer);
  if (!outcome.ok()) {
    std::fprintf(stderr, "%s: %s\n", job.name.c_str(), outcome.error().message.c_str());
    return false;
  }
  const Model& model = outcome->model;
  const std::string stem = folder + "/" + job.name;
  WriteBytes(stem + ".ubj", WriteModel(model, boostyard::ModelFormat::kUbjson));
  WriteBytes(stem + ".json", WriteModel(model, boostyard::ModelFormat::kJson));
  const std::vector<float> margins = PredictMargins(model, stream.chunks()[0]);
  WriteNumbers(stem + ".margins", margins);
  WriteNumbers(stem + ".predictions", TransformMargins(model, margins));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const MemoryTable table = MakeRows();
  WriteRows(std::string(argv[1]) + "/rows.csv", table);
  std::vector<Job> jobs;
  for (const auto& info : boostyard::Objectives()) {
    std::string name(info.name);
    for (char& c : name) c = c == ':' ? '_' : c;
    const std::string objective(info.name);
    jobs.push_back({name + ".xgb", objective, Booster::kGbtree, EngineChoice::kXgboost});
    if (info.is_native) {
      jobs.push_back({name + ".native", objective, Booster::kGbtree, EngineChoice::kNative});
    }
    if (name == "binary_logistic" || name == "multi_softprob" || name == "reg_squarederror") {
      jobs.push_back({name + ".dart", objective, Booster::kDart, EngineChoice::kXgboost});
      jobs.push_back({name + ".linear", objective, Booster::kGblinear, EngineChoice::kXgboost});
    }
  }
  bool all_ok = true;
  for (const Job& job : jobs) all_ok = RunJob(job, table, argv[1]) && all_ok;
  return all_ok ? 0 : 1;
}
