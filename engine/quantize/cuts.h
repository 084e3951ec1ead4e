// Where the features are cut into bins: the thresholds a split may use.
//
// Bin b of a feature holds the values in [cut(b-1), cut(b)), cut(-1) being minus infinity; a split
// after bin b sends value < cut(b) left. With at most max_bin distinct values the cuts are
// XGBoost's: the values themselves but the smallest, then last + (|last| + 1e-5), so that every
// value lies below the last cut. Otherwise they are quantiles by exact counting over all rows
// (weights: fixed point; rows of weight 0 do not take part); engine/quantize/rank_rule.h states the
// rule. The result depends on the multiset of (value, weight) of each feature and on max_bin alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/column_chunk.h"
#include "engine/base/result.h"

namespace boostyard {

class MassCounter;

struct BinCuts {
  std::vector<std::uint32_t> begin;  // feature -> index of its first cut; feature_count + 1 entries
  // Ascending within a feature, all finite (so that the largest float may come twice).
  std::vector<float> values;
  std::vector<float> min_values;  // per feature: a number below every value (min - (|min| + 1e-5))
  std::vector<std::uint8_t> has_missing;  // per feature: some row has no value

  FeatureIndex feature_count() const { return static_cast<FeatureIndex>(begin.size()) - 1; }
  // At least 1, also for a feature without any value.
  BinIndex bin_count(FeatureIndex feature) const { return begin[feature + 1] - begin[feature]; }
  std::span<const float> of(FeatureIndex feature) const {
    return {values.data() + begin[feature], bin_count(feature)};
  }
  // The code that stands for "missing" in a binned column.
  BinIndex missing_code(FeatureIndex feature) const { return bin_count(feature); }
};

// The most bins a feature can have: with one more for missing values the codes still fit two bytes.
inline constexpr int kMaxBinCount = 65'535;

struct CutOptions {
  int max_bin = 256;  // 2 to 65,536 (which is taken as kMaxBinCount)
  int threads = 1;
  MassCounter* counter = nullptr;  // counts in our stead; null: we do
};

// Rewinds the stream first and last. One that is not kept is read up to three times, once more if
// rows have weights, and more often still if its counters (up to half a MiB for each feature and
// 256 bins) would need more than the bins will (a byte a cell), or more than 256 MiB; 1 MiB is
// always used. A counter asks for one pass more than that, and as often as its room demands. Throws
// std::bad_alloc.
Result<BinCuts> BuildCuts(ChunkStream& stream, const CutOptions& options);

}  // namespace boostyard
