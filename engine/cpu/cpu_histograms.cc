// CpuBackend: histograms, and the best split of each node.
//
// A batch of items (node to build, sibling to derive) is shared out in one of two ways. With at
// least as many groups of slots as threads, each thread takes whole groups for all items: nothing
// is shared and nothing reduced. Otherwise threads take whole items, the largest of which all
// threads build together, each from its own rows, and reduce afterwards. Either way a block of at
// most 8 slots goes from accumulation through subtraction to scanning while it is in the nearest
// cache.
#include <algorithm>
#include <atomic>
#include <numeric>

#include "engine/cpu/cpu_backend_state.h"

namespace boostyard {
namespace {

// What it costs to scan a pair's values of a code, in additions to a histogram: for balancing only.
constexpr std::uint64_t kScanCost = 10;
// What a row costs besides its additions, in those.
constexpr std::uint64_t kRowCost = 4;
// A shared item must be worth its reduction.
constexpr std::uint64_t kMinSharedRows = 4096;
// Groups beyond this do not stay in the second-level cache: rows are prefetched.
constexpr std::uint64_t kCachedGroupBytes = 512 << 10;

}  // namespace

void CpuBackend::BuildViews() {
  const SlotMatrix& matrix = data_.matrix;
  for (const Slot& slot : matrix.slots) {
    slot_views_.push_back({slot.histogram_offset, slot.code_count,
                           static_cast<std::uint32_t>(digit_views_.size()),
                           static_cast<std::uint32_t>(slot.digits.size())});
    for (const Digit& digit : slot.digits) {
      digit_views_.push_back({digit.stride, digit.base, digit.bin_count,
                              static_cast<std::uint32_t>(digit_features_.size()),
                              static_cast<std::uint32_t>(digit.features.size()), digit.has_missing,
                              digit.is_exclusive});
      digit_features_.insert(digit_features_.end(), digit.features.begin(), digit.features.end());
    }
  }
  for (const SlotBlock& block : matrix.blocks) {
    block_widths_.push_back(static_cast<std::uint8_t>(block.width));
  }
  context_.slots = slot_views_.data();
  context_.digits = digit_views_.data();
  context_.features = digit_features_.data();
  context_.monotone = options_.monotone.empty() ? nullptr : options_.monotone.data();
  context_.histogram_size = matrix.histogram_size;
}

// A histogram to write, or -1 if the limit is reached.
int CpuBackend::TakeHistogram(bool is_wide) {
  std::vector<int>& free = free_histograms_[is_wide ? 1 : 0];
  if (!free.empty()) {
    const int index = free.back();
    free.pop_back();
    return index;
  }
  const std::uint64_t entries = std::uint64_t{data_.matrix.histogram_size} * (is_wide ? 2 : 1);
  const std::uint64_t bytes = entries * sizeof(std::int64_t);
  if (options_.histogram_limit_bytes != 0 &&
      histogram_bytes_ + bytes > options_.histogram_limit_bytes) {
    return -1;
  }
  histogram_bytes_ += bytes;
  histograms_.push_back({HugeBuffer<std::int64_t>(entries), is_wide});
  return static_cast<int>(histograms_.size()) - 1;
}

void CpuBackend::ReleaseHistogram(NodeIndex node) {
  int& index = histogram_of_node_[node];
  if (index < 0) return;
  free_histograms_[histograms_[index].is_wide ? 1 : 0].push_back(index);
  index = -1;
}

HistogramRef CpuBackend::Ref(int index) {
  if (index < 0) return {};
  return {histograms_[index].data.data(), histograms_[index].is_wide};
}

CpuBackend::BuildItem CpuBackend::MakeItem(NodeTask* child, NodeTask* sibling, NodeIndex parent,
                                           bool keeps) {
  BuildItem item;
  item.child = child;
  item.sibling = sibling;
  item.rows = child->rows = SampledCount(child->node);
  item.is_wide = IsWideNode(item.rows);
  if (sibling != nullptr) {
    item.parent = Ref(histogram_of_node_[parent]);
    sibling->rows = SampledCount(sibling->node);
  }
  if (!keeps) return item;
  histogram_of_node_[child->node] = TakeHistogram(item.is_wide);
  item.child_out = Ref(histogram_of_node_[child->node]);
  if (sibling == nullptr) return item;
  // The sibling takes over the parent's memory where the form is the same.
  const bool sibling_is_wide = IsWideNode(sibling->rows);
  int& sibling_histogram = histogram_of_node_[sibling->node];
  if (sibling_is_wide == item.parent.is_wide) {
    sibling_histogram = std::exchange(histogram_of_node_[parent], -1);
  } else {
    sibling_histogram = TakeHistogram(sibling_is_wide);
  }
  item.sibling_out = Ref(sibling_histogram);
  return item;
}

void CpuBackend::EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may_split_further) {
  std::vector<BuildItem> items;
  items.push_back(MakeItem(&root, nullptr, -1, may_split_further));
  Evaluate(rules, items);
}

