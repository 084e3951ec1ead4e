// Steps of devices that train together: what each knows of its own rows is laid out as integers,
// summed up over all of them (GroupMember::Sum), and taken back.
#pragma once

#include <cstdint>

#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/steps_gradients.h"

namespace boostyard::device {

// words[i] += what each of the others has sent for it.
struct AddWordsStep {
  static constexpr int kThreads = 256;
  struct Args {
    std::int64_t* words;
    const std::int64_t* received;  // [sender][count]
    std::uint32_t senders;
    std::uint64_t count;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.count, [&](std::uint64_t i) {
        auto sum = static_cast<std::uint64_t>(args.words[i]);
        for (std::uint32_t sender = 0; sender < args.senders; ++sender) {
          sum += static_cast<std::uint64_t>(args.received[sender * args.count + i]);
        }
        args.words[i] = static_cast<std::int64_t>(sum);
      });
    });
  }
};

// A part of what a tree begins with, as words: a place for each device, in which alone it writes,
// so that their sum is everybody's.
struct SpreadStartStep {
  static constexpr int kThreads = 256;
  static constexpr std::uint32_t kWords = 4;  // a device
  struct Args {
    const StartWords* start;
    StartPart part;
    std::uint32_t rank;
    std::uint32_t devices;
    std::int64_t* words;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < kWords * args.devices;
           i += kThreads) {
        args.words[i] = i / kWords == args.rank ? Word(*args.start, args.part, i % kWords) : 0;
      }
    });
  }

 private:
  static BOOSTYARD_STEP std::int64_t Word(const StartWords& start, StartPart part,
                                          std::uint32_t index) {
    if (part == StartPart::kTotal) {
      const std::int64_t words[kWords] = {start.total.grad, start.total.hess,
                                          static_cast<std::int64_t>(start.rows), 0};
      return words[index];
    }
    const StatWords& stats = start.stats[part == StartPart::kStats ? 0 : 1];
    const std::int64_t words[kWords] = {stats.max_grad, stats.max_hess, stats.sum_abs_grad,
                                        stats.sum_hess};
    return words[index];
  }
};

// Of all devices' words, that part for all rows.
struct MergeStartStep {
  static constexpr int kThreads = 32;
  struct Args {
    const std::int64_t* words;
    std::uint32_t devices;
    StartPart part;
    StartWords* start;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      StatWords stats;
      GradSums total;
      std::uint64_t rows = 0;
      for (std::uint32_t device = 0; device < args.devices; ++device) {
        const std::int64_t* const of = args.words + device * SpreadStartStep::kWords;
        stats = Merge(stats, {static_cast<std::uint32_t>(of[0]), static_cast<std::uint32_t>(of[1]),
                              of[2], of[3]});
        total = Plus(total, {of[0], of[1]});
        rows += static_cast<std::uint64_t>(of[2]);
      }
      if (args.part == StartPart::kTotal) {
        args.start->total = total;
        args.start->rows = rows;
      } else {
        args.start->stats[args.part == StartPart::kStats ? 0 : 1] = stats;
      }
    });
  }
};

// How many rows the nodes of each pair have, as PlanStep counts them: words[2 * pair + child].
struct CountChildrenStep {
  static constexpr int kThreads = 256;
  struct Args {
    const PairOrder* pairs;
    WorkCount pairs_at_hand;
    const NodeRows* node_rows;
    std::int64_t* words;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const std::uint32_t count = args.pairs_at_hand.Get();
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < args.pairs_at_hand.most;
           i += kThreads) {
        std::int64_t rows[2] = {0, 0};
        if (i < count) {
          const PairOrder& pair = args.pairs[i];
          if (pair.right < 0) {  // the root
            rows[0] = args.node_rows[pair.left].count;
          } else {
            rows[0] = args.node_rows[pair.parent].left_count;
            rows[1] = args.node_rows[pair.parent].right_count;
          }
        }
        args.words[2 * i] = rows[0];
        args.words[2 * i + 1] = rows[1];
      }
    });
  }
};

// Copies the histograms of builds side by side, or back. Block (x, y): part x of one of them.
struct PackHistogramsStep {
  static constexpr int kThreads = 256;
  struct Args {
    const BuildOrder* builds;  // from the first of them on
    std::uint32_t stride;      // from one to the next
    std::uint32_t words;       // of a histogram
    std::int64_t* pool;
    std::int64_t* packed;
    std::uint32_t is_back;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const std::int32_t hist = args.builds[block.y() * args.stride].hist;
    if (hist < 0 && args.is_back != 0) return;
    std::int64_t* const packed = args.packed + std::uint64_t{block.y()} * args.words;
    std::int64_t* const own =
        hist < 0 ? nullptr : args.pool + static_cast<std::uint64_t>(hist) * args.words;
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.words, [&](std::uint32_t i) {
        if (args.is_back != 0) {
          own[i] = packed[i];
        } else {
          packed[i] = own != nullptr ? own[i] : 0;
        }
      });
    });
  }
};

// Copies what goes left of settled nodes side by side, or back.
struct PackQuantaStep {
  static constexpr int kThreads = 256;
  struct Args {
    PairResult* results;
    WorkCount nodes_at_hand;
    std::int64_t* words;  // two a node
    std::uint32_t is_back;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const std::uint32_t count = args.nodes_at_hand.Get();
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < args.nodes_at_hand.most;
           i += kThreads) {
        if (args.is_back != 0) {
          if (i < count) args.results[i].left_quanta = {args.words[2 * i], args.words[2 * i + 1]};
          continue;
        }
        const GradSums own = i < count ? args.results[i].left_quanta : GradSums();
        args.words[2 * i] = own.grad;
        args.words[2 * i + 1] = own.hess;
      }
    });
  }
};

}  // namespace boostyard::device
