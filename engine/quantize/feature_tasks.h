// Work in parallel that may run out of memory, and on the pieces of a batch in particular.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>
#include <span>

#include "engine/base/column_chunk.h"
#include "engine/base/parallel.h"

namespace boostyard {

// One feature over some chunks of a batch.
struct FeatureTask {
  FeatureIndex feature = 0;
  std::span<const ColumnChunk> chunks;
  bool is_shared = false;  // other tasks work on the same feature
};

// Runs body(index, thread) for index in [0, count) in no particular order. A std::bad_alloc in the
// body stops the work and is thrown again here; nothing else may be thrown.
template <class Body>
void RunTasks(int threads, std::size_t count, const Body& body) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> is_out_of_memory{false};
  const auto used = std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), count);
  ParallelRegion(static_cast<int>(used), [&](int thread) {
    for (;;) {
      const std::size_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count || is_out_of_memory.load(std::memory_order_relaxed)) return;
      try {
        body(index, thread);
      } catch (const std::bad_alloc&) {
        is_out_of_memory.store(true, std::memory_order_relaxed);
      }
    }
  });
  if (is_out_of_memory.load()) throw std::bad_alloc();
}

// Runs body(task, thread) so that every feature of the list meets every chunk once; with few
// features the chunks are divided, so that there are about `tasks_per_thread` tasks for each
// thread.
template <class Body>
void RunFeatureTasks(int threads, int tasks_per_thread, std::span<const FeatureIndex> features,
                     std::span<const ColumnChunk> batch, const Body& body) {
  if (features.empty() || batch.empty()) return;
  const auto wanted = static_cast<std::size_t>(threads > 1 ? threads * tasks_per_thread : 1);
  const std::size_t parts =
      std::min(batch.size(), (wanted + features.size() - 1) / features.size());
  RunTasks(threads, features.size() * parts, [&](std::size_t index, int thread) {
    const std::size_t position = index / parts;
    const std::size_t begin = batch.size() * (index % parts) / parts;
    const std::size_t end = batch.size() * (index % parts + 1) / parts;
    body(FeatureTask{.feature = features[position],
                     .chunks = batch.subspan(begin, end - begin),
                     .is_shared = parts > 1},
         thread);
  });
}

}  // namespace boostyard
