#include "engine/quantize/feature_masses.h"

#include <algorithm>

#include "engine/quantize/float_key.h"

namespace boostyard {
namespace {

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
  std::vector<KeyMass> merged;
  merged.reserve(coded_.size() + added.size());
  std::merge(coded_.begin(), coded_.end(), added.begin(), added.end(), std::back_inserter(merged),
             [](const KeyMass& a, const KeyMass& b) { return a.key < b.key; });
  coded_.clear();
  for (const KeyMass& entry : merged) {
    if (coded_.empty() || coded_.back().key != entry.key) {
      coded_.push_back(entry);
    } else {
      coded_.back().mass += entry.mass;
    }
  }
}

template <class Count>
void FeatureMasses::TakeBuckets(Count* counts) {
  if (blocks_.empty()) blocks_.resize(kBlockCount);
  for (std::size_t block = 0; block < kBlockCount; ++block) {
    Count* const part = counts + block * kBlockSize;
    Count any = 0;
    for (std::size_t i = 0; i < kBlockSize; ++i) any |= part[i];
    if (any == 0) continue;
    const auto first_key = static_cast<std::uint32_t>(block * kBlockSize << 16);
    if (first_key < kMinFiniteKey || first_key > kMaxFiniteKey) {
      has_missing_ = true;
    } else {
      if (blocks_[block] == nullptr) blocks_[block].reset(new std::uint64_t[kBlockSize]());
      for (std::size_t i = 0; i < kBlockSize; ++i) blocks_[block][i] += part[i];
    }
    std::fill(part, part + kBlockSize, Count{0});
  }
}

template void FeatureMasses::TakeBuckets(std::uint32_t* counts);
template void FeatureMasses::TakeBuckets(std::uint64_t* counts);

CellSearch FeatureMasses::FirstCells() const {
  if (!blocks_.empty()) return BucketCells();
  CellSearch search;
  for (const KeyMass& entry : coded_) AppendCell(entry.key, 0, entry.mass, search);
  return search;
}

CellSearch FeatureMasses::BucketCells() const {
  CellSearch search;
  for (std::size_t block = 0; block < kBlockCount; ++block) {
    const auto block_key = static_cast<std::uint32_t>(block * kBlockSize << 16);
    std::uint64_t masses[kBlockSize] = {};
    if (blocks_[block] != nullptr) {
      std::copy(blocks_[block].get(), blocks_[block].get() + kBlockSize, masses);
    }
    const auto coded = CodedIn(block_key, block_key | ((kBlockSize << 16) - 1));
    if (blocks_[block] == nullptr && coded.empty()) continue;
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
