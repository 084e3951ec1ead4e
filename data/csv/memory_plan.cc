#include "data/csv/memory_plan.h"

#include <algorithm>

#include "engine/base/error_table.h"

namespace boostyard::csv {
namespace {

std::string Mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes + (1U << 20) - 1) >> 20) + " MiB";
}

std::uint64_t MemoryLeft(const ReadRequest& request) {
  return request.memory_limit_bytes -
         std::min(request.memory_limit_bytes, request.memory_used_bytes);
}

// What reading itself works with: text, table, a block's cells and codes, in huge pages. As much as
// here is taken by chunks of cells that are mostly empty.
std::uint64_t WorkBytes(const ReadRequest& request) {
  constexpr std::uint64_t kThreadBytes = 10U << 20;
  const auto threads = static_cast<std::uint64_t>(std::max(request.threads, 1));
  return std::min(threads * kThreadBytes, request.memory_limit_bytes / 8);
}

}  // namespace

bool IsMemoryAQuestion(const ReadRequest& request, std::uint64_t text_bytes) {
  // Two bytes of text a cell and four of memory; training may need as much again.
  return request.memory_limit_bytes > 0 && text_bytes > MemoryLeft(request) / 8;
}

std::uint64_t MostKeptBytes(const ReadRequest& request) { return MemoryLeft(request) / 4 * 3; }

Result<MemoryPlan> PlanMemory(const ReadRequest& request, const Layout& layout,
                              const MemorySample& sample, std::uint64_t text_bytes) {
  MemoryPlan plan;
  if (sample.row_count == 0) return plan;
  const double scale = static_cast<double>(text_bytes) / static_cast<double>(sample.text_bytes);
  const auto rows = static_cast<std::uint64_t>(scale * static_cast<double>(sample.row_count));
  const auto kept = static_cast<std::uint64_t>(scale * static_cast<double>(sample.stored_bytes));
  const std::uint64_t training = request.training_bytes
                                     ? request.training_bytes(rows, layout.feature_count())
                                     : rows * layout.feature_count();
  const std::uint64_t left = MemoryLeft(request);
  const std::string of_channel = "the channel " + request.channel + ", about " +
                                 std::to_string(rows) + " rows of " +
                                 std::to_string(layout.feature_count()) + " features, ";
  if (training > left) {
    return MakeError(ErrorId::kOutOfMemory,
                     of_channel + "needs about " + Mebibytes(training) +
                         " of memory for training, and there are " + Mebibytes(left) +
                         (request.memory_used_bytes > 0 ? " left" : ""),
                     "use an instance with more memory, or fewer rows or columns");
  }
  // Rows give their memory back while they are binned, a quarter stays at most.
  plan.is_kept = std::max(kept + kept / 4, training) + WorkBytes(request) <= left &&
                 kept <= MostKeptBytes(request);
  plan.note = of_channel +
              (plan.is_kept ? "is kept in memory: " + Mebibytes(kept) + " of "
                            : "is read again in every pass: kept it would need " + Mebibytes(kept) +
                                  " of ") +
              Mebibytes(left) + ", training needs " + Mebibytes(training);
  return plan;
}

}  // namespace boostyard::csv
