// auc and aucpr of the margins that lie on the device: rows are sorted there, and what the host
// gets is an area for each 4,096 of them. The values are those of EvaluateRankingCurve, bit for
// bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/result.h"
#include "engine/cuda/executor.h"
#include "engine/cuda/steps_curves.h"

namespace boostyard {

class DeviceCurves {
 public:
  // `executor` outlives it.
  explicit DeviceCurves(device::Executor& executor) : executor_(executor) {}

  // Device memory for curves of at most so many rows each.
  static std::uint64_t BytesFor(device::Executor& executor, std::uint64_t most_rows,
                                std::uint64_t all_rows);

  // A set of rows to evaluate each round; returns its number. `has_precision`: aucpr too.
  std::size_t Add(const device::CurveRows& rows, bool has_precision);
  // After the last Add. Error: kOutOfMemory.
  Status Allocate();

  // Queues the work on all curves, and the way of the results to the host. The executor's next Wait
  // completes it.
  void Launch();

  // After that Wait. Precondition of Aucpr: has_precision.
  double Auc(std::size_t curve) const;
  double Aucpr(std::size_t curve) const;

 private:
  struct Curve {
    device::CurveRows rows;
    bool has_precision = false;
    std::uint64_t first_tile = 0;
    std::uint32_t tile_count = 0;
  };

  void LaunchOne(std::size_t index);

  device::Executor& executor_;
  std::vector<Curve> curves_;
  std::uint64_t tile_count_ = 0;
  // For one curve after the other.
  device::DeviceArray<std::uint64_t> keys_;
  device::DeviceArray<std::uint64_t> other_keys_;
  device::DeviceArray<unsigned char> sort_scratch_;
  device::DeviceArray<device::CurveTile> tiles_;
  // Of all curves.
  device::DeviceArray<device::CurveArea> areas_;
  device::DeviceArray<CurvePoint> totals_;
  std::vector<device::CurveArea> host_areas_;
  std::vector<CurvePoint> host_totals_;
};

}  // namespace boostyard
