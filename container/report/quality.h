// What final predictions say, small enough to draw: one or two passes over the rows, no sort.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/boost/round_observer.h"
#include "engine/objective/objective.h"

namespace boostyard::container {

// Rows whose score is in (threshold, the next bin's threshold].
struct ScoreBin {
  double threshold = 0.0;
  double positive = 0.0;  // rows, or their weights
  double negative = 0.0;
  double score_sum = 0.0;  // of both
};

// How often class `row` was taken for class `column`, by largest probability.
struct Confusion {
  int class_count = 0;
  std::vector<double> counts;  // row-major
};

struct Residuals {
  double low = 0.0;  // axis of labels and predictions; what lies outside is in the outermost cells
  double high = 1.0;
  int side = 0;
  std::vector<double> cells;    // [actual][predicted]
  double residual_limit = 1.0;  // residuals (label - prediction) from -limit to limit
  std::vector<double> histogram;
  double rmse = 0.0;
  double mae = 0.0;
  double r2 = 0.0;  // NaN where all labels are equal
};

enum class QualityKind { kNone, kScores, kClasses, kResiduals };

struct Quality {
  QualityKind kind = QualityKind::kNone;
  std::string channel;
  bool is_weighted = false;
  double weight_sum = 0.0;
  std::vector<ScoreBin> scores;  // kScores: ascending, no empty bin
  Confusion confusion;           // kClasses
  Residuals residuals;           // kResiduals
};

// Scores for two classes, classes for binary:hinge and several, residuals for regression; kNone for
// ranking and survival, whose labels are not what is predicted.
Quality Judge(const FinalPredictions& final, Task task);

// Areas under the curves that the bins draw; NaN where a class is missing.
double RocArea(const std::vector<ScoreBin>& bins);

}  // namespace boostyard::container
