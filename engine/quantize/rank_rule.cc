#include "engine/quantize/rank_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/quantize/float_key.h"

namespace boostyard {
namespace {

// XGBoost's formula is one of doubles, rounded once: fabs is C's, the constant a float.
double Margin(float value) { return std::fabs(static_cast<double>(value)) + 1e-5F; }

}  // namespace

bool CellSearch::is_done() const {
  return std::all_of(cells.begin(), cells.end(),
                     [](const KeyCell& cell) { return cell.width_bits == 0; });
}

void KeepCellsThatMatter(std::uint64_t max_bin, CellSearch& search) {
  std::vector<KeyCell>& cells = search.cells;
  if (cells.size() > max_bin) search.has_many_values = true;
  if (!search.has_many_values) return;
  std::size_t kept = 0;
  bool after_heavy = false;
  RankCursor ranks(max_bin, search.total_mass);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::uint64_t held = ranks.PassBelow(cells[i].below + cells[i].mass);
    const bool is_last = i + 1 == cells.size();
    if (held > 0 || after_heavy || is_last) cells[kept++] = cells[i];
    after_heavy = held > 1;
  }
  cells.resize(kept);
  cells.shrink_to_fit();  // every feature holds its own until all are done
}

std::vector<float> PickCuts(std::uint64_t max_bin, const CellSearch& search) {
  std::vector<float> cuts;
  bool after_heavy = false;
  RankCursor ranks(max_bin, search.total_mass);
  for (const KeyCell& cell : search.cells) {
    const std::uint64_t held = search.has_many_values ? ranks.PassBelow(cell.below + cell.mass) : 1;
    const bool is_smallest = cell.below == 0;
    if ((held > 0 || after_heavy) && !is_smallest) cuts.push_back(KeyFloat(cell.first_key));
    after_heavy = held > 1;
  }
  cuts.push_back(CutAbove(KeyFloat(search.cells.back().first_key)));
  return cuts;
}

float CutAbove(float value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::min(value + Margin(value), kLargest));
}

float NumberBelow(float value) {
  constexpr double kLowest = std::numeric_limits<float>::lowest();
  return static_cast<float>(std::max(value - Margin(value), kLowest));
}

}  // namespace boostyard
