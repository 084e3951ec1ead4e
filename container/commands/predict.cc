#include "container/commands/predict.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

#include "container/commands/evaluation.h"
#include "container/model_source.h"
#include "data/open.h"
#include "engine/base/error_table.h"
#include "engine/model/predict.h"
#include "engine/objective/objectives.h"

namespace boostyard::container {
namespace {

Result<OpenedData> OpenFile(const PredictCommand& command, const Model& model) {
  ReadRequest request;
  request.channel = "predict";
  request.files = {{command.file, command.file, false}};
  request.has_label = command.has_labels;
  request.least_sparse_features = model.feature_count;
  request.threads = command.threads;
  if (!command.content_type.empty()) {
    BOOSTYARD_ASSIGN_OR_RETURN(request.content_type, ParseContentType(command.content_type));
  }
  return OpenData(request);
}

Error ColumnMismatch(const PredictCommand& command, const Model& model, FeatureIndex found) {
  std::string fix = "give a file with the columns that the model was trained on";
  if (!command.has_labels && found == model.feature_count + 1) {
    fix = "use --labels if the first column is the label";
  } else if (command.has_labels && found + 1 == model.feature_count) {
    fix = "leave --labels out if the first column is a feature";
  }
  return MakeError(ErrorId::kDataColumnMismatch,
                   command.file + " has " + std::to_string(found) + " features, and the model " +
                       command.model + " has " + std::to_string(model.feature_count),
                   std::move(fix));
}

Status CheckModels(const PredictCommand& command, const std::vector<Model>& models,
                   FeatureIndex feature_count) {
  for (const Model& model : models) {
    if (model.feature_count != feature_count) return ColumnMismatch(command, model, feature_count);
    if (model.output_count() != models.front().output_count() ||
        model.objective.name != models.front().objective.name) {
      return MakeError(ErrorId::kModelBad, command.model + " holds models of different objectives",
                       "give one model");
    }
  }
  return {};
}

// Both forms for the rows of one chunk; means over the models.
struct ChunkPredictions {
  std::vector<float> shown;        // what XGBoost's predict returns
  std::vector<float> for_metrics;  // the same, but probabilities for every classifier
};

void AddTo(std::vector<float>& sums, const std::vector<float>& values) {
  sums.resize(values.size(), 0.0F);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i] += values[i];
}

// Class numbers have no mean: the class of the highest mean probability, the first of equal ones.
std::vector<float> BestClasses(const std::vector<float>& probabilities, std::size_t class_count) {
  std::vector<float> classes;
  for (auto row = probabilities.begin(); row != probabilities.end();
       row += static_cast<std::ptrdiff_t>(class_count)) {
    const auto end = row + static_cast<std::ptrdiff_t>(class_count);
    classes.push_back(static_cast<float>(std::max_element(row, end) - row));
  }
  return classes;
}

ChunkPredictions PredictChunk(const std::vector<Model>& models, const ColumnChunk& chunk) {
  ChunkPredictions mean;
  for (const Model& model : models) {
    std::vector<float> margins = PredictMargins(model, chunk);
    std::vector<float> for_metrics(margins.size());
    TransformForMetrics(model.objective, margins, for_metrics, 1);
    AddTo(mean.for_metrics, for_metrics);
    AddTo(mean.shown, TransformMargins(model, std::move(margins)));
  }
  const auto count = static_cast<float>(models.size());
  for (float& value : mean.shown) value /= count;
  for (float& value : mean.for_metrics) value /= count;
  if (models.size() > 1 && models.front().objective.name == "multi:softmax") {
    const int classes = models.front().output_count();
    mean.shown = BestClasses(mean.for_metrics, static_cast<std::size_t>(classes));
  }
  return mean;
}

void Append(std::vector<float>& out, std::span<const float> values) {
  out.insert(out.end(), values.begin(), values.end());
}

// One line per row, numbers in their shortest exact form.
void PrintPredictions(std::span<const float> predictions, std::size_t row_count) {
  const std::size_t per_row = row_count == 0 ? 1 : predictions.size() / row_count;
  std::string text;
  std::array<char, 32> number{};
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto written =
        std::to_chars(number.data(), number.data() + number.size(), predictions[i]);
    text.append(number.data(), written.ptr);
    text += (i + 1) % per_row == 0 ? '\n' : ',';
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

Result<int> RunPredict(const PredictCommand& command, MetricLog& log) {
  BOOSTYARD_ASSIGN_OR_RETURN(const auto models, ReadModels(command.model));
  BOOSTYARD_ASSIGN_OR_RETURN(const OpenedData data, OpenFile(command, models.front()));
  for (const std::string& warning : data.warnings) log.Warning(warning);
  BOOSTYARD_RETURN_IF_ERROR(CheckModels(command, models, data.stream->shape().feature_count));
  Scored scored;
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto chunks, data.stream->NextBatch());
    if (chunks.empty()) break;
    for (const ColumnChunk& chunk : chunks) {
      const ChunkPredictions predictions = PredictChunk(models, chunk);
      PrintPredictions(predictions.shown, chunk.row_count);
      if (!command.has_labels) continue;
      Append(scored.labels, chunk.labels);
      Append(scored.predictions, predictions.for_metrics);
    }
  }
  if (std::fflush(stdout) != 0) {
    return MakeError(ErrorId::kIoWrite, "the predictions cannot be written to stdout",
                     "look at where stdout leads");
  }
  if (command.has_labels) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::string figures,
                               DescribeScores(models.front(), scored, command.threshold));
    std::fwrite(figures.data(), 1, figures.size(), stderr);
  }
  return 0;
}

}  // namespace boostyard::container
