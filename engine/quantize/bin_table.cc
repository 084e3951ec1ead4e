#include "engine/quantize/bin_table.h"

#include <algorithm>
#include <limits>

#include "engine/quantize/float_key.h"

namespace boostyard {

const BinTable& BinTableBuilder::Build(std::span<const float> cuts, bool with_slots) {
  const std::span<const float> interior = cuts.first(cuts.size() - 1);
  table_.cuts = cuts.data();
  table_.cut_count = static_cast<std::uint32_t>(interior.size());
  if (cuts.size() <= kNarrowBins) BuildRows(interior);
  if (with_slots) BuildSlots(interior);
  return table_;
}

void BinTableBuilder::BuildRows(std::span<const float> interior) {
  float* const filled = std::copy(interior.begin(), interior.end(), table_.rows);
  std::fill(filled, table_.rows + kNarrowBins, std::numeric_limits<float>::infinity());
  for (std::size_t row = 0; row < 16; ++row) table_.row_ends[row] = table_.rows[16 * row + 15];
}

void BinTableBuilder::BuildSlots(std::span<const float> interior) {
  constexpr std::uint32_t kMaxSlots = 65'536;
  if (interior.empty()) {
    table_.first_key = std::numeric_limits<std::uint32_t>::max();  // every value lies below
    return;
  }
  table_.first_key = FloatKey(interior.front());
  table_.last_key = FloatKey(interior.back());
  table_.shift = 0;
  while (((table_.last_key - table_.first_key) >> table_.shift) >= kMaxSlots) ++table_.shift;
  const std::uint32_t slot_count = ((table_.last_key - table_.first_key) >> table_.shift) + 1;
  first_cut_.resize(slot_count + 1);
  std::uint32_t slot = 0;
  for (std::uint32_t cut = 0; cut < interior.size(); ++cut) {
    const std::uint32_t home = (FloatKey(interior[cut]) - table_.first_key) >> table_.shift;
    while (slot <= home) first_cut_[slot++] = cut;
  }
  while (slot <= slot_count) first_cut_[slot++] = static_cast<std::uint32_t>(interior.size());
  table_.first_cut = first_cut_.data();
}

}  // namespace boostyard
