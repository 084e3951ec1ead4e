// Steps that find the best split of each node: exactly the candidates of the CPU's scan
// (engine/cpu/kernels_scan.h), in integers until the gain, and the same total order.
#pragma once

#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/steps_gradients.h"
#include "engine/cuda/tree_words.h"
#include "engine/tree/split_candidate.h"
#include "engine/tree/split_contest.h"
#include "engine/tree/split_rules.h"

namespace boostyard::device {

inline constexpr double kNoGain = -__builtin_inf();

// Merges what was found over different candidates of one node.
struct MergeContests {
  GradSums total;
  BOOSTYARD_HD Contest operator()(Contest a, const Contest& b) const {
    a.Take(b.best, b.runner_up, total);
    return a;
  }
};

// Derives the sibling's histogram and scans both children. Block (x, y): slot x of pair y; what it
// finds goes to found[(2 * pair + child) * slot_count + slot].
//
// With exact rules, histograms are of exact gradients and hold one node a pair; its total and its
// own gain follow from them.
struct ScanStep {
  static constexpr int kThreads = 256;
  struct Args {
    MatrixView matrix;
    RulesView rules;
    const PairOrder* pairs;
    WorkCount pairs_at_hand;
    const PairResult* results;
    const TaskInfo* tasks;      // two for each pair: left, right
    const std::uint8_t* masks;  // [task][feature]; read where a task has one
    std::uint32_t feature_count;
    std::int64_t* pool;
    Contest* found;
    double* feature_gains;  // [task][feature]: of each feature's best, where it may be contested
    PairResult* exact_results;  // rules.is_exact: where the node's own gain goes
  };
  struct Shared {
    GradSums scratch[kMaxWarps];
    Contest contests[kMaxWarps];
    double gains[kMaxWarps];
    GradSums values[2][kThreads];  // of a narrow slot: left, right
    GradSums marginals[kThreads];  // of one digit of a bundle
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    if (block.y() >= args.pairs_at_hand.Get()) return;
    const Scan scan{args, args.rules.Get(), args.matrix.slots[block.x()], args.pairs[block.y()],
                    args.results[block.y()].is_left_built != 0};
    block.ForEachThread([&](int thread) {
      for (std::uint32_t code = static_cast<unsigned>(thread); code < scan.slot.code_count;
           code += kThreads) {
        TakeCode(scan, code, shared);
      }
    });
    for (std::uint32_t child = 0; child < 2; ++child) {
      const std::uint32_t index = 2 * block.y() + child;
      if (args.tasks[index].exists == 0) continue;
      Task task = MakeTask(scan, index, args.results[block.y()].rows[child]);
      if (args.rules.is_exact != 0) TakeExactTotal(block, scan, task, shared);
      const Contest found = ScanChild(block, scan, child, task, shared);
      block.ForEachThread([&](int thread) {
        if (thread != 0) return;
        args.found[std::uint64_t{index} * args.matrix.slot_count + block.x()] = found;
        if (args.rules.is_exact != 0 && block.x() == 0) {
          args.exact_results[block.y()].floor_gain = task.least;
        }
      });
    }
  }

 private:
  struct Scan {
    const Args& args;
    SplitRules rules;
    SlotInfo slot;
    PairOrder pair;
    bool is_left_built;

    BOOSTYARD_STEP std::int64_t* Entry(std::int32_t hist, std::uint32_t code) const {
      return args.pool + std::uint64_t{2} * args.matrix.entry_count * static_cast<unsigned>(hist) +
             slot.entry_base + code * slot.entry_stride;
    }
    BOOSTYARD_STEP GradSums Load(std::int32_t hist, std::uint32_t code) const {
      const std::int64_t* entry = Entry(hist, code);
      return {entry[0], entry[args.matrix.entry_count]};
    }
  };

  // A node under evaluation, as a block sees it.
  struct Task {
    GradSums total;
    double least;  // candidates with more gain are entered
    WeightBounds bounds;
    const std::uint8_t* mask;  // null: every feature
    double* feature_gains;     // null: not wanted
  };

