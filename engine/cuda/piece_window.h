// Rows on their way to the device: pieces of columns are uploaded into a window, and whenever it is
// full, the steps that read them are queued; then it is filled again, in the same order of things.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/column_chunk.h"
#include "engine/cuda/executor.h"

namespace boostyard::device {

// Some rows of one column, in device memory.
struct PieceInfo {
  std::uint32_t task = 0;         // the place of its feature in the list of those that are read
  std::uint32_t rows = 0;         // at most PieceWindow::kPieceRows
  std::uint64_t first_row = 0;    // of the stream
  const float* floats = nullptr;  // missing is NaN; null: codes
  const std::uint8_t* codes = nullptr;
  const float* dictionary = nullptr;  // kMissingCode + 1 values, the last NaN
  const float* weights = nullptr;     // null: none
};

class PieceWindow {
 public:
  static constexpr std::uint32_t kPieceRows = 65'536;

  // Of about `bytes`. `executor` outlives it. Error: kOutOfMemory.
  static Result<PieceWindow> Make(Executor& executor, std::uint64_t bytes);

  // A good size where so much memory is free.
  static std::uint64_t GoodBytes(std::uint64_t free_bytes);

  // Pieces on the device, the same launch for all of them.
  using Consume = std::function<void(const PieceInfo* pieces, std::uint32_t count)>;

  // Uploads the features' pieces of all chunks. `with_weights`: where chunks have some.
  void Send(std::span<const ColumnChunk> batch, std::span<const FeatureIndex> features,
            bool with_weights, const Consume& consume);

 private:
  void SendRows(const ColumnChunk& chunk, std::uint32_t begin, std::uint32_t count,
                std::span<const FeatureIndex> features, bool with_weights, const Consume& consume);
  const float* SendWeights(const ColumnChunk& chunk, std::uint32_t begin, std::uint32_t count);
  bool HasRoom(std::uint64_t bytes) const;
  void* Put(const void* from, std::uint64_t bytes);
  void Flush(const Consume& consume);

  Executor* executor_ = nullptr;
  DeviceArray<std::uint8_t> memory_;
  DeviceArray<PieceInfo> table_;
  std::vector<PieceInfo> pieces_;
  std::uint64_t used_ = 0;
};

}  // namespace boostyard::device
