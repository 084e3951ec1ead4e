// Predictions of a finished model. Plain loops over the trees: training does not pass through here.
#pragma once

#include <vector>

#include "engine/base/column_chunk.h"
#include "engine/model/model.h"

namespace boostyard {

// Margins of the rows of a chunk, output_count() per row, row-major; includes the base score.
// The chunk has model.feature_count features.
std::vector<float> PredictMargins(const Model& model, const ColumnChunk& chunk);

// Margins to what XGBoost's `predict` returns: probabilities for binary:logistic, one class number
// per row for multi:softmax, output_count() probabilities per row for multi:softprob, and so on.
std::vector<float> TransformMargins(const Model& model, std::vector<float> margins);

}  // namespace boostyard
