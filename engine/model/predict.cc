#include "engine/model/predict.h"

#include <cmath>
#include <limits>
#include <span>

#include "engine/objective/objectives.h"

namespace boostyard {
namespace {

// The output of the leaf that `row` falls into; its cells are `values`, one per feature.
float LeafOf(const Tree& tree, const std::vector<float>& values) {
  NodeIndex node = 0;
  while (!tree.is_leaf(node)) {
    const float value = values[tree.feature[node]];
    const bool goes_left =
        std::isnan(value) ? tree.default_left[node] != 0 : value < tree.threshold[node];
    node = tree.left[node] + (goes_left ? 0 : 1);
  }
  return tree.threshold[node];
}

// Adds to `margins` (one per output) what the trees say. Float sums in tree order, as XGBoost's.
void AddForest(const Forest& forest, const std::vector<float>& values, float* margins) {
  for (std::size_t i = 0; i < forest.trees.size(); ++i) {
    margins[forest.tree_class[i]] += LeafOf(forest.trees[i], values);
  }
}

void AddLinear(const LinearModel& linear, const std::vector<float>& values, std::size_t outputs,
               float* margins) {
  const float* const biases = linear.weights.data() + values.size() * outputs;
  for (std::size_t output = 0; output < outputs; ++output) margins[output] += biases[output];
  for (std::size_t feature = 0; feature < values.size(); ++feature) {
    if (std::isnan(values[feature])) continue;
    for (std::size_t output = 0; output < outputs; ++output) {
      margins[output] += values[feature] * linear.weights[feature * outputs + output];
    }
  }
}

// The cells of one row after the other, absent ones NaN.
class RowCells {
 public:
  RowCells(const ColumnChunk& chunk, FeatureIndex feature_count)
      : chunk_(chunk), values_(feature_count, std::numeric_limits<float>::quiet_NaN()) {}

  const std::vector<float>& Of(std::size_t row) {
    const SparseRows& sparse = chunk_.sparse;
    if (sparse.offsets.empty()) {
      for (std::size_t feature = 0; feature < values_.size(); ++feature) {
        values_[feature] = chunk_.features[feature].At(row);
      }
      return values_;
    }
    for (const FeatureIndex feature : set_)
      values_[feature] = std::numeric_limits<float>::quiet_NaN();
    const std::size_t count = sparse.offsets[row + 1] - sparse.offsets[row];
    set_ = sparse.indices.subspan(sparse.offsets[row], count);
    while (!set_.empty() && set_.back() >= values_.size()) set_ = set_.first(set_.size() - 1);
    for (std::size_t i = 0; i < set_.size(); ++i) {
      values_[set_[i]] = sparse.values[sparse.offsets[row] + i];
    }
    return values_;
  }

 private:
  const ColumnChunk& chunk_;
  std::vector<float> values_;
  std::span<const FeatureIndex> set_;  // of a sparse chunk: what the last row set
};

}  // namespace

std::vector<float> PredictMargins(const Model& model, const ColumnChunk& chunk) {
  const auto outputs = static_cast<std::size_t>(model.output_count());
  const float base = BaseScoreToMargin(model.objective, model.objective.base_score.value_or(0.5));
  std::vector<float> margins(chunk.row_count * outputs, base);
  RowCells cells(chunk, model.feature_count);
  for (std::size_t row = 0; row < chunk.row_count; ++row) {
    const std::vector<float>& values = cells.Of(row);
    float* const row_margins = margins.data() + row * outputs;
    if (model.linear) {
      AddLinear(*model.linear, values, outputs, row_margins);
    } else {
      AddForest(model.forest, values, row_margins);
    }
  }
  return margins;
}

std::vector<float> TransformMargins(const Model& model, std::vector<float> margins) {
  return TransformMargins(model.objective, std::move(margins));
}

}  // namespace boostyard
