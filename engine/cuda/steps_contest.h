// Steps that settle contested nodes (engine/tree/split_contest.h) of a tree that grows on the
// device: they are listed, scanned again in histograms of exact gradients, and their results taken.
#pragma once

#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/growth_types.h"

namespace boostyard::device {

// Where contested nodes are settled: a pair of one node for each, in the order of the list.
struct SettleView {
  ContestItem* items = nullptr;
  std::uint32_t* rows = nullptr;  // per node: its row of the batch's feature gains
  double* least = nullptr;        // per node: the gain from which on a feature contends
  PairOrder* pairs = nullptr;
  TaskInfo* tasks = nullptr;  // two for each pair
  PairResult* results = nullptr;
};

// Lists the contested nodes of a batch of pairs. They are settled `hist_count` at a time, each in
// one of as many histograms from `first_hist` on. One block.
struct ListContestsStep {
  static constexpr int kThreads = 512;
  struct Args {
    WorkCount pairs_at_hand;
    const PairOrder* pairs;
    const TaskInfo* tasks;
    const PairResult* results;
    std::int32_t first_hist;
    std::uint32_t hist_count;
    SettleView settle;
    std::uint32_t* contested_count;
  };
  struct Shared {
    std::uint32_t scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const std::uint32_t count = 2 * args.pairs_at_hand.Get();
    typename Block::template Local<std::uint32_t> ranks;
    std::uint32_t before = 0;
    for (std::uint32_t first = 0; first < count; first += kThreads) {
      block.ForEachThread([&](int thread) {
        const std::uint32_t task = first + static_cast<unsigned>(thread);
        ranks[thread] = task < count && IsContested(args, task) ? 1 : 0;
      });
      const std::uint32_t total = block.InclusiveSum(ranks, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t task = first + static_cast<unsigned>(thread);
        if (task < count && IsContested(args, task)) Enter(args, task, before + ranks[thread] - 1);
      });
      before += total;
    }
    block.ForEachThread([&](int thread) {
      if (thread == 0) *args.contested_count = before;
    });
  }

 private:
  static BOOSTYARD_STEP bool IsContested(const Args& args, std::uint32_t task) {
    return args.tasks[task].exists != 0 &&
           args.results[task / 2].least_contending[task % 2] < __builtin_inf();
  }

  static BOOSTYARD_STEP void Enter(const Args& args, std::uint32_t task, std::uint32_t at) {
    const PairOrder& pair = args.pairs[task / 2];
    const std::int32_t node = task % 2 == 0 ? pair.left : pair.right;
    args.settle.items[at] = {node, task};
    args.settle.rows[at] = task;
    args.settle.least[at] = args.results[task / 2].least_contending[task % 2];
    PairOrder order;
    order.left = node;
    order.hist[0] = args.first_hist + static_cast<std::int32_t>(at % args.hist_count);
    args.settle.pairs[at] = order;
    args.settle.tasks[2 * at] = {args.tasks[task].total, 0.0, args.tasks[task].bounds, 1, 1};
    args.settle.tasks[2 * at + 1] = {};
    args.settle.results[at] = {};
  }
};

// Takes over the best split by exact sums: its loss change is exact, what goes left is in quanta.
struct TakeSettledStep {
  static constexpr int kThreads = 256;
  struct Args {
    WorkCount nodes_at_hand;
    SettleView settle;
    const TaskInfo* tasks;
    PairResult* results;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const std::uint32_t count = args.nodes_at_hand.Get();
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < count; i += kThreads) {
        const std::uint32_t task = args.settle.items[i].task;
        const PairResult& settled = args.settle.results[i];
        SplitCandidate best = settled.best[0];
        if (best.exists()) {
          best.gain = args.tasks[task].floor_gain + (best.gain - settled.floor_gain);
          best.left = settled.left_quanta;
        }
        args.results[task / 2].best[task % 2] = best;
      }
    });
  }
};

}  // namespace boostyard::device
