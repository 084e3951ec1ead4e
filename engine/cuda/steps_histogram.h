// Steps that build histograms.
//
// A batch of nodes is a queue of chunks of rows, counted on the device; each block takes an equal
// run of chunks, whatever nodes they are of, and adds what it has counted to a node's histogram
// when it leaves the node. Within a block the counters of a group lie in shared memory, code by
// code, a lane of the warp for each slot: 32 lanes are 32 banks, so that no two threads of a warp
// meet. They are 32-bit integers, exact for kFlushRows rows.
#pragma once

#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/steps_gradients.h"
#include "engine/cuda/steps_rows.h"

namespace boostyard::device {

// 65,536 * 32,767 < 2^31 and 65,536 * 65,535 < 2^32.
inline constexpr std::uint32_t kFlushRows = 65536;

// Decides which children are built from rows, and cuts their rows into chunks. Builds of pairs that
// there might have been are empty. One block.
struct PlanStep {
  static constexpr int kThreads = 512;
  struct Args {
    const PairOrder* pairs;
    WorkCount pairs_at_hand;
    NodeRows* node_rows;
    std::uint32_t chunk_rows;
    BuildOrder* builds;  // two for each pair
    std::uint32_t* chunk_count;
    PairResult* results;
    const std::int64_t* child_rows;  // [pair][child] over all devices; null: there is this one
  };
  struct Shared {
    std::uint32_t scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    typename Block::template Local<std::uint32_t> chunks;
    const std::uint32_t pair_count = args.pairs_at_hand.Get();
    const std::uint32_t build_count = 2 * args.pairs_at_hand.most;
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < args.pairs_at_hand.most;
           i += kThreads) {
        if (i < pair_count) {
          PlanPair(args, i);
        } else {
          args.builds[2 * i] = {};
          args.builds[2 * i + 1] = {};
        }
      }
    });
    std::uint32_t before = 0;
    for (std::uint32_t first = 0; first < build_count; first += kThreads) {
      block.ForEachThread([&](int thread) {
        const std::uint32_t i = first + static_cast<unsigned>(thread);
        chunks[thread] = i < build_count
                             ? (args.builds[i].rows.count + args.chunk_rows - 1) / args.chunk_rows
                             : 0;
      });
      const std::uint32_t total = block.InclusiveSum(chunks, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t i = first + static_cast<unsigned>(thread);
        if (i < build_count) args.builds[i].end_chunk = before + chunks[thread];
      });
      before += total;
    }
    block.ForEachThread([&](int thread) {
      if (thread == 0) *args.chunk_count = before;
    });
  }

 private:
  static BOOSTYARD_STEP std::uint32_t AllRows(const Args& args, std::uint32_t pair,
                                              std::uint32_t child, std::uint32_t own) {
    if (args.child_rows == nullptr) return own;
    return static_cast<std::uint32_t>(args.child_rows[2 * pair + child]);
  }

  static BOOSTYARD_STEP void PlanPair(const Args& args, std::uint32_t i) {
    const PairOrder pair = args.pairs[i];
    BuildOrder* builds = args.builds + 2 * i;
    if (pair.right < 0) {  // the root
      builds[0] = {args.node_rows[pair.left], pair.hist[0], 0};
      builds[1] = {};
      args.results[i].is_left_built = 1;
      args.results[i].rows[0] = AllRows(args, i, 0, builds[0].rows.count);
      return;
    }
    const NodeRows parent = args.node_rows[pair.parent];
    const std::uint32_t list = parent.list == NodeRows::kDense ? 0 : 1 - parent.list;
    const NodeRows left{parent.begin, parent.left_count, list, 0, 0};
    const NodeRows right{parent.begin + parent.left_count, parent.right_count, list, 0, 0};
    args.node_rows[pair.left] = left;
    args.node_rows[pair.right] = right;
    const std::uint32_t left_rows = AllRows(args, i, 0, left.count);
    const std::uint32_t right_rows = AllRows(args, i, 1, right.count);
    args.results[i].rows[0] = left_rows;
    args.results[i].rows[1] = right_rows;
    const bool is_left_built = pair.parent_hist < 0 || left_rows <= right_rows;
    args.results[i].is_left_built = is_left_built ? 1 : 0;
    builds[0] = {is_left_built ? left : right, pair.hist[0], 0};
    builds[1] = {};
    if (pair.parent_hist < 0) builds[1] = {right, pair.hist[1], 0};
  }
};

// Clears the histograms that are to be built. Block (x, y): part x of build y.
struct ClearStep {
  static constexpr int kThreads = 256;
  struct Args {
    const BuildOrder* builds;
    std::int64_t* pool;
    std::uint32_t entry_count;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const std::int32_t hist = args.builds[block.y()].hist;
    if (hist < 0) return;
    const std::uint32_t words = 2 * args.entry_count;
    std::int64_t* out = args.pool + static_cast<std::uint64_t>(hist) * words;
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, words, [&](std::uint32_t i) { out[i] = 0; });
    });
  }
};

