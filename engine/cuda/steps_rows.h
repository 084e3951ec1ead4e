// Steps that move rows: the strips of the matrix, the sample, the partition.
//
// Rows of a node are a run of row numbers in one of two lists; a split writes its children's into
// the same run of the other list, the left ones from the front, the right ones from the back. A
// tile of rows keeps its order and claims its place with one addition, so that one launch does it
// all; in which order tiles come is nothing to sums of integers.
#pragma once

#include "engine/base/rng.h"
#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"

namespace boostyard::device {

// Codes of one group side by side.
struct StripStep {
  static constexpr int kThreads = 256;
  struct Args {
    MatrixView matrix;
    std::uint32_t group;
    std::uint64_t rows;
    std::uint8_t* strips;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const GroupInfo group = args.matrix.groups[args.group];
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.rows, [&](std::uint64_t row) {
        auto* out =
            reinterpret_cast<std::uint32_t*>(args.strips + group.strip_offset + row * group.width);
        for (std::uint32_t word = 0; word < group.width / 4; ++word) {
          std::uint32_t codes = 0;
          for (std::uint32_t k = 0; k < 4 && 4 * word + k < group.slot_count; ++k) {
            const SlotInfo& slot = args.matrix.slots[group.first_slot + 4 * word + k];
            codes |= args.matrix.Code(slot, row) << (8 * k);
          }
          out[word] = codes;
        }
      });
    });
  }
};

// Counts of eight passes over a tile, 16 bits each: running sums over up to 1,024 threads hold.
struct PassCounts {
  std::uint64_t words[2] = {0, 0};

  BOOSTYARD_HD void Add(int pass, std::uint32_t count) {
    words[pass >> 2] += static_cast<std::uint64_t>(count) << (16 * (pass & 3));
  }
  BOOSTYARD_HD std::uint32_t Of(int pass) const {
    return static_cast<std::uint32_t>(words[pass >> 2] >> (16 * (pass & 3))) & 0xFFFFU;
  }
};
BOOSTYARD_HD PassCounts Plus(const PassCounts& a, const PassCounts& b) {
  PassCounts sum;
  sum.words[0] = a.words[0] + b.words[0];
  sum.words[1] = a.words[1] + b.words[1];
  return sum;
}

// One tile of rows is divided into those chosen and the others.
struct TileSplitter {
  static constexpr int kThreads = 256;
  static constexpr int kPasses = 8;
  static constexpr std::uint32_t kRows = kThreads * kPasses;
  struct Shared {
    PassCounts scratch[kMaxWarps];
    std::uint32_t chosen_base;
    std::uint32_t other_base;
  };

  // row_of(i), is_chosen(i, row) for i in [0, count); claim(chosen, others, &chosen_base,
  // &other_base) is called once; put(is_chosen, place, row) writes.
  template <class Block, class RowOf, class IsChosen, class Claim, class Put>
  static BOOSTYARD_STEP void Run(Block& block, std::uint32_t count, Shared& shared,
                                 const RowOf& row_of, const IsChosen& is_chosen, const Claim& claim,
                                 const Put& put) {
    typename Block::template Local<std::uint32_t> flags;
    typename Block::template Local<PassCounts> sums;
    block.ForEachThread([&](int thread) {
      std::uint32_t mine = 0;
      PassCounts counts;
      for (int pass = 0; pass < kPasses; ++pass) {
        const std::uint32_t i = static_cast<std::uint32_t>(pass * kThreads + thread);
        if (i >= count || !is_chosen(i, row_of(i))) continue;
        mine |= 1U << pass;
        counts.Add(pass, 1);
      }
      flags[thread] = mine;
      sums[thread] = counts;
    });
    const PassCounts total = block.InclusiveSum(sums, shared.scratch);
    std::uint32_t chosen = 0;
    for (int pass = 0; pass < kPasses; ++pass) chosen += total.Of(pass);
    block.ForEachThread([&](int thread) {
      if (thread == 0) claim(chosen, count - chosen, &shared.chosen_base, &shared.other_base);
    });
    block.ForEachThread([&](int thread) {
      std::uint32_t before_pass = 0;
      for (int pass = 0; pass < kPasses; ++pass) {
        const std::uint32_t i = static_cast<std::uint32_t>(pass * kThreads + thread);
        if (i < count) {
          const bool is_mine = ((flags[thread] >> pass) & 1U) != 0;
          const std::uint32_t rank =
              before_pass + sums[thread].Of(pass) - (is_mine ? 1U : 0U);  // chosen before i
          put(is_mine, is_mine ? shared.chosen_base + rank : shared.other_base + (i - rank),
              row_of(i));
        }
        before_pass += total.Of(pass);
      }
    });
  }
};

