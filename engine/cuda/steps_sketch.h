// The step that counts for the cuts: a value's mass into its bucket, or into its part of a cell.
#pragma once

#include <cstdint>

#include "engine/base/row_mass.h"
#include "engine/cuda/block.h"
#include "engine/cuda/piece_window.h"
#include "engine/quantize/float_key.h"

namespace boostyard::device {

// What is counted of a feature (engine/quantize/mass_counter.h, CountTask).
struct SketchTask {
  std::uint64_t first_counter = 0;
  std::uint64_t missing_counter = 0;
  std::uint32_t first_cell = 0;
  std::uint32_t cell_count = 0;  // 0: buckets
  std::uint32_t width_bits = 16;
};

struct SketchStep {
  static constexpr int kThreads = 256;
  struct Args {
    const PieceInfo* pieces;
    const SketchTask* tasks;
    const std::uint32_t* cells;  // first keys, ascending within a task
    RowMass rule;
    std::uint64_t* counters;
  };
  struct Shared {
    // Of a coded piece: masses per code, in two words each.
    std::uint32_t low[256];
    std::uint32_t high[256];
    std::uint32_t missing;
  };

  // grid.x: parts of a piece, grid.y: pieces
  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const PieceInfo piece = args.pieces[block.y()];
    const SketchTask task = args.tasks[piece.task];
    block.ForEachThread([&](int thread) {
      shared.low[thread] = 0;
      shared.high[thread] = 0;
      if (thread == 0) shared.missing = 0;
    });
    block.ForEachThread([&](int thread) {
      std::uint32_t missing = 0;
      ForEachOfGrid<kThreads>(block, thread, piece.rows, [&](std::uint32_t i) {
        const std::uint64_t mass =
            piece.weights == nullptr ? 1 : args.rule.Of(static_cast<double>(piece.weights[i]));
        if (piece.floats == nullptr) {
          const std::uint32_t code = piece.codes[i];
          missing += code == ColumnPiece::kMissingCode ? 1U : 0U;
          AtomicAddWords(shared.low + code, shared.high + code, static_cast<std::int64_t>(mass));
          return;
        }
        const float value = piece.floats[i];
        missing += value != value ? 1U : 0U;
        Count(args, task, value, mass);
      });
      if (missing != 0) AtomicAdd(&shared.missing, missing);
    });
    block.ForEachThread([&](int thread) {
      if (thread == 0 && shared.missing != 0) {
        AtomicAdd(args.counters + task.missing_counter, std::uint64_t{shared.missing});
      }
      if (piece.floats != nullptr) return;
      const std::uint64_t mass = std::uint64_t{shared.high[thread]} << 32 | shared.low[thread];
      if (mass != 0) Count(args, task, piece.dictionary[thread], mass);
    });
  }

 private:
  static BOOSTYARD_STEP void Count(const Args& args, const SketchTask& task, float value,
                                   std::uint64_t mass) {
    if (value != value || mass == 0) return;
    const std::uint32_t key = FloatKey(value);
    if (task.cell_count == 0) {
      AtomicAdd(args.counters + task.first_counter + (key >> 16), mass);
      return;
    }
    // The last cell that begins at or below the key.
    const std::uint32_t* const cells = args.cells + task.first_cell;
    std::uint32_t low = 0;
    std::uint32_t high = task.cell_count;
    while (low < high) {
      const std::uint32_t middle = (low + high) / 2;
      if (cells[middle] <= key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0 || (key - cells[low - 1]) >> task.width_bits != 0) return;  // in no cell
    const std::uint32_t part = (key - cells[low - 1]) >> (task.width_bits - 8);
    AtomicAdd(args.counters + task.first_counter + std::uint64_t{low - 1} * 256 + part, mass);
  }
};

// Sets words to 0.
struct ZeroStep {
  static constexpr int kThreads = 256;
  struct Args {
    std::uint64_t* words;
    std::uint64_t count;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.count,
                              [&](std::uint64_t i) { args.words[i] = 0; });
    });
  }
};

}  // namespace boostyard::device