void CpuBackend::EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs) {
  std::vector<BuildItem> items;
  items.reserve(pairs.size());
  for (const PairTask& pair : pairs) {
    NodeTask* small = pair.left;
    NodeTask* large = pair.right;
    if (SampledCount(small->node) > SampledCount(large->node)) std::swap(small, large);
    if (histogram_of_node_[pair.parent] >= 0) {
      items.push_back(MakeItem(small, large, pair.parent, pair.may_split_further));
    } else {
      items.push_back(MakeItem(small, nullptr, -1, pair.may_split_further));
      items.push_back(MakeItem(large, nullptr, -1, pair.may_split_further));
    }
  }
  Evaluate(rules, items);
  for (const PairTask& pair : pairs) ReleaseHistogram(pair.parent);
}

void CpuBackend::Evaluate(const SplitRules& rules, std::vector<BuildItem>& items) {
  context_.rules = rules;
  const std::size_t features = data_.matrix.places.size();
  if (rules.is_rounded) feature_gains_.assign(2 * items.size() * features, -__builtin_inf());
  std::vector<ScanNode> nodes(items.size() * 2);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const NodeTask* tasks[2] = {items[i].child, items[i].sibling};
    for (std::size_t k = 0; k < 2; ++k) {
      if (tasks[k] == nullptr) continue;
      ScanNode& node = nodes[2 * i + k];
      const GainNoise noise = MakeGainNoise(rules, tasks[k]->total, tasks[k]->rows);
      node.total = tasks[k]->total;
      node.limits = MakeContestBounds(rules, noise, tasks[k]->floor_gain);
      node.bounds = tasks[k]->bounds;
      node.allowed = tasks[k]->allowed;
      if (rules.is_rounded) node.feature_gains = &feature_gains_[(2 * i + k) * features];
    }
  }
  for (auto& state : states_) state->nodes = nodes;
  if (data_.matrix.groups.size() >= static_cast<std::size_t>(threads_)) {
    EvaluateByGroups(items);
  } else if (!data_.matrix.groups.empty()) {
    EvaluateByRows(items);
  }
  if (data_.matrix.narrow_count < data_.matrix.slots.size()) ScanWideSlots(items);
  SettleContests(rules, items);
}

// ---- by groups of slots

void CpuBackend::EvaluateByGroups(std::vector<BuildItem>& items) {
  std::atomic<std::size_t> next{0};
  team_.Run([&](int t) {
    ThreadState& state = *states_[t];
    for (std::size_t g;
         (g = next.fetch_add(1, std::memory_order_relaxed)) < data_.matrix.groups.size();) {
      const SlotGroup& group = data_.matrix.groups[g];
      for (std::size_t i = 0; i < items.size(); ++i) {
        const RowList ahead =
            i + 1 < items.size() ? SampledList(items[i + 1].child->node, 0) : RowList();
        Accumulate(items[i], group, 0, threads_, ahead, state);
        ScanGroup(items[i], i, group, state);
      }
    }
  });
}

// ---- by rows

