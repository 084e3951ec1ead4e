// predictions.csv of a cross-validation: what the folds' models say about rows that they were not
// trained on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/column_chunk.h"
#include "engine/base/result.h"
#include "engine/model/model.h"

namespace boostyard::container {

// Life: Add for each fold of each repeat; Csv when every row has been predicted once a repeat.
class FoldPredictions {
 public:
  // `labels` of all rows, in order.
  FoldPredictions(std::vector<float> labels, const ObjectiveParams& objective);

  // Predicts the rows `row_numbers` (of all rows), which are those of `held_out` in order. Errors:
  // those of the stream.
  Status Add(const Model& model, ChunkStream& held_out,
             const std::vector<std::uint64_t>& row_numbers, int threads);

  // A line per row, numbers with six decimals, no header. Regression, ranking and survival: label
  // and mean prediction. Two classes: label, mean probability of class 1, the label that most of
  // the repeats gave. More classes: label, mean probability of the class that each repeat gave, the
  // class that most gave. Of classes given equally often the lowest counts.
  std::string Csv() const;

  // The same as metrics want it (FinalPredictions): per row the mean prediction, of several classes
  // for each the share of the repeats that gave it. Row-major, with as many values per row as
  // `output_count` says.
  std::vector<float> Means(int output_count) const;

 private:
  // Takes the predictions of one row, output_count() values.
  void Record(std::uint64_t row, const float* outputs, int output_count);

  std::vector<float> labels_;
  ObjectiveParams objective_;
  bool is_classification_;
  std::vector<double> sums_;                       // per row, of probabilities or predictions
  std::vector<std::uint32_t> counts_;              // per row: how often predicted
  std::vector<std::vector<std::uint32_t>> votes_;  // per repeat and row: the class
};

}  // namespace boostyard::container
