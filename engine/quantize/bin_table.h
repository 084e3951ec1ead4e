// Owns a BinTable and what it points to; reused from feature to feature.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/quantize/kernels.h"

namespace boostyard {

class BinTableBuilder {
 public:
  // The table of a feature's cuts (as BinCuts::of gives them, at least one; they must outlive the
  // table). `with_slots`: also first_cut and what belongs to it. Valid until the next call.
  const BinTable& Build(std::span<const float> cuts, bool with_slots);

 private:
  void BuildRows(std::span<const float> interior);
  void BuildSlots(std::span<const float> interior);

  BinTable table_;
  std::vector<std::uint32_t> first_cut_;
};

}  // namespace boostyard