  static BOOSTYARD_STEP Task MakeTask(const Scan& scan, std::uint32_t index, std::uint32_t rows) {
    const Args& args = scan.args;
    const TaskInfo& info = args.tasks[index];
    const GainNoise noise = MakeGainNoise(scan.rules, info.total, rows);
    const std::uint64_t row = std::uint64_t{index} * args.feature_count;
    return {info.total, MakeContestBounds(scan.rules, noise, info.floor_gain).least, info.bounds,
            info.has_mask != 0 ? args.masks + row : nullptr,
            scan.rules.is_rounded ? args.feature_gains + row : nullptr};
  }

  // The total of exact gradients is that of any slot's codes; the node's own gain follows.
  template <class Block>
  static BOOSTYARD_STEP void TakeExactTotal(Block& block, const Scan& scan, Task& task,
                                            Shared& shared) {
    typename Block::template Local<GradSums> sums;
    block.ForEachThread([&](int thread) {
      GradSums mine;
      for (std::uint32_t code = static_cast<unsigned>(thread); code < scan.slot.code_count;
           code += kThreads) {
        mine = Plus(mine, scan.Load(scan.pair.hist[0], code));
      }
      sums[thread] = mine;
    });
    task.total = block.Reduce(sums, shared.scratch,
                              [](const GradSums& a, const GradSums& b) { return Plus(a, b); });
    const SplitRules& rules = scan.rules;
    task.least = NodeGain(rules, static_cast<double>(task.total.grad) * rules.grad_unit,
                          static_cast<double>(task.total.hess) * rules.hess_unit, task.bounds);
  }

  // A feature of a node: what is the same for all of its thresholds.
  struct Feature {
    const Scan& scan;
    const Task& task;
    FeatureIndex index;

    // Enters a candidate; returns its gain, or kNoGain where it does not count.
    BOOSTYARD_STEP double Offer(const GradSums& left, std::uint32_t order, std::int32_t bin,
                                bool is_missing_left, Contest& found) const {
      SplitCandidate candidate;
      const MatrixView& matrix = scan.args.matrix;
      const int monotone = matrix.monotone != nullptr ? matrix.monotone[index] : 0;
      if (!SplitGain(scan.rules, left, Minus(task.total, left), monotone, task.bounds,
                     &candidate.gain)) {
        return kNoGain;
      }
      if (!(candidate.gain > task.least)) return kNoGain;
      candidate.feature = index;
      candidate.order = order;
      candidate.bin = bin;
      candidate.is_missing_left = is_missing_left;
      candidate.left = left;
      found.Take(candidate, kNoGain, task.total);
      return candidate.gain;
    }
  };

  // Reads the children's sums of one code; derives and keeps the one that was not built.
  static BOOSTYARD_STEP void TakeCode(const Scan& scan, std::uint32_t code, Shared& shared) {
    GradSums children[2];
    const PairOrder& pair = scan.pair;
    if (pair.parent_hist >= 0) {
      const GradSums built = scan.Load(pair.hist[0], code);
      const GradSums derived = Minus(scan.Load(pair.parent_hist, code), built);
      children[scan.is_left_built ? 0 : 1] = built;
      children[scan.is_left_built ? 1 : 0] = derived;
      if (pair.hist[1] >= 0) {
        std::int64_t* entry = scan.Entry(pair.hist[1], code);
        entry[0] = derived.grad;
        entry[scan.args.matrix.entry_count] = derived.hess;
      }
    } else {
      children[0] = scan.Load(pair.hist[0], code);
      if (pair.right >= 0) children[1] = scan.Load(pair.hist[1], code);
    }
    if (scan.slot.is_wide != 0) return;
    shared.values[0][code] = children[0];
    shared.values[1][code] = children[1];
  }

  // The sums of one code of a wide slot, which shared memory does not hold.
  static BOOSTYARD_STEP GradSums WideValue(const Scan& scan, std::uint32_t child,
                                           std::uint32_t code) {
    const PairOrder& pair = scan.pair;
    if (pair.parent_hist < 0) return scan.Load(pair.hist[child], code);
    if ((child == 0) == scan.is_left_built) return scan.Load(pair.hist[0], code);
    if (pair.hist[1] >= 0) return scan.Load(pair.hist[1], code);
    return Minus(scan.Load(pair.parent_hist, code), scan.Load(pair.hist[0], code));
  }

