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
  // Rows of theirs that a last split left where they were are moved now.
  std::vector<char> is_leaf(node_rows_.size() / static_cast<std::size_t>(threads_), 0);
  for (const ExactTask& leaf : leaves) is_leaf[static_cast<std::size_t>(leaf.node)] = 1;
  const auto moved =
      std::partition(pending_splits_.begin(), pending_splits_.end(), [&](const RowSplit& split) {
        return is_leaf[static_cast<std::size_t>(split.left)] == 0 &&
               is_leaf[static_cast<std::size_t>(split.right)] == 0;
      });
  std::vector<GradSums> sums(static_cast<std::size_t>(threads_) * leaves.size());
  team_.Run([&](int t) {
    ThreadState& state = *states_[t];
    for (auto split = moved; split != pending_splits_.end(); ++split) SplitRows(*split, t);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const RowList rows = SampledList(leaves[i].node, t);
      GradSums sum;
      VisitExact(rows, state, [&](const RowList& tile) {
        for (std::uint64_t k = 0; k < tile.count; ++k) {
          sum.grad += state.exact[k].grad;
          sum.hess += state.exact[k].hess;
        }
      });
      sums[static_cast<std::size_t>(t) * leaves.size() + i] = sum;
    }
  });
  pending_splits_.erase(moved, pending_splits_.end());
  for (ExactTask& leaf : leaves) leaf.total = {};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    ExactTask& leaf = leaves[i % leaves.size()];
    leaf.total.grad += sums[i].grad;
    leaf.total.hess += sums[i].hess;
  }
}

}  // namespace boostyard
