// What the first pass learns of one feature: masses per value (from coded pieces, and from floats
// of few values) and per bucket (from other floats). Sums of whole numbers: the order of the pieces
// does not matter.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/quantize/kernels.h"
#include "engine/quantize/known_values.h"
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

  // Adds the values of floats. Those that are missing are dropped and noted.
  void AddKnown(const KnownValues& values);

  // Adds kBucketCount masses, `total` together, and sets them to 0. Those of missing values are
  // dropped and noted. The lower 16 bits of `any_bits` are set where they are in one of the values.
  template <class Count>
  void TakeBuckets(Count* counts, std::uint64_t total, std::uint32_t any_bits);

  // Whether floats are told by bucket, so that there is no point in looking for few values.
  bool has_buckets() const { return !blocks_.empty(); }

  void NoteMissing() { has_missing_ = true; }
  bool has_missing() const { return has_missing_; }

  // All values as cells: single keys if they are known, else buckets.
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

  static constexpr std::size_t kMostKnown = 1024;  // more are put into buckets

  CellSearch BucketCells() const;
  std::vector<KeyMass> BucketKeys() const;
  void PutKnownIntoBuckets();
  template <class Count>
  std::uint64_t TakeBlock(std::size_t block, Count* counts);

  std::vector<KeyMass> coded_;              // ascending; of coded pieces
  std::vector<KeyMass> known_;              // ascending; of floats, as long as there are no blocks
  std::vector<Block> blocks_;               // kBlockCount, or empty: no floats, or all are known
  std::vector<std::uint16_t> seen_blocks_;  // that TakeBuckets met, those of missing values too
  std::uint32_t any_bits_ = 0;              // of floats in blocks
  bool has_missing_ = false;
};

}  // namespace boostyard
