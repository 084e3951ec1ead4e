// What labels say about predictions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/column_chunk.h"
#include "engine/base/result.h"
#include "engine/model/model.h"

namespace boostyard::container {

// Labels, and predictions as metrics want them (TransformForMetrics: probabilities for
// classifiers).
struct Scored {
  std::vector<float> labels;
  std::vector<float> predictions;  // output_count values per row
};

// One line per metric of the model's objective, "auc: 0.77340", and with `threshold` the confusion
// matrix. Errors: kDataLabelRange for labels that the objective does not know, kUsage for a
// threshold where there are not two classes.
Result<std::string> DescribeScores(const Model& model, const Scored& scored,
                                   std::optional<double> threshold);

// The tutorial's table: columns are predictions, percentages are of a column. `labels` are 0 or 1
// and as many as `probabilities`.
std::string ConfusionMatrix(const std::vector<float>& labels,
                            const std::vector<float>& probabilities, double threshold);

}  // namespace boostyard::container
