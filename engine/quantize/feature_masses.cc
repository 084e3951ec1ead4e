#include "engine/quantize/feature_masses.h"

#include <algorithm>

#include "engine/quantize/float_key.h"

namespace boostyard {
namespace {

bool IsBefore(const KeyMass& a, const KeyMass& b) { return a.key < b.key; }

bool IsFiniteKey(std::uint32_t key) { return key >= kMinFiniteKey && key <= kMaxFiniteKey; }

// Of ascending lists, which may hold a key twice.
std::vector<KeyMass> Merged(const std::vector<KeyMass>& a, const std::vector<KeyMass>& b) {
  std::vector<KeyMass> all(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), all.begin(), IsBefore);
  std::vector<KeyMass> merged;
  merged.reserve(all.size());
  for (const KeyMass& entry : all) {
    if (merged.empty() || merged.back().key != entry.key) {
      merged.push_back(entry);
    } else {
      merged.back().mass += entry.mass;
    }
  }
  return merged;
}

void AppendCell(std::uint32_t first_key, std::uint32_t width_bits, std::uint64_t mass,
                CellSearch& search) {
  search.cells.push_back(
      {.first_key = first_key, .width_bits = width_bits, .mass = mass, .below = search.total_mass});
  search.total_mass += mass;
}

}  // namespace

void FeatureMasses::AddCoded(std::span<const float> dictionary, const std::uint64_t* code_masses) {
  std::vector<KeyMass> added;
  for (std::size_t code = 0; code < dictionary.size(); ++code) {
    if (code_masses[code] > 0) added.push_back({FloatKey(dictionary[code]), code_masses[code]});
  }
  coded_ = Merged(coded_, added);
}

void FeatureMasses::AddKnown(const KnownValues& values) {
  std::vector<KeyMass> added;
  values.ForEach([&](const FloatMass& value) {
    const std::uint32_t key = FloatKeyOfBits(value.bits);
    if (IsFiniteKey(key)) {
      added.push_back({key, value.mass});
    } else {
      has_missing_ = true;
    }
  });
  std::sort(added.begin(), added.end(), IsBefore);
  known_ = Merged(known_, added);
  if (has_buckets() || known_.size() > kMostKnown) PutKnownIntoBuckets();
}

void FeatureMasses::PutKnownIntoBuckets() {
  blocks_.resize(kBlockCount);
  for (const KeyMass& entry : known_) {
    any_bits_ |= FloatBits(KeyFloat(entry.key));
    const std::uint32_t bucket = entry.key >> 16;
    Block& block = blocks_[bucket / kBlockSize];
    if (block == nullptr) block.reset(new std::uint64_t[kBlockSize]());
    block[bucket % kBlockSize] += entry.mass;
  }
  known_ = {};
}

// A stream that is read again comes in many small batches, and a feature's values lie in the same
// few blocks in all of them: those first.
template <class Count>
void FeatureMasses::TakeBuckets(Count* counts, std::uint64_t total, std::uint32_t any_bits) {
  PutKnownIntoBuckets();
  any_bits_ |= any_bits;
  std::uint64_t taken = 0;
  for (const std::uint16_t block : seen_blocks_) {
    taken += TakeBlock(block, counts + block * kBlockSize);
  }
  if (taken == total) return;
  for (std::size_t block = 0; block < kBlockCount; ++block) {
    if (TakeBlock(block, counts + block * kBlockSize) == 0) continue;
    seen_blocks_.push_back(static_cast<std::uint16_t>(block));
  }
}

// Returns the sum of the block's masses.
template <class Count>
std::uint64_t FeatureMasses::TakeBlock(std::size_t block, Count* counts) {
  Count any = 0;
  for (std::size_t i = 0; i < kBlockSize; ++i) any |= counts[i];
  if (any == 0) return 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlockSize; ++i) sum += counts[i];
  if (!IsFiniteKey(static_cast<std::uint32_t>(block * kBlockSize << 16))) {
    has_missing_ = true;
  } else {
    if (blocks_[block] == nullptr) blocks_[block].reset(new std::uint64_t[kBlockSize]());
    for (std::size_t i = 0; i < kBlockSize; ++i) blocks_[block][i] += counts[i];
  }
  std::fill(counts, counts + kBlockSize, Count{0});
  return sum;
}

template void FeatureMasses::TakeBuckets(std::uint32_t* counts, std::uint64_t total,
                                         std::uint32_t any_bits);
template void FeatureMasses::TakeBuckets(std::uint64_t* counts, std::uint64_t total,
                                         std::uint32_t any_bits);

CellSearch FeatureMasses::FirstCells() const {
  const bool buckets_are_keys = (any_bits_ & 0xFFFF) == 0;
  if (has_buckets() && !buckets_are_keys) return BucketCells();
  CellSearch search;
  for (const KeyMass& entry : Merged(coded_, has_buckets() ? BucketKeys() : known_)) {
    AppendCell(entry.key, 0, entry.mass, search);
  }
  return search;
}

// Of buckets that can hold one value each: the lower bits of all are 0.
std::vector<KeyMass> FeatureMasses::BucketKeys() const {
  std::vector<KeyMass> keys;
  for (std::size_t block = 0; block < kBlockCount; ++block) {
    if (blocks_[block] == nullptr) continue;
    for (std::size_t i = 0; i < kBlockSize; ++i) {
      if (blocks_[block][i] == 0) continue;
      const auto bucket = static_cast<std::uint32_t>(block * kBlockSize + i);
      const std::uint32_t lower_bits = bucket < kBucketCount / 2 ? 0xFFFF : 0;  // negative: flipped
      keys.push_back({bucket << 16 | lower_bits, blocks_[block][i]});
    }
  }
  return keys;
}

CellSearch FeatureMasses::BucketCells() const {
  CellSearch search;
  for (std::size_t block = 0; block < kBlockCount; ++block) {
    const auto block_key = static_cast<std::uint32_t>(block * kBlockSize << 16);
    const auto coded = CodedIn(block_key, block_key | ((kBlockSize << 16) - 1));
    if (blocks_[block] == nullptr && coded.empty()) continue;
    std::uint64_t masses[kBlockSize] = {};
    if (blocks_[block] != nullptr) {
      std::copy(blocks_[block].get(), blocks_[block].get() + kBlockSize, masses);
    }
    for (const KeyMass& entry : coded) masses[(entry.key >> 16) % kBlockSize] += entry.mass;
    for (std::uint32_t i = 0; i < kBlockSize; ++i) {
      if (masses[i] > 0) AppendCell(block_key + (i << 16), 16, masses[i], search);
    }
  }
  return search;
}

std::span<const KeyMass> FeatureMasses::CodedIn(std::uint32_t first_key,
                                                std::uint32_t last_key) const {
  const auto first =
      std::lower_bound(coded_.begin(), coded_.end(), first_key,
                       [](const KeyMass& entry, std::uint32_t key) { return entry.key < key; });
  const auto last =
      std::upper_bound(first, coded_.end(), last_key,
                       [](std::uint32_t key, const KeyMass& entry) { return key < entry.key; });
  return {first, last};
}

}  // namespace boostyard
