#include "engine/boost/resume.h"

#include <algorithm>

#include "engine/model/predict.h"

namespace boostyard {

std::optional<std::vector<std::int32_t>> SplitBins(const Tree& tree, const BinCuts& cuts) {
  std::vector<std::int32_t> bins(tree.node_count(), 0);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (tree.is_leaf(static_cast<NodeIndex>(i))) continue;
    const std::span<const float> values = cuts.of(tree.feature[i]);
    const float threshold = tree.threshold[i];
    if (threshold == cuts.min_values[tree.feature[i]]) {
      bins[i] = -1;
      continue;
    }
    const auto found = std::lower_bound(values.begin(), values.end(), threshold);
    if (found == values.end() || *found != threshold) return std::nullopt;
    bins[i] = static_cast<std::int32_t>(found - values.begin());
  }
  return bins;
}

Status SetMarginsFromValues(const Model& model, ChunkStream& stream, RowIndex first_row,
                            std::span<const std::span<float>> margins) {
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream.NextBatch());
    if (batch.empty()) return stream.Rewind();
    for (const ColumnChunk& chunk : batch) {
      const std::vector<float> values = PredictMargins(model, chunk);
      for (std::size_t row = 0; row < chunk.row_count; ++row) {
        for (std::size_t k = 0; k < margins.size(); ++k) {
          margins[k][first_row + chunk.first_row + row] = values[row * margins.size() + k];
        }
      }
    }
  }
}

}  // namespace boostyard
