#include "engine/quantize/cell_counter.h"

#include <utility>

namespace boostyard {
namespace {

// Parts are passed over in groups: most groups hold no rank.
constexpr std::size_t kGroupSize = 16;

// The masses of one cell's parts.
template <class Count>
void SumParts(const KeyCell& cell, const Count* counters, const FeatureMasses& masses,
              std::uint64_t* parts) {
  for (std::size_t part = 0; part < kPartsPerCell; ++part) parts[part] = counters[part];
  const std::uint32_t last_key = cell.first_key + ((1U << cell.width_bits) - 1);
  for (const KeyMass& entry : masses.CodedIn(cell.first_key, last_key)) {
    parts[(entry.key - cell.first_key) >> (cell.width_bits - 8)] += entry.mass;
  }
}

}  // namespace

void CellIndex::Build(std::span<const KeyCell> cells) {
  constexpr std::size_t kBuckets = 65'536;
  width_bits_ = cells.front().width_bits;
  bucket_bits_.assign(kBuckets / 32, 0U);
  bucket_base_.resize(kBuckets);
  middle_base_.clear();
  const auto none = static_cast<std::uint32_t>(cells.size() * kPartsPerCell);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::uint32_t key = cells[i].first_key;
    const auto counter = static_cast<std::uint32_t>(i * kPartsPerCell);
    const bool is_new = !HasBucketOf(key);
    bucket_bits_[key >> 21] |= 1U << ((key >> 16) & 31);
    if (width_bits_ == 16) {
      bucket_base_[key >> 16] = counter;
      continue;
    }
    if (is_new) {
      bucket_base_[key >> 16] = static_cast<std::uint32_t>(middle_base_.size());
      middle_base_.resize(middle_base_.size() + 256, none);
    }
    middle_base_[bucket_base_[key >> 16] + ((key >> 8) & 0xFF)] = counter;
  }
}

template <class Count>
void RefineCells(std::uint64_t max_bin, const Count* counters, const FeatureMasses& masses,
                 CellSearch& search) {
  std::vector<KeyCell> parts_kept;
  RankCursor ranks(max_bin, search.total_mass);
  bool successor_wanted = false;
  for (std::size_t i = 0; i < search.cells.size(); ++i) {
    const KeyCell& cell = search.cells[i];
    const std::uint32_t part_bits = cell.width_bits - 8;
    const bool keep_all = !search.has_many_values || i + 1 == search.cells.size();
    std::uint64_t parts[kPartsPerCell];
    SumParts(cell, counters + i * kPartsPerCell, masses, parts);
    std::uint64_t below = cell.below;
    for (std::size_t group = 0; group < kPartsPerCell; group += kGroupSize) {
      std::uint64_t group_mass = 0;
      for (std::size_t k = 0; k < kGroupSize; ++k) group_mass += parts[group + k];
      if (group_mass == 0) continue;
      const bool holds_rank = ranks.PassBelow(below + group_mass) > 0;
      if (!keep_all && !holds_rank && !successor_wanted) {
        below += group_mass;
        continue;
      }
      successor_wanted = holds_rank;  // a heavy part's successor may stand in the next group
      for (std::size_t part = group; part < group + kGroupSize; ++part) {
        if (parts[part] == 0) continue;
        const auto offset = static_cast<std::uint32_t>(part) << part_bits;
        parts_kept.push_back({.first_key = cell.first_key + offset,
                              .width_bits = part_bits,
                              .mass = parts[part],
                              .below = below});
        below += parts[part];
      }
    }
  }
  search.cells = std::move(parts_kept);
  KeepCellsThatMatter(max_bin, search);
}

template void RefineCells(std::uint64_t max_bin, const std::uint32_t* counters,
                          const FeatureMasses& masses, CellSearch& search);
template void RefineCells(std::uint64_t max_bin, const std::uint64_t* counters,
                          const FeatureMasses& masses, CellSearch& search);

}  // namespace boostyard
