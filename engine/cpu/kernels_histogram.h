// Histograms: adding rows to accumulators. Part of kernels_impl.h.
#pragma once

#ifndef BOOSTYARD_TIER
#error "include this from kernels_impl.h"
#endif

#include "engine/cpu/kernels.h"

namespace boostyard::BOOSTYARD_TIER {
namespace {

using Pair = long long __attribute__((vector_size(16)));

BOOSTYARD_HD std::int64_t Unpack(std::uint32_t packed) {
  return (static_cast<std::int64_t>(static_cast<std::int32_t>(packed & 0xFFFF0000U)) << 16) +
         static_cast<std::int64_t>(packed & 0xFFFFU);
}

// Adds `value` to the entries that the first kWidth bytes of `codes` name, one slot after another:
// eight independent additions hide the latency of a repeated bin.
template <int kWidth, class Value>
BOOSTYARD_HD void AddRow(Value* accumulators, std::uint64_t codes, Value value) {
  if constexpr (kWidth >= 1) accumulators[codes & 255] += value;
  if constexpr (kWidth >= 2) accumulators[kSlotStride + ((codes >> 8) & 255)] += value;
  if constexpr (kWidth >= 3) accumulators[2 * kSlotStride + ((codes >> 16) & 255)] += value;
  if constexpr (kWidth >= 4) accumulators[3 * kSlotStride + ((codes >> 24) & 255)] += value;
  if constexpr (kWidth >= 5) accumulators[4 * kSlotStride + ((codes >> 32) & 255)] += value;
  if constexpr (kWidth >= 6) accumulators[5 * kSlotStride + ((codes >> 40) & 255)] += value;
  if constexpr (kWidth >= 7) accumulators[6 * kSlotStride + ((codes >> 48) & 255)] += value;
  if constexpr (kWidth >= 8) accumulators[7 * kSlotStride + (codes >> 56)] += value;
}

// Reads a row of the tile's words and prefetches one address per row meanwhile. The hint is "to
// L2": the nearer one fills the miss buffers that the additions need, and halves the speed.
template <int kWidth, class Value>
BOOSTYARD_HD void AddTile(Value* accumulators, const std::uint64_t* words, std::uint64_t word_step,
                          const Value* values, std::uint32_t count, const std::uint32_t* next_ids,
                          std::uint32_t next_count, const std::uint8_t* next_base,
                          std::uint32_t next_stride) {
  std::uint32_t i = 0;
  const std::uint32_t both = next_count < count ? next_count : count;
  for (; i < both; ++i) {
    __builtin_prefetch(next_base + std::uint64_t{next_ids[i]} * next_stride, 0, 2);
    AddRow<kWidth>(accumulators, words[i * word_step], values[i]);
  }
  for (; i < count; ++i) AddRow<kWidth>(accumulators, words[i * word_step], values[i]);
}

template <class Value>
BOOSTYARD_HD void AddTileOfWidth(int width, Value* accumulators, const std::uint64_t* words,
                                 std::uint64_t word_step, const Value* values, std::uint32_t count,
                                 const std::uint32_t* next_ids, std::uint32_t next_count,
                                 const std::uint8_t* next_base, std::uint32_t next_stride) {
#define BOOSTYARD_WIDTH(W)                                                                     \
  case W:                                                                                      \
    AddTile<W>(accumulators, words, word_step, values, count, next_ids, next_count, next_base, \
               next_stride);                                                                   \
    break;
  switch (width) {
    BOOSTYARD_WIDTH(1)
    BOOSTYARD_WIDTH(2)
    BOOSTYARD_WIDTH(3)
    BOOSTYARD_WIDTH(4)
    BOOSTYARD_WIDTH(5)
    BOOSTYARD_WIDTH(6)
    BOOSTYARD_WIDTH(7)
    default:
      AddTile<8>(accumulators, words, word_step, values, count, next_ids, next_count, next_base,
                 next_stride);
  }
#undef BOOSTYARD_WIDTH
}

// Copies rows of kWords words to the tile, with their gradients.
template <int kWords>
BOOSTYARD_HD void GatherPacked(const AccumulateTask& task, const std::uint32_t* ids,
                               std::uint32_t count) {
  std::uint64_t* out = task.scratch->words;
  std::int64_t* gradients = task.scratch->gradients;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t row = ids[i];
    gradients[i] = Unpack(task.packed[row]);
    __builtin_memcpy(out + i * kWords, task.rows + row * (kWords * 8), kWords * 8);
  }
}

BOOSTYARD_HD void GatherPackedRows(const AccumulateTask& task, const std::uint32_t* ids,
                                   std::uint32_t count) {
  switch (task.stride) {
    case 8:
      GatherPacked<1>(task, ids, count);
      break;
    case 16:
      GatherPacked<2>(task, ids, count);
      break;
    case 32:
      GatherPacked<4>(task, ids, count);
      break;
    default:
      GatherPacked<8>(task, ids, count);
      break;
  }
}

// One word per row: no tile, the row is read where it lies.
template <int kWidth>
void AccumulateNarrowGroup(const AccumulateTask& task) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(task.rows);
  const std::uint32_t* ids = task.list.ids;
  const std::uint64_t count = task.list.count;
  if (!task.prefetches) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t row = ids[i];
      AddRow<kWidth>(task.accumulators, words[row], Unpack(task.packed[row]));
    }
    return;
  }
  constexpr std::uint64_t kAhead = 48;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t ahead = ids[i + kAhead < count ? i + kAhead : count - 1];
    __builtin_prefetch(words + ahead, 0, 2);
    __builtin_prefetch(task.packed + ahead, 0, 2);
    const std::uint64_t row = ids[i];
    AddRow<kWidth>(task.accumulators, words[row], Unpack(task.packed[row]));
  }
}