// Gives each item to the least loaded thread, largest first; while that leaves the threads unequal,
// the largest item becomes a shared one. Returns how many are shared.
int CpuBackend::PlanRows(std::vector<BuildItem>& items) {
  for (BuildItem& item : items) item.owner = 0;
  if (threads_ == 1) return 0;
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return items[a].rows != items[b].rows ? items[a].rows > items[b].rows : a < b;
  });
  const std::uint64_t scan_rows =
      kScanCost * data_.matrix.histogram_size / (data_.matrix.narrow_count + kRowCost);
  std::uint64_t whole_rows = 0;
  for (const BuildItem& item : items) whole_rows += item.rows + scan_rows;
  const auto threads = static_cast<std::uint64_t>(threads_);
  std::vector<std::uint64_t> load;
  for (std::size_t shared = 0;; ++shared) {
    load.assign(threads, 0);
    for (std::size_t i = shared; i < order.size(); ++i) {
      const auto owner = std::min_element(load.begin(), load.end()) - load.begin();
      items[order[i]].owner = static_cast<int>(owner);
      load[owner] += items[order[i]].rows + scan_rows;
    }
    const std::uint64_t longest = *std::max_element(load.begin(), load.end());
    const bool is_even = longest * threads <= whole_rows + whole_rows / 12;
    if (is_even || shared == order.size() || items[order[shared]].rows < kMinSharedRows) {
      return static_cast<int>(shared);
    }
    items[order[shared]].owner = -1;
    items[order[shared]].partial_index = static_cast<int>(shared);
    whole_rows -= items[order[shared]].rows + scan_rows;
  }
}

void CpuBackend::EvaluateByRows(std::vector<BuildItem>& items) {
  const int shared = PlanRows(items);
  const std::size_t partial_size = data_.matrix.blocks.size() * 2 * kBlockStride;
  team_.Run([&](int t) {
    ThreadState& state = *states_[t];
    if (state.partials.size() < partial_size * static_cast<std::size_t>(shared)) {
      state.partials.resize(partial_size * static_cast<std::size_t>(shared));
    }
    for (const SlotGroup& group : data_.matrix.groups) {
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].owner >= 0) continue;
        Accumulate(items[i], group, t, t + 1, RowList(), state);
        SavePartial(items[i], group, state);
      }
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].owner != t) continue;
        Accumulate(items[i], group, 0, threads_, RowList(), state);
        ScanGroup(items[i], i, group, state);
      }
    }
  });
  if (shared == 0) return;
  const std::size_t blocks = data_.matrix.blocks.size();
  std::atomic<std::size_t> next{0};
  team_.Run([&](int t) {
    for (std::size_t work;
         (work = next.fetch_add(1, std::memory_order_relaxed)) < items.size() * blocks;) {
      const std::size_t i = work / blocks;
      if (items[i].owner < 0) ReducePartials(items[i], i, work % blocks, *states_[t]);
    }
  });
}

void CpuBackend::SavePartial(const BuildItem& item, const SlotGroup& group, ThreadState& state) {
  const std::size_t blocks = data_.matrix.blocks.size();
  std::int64_t* partial =
      state.partials.data() +
      (static_cast<std::size_t>(item.partial_index) * blocks + group.first_block) * 2 *
          kBlockStride;
  for (std::uint32_t b = 0; b < group.block_count; ++b) {
    std::int64_t* to = partial + b * 2 * kBlockStride;
    const std::size_t bytes = kBlockStride * sizeof(std::int64_t);
    if (item.is_wide) {
      std::memcpy(to, state.grad_sums.data() + b * kBlockStride, bytes);
      std::memcpy(to + kBlockStride, state.hess_sums.data() + b * kBlockStride, bytes);
    } else {
      std::memcpy(to, state.packed.data() + b * kBlockStride, bytes);
    }
  }
}

void CpuBackend::ReducePartials(const BuildItem& item, std::size_t index, std::size_t block,
                                ThreadState& state) {
  const std::size_t offset =
      (static_cast<std::size_t>(item.partial_index) * data_.matrix.blocks.size() + block) * 2 *
      kBlockStride;
  const auto sum = [&](std::int64_t* to, std::size_t part) {
    std::memcpy(to, states_[0]->partials.data() + offset + part,
                kBlockStride * sizeof(std::int64_t));
    for (int t = 1; t < threads_; ++t) {
      const std::int64_t* from = states_[t]->partials.data() + offset + part;
      for (std::uint32_t i = 0; i < kBlockStride; ++i) to[i] += from[i];
    }
  };
  BlockScan scan = MakeScan(item, index, block, state);
  if (item.is_wide) {
    sum(state.grad_sums.data(), 0);
    sum(state.hess_sums.data(), kBlockStride);
    scan.wide_grad = state.grad_sums.data();
    scan.wide_hess = state.hess_sums.data();
  } else {
    sum(state.packed.data(), 0);
    scan.packed = state.packed.data();
  }
  kernels_.scan_block(scan);
}

