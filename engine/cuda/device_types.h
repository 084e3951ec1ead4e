// What lies in device memory besides plain arrays. All trivially copyable.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/tree/split_candidate.h"
#include "engine/tree/split_contest.h"
#include "engine/tree/split_rules.h"

namespace boostyard::device {

// How much work there is: as the host knows, or as counted on the device by the time that a launch
// runs. In that case the host only knows how much it may be at most, counting from `first`.
struct WorkCount {
  std::uint32_t most = 0;
  const std::uint32_t* counted = nullptr;
  std::uint32_t first = 0;

  BOOSTYARD_HD std::uint32_t Get() const {
    if (counted == nullptr) return most;
    const std::uint32_t rest = *counted > first ? *counted - first : 0;
    return rest < most ? rest : most;
  }
};

// ---- the matrix

// A slot (engine/cpu/slot_matrix.h): one byte a row, or two where it is wide.
struct SlotInfo {
  const void* codes = nullptr;  // of all rows
  std::uint32_t is_wide = 0;
  std::uint32_t code_count = 0;
  std::uint32_t first_digit = 0;
  std::uint32_t digit_count = 0;
  std::uint32_t entry_base = 0;  // a code's entry in a histogram: base + code * stride
  std::uint32_t entry_stride = 0;
};

struct DigitInfo {
  std::uint32_t stride = 1;
  std::uint32_t base = 1;
  std::uint32_t bin_count = 0;
  std::uint32_t first_feature = 0;  // into the list of features
  std::uint32_t feature_count = 1;
  std::uint32_t has_missing = 0;
  std::uint32_t is_exclusive = 0;
};

// Slots whose codes lie side by side, `width` bytes a row: a lane of a warp for each.
struct GroupInfo {
  std::uint32_t first_slot = 0;
  std::uint32_t slot_count = 0;
  std::uint32_t width = 32;      // 4, 8, 16 or 32
  std::uint32_t code_count = 0;  // of the slot that has the most
  std::uint32_t entry_base = 0;
  std::uint64_t strip_offset = 0;  // bytes
};

struct MatrixView {
  const SlotInfo* slots = nullptr;
  const DigitInfo* digits = nullptr;
  const FeatureIndex* features = nullptr;
  const GroupInfo* groups = nullptr;
  const std::int8_t* monotone = nullptr;  // per feature; null: none
  const std::uint8_t* strips = nullptr;   // [group][row][width], training rows
  std::uint32_t slot_count = 0;
  std::uint32_t narrow_count = 0;
  std::uint32_t entry_count = 0;  // of a histogram: all gradients, then all hessians

