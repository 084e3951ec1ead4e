// Steps that make the matrix: codes from values, two bytes where one is not enough, several columns
// in one.
#pragma once

#include <cstdint>

#include "engine/cuda/block.h"
#include "engine/cuda/piece_window.h"

namespace boostyard::device {

// How a feature is coded.
struct BinTask {
  std::uint32_t first_cut = 0;
  std::uint32_t cut_count = 0;  // interior cuts: the codes are 0 to cut_count, then missing
  std::uint32_t is_wide = 0;    // two bytes a row
  void* codes = nullptr;        // of the stream's first row
  // Where a missing value has no code in a byte: the rows that have none, one bit each from row
  // `first_row` on.
  std::uint32_t* lost = nullptr;
  std::uint64_t first_row = 0;
  std::uint32_t* has_missing = nullptr;
};

struct BinStep {
  static constexpr int kThreads = 256;
  static constexpr std::uint32_t kSharedCuts = 256;
  struct Args {
    const PieceInfo* pieces;
    const BinTask* tasks;
    const float* cuts;  // ascending within a task
  };
  struct Shared {
    float cuts[kSharedCuts];
    std::uint32_t map[256];  // of a coded piece: code to bin
    std::uint32_t has_missing;
  };

  // grid.x: parts of a piece, grid.y: pieces
  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const PieceInfo piece = args.pieces[block.y()];
    const BinTask task = args.tasks[piece.task];
    const float* const all_cuts = args.cuts + task.first_cut;
    const bool is_shared = task.cut_count <= kSharedCuts;
    block.ForEachThread([&](int thread) {
      const auto i = static_cast<std::uint32_t>(thread);
      if (is_shared && i < task.cut_count) shared.cuts[i] = all_cuts[i];
      if (thread == 0) shared.has_missing = 0;
    });
    const float* const cuts = is_shared ? shared.cuts : all_cuts;
    block.ForEachThread([&](int thread) {
      if (piece.floats == nullptr) {
        shared.map[thread] = Bin(cuts, task.cut_count, piece.dictionary[thread]);
      }
    });
    block.ForEachThread([&](int thread) {
      bool has_missing = false;
      ForEachOfGrid<kThreads>(block, thread, piece.rows, [&](std::uint32_t i) {
        const std::uint32_t bin = piece.floats == nullptr
                                      ? shared.map[piece.codes[i]]
                                      : Bin(cuts, task.cut_count, piece.floats[i]);
        const bool is_missing = bin > task.cut_count;
        has_missing = has_missing || is_missing;
        Put(task, piece.first_row + i, bin, is_missing);
      });
      if (has_missing) AtomicMax(&shared.has_missing, 1);
    });
    block.ForEachThread([&](int thread) {
      if (thread == 0 && shared.has_missing != 0) AtomicMax(task.has_missing, 1);
    });
  }

 private:
  // The number of cuts at or below the value; one more than there are if it is missing.
  static BOOSTYARD_STEP std::uint32_t Bin(const float* cuts, std::uint32_t count, float value) {
    if (value != value) return count + 1;
    std::uint32_t low = 0;
    std::uint32_t high = count;
    while (low < high) {
      const std::uint32_t middle = (low + high) / 2;
      if (cuts[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  static BOOSTYARD_STEP void Put(const BinTask& task, std::uint64_t row, std::uint32_t bin,
                                 bool is_missing) {
    if (task.is_wide != 0) {
      static_cast<std::uint16_t*>(task.codes)[row] = static_cast<std::uint16_t>(bin);
      return;
    }
    static_cast<std::uint8_t*>(task.codes)[row] = static_cast<std::uint8_t>(bin);
    if (!is_missing || task.lost == nullptr) return;
    const std::uint64_t at = task.first_row + row;
    AtomicAdd(task.lost + at / 32, 1U << (at % 32));  // each row once: as good as an OR
  }
};

// A column in two bytes a row, with a code for the missing values that were lost.
struct WidenStep {
  static constexpr int kThreads = 256;
  struct Args {
    const std::uint8_t* narrow;
    const std::uint32_t* lost;
    std::uint32_t missing_code;
    std::uint64_t rows;
    std::uint16_t* wide;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.rows, [&](std::uint64_t row) {
        const bool is_lost = (args.lost[row / 32] >> (row % 32) & 1U) != 0;
        args.wide[row] = static_cast<std::uint16_t>(is_lost ? args.missing_code : args.narrow[row]);
      });
    });
  }
};

// The rows whose code is 1, as bits. Codes are 0 and 1.
struct OnesStep {
  static constexpr int kThreads = 256;
  struct Args {
    const std::uint8_t* codes;
    std::uint64_t rows;
    std::uint64_t* words;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    const std::uint64_t words = (args.rows + 63) / 64;
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, words, [&](std::uint64_t w) {
        std::uint64_t bits = 0;
        for (std::uint64_t i = 0; i < 64 && 64 * w + i < args.rows; ++i) {
          bits |= static_cast<std::uint64_t>(args.codes[64 * w + i]) << i;
        }
        args.words[w] = bits;
      });
    });
  }
};

// A column that goes into a slot: its code counts `unit` times.
struct SlotMember {
  const std::uint8_t* codes = nullptr;
  std::uint32_t unit = 1;
};

struct CombineStep {
  static constexpr int kThreads = 256;
  struct Args {
    const SlotMember* members;
    std::uint32_t count;
    std::uint64_t rows;
    std::uint8_t* codes;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.rows, [&](std::uint64_t row) {
        std::uint32_t code = 0;
        for (std::uint32_t k = 0; k < args.count; ++k) {
          code += args.members[k].codes[row] * args.members[k].unit;
        }
        args.codes[row] = static_cast<std::uint8_t>(code);
      });
    });
  }
};

}  // namespace boostyard::device