// ---- one group of one item

void CpuBackend::Accumulate(const BuildItem& item, const SlotGroup& group, int first_thread,
                            int end_thread, RowList next, ThreadState& state) {
  const std::size_t bytes = group.block_count * kBlockStride * sizeof(std::int64_t);
  if (scales_.is_wide) {
    std::memset(state.pairs.data(), 0, 2 * bytes);
  } else {
    std::memset(state.packed.data(), 0, bytes);
  }
  if (item.is_wide) {
    std::memset(state.grad_sums.data(), 0, bytes);
    std::memset(state.hess_sums.data(), 0, bytes);
  }
  state.rows_since_flush = 0;
  for (int t = first_thread; t < end_thread; ++t) {
    const RowList rows = SampledList(item.child->node, t);
    const RowList ahead = t + 1 < end_thread ? SampledList(item.child->node, t + 1) : next;
    AccumulateRun(item, group, rows, ahead, state);
  }
  CloseAccumulation(item, group, state);
}

void CpuBackend::AccumulateRun(const BuildItem& item, const SlotGroup& group, const RowList& rows,
                               const RowList& next, ThreadState& state) {
  AccumulateTask task;
  task.rows = group.rows.data();
  task.stride = group.stride;
  task.block_count = group.block_count;
  task.widths = block_widths_.data() + group.first_block;
  task.prefetches = row_count() * group.stride > kCachedGroupBytes;
  task.scratch = &state.scratch;
  if (scales_.is_wide) {
    task.list = rows;
    task.wide = wide_.data();
    task.accumulators = state.pairs.data();
    kernels_.accumulate_wide(task);
    return;
  }
  task.packed = packed_.data();
  task.accumulators = state.packed.data();
  for (std::uint64_t done = 0; done < rows.count;) {
    std::uint64_t count = rows.count - done;
    if (item.is_wide) count = std::min(count, kPackedRows - state.rows_since_flush);
    task.list = {rows.ids != nullptr ? rows.ids + done : nullptr, rows.first + done, count};
    task.next = done + count < rows.count && rows.ids != nullptr
                    ? RowList{rows.ids + done + count, 0, rows.count - done - count}
                    : next;
    kernels_.accumulate_packed(task);
    done += count;
    state.rows_since_flush += count;
    if (item.is_wide && state.rows_since_flush == kPackedRows)
      CloseAccumulation(item, group, state);
  }
}

// Brings the sums of a wide node from the accumulators into 64-bit form.
void CpuBackend::CloseAccumulation(const BuildItem& item, const SlotGroup& group,
                                   ThreadState& state) {
  if (scales_.is_wide) {
    const std::size_t entries = group.block_count * std::size_t{kBlockStride};
    for (std::size_t i = 0; i < entries; ++i) {
      state.grad_sums[i] = state.pairs[2 * i];
      state.hess_sums[i] = state.pairs[2 * i + 1];
    }
  } else if (item.is_wide && state.rows_since_flush > 0) {
    for (std::uint32_t b = 0; b < group.block_count; ++b) {
      const std::size_t offset = b * std::size_t{kBlockStride};
      kernels_.flush_packed(state.packed.data() + offset, state.grad_sums.data() + offset,
                            state.hess_sums.data() + offset);
    }
    state.rows_since_flush = 0;
  }
}

BlockScan CpuBackend::MakeScan(const BuildItem& item, std::size_t index, std::size_t block,
                               ThreadState& state) {
  BlockScan scan;
  scan.context = &context_;
  scan.first_slot = data_.matrix.blocks[block].first_slot;
  scan.slot_count = data_.matrix.blocks[block].width;
  scan.parent = item.parent;
  scan.child_out = item.child_out;
  scan.sibling_out = item.sibling_out;
  scan.child = &state.nodes[2 * index];
  if (item.sibling != nullptr) scan.sibling = &state.nodes[2 * index + 1];
  scan.scratch = &state.scratch;
  return scan;
}