  template <class Block>
  static BOOSTYARD_STEP Contest ScanChild(Block& block, const Scan& scan, std::uint32_t child,
                                          const Task& task, Shared& shared) {
    typename Block::template Local<Contest> found;
    block.ForEachThread([&](int thread) { found[thread] = Contest(); });
    const MatrixView& matrix = scan.args.matrix;
    for (std::uint32_t d = 0; d < scan.slot.digit_count; ++d) {
      const DigitInfo digit = matrix.digits[scan.slot.first_digit + d];
      const FeatureIndex* features = matrix.features + digit.first_feature;
      const Feature feature{scan, task, features[0]};
      if (scan.slot.is_wide != 0) {
        ScanOrdinal(
            block, feature, digit, [&](std::uint32_t bin) { return WideValue(scan, child, bin); },
            found, shared);
        continue;
      }
      const GradSums* values = shared.values[child];
      if (scan.slot.digit_count > 1) {
        FoldDigit(block, values, scan.slot.code_count, digit, shared.marginals);
        values = shared.marginals;
      }
      if (digit.is_exclusive != 0) {
        ScanExclusive(block, scan, task, digit, features, values, found);
      } else {
        ScanOrdinal(
            block, feature, digit, [&](std::uint32_t bin) { return values[bin]; }, found, shared);
      }
    }
    return block.Reduce(found, shared.contests, MergeContests{task.total});
  }

  // Sums over all digits of a bundle but one.
  template <class Block>
  static BOOSTYARD_STEP void FoldDigit(Block& block, const GradSums* values,
                                       std::uint32_t code_count, const DigitInfo& digit,
                                       GradSums* marginals) {
    block.ForEachThread([&](int thread) {
      const auto value = static_cast<std::uint32_t>(thread);
      if (value >= digit.base) return;
      GradSums sum;
      const std::uint32_t period = digit.stride * digit.base;
      for (std::uint32_t high = value * digit.stride; high < code_count; high += period) {
        for (std::uint32_t low = 0; low < digit.stride; ++low) {
          sum = Plus(sum, values[high + low]);
        }
      }
      marginals[value] = sum;
    });
  }

  // Every threshold of one feature, both directions of missing values.
  template <class Block, class ValueOf, class Found>
  static BOOSTYARD_STEP void ScanOrdinal(Block& block, const Feature& feature,
                                         const DigitInfo& digit, const ValueOf& value_of,
                                         Found& found, Shared& shared) {
    typename Block::template Local<GradSums> sums;
    typename Block::template Local<double> gains;
    block.ForEachThread([&](int thread) { gains[thread] = kNoGain; });
    const bool is_allowed = feature.task.mask == nullptr || feature.task.mask[feature.index] != 0;
    const std::uint32_t bins = digit.bin_count;
    const GradSums missing = digit.has_missing != 0 ? value_of(bins) : GradSums();
    const bool sees_missing = missing.grad != 0 || missing.hess != 0;
    const std::uint32_t forward = !is_allowed ? 0 : sees_missing ? bins : bins - 1;
    GradSums before;
    for (std::uint32_t first = 0; first < forward; first += kThreads) {
      block.ForEachThread([&](int thread) {
        const std::uint32_t bin = first + static_cast<unsigned>(thread);
        sums[thread] = bin < bins ? value_of(bin) : GradSums();
      });
      const GradSums total = block.InclusiveSum(sums, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t bin = first + static_cast<unsigned>(thread);
        if (bin >= forward) return;
        const auto signed_bin = static_cast<std::int32_t>(bin);
        const GradSums left = Plus(before, sums[thread]);
        gains[thread] =
            Larger(gains[thread], feature.Offer(left, bin, signed_bin, false, found[thread]));
        if (sees_missing && bin + 1 < bins) {
          gains[thread] =
              Larger(gains[thread], feature.Offer(Plus(left, missing), 2 * bins - 2 - bin,
                                                  signed_bin, true, found[thread]));
        }
      });
      before = Plus(before, total);
    }
    block.ForEachThread([&](int thread) {
      if (thread != 0 || !is_allowed || !sees_missing) return;
      gains[thread] =
          Larger(gains[thread], feature.Offer(missing, 2 * bins - 1, -1, true, found[thread]));
    });
    if (feature.task.feature_gains == nullptr) return;
    const double best =
        block.Reduce(gains, shared.gains, [](double a, double b) { return Larger(a, b); });
    block.ForEachThread([&](int thread) {
      if (thread == 0) feature.task.feature_gains[feature.index] = best;
    });
  }

