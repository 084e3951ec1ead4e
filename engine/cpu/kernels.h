// The inner loops of the CPU backend, once per instruction tier, behind a table of plain functions.
// Every tier gives the same bits: integers, and doubles in one written order.
#pragma once

#include <cstdint>

#include "engine/base/cpu_features.h"
#include "engine/base/index_types.h"
#include "engine/tree/split_candidate.h"
#include "engine/tree/split_contest.h"
#include "engine/tree/split_rules.h"

namespace boostyard {

// Entries between the accumulators of two slots. 256 would let equal codes of neighbouring slots
// alias modulo 4 KB, which costs several times the work (engine.md: measured).
inline constexpr std::uint32_t kSlotStride = 264;
inline constexpr std::uint32_t kBlockStride = 8 * kSlotStride;
// Rows that one tile copies, prefetches and accumulates together.
inline constexpr std::uint32_t kTileRows = 512;
// Rows that a packed accumulator can take without overflow: 65,536 * 32,767 < 2^31 and
// 65,536 * 65,535 < 2^32.
inline constexpr std::uint64_t kPackedRows = 65536;

// Rows by their numbers, or (ids null) the consecutive rows from `first`.
struct RowList {
  const std::uint32_t* ids = nullptr;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// Gradient and hessian of one row in quanta. Packed form: one 32-bit word, (grad << 16) | hess.
struct WideGradient {
  std::int64_t grad;
  std::int64_t hess;
};

struct TileScratch {
  alignas(64) std::uint64_t words[kTileRows * 8];
  alignas(64) std::int64_t gradients[kTileRows];
  alignas(64) std::int64_t values[4][kSlotStride];
  alignas(64) std::int64_t marginals[2][kSlotStride];
};

// Adds the gradients of some rows to the accumulators of one group of slots.
struct AccumulateTask {
  const std::uint8_t* rows = nullptr;  // the group, row 0
  std::uint32_t stride = 0;
  std::uint32_t block_count = 0;
  const std::uint8_t* widths = nullptr;  // slots per block
  RowList list;
  const std::uint32_t* packed = nullptr;  // per row, one of the two
  const WideGradient* wide = nullptr;
  std::int64_t* accumulators = nullptr;  // packed: [block][kBlockStride]; wide: pairs, twice that
  RowList next;                          // rows read after these, to be prefetched
  bool prefetches = false;               // the group is larger than the cache
  TileScratch* scratch = nullptr;
};

// A slot and its digits as the scan reads them.
struct SlotView {
  std::uint32_t histogram_offset;
  std::uint32_t code_count;
  std::uint32_t first_digit;
  std::uint32_t digit_count;
};
struct DigitView {
  std::uint32_t stride;
  std::uint32_t base;
  std::uint32_t bin_count;
  std::uint32_t first_feature;  // into the array of features
  std::uint32_t feature_count;
  bool has_missing;
  bool is_exclusive;
};

// One node under evaluation.
struct ScanNode {
  GradSums total;
  ContestBounds limits;  // candidates beyond them are passed over
  WeightBounds bounds;
  const std::uint8_t* allowed = nullptr;  // per feature, 0: not now; null: all
  Contest found;
  double* feature_gains = nullptr;  // of each feature's best; null: not wanted
};

// Values of the codes of one slot: packed words, or gradients and hessians apart.
struct SlotValues {
  std::int64_t* packed = nullptr;
  std::int64_t* grad = nullptr;
  std::int64_t* hess = nullptr;
};

struct ScanContext {
  const SlotView* slots = nullptr;
  const DigitView* digits = nullptr;
  const FeatureIndex* features = nullptr;
  const std::int8_t* monotone = nullptr;  // per feature; null: none
  SplitRules rules;
  std::uint32_t histogram_size = 0;  // a wide histogram holds all gradients, then all hessians
};

// A node's histogram in memory: packed words, or wide.
struct HistogramRef {
  std::int64_t* data = nullptr;
  bool is_wide = false;
};

// Takes one block's accumulated child, derives the sibling from the parent, keeps both where
// wanted, and scans both.
struct BlockScan {
  const ScanContext* context = nullptr;
  std::uint32_t first_slot = 0;
  std::uint32_t slot_count = 0;
  const std::int64_t* packed = nullptr;     // child: [slot][kSlotStride] ...
  const std::int64_t* wide_grad = nullptr;  // ... or apart, same strides
  const std::int64_t* wide_hess = nullptr;
  HistogramRef parent;       // data null: no sibling
  HistogramRef child_out;    // data null: not kept
  HistogramRef sibling_out;  // data null: not kept; may be the parent's memory
  ScanNode* child = nullptr;
  ScanNode* sibling = nullptr;
  TileScratch* scratch = nullptr;
};

// What a pass over gradients found. All members are order-free.
struct GradientStats {
  float max_grad = 0.0F;  // of |gradient|
  float max_hess = 0.0F;
  std::int64_t sum_abs_grad = 0;  // of |gradient| * scale, each truncated
  std::int64_t sum_hess = 0;
};

struct KernelTable {
  void (*accumulate_packed)(const AccumulateTask&);
  void (*accumulate_wide)(const AccumulateTask&);
  // Adds packed accumulators of one block to wide ones (strides kSlotStride) and clears them.
  void (*flush_packed)(std::int64_t* packed, std::int64_t* grad, std::int64_t* hess);
  void (*scan_block)(const BlockScan&);
  // Scans one slot whose values lie apart. A bundle's are overwritten, and need the scratch.
  void (*scan_slot)(const ScanContext&, std::uint32_t slot, std::int64_t* grad, std::int64_t* hess,
                    ScanNode*, TileScratch*);
  // Rows whose code's bit in `bitmap` is set go left: stable, in place; returns how many.
  std::uint64_t (*partition)(std::uint32_t* ids, std::uint64_t count, const std::uint8_t* codes,
                             const std::uint32_t* bitmap, bool prefetches, std::uint32_t* scratch);
  std::uint64_t (*partition_dense)(std::uint64_t first, std::uint64_t count,
                                   const std::uint8_t* codes, const std::uint32_t* bitmap,
                                   std::uint32_t* ids, std::uint32_t* scratch);
  // grad and hess of `count` rows for the native scalar objective of that index.
  void (*gradients)(int objective_index, const void* objective, const float* margins,
                    const float* labels, std::uint64_t count, float* grad, float* hess);
  // The normaliser of `count` rows whose class margins lie `stride` apart, for softmax_gradients.
  void (*softmax_prepare)(const float* margins, std::uint64_t stride, int classes,
                          std::uint64_t count, float* max, float* sum);
  // grad and hess of one class.
  void (*softmax_gradients)(const float* margins, const float* max, const float* sum,
                            const float* labels, int output, std::uint64_t count, float* grad,
                            float* hess);
  // Multiplies by the row weights.
  void (*weigh)(const float* weights, std::uint64_t count, float* grad, float* hess);
  // Adds to the statistics.
  void (*measure)(const float* grad, const float* hess, std::uint64_t count, float grad_scale,
                  float hess_scale, GradientStats*);
  // To the packed form, rounded without bias: floor(x * scale + u) with u uniform from (key, row).
  void (*quantise_packed)(const float* grad, const float* hess, std::uint64_t count,
                          float grad_scale, float hess_scale, std::uint64_t key,
                          std::uint64_t first_row, std::uint32_t* out);
  void (*quantise_wide)(const float* grad, const float* hess, std::uint64_t count,
                        double grad_scale, double hess_scale, WideGradient* out);
  // Splits rows [first, first + count) into sampled and other ones: sampled when the row's 32 bits
  // under `key` are at most `limit`. Both outputs have 16 spare entries behind what is written.
  void (*sample)(std::uint64_t first, std::uint64_t count, std::uint64_t key, std::uint32_t limit,
                 std::uint32_t* in, std::uint64_t* in_count, std::uint32_t* out,
                 std::uint64_t* out_count);
  // Sums of the packed gradients of some rows.
  GradSums (*sum_packed)(const std::uint32_t* packed, RowList rows);
  // margins[i] += values[leaf_of_row[i]].
  void (*add_leaf_values)(const std::uint16_t* leaf_of_row, const float* values,
                          std::uint64_t count, float* margins);
};

// The table of the active tier (cpu_features.h).
const KernelTable& Kernels();
const KernelTable& KernelsOf(KernelTier tier);

}  // namespace boostyard
