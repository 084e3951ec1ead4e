#include "engine/cuda/piece_window.h"

#include <algorithm>
#include <limits>

namespace boostyard::device {
namespace {

constexpr std::uint64_t kAlignment = 256;
constexpr std::uint64_t kDictionarySize = ColumnPiece::kMissingCode + 1;
constexpr std::uint64_t kMostPieces = 4096;
constexpr std::uint64_t kLeastBytes = std::uint64_t{1} << 20;  // weights, floats and a dictionary
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

std::uint64_t Padded(std::uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

std::uint64_t PieceWindow::GoodBytes(std::uint64_t free_bytes) {
  return std::clamp(free_bytes / 32, kLeastBytes, kMostBytes);
}

Result<PieceWindow> PieceWindow::Make(Executor& executor, std::uint64_t bytes) {
  PieceWindow window;
  window.executor_ = &executor;
  BOOSTYARD_ASSIGN_OR_RETURN(
      window.memory_, DeviceArray<std::uint8_t>::Make(executor, std::max(bytes, kLeastBytes)));
  BOOSTYARD_ASSIGN_OR_RETURN(window.table_, DeviceArray<PieceInfo>::Make(executor, kMostPieces));
  return window;
}

bool PieceWindow::HasRoom(std::uint64_t bytes) const {
  return used_ + bytes <= memory_.size() && pieces_.size() < kMostPieces;
}

void* PieceWindow::Put(const void* from, std::uint64_t bytes) {
  std::uint8_t* const to = memory_.data() + used_;
  executor_->Upload(to, from, bytes);
  used_ += Padded(bytes);
  return to;
}

void PieceWindow::Flush(const Consume& consume) {
  used_ = 0;
  if (pieces_.empty()) return;
  executor_->Upload(table_.data(), pieces_.data(), pieces_.size() * sizeof(PieceInfo));
  consume(table_.data(), static_cast<std::uint32_t>(pieces_.size()));
  pieces_.clear();
}

const float* PieceWindow::SendWeights(const ColumnChunk& chunk, std::uint32_t begin,
                                      std::uint32_t count) {
  return static_cast<const float*>(Put(chunk.weights.data() + begin, count * sizeof(float)));
}

void PieceWindow::SendRows(const ColumnChunk& chunk, std::uint32_t begin, std::uint32_t count,
                           std::span<const FeatureIndex> features, bool with_weights,
                           const Consume& consume) {
  const std::uint64_t weight_bytes = Padded(count * sizeof(float));
  const float* weights = nullptr;
  for (std::size_t task = 0; task < features.size(); ++task) {
    const ColumnPiece& piece = chunk.features[features[task]];
    const std::uint64_t bytes = piece.is_coded()
                                    ? Padded(kDictionarySize * sizeof(float)) + Padded(count)
                                    : Padded(count * sizeof(float));
    if (!HasRoom(bytes + (weights == nullptr ? weight_bytes : 0))) {
      Flush(consume);
      weights = nullptr;  // they have to be sent again
    }
    if (with_weights && weights == nullptr) weights = SendWeights(chunk, begin, count);
    PieceInfo info{.task = static_cast<std::uint32_t>(task),
                   .rows = count,
                   .first_row = chunk.first_row + begin,
                   .weights = weights};
    if (piece.is_coded()) {
      float dictionary[kDictionarySize];
      std::fill(std::copy(piece.dictionary.begin(), piece.dictionary.end(), dictionary),
                dictionary + kDictionarySize, std::numeric_limits<float>::quiet_NaN());
      info.dictionary = static_cast<const float*>(Put(dictionary, sizeof(dictionary)));
      info.codes = static_cast<const std::uint8_t*>(Put(piece.codes.data() + begin, count));
    } else {
      info.floats =
          static_cast<const float*>(Put(piece.floats.data() + begin, count * sizeof(float)));
    }
    pieces_.push_back(info);
  }
}

void PieceWindow::Send(std::span<const ColumnChunk> batch, std::span<const FeatureIndex> features,
                       bool with_weights, const Consume& consume) {
  for (const ColumnChunk& chunk : batch) {
    for (std::uint32_t begin = 0; begin < chunk.row_count; begin += kPieceRows) {
      SendRows(chunk, begin, std::min(kPieceRows, chunk.row_count - begin), features,
               with_weights && !chunk.weights.empty(), consume);
    }
  }
  Flush(consume);
}

}  // namespace boostyard::device