  // Two-bin features of which at most one is in bin 1.
  template <class Block, class Found>
  static BOOSTYARD_STEP void ScanExclusive(Block& block, const Scan& scan, const Task& task,
                                           const DigitInfo& digit, const FeatureIndex* features,
                                           const GradSums* values, Found& found) {
    block.ForEachThread([&](int thread) {
      for (std::uint32_t k = static_cast<unsigned>(thread); k < digit.feature_count;
           k += kThreads) {
        double gain = kNoGain;
        if (task.mask == nullptr || task.mask[features[k]] != 0) {
          const Feature feature{scan, task, features[k]};
          gain = feature.Offer(Minus(task.total, values[k + 1]), 0, 0, false, found[thread]);
        }
        if (task.feature_gains != nullptr) task.feature_gains[features[k]] = gain;
      }
    });
  }

  static BOOSTYARD_HD double Larger(double a, double b) { return a > b ? a : b; }
};

// The best of all slots, and whether rounding could have decided it. Block x: child x % 2 of pair
// x / 2.
struct PickStep {
  static constexpr int kThreads = 64;
  struct Args {
    RulesView rules;
    WorkCount pairs_at_hand;
    const TaskInfo* tasks;
    const Contest* found;
    std::uint32_t slot_count;
    PairResult* results;
  };
  struct Shared {
    Contest contests[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    if (block.x() / 2 >= args.pairs_at_hand.Get()) return;
    const TaskInfo task = args.tasks[block.x()];
    if (task.exists == 0) return;
    typename Block::template Local<Contest> found;
    const Contest* from = args.found + std::uint64_t{block.x()} * args.slot_count;
    // Totals serve to tell mirrored candidates; the runner-up of exact ones is nobody's business.
    const MergeContests merge{task.total};
    block.ForEachThread([&](int thread) {
      Contest mine;
      for (std::uint32_t slot = static_cast<unsigned>(thread); slot < args.slot_count;
           slot += kThreads) {
        mine = merge(mine, from[slot]);
      }
      found[thread] = mine;
    });
    const Contest all = block.Reduce(found, shared.contests, merge);
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      PairResult& result = args.results[block.x() / 2];
      const std::uint32_t child = block.x() % 2;
      result.best[child] = all.best;
      if (args.rules.is_exact != 0) return;
      const SplitRules rules = args.rules.Get();
      const GainNoise noise = MakeGainNoise(rules, task.total, result.rows[child]);
      result.least_contending[child] = all.LeastContending(rules, noise, task.floor_gain);
    });
  }
};

// Which features of contested nodes contend. Block y: node y of those that are settled together.
struct ContendStep {
  static constexpr int kThreads = 256;
  struct Args {
    WorkCount nodes_at_hand;
    const std::uint32_t* tasks;  // per node: its row of feature_gains
    const double* least;         // per node
    const double* feature_gains;
    std::uint32_t feature_count;
    std::uint8_t* masks;  // row 2 * node
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    if (block.y() >= args.nodes_at_hand.Get()) return;
    const double* gains =
        args.feature_gains + std::uint64_t{args.tasks[block.y()]} * args.feature_count;
    std::uint8_t* mask = args.masks + std::uint64_t{2} * block.y() * args.feature_count;
    const double least = args.least[block.y()];
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.feature_count,
                              [&](std::uint32_t f) { mask[f] = gains[f] < least ? 0 : 1; });
    });
  }
};

