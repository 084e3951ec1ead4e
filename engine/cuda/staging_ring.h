// Places in a ring of bytes, which are given back in the order in which they were taken.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace boostyard::device {

class StagingRing {
 public:
  static constexpr std::uint64_t kAlignment = 256;

  explicit StagingRing(std::uint64_t bytes) : bytes_(bytes) {}

  // Where so many bytes may lie, at a multiple of kAlignment; nothing where there is no room now.
  // Precondition: bytes > 0.
  std::optional<std::uint64_t> Take(std::uint64_t bytes) {
    const std::uint64_t padded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    // What is taken goes from `begin` to `end`, round the end of the ring if begin >= end.
    const std::uint64_t begin = taken_.empty() ? 0 : taken_.front().begin;
    const std::uint64_t end = taken_.empty() ? 0 : taken_.back().end;
    const bool goes_round = !taken_.empty() && begin >= end;
    std::uint64_t place = end;
    if (end + padded > (goes_round ? begin : bytes_)) {
      if (goes_round || padded > begin) return std::nullopt;
      place = 0;
    }
    taken_.push_back({place, place + padded});
    return place;
  }

  // The oldest place. Precondition: there is one.
  void GiveBack() { taken_.pop_front(); }

 private:
  struct Piece {
    std::uint64_t begin;
    std::uint64_t end;
  };

  std::uint64_t bytes_;
  std::deque<Piece> taken_;  // from the oldest to the newest
};

}  // namespace boostyard::device