// What both histogram steps read.
struct HistogramArgs {
  MatrixView matrix;
  const BuildOrder* builds;
  std::uint32_t build_count;
  const std::uint32_t* chunk_count;
  std::uint32_t chunk_rows;
  const std::uint32_t* lists[2];
  GradientView gradients;
  std::uint32_t is_exact;  // of exact gradients, whatever the tree's form
  std::int64_t* pool;
  std::uint32_t range_codes;  // codes that one block counts; block.y = group * ranges + range
  std::uint32_t range_count;

  // Whether it is gradients of the 64-bit form that are counted.
  BOOSTYARD_HD bool IsWide() const { return is_exact != 0 || gradients.IsWide(); }
};

// One run of rows of one build.
struct RowRun {
  const std::uint32_t* ids;  // null: consecutive from `first`
  std::uint32_t first;
  std::uint32_t count;

  BOOSTYARD_HD std::uint32_t Row(std::uint32_t i) const {
    return ids != nullptr ? ids[first + i] : first + i;
  }
};

// Calls visit(build index, rows) for the block's share of the queue, in runs of at most max_rows.
template <class Block, class Visit>
BOOSTYARD_STEP void VisitShare(Block& block, const HistogramArgs& args, std::uint32_t max_chunks,
                               const Visit& visit) {
  const std::uint64_t total = *args.chunk_count;
  auto chunk = static_cast<std::uint32_t>(total * block.x() / block.grid_x());
  const auto end = static_cast<std::uint32_t>(total * (block.x() + 1) / block.grid_x());
  if (chunk == end) return;
  std::uint32_t b =
      FindRun(args.build_count, chunk, [&](std::uint32_t i) { return args.builds[i].end_chunk; });
  while (chunk < end) {
    while (args.builds[b].end_chunk <= chunk) ++b;
    const BuildOrder& build = args.builds[b];
    const std::uint32_t begin_chunk = b > 0 ? args.builds[b - 1].end_chunk : 0;
    std::uint32_t run_end = build.end_chunk < end ? build.end_chunk : end;
    if (run_end - chunk > max_chunks) run_end = chunk + max_chunks;
    const std::uint32_t first = (chunk - begin_chunk) * args.chunk_rows;
    const std::uint32_t rest = build.rows.count - first;
    const std::uint32_t count =
        (run_end - chunk) * args.chunk_rows < rest ? (run_end - chunk) * args.chunk_rows : rest;
    const bool is_dense = build.rows.list == NodeRows::kDense;
    visit(b, RowRun{is_dense ? nullptr : args.lists[build.rows.list], build.rows.begin + first,
                    count});
    chunk = run_end;
  }
}

// Histograms of narrow slots. kWide: gradients in the 64-bit form, counters of two words each. Does
// nothing where gradients are of the other form.
template <bool kWide>
struct HistogramStep {
  static constexpr int kThreads = 512;
  static constexpr std::uint32_t kLanes = 32;
  static constexpr std::uint32_t kWordsPerCode = kLanes * (kWide ? 4 : 2);
  using Args = HistogramArgs;
  struct Shared {};

