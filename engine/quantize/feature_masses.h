// What the first pass learns of one feature: masses per value (from coded pieces) and per bucket
// (from floats). Sums of whole numbers: the order of the pieces does not matter.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/quantize/kernels.h"
#include "engine/quantize/rank_rule.h"

namespace boostyard {

struct KeyMass {
  std::uint32_t key = 0;
  std::uint64_t mass = 0;
};

class FeatureMasses {
 public:
  // Masses of the dictionary's values, which ascend.
  void AddCoded(std::span<const float> dictionary, const std::uint64_t* code_masses);

  // Adds kBucketCount masses and sets them to 0. Those of missing values are dropped and noted.
  template <class Count>
  void TakeBuckets(Count* counts);

  void NoteMissing() { has_missing_ = true; }
  bool has_missing() const { return has_missing_; }

  // All values as cells: single keys if only coded pieces were seen, else buckets.
  CellSearch FirstCells() const;

  // Frees what TakeBuckets took, which FirstCells() has told by then.
  void DropBuckets() { blocks_ = std::vector<Block>(); }

  // The masses of coded values whose keys are in [first_key, last_key].
  std::span<const KeyMass> CodedIn(std::uint32_t first_key, std::uint32_t last_key) const;

 private:
  // Buckets in blocks of 128 (one sign and exponent), allocated when one of them is not empty: real
  // columns have a few dozen of 512.
  static constexpr std::size_t kBlockSize = 128;
  static constexpr std::size_t kBlockCount = kBucketCount / kBlockSize;
  using Block = std::unique_ptr<std::uint64_t[]>;

  CellSearch BucketCells() const;

  std::vector<KeyMass> coded_;  // ascending
  std::vector<Block> blocks_;   // kBlockCount, or empty: no floats
  bool has_missing_ = false;
};

}  // namespace boostyard
