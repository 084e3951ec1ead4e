// Labels in blocks: most are small whole numbers (classes, counts), of which a few figures say all.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace boostyard {

struct LabelBlock {
  static constexpr std::size_t kSize = 4096;
  static constexpr float kMaxWhole = 0x1p24F;  // sums of kSize such labels are far from any limit

  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  // Whether all are whole numbers of at most kMaxWhole; only then is `sum` their sum.
  bool is_whole = true;
  std::int64_t sum = 0;
};

// Precondition: at most LabelBlock::kSize labels, all finite.
inline LabelBlock Summarise(std::span<const float> labels) {
  LabelBlock block;
  int fraction = 0;  // whether some label is not its whole part: no branch in the loop
  for (const float label : labels) {
    block.min = label < block.min ? label : block.min;
    block.max = label > block.max ? label : block.max;
    const float bounded = std::clamp(label, -LabelBlock::kMaxWhole, LabelBlock::kMaxWhole);
    const auto whole = static_cast<std::int32_t>(bounded);
    fraction |= static_cast<float>(whole) != label ? 1 : 0;
    block.sum += whole;
  }
  block.is_whole = fraction == 0;
  return block;
}

// Hands the labels to `visit(labels of a block, its summary)` in order.
template <class Visit>
void ForEachLabelBlock(std::span<const float> labels, const Visit& visit) {
  while (!labels.empty()) {
    const std::span<const float> block = labels.first(std::min(labels.size(), LabelBlock::kSize));
    visit(block, Summarise(block));
    labels = labels.subspan(block.size());
  }
}

}  // namespace boostyard
