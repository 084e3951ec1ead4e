#include "engine/cuda/device_curves.h"

#include <algorithm>

#include "engine/cuda/launch.h"
#include "engine/metric/from_sums.h"

namespace boostyard {

using namespace device;

namespace {

std::uint64_t TilesOf(std::uint64_t rows) { return (rows + kSumBlockRows - 1) / kSumBlockRows; }

}  // namespace

std::uint64_t DeviceCurves::BytesFor(Executor& executor, std::uint64_t most_rows,
                                     std::uint64_t all_rows) {
  return most_rows * 2 * sizeof(std::uint64_t) + executor.SortBytes(most_rows) +
         (TilesOf(all_rows) + 2) * (sizeof(CurveTile) + sizeof(CurveArea));
}

std::size_t DeviceCurves::Add(const CurveRows& rows, bool has_precision) {
  const auto tiles = static_cast<std::uint32_t>(TilesOf(rows.rows.rows));
  curves_.push_back({rows, has_precision, tile_count_, tiles});
  tile_count_ += tiles;
  return curves_.size() - 1;
}

Status DeviceCurves::Allocate() {
  std::uint64_t most_rows = 0;
  for (const Curve& curve : curves_) most_rows = std::max(most_rows, curve.rows.rows.rows);
  if (curves_.empty()) return {};
  using Keys = DeviceArray<std::uint64_t>;
  BOOSTYARD_ASSIGN_OR_RETURN(keys_, Keys::Make(executor_, most_rows));
  BOOSTYARD_ASSIGN_OR_RETURN(other_keys_, Keys::Make(executor_, most_rows));
  BOOSTYARD_ASSIGN_OR_RETURN(
      sort_scratch_, DeviceArray<unsigned char>::Make(executor_, executor_.SortBytes(most_rows)));
  BOOSTYARD_ASSIGN_OR_RETURN(tiles_, DeviceArray<CurveTile>::Make(executor_, TilesOf(most_rows)));
  BOOSTYARD_ASSIGN_OR_RETURN(areas_, DeviceArray<CurveArea>::Make(executor_, tile_count_));
  BOOSTYARD_ASSIGN_OR_RETURN(totals_, DeviceArray<CurvePoint>::Make(executor_, curves_.size()));
  host_areas_.resize(tile_count_);
  host_totals_.resize(curves_.size());
  return {};
}

void DeviceCurves::LaunchOne(std::size_t index) {
  const Curve& curve = curves_[index];
  const Tuning& tuning = executor_.tuning();
  const std::uint64_t rows = curve.rows.rows.rows;
  const Grid tiles{curve.tile_count};
  CurvePoint* const total = totals_.data() + index;
  if (rows == 0) {
    device::Launch<CurveScanStep>(executor_, {}, {tiles_.data(), 0, total});
    return;
  }
  device::Launch<CurveKeyStep>(executor_,
                               {std::min(16 * tiles.x, tuning.multiprocessors * tuning.row_blocks)},
                               {curve.rows.rows, keys_.data()});
  const std::uint64_t* const sorted =
      executor_.SortByUpperHalf(keys_.data(), other_keys_.data(), rows, sort_scratch_.data());
  device::Launch<CurveTileStep>(executor_, tiles, {curve.rows, sorted, tiles_.data()});
  device::Launch<CurveScanStep>(executor_, {}, {tiles_.data(), tiles.x, total});
  device::Launch<CurveAreaStep>(executor_, tiles,
                                {curve.rows, sorted, tiles_.data(), total,
                                 curve.has_precision ? 1U : 0U, areas_.data() + curve.first_tile});
}

void DeviceCurves::Launch() {
  if (curves_.empty()) return;
  for (std::size_t i = 0; i < curves_.size(); ++i) LaunchOne(i);
  executor_.Download(host_areas_.data(), areas_.data(), host_areas_.size() * sizeof(CurveArea));
  executor_.Download(host_totals_.data(), totals_.data(), host_totals_.size() * sizeof(CurvePoint));
}

double DeviceCurves::Auc(std::size_t curve) const {
  Uint128 twice_area = 0;
  for (std::uint32_t tile = 0; tile < curves_[curve].tile_count; ++tile) {
    const CurveArea& area = host_areas_[curves_[curve].first_tile + tile];
    twice_area += Uint128{area.twice_roc[1]} << 64 | area.twice_roc[0];
  }
  return AucFinal(twice_area, host_totals_[curve]);
}

double DeviceCurves::Aucpr(std::size_t curve) const {
  double sum = 0.0;
  for (std::uint32_t tile = 0; tile < curves_[curve].tile_count; ++tile) {
    sum += host_areas_[curves_[curve].first_tile + tile].precision_recall;
  }
  return AucprFinal(sum, host_totals_[curve]);
}

}  // namespace boostyard
