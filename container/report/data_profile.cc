#include "container/report/data_profile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/base/parallel.h"
#include "engine/base/stage_times.h"

namespace boostyard::container {
namespace {

void AddDistinct(std::vector<float>& distinct, float value) {
  const auto place = std::lower_bound(distinct.begin(), distinct.end(), value);
  if (place != distinct.end() && *place == value) return;
  distinct.insert(place, value);
}

// Range and missing cells in one pass without branches, which the compiler makes wide.
void AddRange(std::span<const float> values, ColumnProfile& column) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> low;
  std::array<float, kLanes> high;
  std::array<std::uint32_t, kLanes> missing{};
  low.fill(column.min);
  high.fill(column.max);
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float value = values[i + lane];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
      missing[lane] += value != value ? 1U : 0U;
    }
  }
  for (std::size_t lane = 0; i < values.size(); ++i, ++lane) {
    const float value = values[i];
    low[lane] = value < low[lane] ? value : low[lane];
    high[lane] = value > high[lane] ? value : high[lane];
    missing[lane] += value != value ? 1U : 0U;
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    column.min = std::min(column.min, low[lane]);
    column.max = std::max(column.max, high[lane]);
    column.missing += missing[lane];
  }
}

void AddFloats(std::span<const float> values, ColumnProfile& column) {
  AddRange(values, column);
  float last = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t i = 0; i < values.size() && !column.has_more(); ++i) {
    if (values[i] == last || std::isnan(values[i])) continue;
    last = values[i];
    AddDistinct(column.distinct, last);
  }
}

void AddCodes(const ColumnPiece& piece, std::size_t row_count, ColumnProfile& column) {
  // Four tables, so that equal neighbours do not wait for each other's store.
  std::array<std::array<std::uint32_t, 256>, 4> counts{};
  for (std::size_t i = 0; i < row_count; ++i) ++counts[i % 4][piece.codes[i]];
  const auto count = [&](std::size_t code) {
    return counts[0][code] + counts[1][code] + counts[2][code] + counts[3][code];
  };
  column.missing += count(ColumnPiece::kMissingCode);
  for (std::size_t code = 0; code < piece.dictionary.size(); ++code) {
    if (count(code) == 0) continue;
    const float value = piece.dictionary[code];
    column.min = std::min(column.min, value);
    column.max = std::max(column.max, value);
    if (!column.has_more()) AddDistinct(column.distinct, value);
  }
}

}  // namespace

ProfiledStream::ProfiledStream(std::unique_ptr<ChunkStream> stream, int threads)
    : stream_(std::move(stream)), threads_(threads) {
  profile_.feature_count = stream_->shape().feature_count;
  if (!stream_->shape().is_sparse) profile_.features.resize(profile_.feature_count);
  profile_.has_weights = stream_->shape().has_weights;
  profile_.feature_names = stream_->shape().feature_names;
}

Result<std::span<const ColumnChunk>> ProfiledStream::NextBatch() {
  auto batch = [this] {
    const StageScope stage(Stage::kRead);  // again, where the cells are not kept
    return stream_->NextBatch();
  }();
  if (batch.ok()) AddBatch(*batch);
  return batch;
}

void ProfiledStream::AddBatch(std::span<const ColumnChunk> batch) {
  const StageScope stage(Stage::kProfile);
  std::size_t first = 0;
  while (first < batch.size() && batch[first].first_row < profile_.row_count) ++first;
  batch = batch.subspan(first);
  if (batch.empty()) return;
  for (const ColumnChunk& chunk : batch) AddLabels(chunk);
  ParallelFor(threads_, static_cast<std::int64_t>(profile_.features.size()),
              [&](std::int64_t feature) {
                ColumnProfile& column = profile_.features[static_cast<std::size_t>(feature)];
                for (const ColumnChunk& chunk : batch) {
                  const ColumnPiece& piece = chunk.features[static_cast<std::size_t>(feature)];
                  if (piece.is_coded()) {
                    AddCodes(piece, chunk.row_count, column);
                  } else {
                    AddFloats(piece.floats, column);
                  }
                }
              });
  if (stream_->shape().is_sparse) {
    for (const ColumnChunk& chunk : batch) {
      profile_.missing_cells +=
          std::uint64_t{chunk.row_count} * profile_.feature_count - chunk.sparse.values.size();
    }
  } else {
    profile_.missing_cells = 0;
    for (const ColumnProfile& column : profile_.features) profile_.missing_cells += column.missing;
  }
  profile_.row_count = batch.back().first_row + batch.back().row_count;
}

void ProfiledStream::AddLabels(const ColumnChunk& chunk) {
  ColumnProfile& label = profile_.label;
  AddRange(chunk.labels, label);
  for (const float value : chunk.labels) profile_.label_sum += static_cast<double>(value);
  if (chunk.weights.empty()) profile_.weight_sum += chunk.row_count;
  for (const float weight : chunk.weights) profile_.weight_sum += static_cast<double>(weight);
  std::size_t place = 0;
  for (const float value : chunk.labels) {
    if (label.has_more()) break;
    if (place >= label.distinct.size() || label.distinct[place] != value) {
      const auto found = std::lower_bound(label.distinct.begin(), label.distinct.end(), value);
      place = static_cast<std::size_t>(found - label.distinct.begin());
      if (found == label.distinct.end() || *found != value) {
        label.distinct.insert(found, value);
        profile_.label_counts.insert(
            profile_.label_counts.begin() + static_cast<std::ptrdiff_t>(place), 0);
      }
    }
    ++profile_.label_counts[place];
  }
  if (label.has_more()) profile_.label_counts.clear();
}

}  // namespace boostyard::container
