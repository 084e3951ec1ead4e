// CpuBackend: what exact gradients decide. They are computed again from the margins for the few
// rows that need them.
#include <algorithm>
#include <atomic>

#include "engine/cpu/cpu_backend_state.h"

namespace boostyard {
namespace {

// Copies what the rows of a list have, or points to it where they follow one another.
const float* Pick(const RowList& rows, const float* values, float* scratch) {
  if (rows.ids == nullptr) return values + rows.first;
  for (std::uint64_t i = 0; i < rows.count; ++i) scratch[i] = values[rows.ids[i]];
  return scratch;
}

template <class Code>
void AddToSlot(const RowList& rows, const Code* codes, const WideGradient* exact,
               const std::uint32_t* packed, SlotSum* sums) {
  for (std::uint64_t i = 0; i < rows.count; ++i) {
    const std::uint64_t row = rows.ids != nullptr ? rows.ids[i] : rows.first + i;
    SlotSum& sum = sums[codes[row]];
    sum.grad += exact[i].grad;
    sum.hess += exact[i].hess;
    sum.quanta_grad += static_cast<std::int32_t>(packed[row]) >> 16;
    sum.quanta_hess += packed[row] & 0xFFFFU;
  }
}

}  // namespace

// Leaves the exact gradients of at most kExactRows rows in state.exact.
void CpuBackend::ExactTile(const RowList& rows, ThreadState& state) {
  float(&tile)[3][kExactRows] = state.exact_tile;
  float* grad = state.exact_grad;
  float* hess = state.exact_hess;
  if (kept_grad_.size() != 0) {
    std::copy_n(Pick(rows, kept_grad_.data(), grad), rows.count, grad);
    std::copy_n(Pick(rows, kept_hess_.data(), hess), rows.count, hess);
  } else {
    const std::uint64_t offset = margin_stride_ * static_cast<std::uint64_t>(current_output_);
    const float* margins = Pick(rows, margins_.data() + offset, tile[0]);
    const float* labels = Pick(rows, data_.labels.data(), tile[1]);
    if (objective_index_ >= 0) {
      kernels_.gradients(objective_index_, objective_bytes_.data(), margins, labels, rows.count,
                         grad, hess);
    } else {
      const float* max = Pick(rows, softmax_max_.data(), tile[2]);
      const float* sum = Pick(rows, softmax_sum_.data(), state.exact_softmax_sum);
      kernels_.softmax_gradients(margins, max, sum, labels, current_output_, rows.count, grad,
                                 hess);
    }
    if (!data_.weights.empty()) {
      kernels_.weigh(Pick(rows, data_.weights.data(), tile[0]), rows.count, grad, hess);
    }
  }
  kernels_.quantise_wide(grad, hess, rows.count, scales_.wide_grad, scales_.wide_hess, state.exact);
}

// Calls visit(rows) for tiles of the list, whose exact gradients are then in state.exact.
template <class Visit>
void CpuBackend::VisitExact(const RowList& rows, ThreadState& state, const Visit& visit) {
  for (std::uint64_t done = 0; done < rows.count; done += kExactRows) {
    const RowList tile = {rows.ids != nullptr ? rows.ids + done : nullptr, rows.first + done,
                          std::min<std::uint64_t>(kExactRows, rows.count - done)};
    ExactTile(tile, state);
    visit(tile);
  }
}

// ---- contested nodes

// Finds out which of the evaluated nodes are contested, and decides those.
void CpuBackend::SettleContests(const SplitRules& rules, std::vector<BuildItem>& items) {
  struct Contested {
    NodeTask* task;
    const double* feature_gains;
    double least;
  };
  std::vector<Contested> contested;
  const std::size_t features = data_.matrix.places.size();
  for (std::size_t i = 0; i < items.size(); ++i) {
    NodeTask* tasks[2] = {items[i].child, items[i].sibling};
    for (std::size_t k = 0; k < 2; ++k) {
      if (tasks[k] == nullptr) continue;
      Contest contest;
      for (auto& state : states_) {
        const Contest& found = state->nodes[2 * i + k].found;
        contest.Take(found.best, found.runner_up, tasks[k]->total);
      }
      tasks[k]->best = contest.best;
      const GainNoise noise = MakeGainNoise(rules, tasks[k]->total, tasks[k]->rows);
      const double least = contest.LeastContending(rules, noise, tasks[k]->floor_gain);
      if (least == __builtin_inf()) continue;
      contested.push_back({tasks[k], &feature_gains_[(2 * i + k) * features], least});
    }
  }
  if (contested.empty()) return;
  std::atomic<std::size_t> next{0};
  team_.Run([&](int t) {
    for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < contested.size();) {
      SettleContest(rules, *contested[i].task, contested[i].feature_gains, contested[i].least,
                    *states_[t]);
    }
  });
}

// Adds up the rows of a node by the codes of some slots; state.slot_sums gets them one slot after
// another.
void CpuBackend::SumSlots(NodeIndex node, std::span<const std::uint32_t> slots,
                          ThreadState& state) {
  const SlotMatrix& matrix = data_.matrix;
  std::size_t entries = 0;
  for (const std::uint32_t slot : slots) entries += matrix.slots[slot].padded_count();
  state.slot_sums.assign(entries, SlotSum());
  for (int t = 0; t < threads_; ++t) {
    VisitExact(SampledList(node, t), state, [&](const RowList& tile) {
      SlotSum* sums = state.slot_sums.data();
      for (const std::uint32_t slot : slots) {
        if (matrix.slots[slot].is_wide) {
          AddToSlot(tile, matrix.wide_column(slot), state.exact, packed_.data(), sums);
        } else {
          AddToSlot(tile, matrix.columns[slot].data(), state.exact, packed_.data(), sums);
        }
        sums += matrix.slots[slot].padded_count();
      }
    });
  }
}