// The root's rows where a sample is taken. The root begins as {0, 0, list 0}.
struct SampleStep {
  static constexpr int kThreads = TileSplitter::kThreads;
  struct Args {
    std::uint64_t rows;
    std::uint64_t first_row;  // among those of all devices
    const TreeWords* tree;
    std::uint32_t limit;  // sampled: the row's 32 bits under the key are at most this
    std::uint32_t* list;
    NodeRows* root;
  };
  using Shared = TileSplitter::Shared;

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const RowRandom random(args.tree->sample_key);
    for (std::uint64_t first = std::uint64_t{block.x()} * TileSplitter::kRows; first < args.rows;
         first += std::uint64_t{block.grid_x()} * TileSplitter::kRows) {
      const std::uint64_t rest = args.rows - first;
      TileSplitter::Run(
          block,
          static_cast<std::uint32_t>(rest < TileSplitter::kRows ? rest : TileSplitter::kRows),
          shared, [&](std::uint32_t i) { return static_cast<std::uint32_t>(first) + i; },
          [&](std::uint32_t, std::uint32_t row) {
            return random.Bits(static_cast<std::uint32_t>(args.first_row) + row) <= args.limit;
          },
          [&](std::uint32_t chosen, std::uint32_t, std::uint32_t* base, std::uint32_t* other) {
            *base = AtomicAdd(&args.root->count, chosen);
            *other = 0;
          },
          [&](bool is_sampled, std::uint32_t place, std::uint32_t row) {
            if (is_sampled) args.list[place] = row;
          });
    }
  }
};

// Puts a root in place.
struct RootStep {
  static constexpr int kThreads = 32;
  struct Args {
    NodeRows* root;
    std::uint32_t count;
    std::uint32_t list;
    StartWords* start;
    std::uint32_t clears_stats;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      *args.root = {0, args.count, args.list, 0, 0};
      args.start->total = {};
      if (args.clears_stats == 0) return;
      args.start->stats[0] = {};
      args.start->stats[1] = {};
    });
  }
};

// Prepares splits: which codes go left, and which tiles of rows there are. One block.
struct PrepareSplitsStep {
  static constexpr int kThreads = 512;
  struct Args {
    MatrixView matrix;
    SplitOrder* splits;
    WorkCount splits_at_hand;
    NodeRows* node_rows;
    WalkNode* nodes;
    std::uint32_t* tile_count;
  };
  struct Shared {
    std::uint32_t scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    typename Block::template Local<std::uint32_t> tiles;
    const std::uint32_t count = args.splits_at_hand.Get();
    std::uint32_t before = 0;
    for (std::uint32_t first = 0; first < count; first += kThreads) {
      block.ForEachThread([&](int thread) {
        tiles[thread] = 0;
        const std::uint32_t i = first + static_cast<unsigned>(thread);
        if (i >= count || args.splits[i].moves_rows == 0) return;
        NodeRows& rows = args.node_rows[args.splits[i].node];
        rows.left_count = 0;
        rows.right_count = 0;
        tiles[thread] = (rows.count + TileSplitter::kRows - 1) / TileSplitter::kRows;
      });
      const std::uint32_t total = block.InclusiveSum(tiles, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t i = first + static_cast<unsigned>(thread);
        // Where the next one begins: a split without tiles is never found by search.
        if (i < count) args.splits[i].end_tile = before + tiles[thread];
      });
      before += total;
    }
    block.ForEachThread([&](int thread) {
      if (thread == 0) *args.tile_count = before;
      // One word of eight per thread.
      for (std::uint32_t i = static_cast<unsigned>(thread); i < 8 * count; i += kThreads) {
        const SplitOrder& split = args.splits[i / 8];
        const SlotInfo& slot = args.matrix.slots[split.slot];
        const DigitInfo& digit = args.matrix.digits[split.digit];
        WalkNode& node = args.nodes[split.node];
        if (i % 8 == 0) {
          node.left = split.left;
          node.right = split.right;
          node.slot = split.slot;
          node.bin = split.bin;
          node.missing_code = digit.bin_count;
          node.is_missing_left = split.is_missing_left;
          node.is_wide = slot.is_wide;
        }
        if (slot.is_wide != 0) continue;
        std::uint32_t word = 0;
        for (std::uint32_t bit = 0; bit < 32; ++bit) {
          const std::uint32_t code = i % 8 * 32 + bit;
          if (IsLeft(digit, split.exclusive_value, split.bin, split.is_missing_left != 0, code)) {
            word |= 1U << bit;
          }
        }
        node.left_codes[i % 8] = word;
      }
    });
  }
};

