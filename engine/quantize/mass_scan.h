// The two ways in which a thread looks through the pieces of a feature for its cuts.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "engine/base/row_mass.h"
#include "engine/quantize/cell_counter.h"
#include "engine/quantize/feature_masses.h"
#include "engine/quantize/feature_tasks.h"
#include "engine/quantize/kernels.h"

namespace boostyard {

// One per thread; its tables are reused from task to task and stay in the second-level cache.
class MassScan {
 public:
  // `mass_rule` is null if every row has mass 1.
  MassScan(const QuantizeKernels& kernels, const RowMass* mass_rule);

  // Adds the masses of the task's pieces to `masses`, under `mutex`.
  void AddMasses(const FeatureTask& task, FeatureMasses& masses, std::mutex& mutex);

  // Adds the masses of float pieces inside the cells to counters (CounterCount(cells.size()) of
  // them).
  template <class Count>
  void CountCells(const FeatureTask& task, std::span<const KeyCell> cells, Count* counters);

 private:
  static constexpr std::size_t kBlock = 4096;  // values between two stages: they stay in the cache

  // The tables, which only float pieces need: by the thread that uses them, when it does.
  void ReserveForFloats();
  void AddCodedPiece(const ColumnChunk& chunk, const ColumnPiece& piece, FeatureMasses& masses,
                     std::mutex& mutex);
  static bool HasBuckets(const FeatureMasses& masses, std::mutex& mutex);
  void AddFloats(std::span<const float> values);
  void AddWeightedFloats(const ColumnChunk& chunk, const ColumnPiece& piece);
  // Hands over what was counted of floats and begins again.
  void TakeCounts(FeatureMasses& masses, std::mutex& mutex);
  // The keys (and masses, if rows have weights) of the values whose bucket is looked into.
  std::size_t Filter(const ColumnChunk& chunk, const ColumnPiece& piece, std::size_t begin,
                     std::size_t end);

  const QuantizeKernels* kernels_;
  const RowMass* mass_rule_;
  CellIndex index_;
  // Of the float pieces of a task: either known_ counts, or one of the tables of buckets does.
  KnownValues known_;
  bool is_few_ = false;
  std::uint64_t counted_mass_ = 0;            // of what is in counts_ or weight_counts_
  bool has_missing_ = false;                  // told where rows have weights
  std::uint32_t any_bits_ = 0;                // set in some value, as far as it is in a bucket
  std::vector<std::uint32_t> counts_;         // kBucketCount, if rows have no weights; or none yet
  std::vector<std::uint64_t> weight_counts_;  // the same, if they have
  std::vector<std::uint32_t> keys_;
  std::vector<std::uint64_t> key_masses_;
};

}  // namespace boostyard
