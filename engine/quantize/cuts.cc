#include "engine/quantize/cuts.h"

#include <algorithm>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/quantize/float_key.h"
#include "engine/quantize/rank_rule.h"
#include "engine/quantize/row_mass.h"

namespace boostyard {
namespace {

constexpr float kSmallestOfNone = 1e-5F;  // what XGBoost takes for a feature without any value

using Values = std::vector<std::pair<std::uint32_t, std::uint64_t>>;  // key, mass

Result<RowMass> MassRule(ChunkStream& stream) {
  float max_weight = 0.0F;
  RowIndex row_count = 0;
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto batch, stream.NextBatch());
    if (batch.empty()) break;
    for (const ColumnChunk& chunk : batch) {
      row_count += chunk.row_count;
      for (const float weight : chunk.weights) max_weight = std::max(max_weight, weight);
    }
  }
  return RowMass(max_weight, row_count);
}

bool AddValues(const ColumnChunk& chunk, FeatureIndex feature, const RowMass& mass_rule,
               Values& values) {
  bool has_missing = false;
  for (std::size_t i = 0; i < chunk.row_count; ++i) {
    const float value = chunk.features[feature].At(i);
    if (value != value) {
      has_missing = true;
      continue;
    }
    const std::uint64_t mass = chunk.weights.empty() ? 1 : mass_rule.Of(chunk.weights[i]);
    if (mass > 0) values.emplace_back(FloatKey(value), mass);
  }
  return has_missing;
}

CellSearch ExactCells(Values& values) {
  CellSearch search;
  std::sort(values.begin(), values.end());
  for (const auto& [key, mass] : values) {
    if (search.cells.empty() || search.cells.back().first_key != key) {
      search.cells.push_back({.first_key = key, .below = search.total_mass});
    }
    search.cells.back().mass += mass;
    search.total_mass += mass;
  }
  return search;
}

}  // namespace

Result<BinCuts> BuildCuts(ChunkStream& stream, const CutOptions& options) {
  BOOSTYARD_ASSIGN_OR_RETURN(const RowMass mass_rule, MassRule(stream));
  const FeatureIndex feature_count = stream.shape().feature_count;
  const auto max_bin = static_cast<std::uint64_t>(std::min(options.max_bin, kMaxBinCount));
  std::vector<Values> values(feature_count);
  BinCuts cuts;
  cuts.has_missing.assign(feature_count, 0);
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto batch, stream.NextBatch());
    if (batch.empty()) break;
    ParallelFor(options.threads, feature_count, [&](std::int64_t feature) {
      for (const ColumnChunk& chunk : batch) {
        if (AddValues(chunk, static_cast<FeatureIndex>(feature), mass_rule, values[feature])) {
          cuts.has_missing[feature] = 1;
        }
      }
    });
  }
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  cuts.begin.push_back(0);
  for (Values& feature_values : values) {
    CellSearch search = ExactCells(feature_values);
    if (search.cells.empty()) {
      cuts.values.push_back(CutAbove(kSmallestOfNone));
      cuts.min_values.push_back(kSmallestOfNone);
    } else {
      cuts.min_values.push_back(NumberBelow(KeyFloat(search.cells.front().first_key)));
      KeepCellsThatMatter(max_bin, search);
      const std::vector<float> picked = PickCuts(max_bin, search);
      cuts.values.insert(cuts.values.end(), picked.begin(), picked.end());
    }
    cuts.begin.push_back(static_cast<std::uint32_t>(cuts.values.size()));
  }
  return cuts;
}

}  // namespace boostyard
