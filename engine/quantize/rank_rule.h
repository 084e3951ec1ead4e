// Which values become cuts, given masses (row counts, or sums of fixed-point weights).
//
// The rule. Let W be the mass of all values of a feature and B = max_bin. With at most B distinct
// values every value but the smallest is a cut. Otherwise rank k (0 <= k < B) is floor(k W / B),
// and the value that holds it is the smallest v with mass(values <= v) > rank k. Every holder but
// the smallest value is a cut; a holder of two ranks or more is heavy, and the next larger value is
// a cut too, so that the heavy value has a bin to itself. One cut above the largest value ends the
// list.
//
// The key space is looked at through cells: disjoint ranges of keys, in order. A cell is refined
// until it is a single key only where the rule asks for its values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace boostyard {

// All keys that agree with `first_key` above its lowest `width_bits` bits (which are 0).
struct KeyCell {
  std::uint32_t first_key = 0;
  std::uint32_t width_bits = 0;
  std::uint64_t mass = 0;   // of the values in it, more than 0
  std::uint64_t below = 0;  // mass of all smaller values
};

// The state of one feature between two scans of the data.
struct CellSearch {
  std::vector<KeyCell> cells;    // ascending
  std::uint64_t total_mass = 0;  // W
  bool has_many_values = false;  // certainly more than max_bin distinct values
  bool is_done() const;          // every cell is a single key
};

// Walks up the ranks of a feature.
class RankCursor {
 public:
  RankCursor(std::uint64_t max_bin, std::uint64_t total_mass)
      : max_bin_(max_bin), whole_(total_mass / max_bin), rest_(total_mass % max_bin) {}

  // Passes all ranks below `mass` and returns how many they were.
  std::uint64_t PassBelow(std::uint64_t mass) {
    const std::uint64_t before = index_;
    while (index_ < max_bin_ && rank_ < mass) {
      ++index_;
      rank_ = whole_ * index_ + rest_ * index_ / max_bin_;
    }
    return index_ - before;
  }

 private:
  std::uint64_t max_bin_;
  std::uint64_t whole_;  // total_mass = whole_ max_bin_ + rest_: the products below cannot overflow
  std::uint64_t rest_;
  std::uint64_t index_ = 0;
  std::uint64_t rank_ = 0;  // floor(index_ total_mass / max_bin_)
};

// Takes all cells that are not empty (or, later, all children of the cells that were kept) and
// keeps those whose values matter. Fills in has_many_values.
void KeepCellsThatMatter(std::uint64_t max_bin, CellSearch& search);

// The cuts of a feature whose search is done: ascending, at most max_bin, the last one above (or,
// near the largest float, at) the largest value.
std::vector<float> PickCuts(std::uint64_t max_bin, const CellSearch& search);

// value + (|value| + 1e-5), kept finite: the last cut. value - (|value| + 1e-5): the number below
// all.
float CutAbove(float value);
float NumberBelow(float value);

}  // namespace boostyard
