// Private to the CPU backend: what one thread works with, and what is being built.
#pragma once

#include <cstring>
#include <vector>

#include "engine/cpu/cpu_backend.h"

namespace boostyard {

struct CpuBackend::Histogram {
  HugeBuffer<std::int64_t> data;
  bool is_wide = false;
};

// One node whose histogram is made from rows, and the sibling that follows from the parent.
struct CpuBackend::BuildItem {
  NodeTask* child = nullptr;
  NodeTask* sibling = nullptr;  // null: only the child
  std::uint64_t rows = 0;       // sampled rows of the child
  bool is_wide = false;         // form of the child's sums
  HistogramRef parent;
  HistogramRef child_out;
  HistogramRef sibling_out;
  int owner = 0;  // thread that does it alone; -1: all threads, each with its rows
  int partial_index = -1;
};

// Rows whose exact gradients are worked out together.
inline constexpr std::uint32_t kExactRows = 512;

// Sums over the rows of one code: of exact gradients, and of their quanta.
struct SlotSum {
  std::int64_t grad = 0;
  std::int64_t hess = 0;
  std::int64_t quanta_grad = 0;
  std::int64_t quanta_hess = 0;
};

// Whether a code's bit is set (CpuBackend::LeftBitmap).
inline bool GoesLeft(const std::vector<std::uint32_t>& bitmap, std::uint32_t code) {
  return ((bitmap[code >> 5] >> (code & 31)) & 1U) != 0;
}

struct CpuBackend::ThreadState {
  explicit ThreadState(std::uint64_t tile_rows)
      : packed(8 * kBlockStride + 8),
        pairs(2 * 8 * kBlockStride + 8),
        grad_sums(8 * kBlockStride + 8),
        hess_sums(8 * kBlockStride + 8),
        grad(tile_rows + 16),
        hess(tile_rows + 16) {}

  alignas(64) TileScratch scratch;
  HugeBuffer<std::int64_t> packed;     // accumulators of one group
  HugeBuffer<std::int64_t> pairs;      // the same for wide gradients
  HugeBuffer<std::int64_t> grad_sums;  // of a wide node
  HugeBuffer<std::int64_t> hess_sums;
  std::uint64_t rows_since_flush = 0;
  std::vector<ScanNode> nodes;         // two per item
  std::vector<std::int64_t> partials;  // of shared items: [item][block], see PartialSize
  HugeBuffer<std::uint32_t> partition_scratch;
  HugeBuffer<float> grad;  // one tile of the gradient pass
  HugeBuffer<float> hess;
  std::vector<std::int64_t> wide_slot;  // u16 slots: child and sibling, gradients and hessians
  // exact gradients
  alignas(64) float exact_tile[3][kExactRows];
  alignas(64) float exact_softmax_sum[kExactRows];
  alignas(64) float exact_grad[kExactRows + 16];
  alignas(64) float exact_hess[kExactRows + 16];
  alignas(64) WideGradient exact[kExactRows];
  std::vector<SlotSum> slot_sums;        // of the slots under way, one after another
  std::vector<std::uint8_t> contending;  // per feature
};

}  // namespace boostyard
