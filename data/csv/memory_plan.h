// Whether the rows of a channel will be kept or read again, decided before they are read.
#pragma once

#include <cstdint>
#include <string>

#include "data/csv/layout.h"
#include "data/open.h"
#include "engine/base/result.h"

namespace boostyard::csv {

// What some rows of the channel are like.
struct MemorySample {
  std::uint64_t text_bytes = 0;
  std::uint64_t row_count = 0;
  std::uint64_t stored_bytes = 0;  // in their kept form
};

struct MemoryPlan {
  bool is_kept = true;
  std::string note;  // what is said of it; empty: there is far more memory than needed
};

// Whether the limit could matter at all for so much text: if not, nothing need be estimated.
bool IsMemoryAQuestion(const ReadRequest& request, std::uint64_t text_bytes);

// `text_bytes`: of all files together, about. Errors: kOutOfMemory, with the bytes needed and
// there, if training does not fit even where the rows are read again.
Result<MemoryPlan> PlanMemory(const ReadRequest& request, const Layout& layout,
                              const MemorySample& sample, std::uint64_t text_bytes);

// How many bytes of rows may be kept at most: a net for estimates that were too low.
std::uint64_t MostKeptBytes(const ReadRequest& request);

}  // namespace boostyard::csv