  BOOSTYARD_HD std::uint32_t Code(const SlotInfo& slot, std::uint64_t row) const {
    return slot.is_wide != 0 ? static_cast<const std::uint16_t*>(slot.codes)[row]
                             : static_cast<const std::uint8_t*>(slot.codes)[row];
  }
};

// ---- gradients

// What a pass over gradients found (engine/cpu/kernels.h, GradientStats); all order-free.
struct StatWords {
  std::uint32_t max_grad = 0;  // bits of |gradient|
  std::uint32_t max_hess = 0;
  std::int64_t sum_abs_grad = 0;
  std::int64_t sum_hess = 0;
};

// Parts of it that are known one after the other.
enum class StartPart { kStats, kStatsAgain, kTotal };

// What a tree begins with; read by the host in one go.
struct StartWords {
  StatWords stats[2];  // of the pass over gradients, and of that which came again, if it did
  GradSums total;
  std::uint64_t rows = 0;  // sampled ones
};

// ---- rows

// The sampled rows of a node: a run of one of two lists of row numbers, or (dense) all of them.
struct NodeRows {
  static constexpr std::uint32_t kDense = 2;
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
  std::uint32_t list = 0;        // 0, 1 or kDense
  std::uint32_t left_count = 0;  // while being split: rows written so far
  std::uint32_t right_count = 0;
};

// A split to carry out.
struct SplitOrder {
  std::int32_t node = 0;
  std::int32_t left = 0;
  std::int32_t right = 0;
  std::uint32_t slot = 0;
  std::uint32_t digit = 0;            // of the matrix
  std::uint32_t exclusive_value = 0;  // 0: ordinal
  std::int32_t bin = 0;
  std::uint32_t is_missing_left = 0;
  std::uint32_t moves_rows = 1;
  std::uint32_t end_tile = 0;  // filled in on the device: where the next split begins
};

// Where a feature is found (engine/cpu/slot_matrix.h, FeaturePlace).
struct SplitPlace {
  std::uint32_t slot = 0;
  std::uint32_t digit = 0;  // of the matrix
  std::uint32_t exclusive_value = 0;
};

// Whether rows with that code of the digit's slot go left.
BOOSTYARD_HD bool IsLeft(const DigitInfo& digit, std::uint32_t exclusive_value, std::int32_t bin,
                         bool is_missing_left, std::uint32_t code) {
  const std::uint32_t value = code / digit.stride % digit.base;
  if (digit.is_exclusive != 0) return (value == exclusive_value ? 1 : 0) <= bin;
  if (value == digit.bin_count) return is_missing_left;
  return static_cast<std::int32_t>(value) <= bin;
}

// A node of the tree being grown, as rows walk through it.
struct WalkNode {
  std::int32_t left = -1;  // -1: leaf
  std::int32_t right = -1;
  std::uint32_t slot = 0;
  std::int32_t bin = 0;            // of a wide slot
  std::uint32_t missing_code = 0;  // of a wide slot
  std::uint32_t is_missing_left = 0;
  float value = 0.0F;  // of a leaf
  std::uint32_t is_wide = 0;
  std::uint32_t left_codes[8] = {};  // of a narrow slot: one bit per code
};

BOOSTYARD_HD bool GoesLeft(const WalkNode& node, std::uint32_t code) {
  if (node.is_wide == 0) return ((node.left_codes[code >> 5] >> (code & 31U)) & 1U) != 0;
  if (code == node.missing_code) return node.is_missing_left != 0;
  return static_cast<std::int32_t>(code) <= node.bin;
}

struct LeafWord {
  std::int32_t node = 0;
  float value = 0.0F;
};

// ---- evaluation

// A node under evaluation.
struct TaskInfo {
  GradSums total;
  double floor_gain = 0.0;
  WeightBounds bounds;
  std::uint32_t has_mask = 0;  // its row of the masks counts
  std::uint32_t exists = 0;
};

// Two children of one parent (or the root, as a left child without parent). Histograms are numbers
// in the pool, -1: none. With the parent's at hand the smaller child is built into hist[0], and the
// other follows by subtraction and is kept in hist[1]; else left and right are built into them.
struct PairOrder {
  std::int32_t parent = -1;
  std::int32_t left = -1;
  std::int32_t right = -1;
  std::int32_t parent_hist = -1;
  std::int32_t hist[2] = {-1, -1};
};

// What is to be built: rows and where to. Two for each pair, one of them empty if it follows.
struct BuildOrder {
  NodeRows rows;
  std::int32_t hist = -1;
  std::uint32_t end_chunk = 0;  // of the queue, where the next build begins
};

// What came of two nodes.
struct PairResult {
  SplitCandidate best[2];  // left, right
  // Gain from which on a feature contends; infinite where the node is not contested.
  double least_contending[2] = {};
  std::uint32_t rows[2] = {};
  std::uint32_t is_left_built = 1;  // which child hist[0] is of
  // Of a node settled by exact sums: its own gain by them, and what goes left in quanta.
  double floor_gain = 0.0;
  GradSums left_quanta;
};

// Rows to be summed exactly: a leaf's own, or those of an unmoved split, by side.
struct VisitOrder {
  std::int32_t node = 0;
  std::uint32_t is_split = 0;
};

}  // namespace boostyard::device
