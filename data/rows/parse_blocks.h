// Parts of the input in parallel; what came out, and errors, in order of the parts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/base/result.h"

namespace boostyard {

// body(part) -> Result<T> for each part, on up to `threads` threads. The first error in order of
// the parts ends it; running out of memory is an error like others.
template <class T, class Body>
Result<std::vector<T>> ParseBlocks(int threads, std::size_t part_count, const Body& body) {
  std::vector<T> results(part_count);
  std::vector<std::optional<Error>> failures(part_count);
  ParallelFor(threads, static_cast<std::int64_t>(part_count), [&](std::int64_t index) {
    const auto part = static_cast<std::size_t>(index);
    try {
      Result<T> result = body(part);
      if (result.ok()) {
        results[part] = std::move(result).value();
      } else {
        failures[part] = std::move(result).error();
      }
    } catch (const std::bad_alloc&) {
      failures[part] = MakeError(ErrorId::kOutOfMemory, "there is no memory for more of the data",
                                 "use an instance with more memory, or fewer rows or columns");
    }
  });
  for (std::optional<Error>& failure : failures) {
    if (failure) return *std::move(failure);
  }
  return results;
}

}  // namespace boostyard
