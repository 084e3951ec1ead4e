#include "engine/quantize/binned_columns.h"

#include <algorithm>
#include <cstring>

#include "engine/base/parallel.h"

namespace boostyard {
namespace {

Status ReadRows(ChunkStream& stream, std::vector<std::vector<float>>& values,
                BinnedColumns& binned) {
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto batch, stream.NextBatch());
    if (batch.empty()) return {};
    for (const ColumnChunk& chunk : batch) {
      binned.row_count += chunk.row_count;
      binned.labels.insert(binned.labels.end(), chunk.labels.begin(), chunk.labels.end());
      binned.weights.insert(binned.weights.end(), chunk.weights.begin(), chunk.weights.end());
      for (std::size_t feature = 0; feature < values.size(); ++feature) {
        for (std::size_t i = 0; i < chunk.row_count; ++i) {
          values[feature].push_back(chunk.features[feature].At(i));
        }
      }
    }
  }
}

BinnedColumn CodeColumn(const std::vector<float>& values, std::span<const float> cuts,
                        bool has_missing) {
  const std::size_t width = cuts.size() + has_missing <= 256 ? 1 : 2;
  BinnedColumn column{
      .is_wide = width == 2,
      .bytes = HugeBuffer<std::uint8_t>(values.size() * width + BinnedColumn::kPadding)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    const auto interior_end = cuts.end() - 1;
    const auto bin = static_cast<std::uint16_t>(
        value != value ? cuts.size()
                       : std::upper_bound(cuts.begin(), interior_end, value) - cuts.begin());
    std::memcpy(column.bytes.data() + i * width, &bin, width);
  }
  return column;
}

}  // namespace

Result<BinnedColumns> BinColumns(ChunkStream& stream, const BinCuts& cuts, int threads) {
  BinnedColumns binned;
  std::vector<std::vector<float>> values(cuts.feature_count());
  BOOSTYARD_RETURN_IF_ERROR(ReadRows(stream, values, binned));
  binned.columns.resize(values.size());
  ParallelFor(threads, cuts.feature_count(), [&](std::int64_t feature) {
    const bool has_missing = std::any_of(values[feature].begin(), values[feature].end(),
                                         [](float value) { return value != value; });
    binned.columns[feature] =
        CodeColumn(values[feature], cuts.of(static_cast<FeatureIndex>(feature)), has_missing);
  });
  return binned;
}

}  // namespace boostyard