void AccumulateNarrowList(const AccumulateTask& task) {
  switch (task.widths[0]) {
    case 1:
      AccumulateNarrowGroup<1>(task);
      break;
    case 2:
      AccumulateNarrowGroup<2>(task);
      break;
    case 3:
      AccumulateNarrowGroup<3>(task);
      break;
    case 4:
      AccumulateNarrowGroup<4>(task);
      break;
    case 5:
      AccumulateNarrowGroup<5>(task);
      break;
    case 6:
      AccumulateNarrowGroup<6>(task);
      break;
    case 7:
      AccumulateNarrowGroup<7>(task);
      break;
    default:
      AccumulateNarrowGroup<8>(task);
      break;
  }
}

void AccumulateList(const AccumulateTask& task) {
  const std::uint32_t* ids = task.list.ids;
  const std::uint32_t words = task.stride / 8;
  for (std::uint64_t done = 0; done < task.list.count; done += kTileRows) {
    const std::uint64_t left = task.list.count - done;
    const auto count = static_cast<std::uint32_t>(left < kTileRows ? left : kTileRows);
    GatherPackedRows(task, ids + done, count);
    // What the next tile reads: the rest of this list, or the head of the next one.
    const std::uint32_t* next_ids = ids + done + count;
    std::uint64_t next_count = left - count;
    if (next_count == 0) {
      next_ids = task.next.ids;
      next_count = task.next.ids != nullptr ? task.next.count : 0;
    }
    if (next_count > kTileRows) next_count = kTileRows;
    if (!task.prefetches) next_count = 0;
    for (std::uint32_t b = 0; b < task.block_count; ++b) {
      // Block 0 prefetches the rows, block 1 the gradients; a group of one block is a narrow list.
      const bool rows = b == 0;
      const std::uint8_t* base =
          rows ? task.rows : reinterpret_cast<const std::uint8_t*>(task.packed);
      AddTileOfWidth(task.widths[b], task.accumulators + b * kBlockStride, task.scratch->words + b,
                     words, static_cast<const std::int64_t*>(task.scratch->gradients), count,
                     next_ids, b < 2 ? static_cast<std::uint32_t>(next_count) : 0, base,
                     rows ? task.stride : 4U);
    }
  }
}

void AccumulateDense(const AccumulateTask& task) {
  for (std::uint64_t done = 0; done < task.list.count; done += kTileRows) {
    const std::uint64_t left = task.list.count - done;
    const auto count = static_cast<std::uint32_t>(left < kTileRows ? left : kTileRows);
    const std::uint64_t first = task.list.first + done;
    for (std::uint32_t i = 0; i < count; ++i) {
      task.scratch->gradients[i] = Unpack(task.packed[first + i]);
    }
    const std::uint8_t* rows = task.rows + first * task.stride;
    for (std::uint32_t b = 0; b < task.block_count; ++b) {
      AddTileOfWidth(task.widths[b], task.accumulators + b * kBlockStride,
                     reinterpret_cast<const std::uint64_t*>(rows) + b, task.stride / 8,
                     static_cast<const std::int64_t*>(task.scratch->gradients), count,
                     static_cast<const std::uint32_t*>(nullptr), 0U, rows, 0U);
    }
  }
}

void AccumulatePacked(const AccumulateTask& task) {
  if (task.list.ids == nullptr) {
    AccumulateDense(task);
  } else if (task.stride == 8) {
    AccumulateNarrowList(task);
  } else {
    AccumulateList(task);
  }
}

// Wide gradients: pairs of 64-bit sums, one 16-byte addition per entry.
void AccumulateWide(const AccumulateTask& task) {
  const auto* gradients = reinterpret_cast<const Pair*>(task.wide);
  auto* accumulators = reinterpret_cast<Pair*>(task.accumulators);
  for (std::uint32_t b = 0; b < task.block_count; ++b) {
    Pair* block = accumulators + b * kBlockStride;
    for (std::uint64_t i = 0; i < task.list.count; ++i) {
      const std::uint64_t row = task.list.ids != nullptr ? task.list.ids[i] : task.list.first + i;
      std::uint64_t codes;
      __builtin_memcpy(&codes, task.rows + row * task.stride + b * 8, 8);
      const Pair value = gradients[row];
      for (std::uint32_t s = 0; s < task.widths[b]; ++s) {
        block[s * kSlotStride + ((codes >> (8 * s)) & 255)] += value;
      }
    }
  }
}

void FlushPacked(std::int64_t* packed, std::int64_t* grad, std::int64_t* hess) {
  for (std::uint32_t i = 0; i < kBlockStride; ++i) {
    const std::int64_t value = packed[i];
    grad[i] += value >> 32;
    hess[i] += value & 0xFFFFFFFF;
    packed[i] = 0;
  }
}

}  // namespace
}  // namespace boostyard::BOOSTYARD_TIER
