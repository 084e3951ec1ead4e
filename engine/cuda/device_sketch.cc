#include "engine/cuda/device_sketch.h"

#include <algorithm>

#include "engine/cuda/launch.h"

namespace boostyard {

using namespace device;

namespace {

// Of the free memory for counters; they are gone before anything else is allocated.
constexpr std::uint64_t kCounterPart = 8;
constexpr std::uint64_t kMostCounterBytes = std::uint64_t{1} << 30;
constexpr std::uint32_t kBlocksPerPiece = 4;

}  // namespace

Result<std::unique_ptr<DeviceSketch>> DeviceSketch::Make(Executor& executor) {
  std::unique_ptr<DeviceSketch> sketch(new DeviceSketch(executor));
  const std::uint64_t free_bytes = executor.FreeBytes();
  sketch->room_ = std::min(free_bytes / kCounterPart, kMostCounterBytes) / sizeof(std::uint64_t);
  BOOSTYARD_ASSIGN_OR_RETURN(sketch->window_,
                             PieceWindow::Make(executor, PieceWindow::GoodBytes(free_bytes)));
  return sketch;
}

template <class T>
Status DeviceSketch::Fill(const std::vector<T>& from, DeviceArray<T>& to) {
  BOOSTYARD_RETURN_IF_ERROR(to.Reserve(executor_, from.size()));
  executor_.Upload(to.data(), from.data(), from.size() * sizeof(T));
  return {};
}

Status DeviceSketch::Start(std::span<const CountTask> tasks, const RowMass* mass_rule) {
  mass_rule_.reset();
  if (mass_rule != nullptr) mass_rule_ = *mass_rule;
  features_.clear();
  std::vector<SketchTask> infos;
  std::vector<std::uint32_t> cells;
  std::uint64_t counters = 0;
  for (const CountTask& task : tasks) {
    features_.push_back(task.feature);
    infos.push_back({.first_counter = counters,
                     .missing_counter = counters + CountersOf(task) - 1,
                     .first_cell = static_cast<std::uint32_t>(cells.size()),
                     .cell_count = static_cast<std::uint32_t>(task.cells.size()),
                     .width_bits = task.cells.empty() ? 16 : task.cells.front().width_bits});
    for (const KeyCell& cell : task.cells) cells.push_back(cell.first_key);
    counters += CountersOf(task);
  }
  BOOSTYARD_RETURN_IF_ERROR(Fill(infos, tasks_));
  BOOSTYARD_RETURN_IF_ERROR(Fill(cells, cells_));
  BOOSTYARD_RETURN_IF_ERROR(counters_.Reserve(executor_, counters));
  host_counters_.resize(counters);
  const Tuning& tuning = executor_.tuning();
  Launch<ZeroStep>(executor_, {tuning.multiprocessors * tuning.row_blocks},
                   {counters_.data(), counters});
  return {};
}

Status DeviceSketch::Add(std::span<const ColumnChunk> batch) {
  window_.Send(batch, features_, mass_rule_.has_value(),
               [&](const PieceInfo* pieces, std::uint32_t count) {
                 Launch<SketchStep>(executor_, {kBlocksPerPiece, count},
                                    {pieces, tasks_.data(), cells_.data(),
                                     mass_rule_.value_or(RowMass()), counters_.data()});
               });
  return {};
}

Result<std::span<std::uint64_t>> DeviceSketch::Finish() {
  executor_.Download(host_counters_.data(), counters_.data(),
                     host_counters_.size() * sizeof(std::uint64_t));
  BOOSTYARD_RETURN_IF_ERROR(executor_.Wait());
  return std::span<std::uint64_t>(host_counters_);
}

}  // namespace boostyard