// Index of the first entry whose `end` lies beyond `value`; `end_of(i)` ascends.
template <class EndOf>
BOOSTYARD_STEP std::uint32_t FindRun(std::uint32_t count, std::uint32_t value,
                                     const EndOf& end_of) {
  std::uint32_t low = 0;
  std::uint32_t high = count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (end_of(middle) > value) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// Carries out splits, tile by tile.
struct PartitionStep {
  static constexpr int kThreads = TileSplitter::kThreads;
  struct Args {
    MatrixView matrix;
    const SplitOrder* splits;
    WorkCount splits_at_hand;
    const std::uint32_t* tile_count;
    NodeRows* node_rows;
    const WalkNode* nodes;
    std::uint32_t* lists[2];
  };
  using Shared = TileSplitter::Shared;

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const std::uint32_t tiles = *args.tile_count;
    const std::uint32_t count = args.splits_at_hand.Get();
    for (std::uint32_t tile = block.x(); tile < tiles; tile += block.grid_x()) {
      const std::uint32_t i =
          FindRun(count, tile, [&](std::uint32_t k) { return args.splits[k].end_tile; });
      RunTile(block, args, args.splits[i], tile - (i > 0 ? args.splits[i - 1].end_tile : 0),
              shared);
    }
  }

 private:
  template <class Block>
  static BOOSTYARD_STEP void RunTile(Block& block, const Args& args, const SplitOrder& split,
                                     std::uint32_t tile, Shared& shared) {
    NodeRows* rows = args.node_rows + split.node;
    const std::uint32_t begin = rows->begin;
    const std::uint32_t end = begin + rows->count;
    const std::uint32_t first = begin + tile * TileSplitter::kRows;
    const std::uint32_t count =
        end - first < TileSplitter::kRows ? end - first : TileSplitter::kRows;
    const bool is_dense = rows->list == NodeRows::kDense;
    const std::uint32_t* from = is_dense ? nullptr : args.lists[rows->list];
    std::uint32_t* to = args.lists[is_dense ? 0 : 1 - rows->list];
    const WalkNode& node = args.nodes[split.node];
    const SlotInfo slot = args.matrix.slots[split.slot];
    TileSplitter::Run(
        block, count, shared,
        [&](std::uint32_t i) { return is_dense ? first + i : from[first + i]; },
        [&](std::uint32_t, std::uint32_t row) {
          return GoesLeft(node, args.matrix.Code(slot, row));
        },
        [&](std::uint32_t left, std::uint32_t right, std::uint32_t* left_base,
            std::uint32_t* right_base) {
          *left_base = begin + AtomicAdd(&rows->left_count, left);
          *right_base = end - AtomicAdd(&rows->right_count, right) - right;
        },
        [&](bool, std::uint32_t place, std::uint32_t row) { to[place] = row; });
  }
};

}  // namespace boostyard::device
