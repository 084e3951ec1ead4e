// boostyard predict: what a finished model says about the rows of a file.
#pragma once

#include <optional>
#include <string>

#include "container/metric_log.h"
#include "engine/base/result.h"

namespace boostyard::container {

struct PredictCommand {
  std::string model;                // xgboost-model, a model.tar.gz, or a folder that holds one
  std::string file;                 // CSV or another format of data/
  std::string content_type;         // empty: sniffed
  bool has_labels = false;          // the first column is the label
  std::optional<double> threshold;  // needs has_labels: a confusion matrix
  int threads = 1;
};

// Prints a prediction per row on stdout (several outputs separated by commas), and on stderr what
// the labels say about them. Several models (a cross-validation) are averaged;
// multi:softmax gives the class of the highest mean probability. 0, or an error:
// kDataColumnMismatch when file and model differ in columns, those of ReadModel and OpenData.
Result<int> RunPredict(const PredictCommand& command, MetricLog& log);

}  // namespace boostyard::container