// The best split by exact sums among those on the features that contend.
void CpuBackend::SettleContest(const SplitRules& rules, NodeTask& task, const double* feature_gains,
                               double least, ThreadState& state) {
  const SlotMatrix& matrix = data_.matrix;
  state.contending.assign(matrix.places.size(), 0);
  std::vector<std::uint32_t> slots;
  for (std::size_t f = 0; f < matrix.places.size(); ++f) {
    if (feature_gains[f] < least) continue;
    state.contending[f] = 1;
    slots.push_back(matrix.places[f].slot);
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  SumSlots(task.node, slots, state);

  ScanContext context = context_;
  context.rules = rules;
  context.rules.grad_unit = 1.0 / scales_.wide_grad;
  context.rules.hess_unit = 1.0 / scales_.wide_hess;
  ScanNode node;
  const SlotSum* sums = state.slot_sums.data();
  for (std::size_t i = 0; i < matrix.slots[slots.front()].padded_count(); ++i) {
    node.total.grad += sums[i].grad;
    node.total.hess += sums[i].hess;
  }
  const double floor_gain =
      NodeGain(context.rules, static_cast<double>(node.total.grad) * context.rules.grad_unit,
               static_cast<double>(node.total.hess) * context.rules.hess_unit, task.bounds);
  node.limits.least = floor_gain;
  node.bounds = task.bounds;
  node.allowed = state.contending.data();
  for (const std::uint32_t slot : slots) {
    const std::size_t count = matrix.slots[slot].padded_count();
    state.wide_slot.resize(2 * count);
    for (std::size_t i = 0; i < count; ++i) {
      state.wide_slot[i] = sums[i].grad;
      state.wide_slot[count + i] = sums[i].hess;
    }
    kernels_.scan_slot(context, slot, state.wide_slot.data(), state.wide_slot.data() + count, &node,
                       &state.scratch);
    sums += count;
  }
  SplitCandidate best = node.found.best;
  if (best.exists()) {
    const std::uint32_t best_slot = matrix.places[best.feature].slot;
    const std::vector<std::uint32_t> bitmap = LeftBitmap(best);
    sums = state.slot_sums.data();
    for (const std::uint32_t slot : slots) {
      if (slot == best_slot) break;
      sums += matrix.slots[slot].padded_count();
    }
    best.left = {};
    for (std::uint32_t code = 0; code < matrix.slots[best_slot].code_count; ++code) {
      if (!GoesLeft(bitmap, code)) continue;
      best.left.grad += sums[code].quanta_grad;
      best.left.hess += sums[code].quanta_hess;
    }
    best.gain = task.floor_gain + (best.gain - floor_gain);
  }
  task.best = best;
}

// ---- leaves

void CpuBackend::SumExactly(std::span<ExactTask> leaves) {
  if (leaves.empty()) return;
  // The children of a split that moved no rows share its visit.
  struct Visited {
    NodeIndex node;
    const PendingSplit* split;  // null: a leaf of its own
    ExactTask* sides[2] = {};   // right, left; without a split the second
    std::vector<std::uint32_t> bitmap;
  };
  std::vector<Visited> visits;
  for (ExactTask& leaf : leaves) {
    leaf.total = {};
    const PendingSplit* split = nullptr;
    for (const PendingSplit& pending : pending_splits_) {
      if (pending.left == leaf.node || pending.right == leaf.node) split = &pending;
    }
    if (split != nullptr && !visits.empty() && visits.back().split == split) {
      visits.back().sides[split->left == leaf.node ? 1 : 0] = &leaf;
      continue;
    }
    Visited& visit = visits.emplace_back();
    visit.node = split != nullptr ? split->node : leaf.node;
    visit.split = split;
    visit.sides[split == nullptr || split->left == leaf.node ? 1 : 0] = &leaf;
    if (split != nullptr) visit.bitmap = LeftBitmap(split->split);
  }
  std::vector<GradSums> partial(static_cast<std::size_t>(threads_) * visits.size() * 2);
  team_.Run([&](int t) {
    ThreadState& state = *states_[t];
    for (std::size_t v = 0; v < visits.size(); ++v) {
      const Visited& visit = visits[v];
      GradSums sums[2];
      VisitExact(SampledList(visit.node, t), state, [&](const RowList& tile) {
        for (std::uint64_t i = 0; i < tile.count; ++i) {
          std::size_t side = 1;
          if (visit.split != nullptr) {
            const std::uint64_t row = tile.ids != nullptr ? tile.ids[i] : tile.first + i;
            const std::uint32_t slot = data_.matrix.places[visit.split->split.feature].slot;
            const std::uint32_t code = data_.matrix.slots[slot].is_wide
                                           ? data_.matrix.wide_column(slot)[row]
                                           : data_.matrix.columns[slot].data()[row];
            side = GoesLeft(visit.bitmap, code) ? 1 : 0;
          }
          sums[side].grad += state.exact[i].grad;
          sums[side].hess += state.exact[i].hess;
        }
      });
      partial[(static_cast<std::size_t>(t) * visits.size() + v) * 2] = sums[0];
      partial[(static_cast<std::size_t>(t) * visits.size() + v) * 2 + 1] = sums[1];
    }
  });
  for (std::size_t i = 0; i < partial.size(); ++i) {
    ExactTask* leaf = visits[i / 2 % visits.size()].sides[i % 2];
    if (leaf == nullptr) continue;
    leaf->total.grad += partial[i].grad;
    leaf->total.hess += partial[i].hess;
  }
}

}  // namespace boostyard