void CpuBackend::ScanGroup(const BuildItem& item, std::size_t index, const SlotGroup& group,
                           ThreadState& state) {
  for (std::uint32_t b = 0; b < group.block_count; ++b) {
    const std::size_t offset = b * std::size_t{kBlockStride};
    BlockScan scan = MakeScan(item, index, group.first_block + b, state);
    if (item.is_wide) {
      scan.wide_grad = state.grad_sums.data() + offset;
      scan.wide_hess = state.hess_sums.data() + offset;
    } else {
      scan.packed = state.packed.data() + offset;
    }
    kernels_.scan_block(scan);
  }
}

// ---- slots of two bytes

void CpuBackend::ScanWideSlots(std::vector<BuildItem>& items) {
  const std::size_t narrow = data_.matrix.narrow_count;
  const std::size_t wide = data_.matrix.slots.size() - narrow;
  std::atomic<std::size_t> next{0};
  team_.Run([&](int t) {
    for (std::size_t work;
         (work = next.fetch_add(1, std::memory_order_relaxed)) < items.size() * wide;) {
      const std::size_t i = work / wide;
      ScanWideSlot(items[i], i, static_cast<std::uint32_t>(narrow + work % wide), *states_[t]);
    }
  });
}

void CpuBackend::ScanWideSlot(const BuildItem& item, std::size_t index, std::uint32_t slot,
                              ThreadState& state) {
  const std::size_t padded = data_.matrix.slots[slot].padded_count();
  state.wide_slot.assign(4 * padded, 0);
  std::int64_t* grad = state.wide_slot.data();
  std::int64_t* hess = grad + padded;
  std::int64_t* sibling_grad = hess + padded;
  std::int64_t* sibling_hess = sibling_grad + padded;
  const std::uint16_t* codes = data_.matrix.wide_column(slot);
  for (int t = 0; t < threads_; ++t) {
    const RowList rows = SampledList(item.child->node, t);
    for (std::uint64_t i = 0; i < rows.count; ++i) {
      const std::uint64_t row = rows.ids != nullptr ? rows.ids[i] : rows.first + i;
      const std::uint16_t code = codes[row];
      if (scales_.is_wide) {
        grad[code] += wide_[row].grad;
        hess[code] += wide_[row].hess;
      } else {
        grad[code] += static_cast<std::int32_t>(packed_[row]) >> 16;
        hess[code] += packed_[row] & 0xFFFFU;
      }
    }
  }
  const std::uint32_t offset = data_.matrix.slots[slot].histogram_offset;
  const std::uint32_t size = data_.matrix.histogram_size;
  const auto load = [&](const HistogramRef& from, std::size_t i) -> GradSums {
    const std::int64_t* data = from.data + offset;
    if (from.is_wide) return {data[i], data[size + i]};
    return {data[i] >> 32, data[i] & 0xFFFFFFFF};
  };
  const auto store = [&](const HistogramRef& to, const std::int64_t* g, const std::int64_t* h) {
    if (to.data == nullptr) return;
    std::int64_t* data = to.data + offset;
    for (std::size_t i = 0; i < padded; ++i) {
      if (to.is_wide) {
        data[i] = g[i];
        data[size + i] = h[i];
      } else {
        data[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(g[i]) << 32) + h[i];
      }
    }
  };
  if (item.sibling != nullptr) {
    for (std::size_t i = 0; i < padded; ++i) {
      const GradSums parent = load(item.parent, i);
      sibling_grad[i] = parent.grad - grad[i];
      sibling_hess[i] = parent.hess - hess[i];
    }
    store(item.sibling_out, sibling_grad, sibling_hess);
    kernels_.scan_slot(context_, slot, sibling_grad, sibling_hess, &state.nodes[2 * index + 1],
                       &state.scratch);
  }
  store(item.child_out, grad, hess);
  kernels_.scan_slot(context_, slot, grad, hess, &state.nodes[2 * index], &state.scratch);
}

}  // namespace boostyard