// What goes left of settled nodes, in quanta: sums over their rows. Block y: node y.
struct LeftQuantaStep {
  static constexpr int kThreads = 256;
  struct Args {
    MatrixView matrix;
    WorkCount nodes_at_hand;
    const PairOrder* pairs;
    const NodeRows* node_rows;
    const std::uint32_t* lists[2];
    GradientView gradients;
    const SplitPlace* places;  // per feature
    PairResult* results;
  };
  struct Shared {
    GradSums scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    if (block.y() >= args.nodes_at_hand.Get()) return;
    PairResult& result = args.results[block.y()];
    const SplitCandidate best = result.best[0];
    if (!best.exists()) return;
    const NodeRows rows = args.node_rows[args.pairs[block.y()].left];
    const SplitPlace place = args.places[best.feature];
    const SlotInfo slot = args.matrix.slots[place.slot];
    const DigitInfo digit = args.matrix.digits[place.digit];
    const GradientReader gradients = args.gradients.Read();
    typename Block::template Local<GradSums> sums;
    block.ForEachThread([&](int thread) {
      GradSums mine;
      ForEachOfGrid<kThreads>(block, thread, rows.count, [&](std::uint32_t i) {
        const std::uint32_t row =
            rows.list == NodeRows::kDense ? i : args.lists[rows.list][rows.begin + i];
        const std::uint32_t code = args.matrix.Code(slot, row);
        if (IsLeft(digit, place.exclusive_value, best.bin, best.is_missing_left, code)) {
          mine = Plus(mine, gradients.Packed(row));
        }
      });
      sums[thread] = mine;
    });
    const GradSums all = block.Reduce(
        sums, shared.scratch, [](const GradSums& a, const GradSums& b) { return Plus(a, b); });
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      AtomicAdd(&result.left_quanta.grad, all.grad);
      AtomicAdd(&result.left_quanta.hess, all.hess);
    });
  }
};

// Exact sums of leaves. Blocks (., y) take the visits y, y + grid_y and so on; sums[2 * visit] of
// what goes right, [2 * visit + 1] of what goes left, or of a leaf's own rows.
struct ExactSumStep {
  static constexpr int kThreads = 256;
  struct Args {
    MatrixView matrix;
    WorkCount visits_at_hand;
    const VisitOrder* visits;
    const NodeRows* node_rows;
    const WalkNode* nodes;
    const std::uint32_t* lists[2];
    GradientView gradients;
    GradSums* sums;
  };
  struct Shared {
    GradSums scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const std::uint32_t count = args.visits_at_hand.Get();
    for (std::uint32_t visit = block.y(); visit < count; visit += block.grid_y()) {
      Visit(block, args, args.visits[visit], args.sums + std::uint64_t{2} * visit, shared);
    }
  }

 private:
  template <class Block>
  static BOOSTYARD_STEP void Visit(Block& block, const Args& args, const VisitOrder& visit,
                                   GradSums* out, Shared& shared) {
    const NodeRows rows = args.node_rows[visit.node];
    const WalkNode& node = args.nodes[visit.node];
    const GradientReader gradients = args.gradients.Read();
    typename Block::template Local<GradSums> sums[2];
    block.ForEachThread([&](int thread) {
      GradSums mine[2];
      ForEachOfGrid<kThreads>(block, thread, rows.count, [&](std::uint32_t i) {
        const std::uint32_t row =
            rows.list == NodeRows::kDense ? i : args.lists[rows.list][rows.begin + i];
        const bool is_left = visit.is_split == 0 ||
                             GoesLeft(node, args.matrix.Code(args.matrix.slots[node.slot], row));
        GradSums& side = mine[is_left ? 1 : 0];
        side = Plus(side, gradients.Exact(row));
      });
      sums[0][thread] = mine[0];
      sums[1][thread] = mine[1];
    });
    for (int side = 0; side < 2; ++side) {
      const GradSums all =
          block.Reduce(sums[side], shared.scratch,
                       [](const GradSums& a, const GradSums& b) { return Plus(a, b); });
      block.ForEachThread([&](int thread) {
        if (thread != 0) return;
        AtomicAdd(&out[side].grad, all.grad);
        AtomicAdd(&out[side].hess, all.hess);
      });
    }
  }
};

}  // namespace boostyard::device
