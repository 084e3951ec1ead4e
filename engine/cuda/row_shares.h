// Which rows of a channel are whose, where several devices share them: runs of about the same
// length, one device's after the other's.
#pragma once

#include <algorithm>
#include <cstdint>

namespace boostyard::device {

struct RowShares {
  static constexpr std::uint64_t kAlignRows = 64;

  std::uint64_t rows = 0;
  std::uint64_t rows_per_device = 0;
  int devices = 1;

  static RowShares Of(std::uint64_t rows, int devices) {
    const auto count = static_cast<std::uint64_t>(devices);
    const std::uint64_t share = (rows + count - 1) / count;
    return {rows, (share + kAlignRows - 1) / kAlignRows * kAlignRows, devices};
  }

  std::uint64_t begin(int device) const {
    return std::min(rows, static_cast<std::uint64_t>(device) * rows_per_device);
  }
  // The last device takes what there is.
  std::uint64_t end(int device) const { return device + 1 == devices ? rows : begin(device + 1); }
  std::uint64_t count(int device) const { return end(device) - begin(device); }
};

}  // namespace boostyard::device