  // Counters lie in planes of [code][lane].
  struct Counters {
    std::uint32_t* grad;
    std::uint32_t* hess;
    std::uint32_t* grad_high;  // kWide
    std::uint32_t* hess_high;
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    if (*args.chunk_count == 0 || args.IsWide() != kWide) return;
    const GradientReader gradients = args.gradients.Read();
    const GroupInfo group = args.matrix.groups[block.y() / args.range_count];
    const std::uint32_t code_begin = block.y() % args.range_count * args.range_codes;
    if (code_begin >= group.code_count) return;
    const std::uint32_t rest = group.code_count - code_begin;
    const std::uint32_t codes = rest < args.range_codes ? rest : args.range_codes;
    const std::uint32_t plane = codes * kLanes;
    std::uint32_t* words = block.dynamic();
    const Counters counters{words, words + plane, words + 2 * plane, words + 3 * plane};
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < codes * kWordsPerCode;
           i += kThreads) {
        words[i] = 0;
      }
    });
    const std::uint32_t max_chunks = kFlushRows / args.chunk_rows;
    VisitShare(block, args, max_chunks, [&](std::uint32_t b, const RowRun& rows) {
      Count(block, args, gradients, group, code_begin, codes, rows, counters);
      Flush(block, args, group, code_begin, codes, args.builds[b].hist, counters);
    });
  }

 private:
  static BOOSTYARD_STEP void CountCell(const GradientReader& gradients, std::uint32_t row,
                                       std::uint32_t at, const Counters& counters) {
    if constexpr (kWide) {
      const GradSums value = gradients.Exact(row);
      AtomicAddWords(counters.grad + at, counters.grad_high + at, value.grad);
      AtomicAddWords(counters.hess + at, counters.hess_high + at, value.hess);
    } else {
      const std::uint32_t value = gradients.packed[row];
      AtomicAdd(counters.grad + at,
                static_cast<std::uint32_t>(static_cast<std::int32_t>(value) >> 16));
      AtomicAdd(counters.hess + at, value & 0xFFFFU);
    }
  }

  // A thread keeps to one slot; the threads of a warp take 32 / width rows at a time.
  template <class Block>
  static BOOSTYARD_STEP void Count(Block& block, const Args& args, const GradientReader& gradients,
                                   const GroupInfo& group, std::uint32_t code_begin,
                                   std::uint32_t codes, const RowRun& rows,
                                   const Counters& counters) {
    constexpr std::uint32_t kUnroll = 4;  // loads in flight
    const std::uint8_t* strips = args.matrix.strips + group.strip_offset;
    const std::uint32_t row_step = kThreads / group.width;
    block.ForEachThread([&](int thread) {
      const std::uint32_t slot = static_cast<unsigned>(thread) & (group.width - 1);
      const std::uint32_t lane = static_cast<unsigned>(thread) & (kLanes - 1);
      if (slot >= group.slot_count) return;
      std::uint32_t i = static_cast<unsigned>(thread) / group.width;
      for (; i + (kUnroll - 1) * row_step < rows.count; i += kUnroll * row_step) {
        std::uint32_t row[kUnroll];
        std::uint32_t code[kUnroll];
        for (std::uint32_t k = 0; k < kUnroll; ++k) row[k] = rows.Row(i + k * row_step);
        for (std::uint32_t k = 0; k < kUnroll; ++k) {
          code[k] = strips[std::uint64_t{row[k]} * group.width + slot] - code_begin;
        }
        for (std::uint32_t k = 0; k < kUnroll; ++k) {
          if (code[k] < codes) CountCell(gradients, row[k], code[k] * kLanes + lane, counters);
        }
      }
      for (; i < rows.count; i += row_step) {
        const std::uint32_t row = rows.Row(i);
        const std::uint32_t code = strips[std::uint64_t{row} * group.width + slot] - code_begin;
        if (code < codes) CountCell(gradients, row, code * kLanes + lane, counters);
      }
    });
  }

  // Adds the counters to a histogram, and clears them. Entries of a group lie [code][width], so
  // that neighbouring threads write neighbouring words.
  template <class Block>
  static BOOSTYARD_STEP void Flush(Block& block, const Args& args, const GroupInfo& group,
                                   std::uint32_t code_begin, std::uint32_t codes, std::int32_t hist,
                                   const Counters& counters) {
    const std::uint32_t entries = args.matrix.entry_count;
    std::int64_t* grad_out = args.pool + std::uint64_t{2} * entries * static_cast<unsigned>(hist) +
                             group.entry_base + code_begin * group.width;
    std::int64_t* hess_out = grad_out + entries;
    block.ForEachThread([&](int thread) {
      for (std::uint32_t e = static_cast<unsigned>(thread); e < codes * group.width;
           e += kThreads) {
        const std::uint32_t code = e / group.width;
        std::int64_t grad = 0;
        std::int64_t hess = 0;
        for (std::uint32_t lane = e % group.width; lane < kLanes; lane += group.width) {
          const std::uint32_t at = code * kLanes + lane;
          if constexpr (kWide) {
            grad += Take(counters.grad + at, counters.grad_high + at);
            hess += Take(counters.hess + at, counters.hess_high + at);
          } else {
            grad += static_cast<std::int32_t>(counters.grad[at]);
            hess += counters.hess[at];
            counters.grad[at] = 0;
            counters.hess[at] = 0;
          }
        }
        if (grad != 0) AtomicAdd(grad_out + e, grad);
        if (hess != 0) AtomicAdd(hess_out + e, hess);
      }
    });
  }

  static BOOSTYARD_STEP std::int64_t Take(std::uint32_t* low, std::uint32_t* high) {
    const std::uint64_t bits = (std::uint64_t{*high} << 32) | *low;
    *low = 0;
    *high = 0;
    return static_cast<std::int64_t>(bits);
  }
};

// Histograms of slots of two bytes a row, straight into global memory. block.y: which wide slot.
struct WideSlotStep {
  static constexpr int kThreads = 256;
  using Args = HistogramArgs;
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const SlotInfo slot = args.matrix.slots[args.matrix.narrow_count + block.y()];
    const std::uint32_t entries = args.matrix.entry_count;
    const GradientReader gradients = args.gradients.Read();
    const bool is_wide = args.IsWide();
    VisitShare(block, args, 0x7FFFFFFF / args.chunk_rows, [&](std::uint32_t b, const RowRun& rows) {
      std::int64_t* grad_out =
          args.pool + std::uint64_t{2} * entries * static_cast<unsigned>(args.builds[b].hist) +
          slot.entry_base;
      std::int64_t* hess_out = grad_out + entries;
      block.ForEachThread([&](int thread) {
        for (std::uint32_t i = static_cast<unsigned>(thread); i < rows.count; i += kThreads) {
          const std::uint32_t row = rows.Row(i);
          const std::uint32_t code = args.matrix.Code(slot, row);
          const GradSums value = is_wide ? gradients.Exact(row) : gradients.Packed(row);
          AtomicAdd(grad_out + code, value.grad);
          AtomicAdd(hess_out + code, value.hess);
        }
      });
    });
  }
};

}  // namespace boostyard::device
