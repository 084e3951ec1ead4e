// What a channel's data look like, counted while they pass to the engine.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/column_chunk.h"

namespace boostyard::container {

// Distinct values are counted exactly up to here; beyond it is only known that there are more.
inline constexpr std::size_t kDistinctCap = 255;

struct ColumnProfile {
  std::uint64_t missing = 0;
  float min = std::numeric_limits<float>::infinity();  // above max: no value at all
  float max = -std::numeric_limits<float>::infinity();
  std::vector<float> distinct;  // ascending; kDistinctCap + 1 values: more than the cap
  bool has_more() const { return distinct.size() > kDistinctCap; }
};

struct ChannelProfile {
  RowIndex row_count = 0;
  std::vector<std::string> feature_names;  // empty or one per feature
  FeatureIndex feature_count = 0;
  std::uint64_t missing_cells = 0;      // of all features
  std::vector<ColumnProfile> features;  // empty in a sparse stream: too many to be of use
  ColumnProfile label;
  std::vector<std::uint64_t> label_counts;  // rows per label.distinct; empty if there are more
  double label_sum = 0.0;
  double weight_sum = 0.0;  // without weights the number of rows
  bool has_weights = false;
};

// Passes a stream on as it is and profiles every row once, in the first pass that shows it.
class ProfiledStream : public ChunkStream {
 public:
  ProfiledStream(std::unique_ptr<ChunkStream> stream, int threads);

  const DataShape& shape() const override { return stream_->shape(); }
  Result<std::span<const ColumnChunk>> NextBatch() override;
  Status Rewind() override { return stream_->Rewind(); }
  Status RewindForLastPass() override { return stream_->RewindForLastPass(); }

  const ChannelProfile& profile() const { return profile_; }

 private:
  void AddBatch(std::span<const ColumnChunk> batch);
  void AddLabels(const ColumnChunk& chunk);

  std::unique_ptr<ChunkStream> stream_;
  int threads_;
  ChannelProfile profile_;
};

}  // namespace boostyard::container
