// Counts the values inside a feature's cells, each cell in 256 parts, and puts the parts in its
// place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/quantize/feature_masses.h"
#include "engine/quantize/rank_rule.h"

namespace boostyard {

inline constexpr std::size_t kPartsPerCell = 256;

// Counters that `cells` cells need: one more set takes the values that are near a cell but in none.
constexpr std::size_t CounterCount(std::size_t cells) { return (cells + 1) * kPartsPerCell; }

// Finds the counter of a key. Reused from feature to feature; nothing may be asked before Build.
class CellIndex {
 public:
  // Cells of one width, which is 16 or 8.
  void Build(std::span<const KeyCell> cells);

  // Bit b of the set is 1 if some cell lies in bucket b (upper 16 bits of the key).
  const std::uint32_t* bucket_bits() const { return bucket_bits_.data(); }
  bool HasBucketOf(std::uint32_t key) const {
    return ((bucket_bits_[key >> 21] >> ((key >> 16) & 31)) & 1) != 0;
  }

  // Calls add(counter, i) for each of the keys. Precondition: HasBucketOf(keys[i]).
  template <class Add>
  void ForEachCounter(const std::uint32_t* keys, std::size_t count, const Add& add) const {
    if (width_bits_ == 16) {
      for (std::size_t i = 0; i < count; ++i) {
        add(bucket_base_[keys[i] >> 16] + ((keys[i] >> 8) & 0xFF), i);
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t middle = bucket_base_[keys[i] >> 16] + ((keys[i] >> 8) & 0xFF);
        add(middle_base_[middle] + (keys[i] & 0xFF), i);
      }
    }
  }

 private:
  std::uint32_t width_bits_ = 16;
  std::vector<std::uint32_t> bucket_bits_;  // 65,536 bits
  // Bucket -> its first counter (width 16) or its first entry in middle_base_ (width 8); valid only
  // for buckets whose bit is set.
  std::vector<std::uint32_t> bucket_base_;
  std::vector<std::uint32_t> middle_base_;  // bucket's entry + next 8 bits -> first counter
};

// Puts the parts that are not empty in the place of the cells, as far as they matter.
template <class Count>
void RefineCells(std::uint64_t max_bin, const Count* counters, const FeatureMasses& masses,
                 CellSearch& search);

}  // namespace boostyard
