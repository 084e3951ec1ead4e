// CpuBackend: trees that were grown before, added to the margins.
#include "engine/cpu/cpu_backend_state.h"

namespace boostyard {
namespace {

// A node as the walk needs it: a split reads a code and its bit, a leaf has no codes.
struct WalkNode {
  const std::uint8_t* narrow = nullptr;
  const std::uint16_t* wide = nullptr;
  const std::uint32_t* bitmap = nullptr;
  NodeIndex left = -1;
  float value = 0.0F;
};

NodeIndex NextNode(const WalkNode& node, std::uint64_t row) {
  const std::uint32_t code = node.narrow != nullptr ? node.narrow[row] : node.wide[row];
  const std::uint32_t goes_left = (node.bitmap[code >> 5] >> (code & 31)) & 1U;
  return node.left + static_cast<NodeIndex>(1 - goes_left);
}

}  // namespace

// By the bitmaps that grew it, so that every row finds the leaf that it was in.
void CpuBackend::AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins) {
  AddPending();
  std::vector<WalkNode> nodes(tree.node_count());
  std::vector<std::vector<std::uint32_t>> bitmaps(tree.node_count());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto node = static_cast<NodeIndex>(i);
    nodes[i].value = tree.threshold[i];
    nodes[i].left = tree.left[i];
    if (tree.is_leaf(node)) continue;
    SplitCandidate split;
    split.feature = tree.feature[i];
    split.bin = bins[i];
    split.is_missing_left = tree.default_left[i] != 0;
    bitmaps[i] = LeftBitmap(split);
    nodes[i].bitmap = bitmaps[i].data();
    const std::uint32_t slot = data_.matrix.places[tree.feature[i]].slot;
    if (data_.matrix.slots[slot].is_wide) {
      nodes[i].wide = data_.matrix.wide_column(slot);
    } else {
      nodes[i].narrow = data_.matrix.columns[slot].data();
    }
  }
  float* const margins = margins_.data() + margin_stride_ * static_cast<std::uint64_t>(output);
  team_.Run([&](int t) {
    for (const Range& range : {train_range_[t], validation_range_[t]}) {
      for (std::uint64_t row = range.begin; row < range.end; ++row) {
        NodeIndex node = 0;
        while (nodes[node].left >= 0) node = NextNode(nodes[node], row);
        margins[row] += nodes[node].value;
      }
    }
  });
}

}  // namespace boostyard
