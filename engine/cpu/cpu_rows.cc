// CpuBackend: which rows are in which node.
#include <algorithm>

#include "engine/cpu/cpu_backend_state.h"

namespace boostyard {
namespace {

// Columns beyond this do not stay in the second-level cache: reads are prefetched.
constexpr std::uint64_t kCachedColumnBytes = 256 << 10;

// Sets the bits [begin, end).
void SetBits(std::uint32_t begin, std::uint32_t end, std::vector<std::uint32_t>& bitmap) {
  while (begin < end) {
    const std::uint32_t count = std::min(end - begin, 32 - begin % 32);
    bitmap[begin / 32] |= 0xFFFFFFFFU >> (32 - count) << (begin % 32);
    begin += count;
  }
}

}  // namespace

void CpuBackend::ReserveNodes(std::size_t count) {
  const std::size_t wanted = count * static_cast<std::size_t>(threads_);
  if (node_rows_.size() < wanted) node_rows_.resize(wanted * 2);
  if (histogram_of_node_.size() < count) histogram_of_node_.resize(count * 2, -1);
}

RowList CpuBackend::SampledList(NodeIndex node, int thread) {
  if (node == 0 && root_is_dense_) {
    return {nullptr, train_range_[thread].begin, train_range_[thread].count()};
  }
  const Segment segment = RowsOf(node, thread).sampled;
  return {ids_.data() + segment.begin, 0, segment.count};
}

std::uint64_t CpuBackend::SampledCount(NodeIndex node) {
  std::uint64_t count = 0;
  for (int t = 0; t < threads_; ++t) count += RowsOf(node, t).sampled.count;
  return count;
}

// One bit per code of the split feature's slot: set where the row goes left.
std::vector<std::uint32_t> CpuBackend::LeftBitmap(const SplitCandidate& split) const {
  const FeaturePlace& place = data_.matrix.places[split.feature];
  const Slot& slot = data_.matrix.slots[place.slot];
  const Digit& digit = slot.digits[place.digit];
  std::vector<std::uint32_t> bitmap(std::max<std::size_t>(8, (slot.code_count + 31) / 32), 0);
  // The digit's values that go left are two ranges at most.
  const auto last_bin = static_cast<std::uint32_t>(split.bin + 1);  // -1: only missing ones
  std::uint32_t first_end = std::min(last_bin, digit.bin_count);
  std::uint32_t second_begin = digit.bin_count;
  std::uint32_t second_end = split.is_missing_left ? digit.base : digit.bin_count;
  if (digit.is_exclusive) {
    const std::uint32_t value = place.exclusive_value;  // of the rows in bin 1, others are in bin 0
    first_end = last_bin > 0 ? value : 0;
    second_begin = last_bin > 1 ? value : value + 1;
    second_end = last_bin > 0 ? digit.base : second_begin;
  }
  // Codes in order: `stride` codes of each digit value, over and over.
  for (std::uint32_t code = 0; code < slot.code_count; code += digit.base * digit.stride) {
    SetBits(code, code + first_end * digit.stride, bitmap);
    SetBits(code + second_begin * digit.stride, code + second_end * digit.stride, bitmap);
  }
  return bitmap;
}

// Moves the rows of one segment that go left to its front; returns that part.
CpuBackend::Segment CpuBackend::SplitSegment(std::uint32_t slot, Segment segment,
                                             const std::vector<std::uint32_t>& bitmap,
                                             ThreadState& state, Segment* right) {
  std::uint32_t* ids = ids_.data() + segment.begin;
  std::uint64_t left = 0;
  if (data_.matrix.slots[slot].is_wide) {
    const std::uint16_t* codes = data_.matrix.wide_column(slot);
    std::uint32_t* scratch = state.partition_scratch.data();
    std::uint64_t other = 0;
    for (std::uint64_t i = 0; i < segment.count; ++i) {
      const std::uint32_t row = ids[i];
      const bool goes_left = GoesLeft(bitmap, codes[row]);
      ids[left] = row;
      scratch[other] = row;
      left += goes_left ? 1 : 0;
      other += goes_left ? 0 : 1;
    }
    std::memcpy(ids + left, scratch, other * sizeof(std::uint32_t));
  } else {
    left = kernels_.partition(ids, segment.count, data_.matrix.columns[slot].data(), bitmap.data(),
                              row_count() > kCachedColumnBytes, state.partition_scratch.data());
  }
  *right = {segment.begin + left, segment.count - left};
  return {segment.begin, left};
}

void CpuBackend::SplitRows(const RowSplit& split, int thread) {
  ThreadState& state = *states_[thread];
  const std::uint32_t slot = split.slot;
  const std::vector<std::uint32_t>& bitmap = split.left_bitmap;
  NodeRows rows = RowsOf(split.node, thread);
  NodeRows left;
  NodeRows right;
  if (split.node == 0 && root_is_dense_) {
    const Range range = train_range_[thread];
    std::uint32_t* ids = ids_.data() + id_base_[thread];
    if (data_.matrix.slots[slot].is_wide) {
      for (std::uint64_t i = 0; i < range.count(); ++i) {
        ids[i] = static_cast<std::uint32_t>(range.begin + i);
      }
      left.sampled =
          SplitSegment(slot, {id_base_[thread], range.count()}, bitmap, state, &right.sampled);
    } else {
      const std::uint64_t count =
          kernels_.partition_dense(range.begin, range.count(), data_.matrix.columns[slot].data(),
                                   bitmap.data(), ids, state.partition_scratch.data());
      left.sampled = {id_base_[thread], count};
      right.sampled = {id_base_[thread] + count, range.count() - count};
    }
  } else {
    left.sampled = SplitSegment(slot, rows.sampled, bitmap, state, &right.sampled);
  }
  left.other = SplitSegment(slot, rows.other, bitmap, state, &right.other);
  RowsOf(split.left, thread) = left;
  RowsOf(split.right, thread) = right;
}

void CpuBackend::ApplySplits(std::span<SplitTask> splits) {
  NodeIndex top = 0;
  for (const SplitTask& split : splits) top = std::max({top, split.left, split.right});
  ReserveNodes(static_cast<std::size_t>(top) + 1);
  std::vector<RowSplit> moved;
  for (const SplitTask& split : splits) {
    (split.is_last ? pending_splits_ : moved)
        .push_back({split.node, split.left, split.right,
                    data_.matrix.places[split.split.feature].slot, LeftBitmap(split.split)});
    if (split.is_last) ReleaseHistogram(split.node);
  }
  if (moved.empty()) return;
  team_.Run([&](int t) {
    for (const RowSplit& split : moved) SplitRows(split, t);
  });
}

// Calls visit(row) for all of one thread's rows of a node.
template <class Visit>
void CpuBackend::VisitRows(NodeIndex node, int thread, const Visit& visit) {
  const RowList sampled = SampledList(node, thread);
  if (sampled.ids == nullptr) {
    for (std::uint64_t i = 0; i < sampled.count; ++i) visit(sampled.first + i);
  } else {
    for (std::uint64_t i = 0; i < sampled.count; ++i) visit(sampled.ids[i]);
  }
  const Segment other = RowsOf(node, thread).other;
  for (std::uint64_t i = 0; i < other.count; ++i) visit(ids_[other.begin + i]);
}

// Leaves are numbered from 1; number 0 adds nothing. Leaves beyond 16 bits are rare: their values
// are added at once.
void CpuBackend::FinishTree(std::span<const LeafValue> leaves) {
  AddPending();  // of a tree that reused this one's gradients
  constexpr std::size_t kMaxNumbered = 65535;
  leaf_values_.assign(std::min(leaves.size(), kMaxNumbered) + 1, 0.0F);
  NodeIndex top = 0;
  for (const LeafValue& leaf : leaves) top = std::max(top, leaf.node);
  std::vector<std::uint32_t> number_of_node(static_cast<std::size_t>(top) + 1, 0);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    number_of_node[leaves[i].node] = static_cast<std::uint32_t>(i) + 1;
    if (i < kMaxNumbered) leaf_values_[i + 1] = leaves[i].value;
  }
  std::vector<char> is_pending_child(number_of_node.size(), 0);
  for (const RowSplit& split : pending_splits_) {
    is_pending_child[split.left] = is_pending_child[split.right] = 1;
  }
  float* margins = margins_.data() + margin_stride_ * static_cast<std::uint64_t>(current_output_);
  const auto mark = [&](std::uint64_t row, std::uint32_t number) {
    if (number <= kMaxNumbered) {
      leaf_of_row_[row] = static_cast<std::uint16_t>(number);
    } else {
      leaf_of_row_[row] = 0;
      margins[row] += leaves[number - 1].value;
    }
  };
  team_.Run([&](int t) {
    for (const LeafValue& leaf : leaves) {
      if (is_pending_child[leaf.node] != 0) continue;
      const std::uint32_t number = number_of_node[leaf.node];
      VisitRows(leaf.node, t, [&](std::uint64_t row) { mark(row, number); });
    }
    for (const RowSplit& split : pending_splits_) {
      const std::uint32_t slot = split.slot;
      const std::uint32_t numbers[2] = {number_of_node[split.right], number_of_node[split.left]};
      const std::vector<std::uint32_t>& bitmap = split.left_bitmap;
      if (data_.matrix.slots[slot].is_wide) {
        const std::uint16_t* codes = data_.matrix.wide_column(slot);
        VisitRows(split.node, t,
                  [&](std::uint64_t row) { mark(row, numbers[GoesLeft(bitmap, codes[row])]); });
        continue;
      }
      const std::uint8_t* codes = data_.matrix.columns[slot].data();
      if (std::max(numbers[0], numbers[1]) > kMaxNumbered) {
        VisitRows(split.node, t,
                  [&](std::uint64_t row) { mark(row, numbers[GoesLeft(bitmap, codes[row])]); });
        continue;
      }
      std::uint16_t table[256];
      for (std::uint32_t code = 0; code < 256; ++code) {
        table[code] = static_cast<std::uint16_t>(numbers[GoesLeft(bitmap, code)]);
      }
      std::uint16_t* leaf_of_row = leaf_of_row_.data();
      VisitRows(split.node, t, [&](std::uint64_t row) { leaf_of_row[row] = table[codes[row]]; });
    }
  });
  pending_splits_.clear();
  for (int& histogram : histogram_of_node_) {
    if (histogram >= 0)
      free_histograms_[histograms_[histogram].is_wide ? 1 : 0].push_back(histogram);
    histogram = -1;
  }
  pending_output_ = current_output_;
}

}  // namespace boostyard
