#include "engine/cuda/device_binner.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/cuda/launch.h"
#include "engine/cuda/memory_plan.h"
#include "engine/quantize/kernels.h"

namespace boostyard {

using namespace device;

namespace {

constexpr std::uint32_t kBlocksPerPiece = 4;

}  // namespace

void AppendLabels(std::span<const ColumnChunk> batch, BinnedColumns& rows) {
  for (const ColumnChunk& chunk : batch) {
    rows.row_count = chunk.first_row + chunk.row_count;
    rows.labels.Resize(rows.row_count);
    rows.labels.Write(chunk.first_row, chunk.labels);
    rows.weights.insert(rows.weights.end(), chunk.weights.begin(), chunk.weights.end());
  }
}

Grid DeviceBinner::RowGrid() const {
  const Tuning& tuning = executor_.tuning();
  return {tuning.multiprocessors * tuning.row_blocks};
}

Status DeviceBinner::Begin(const BinCuts& cuts) {
  has_missing_ = cuts.has_missing;
  columns_.resize(cuts.feature_count());
  features_.resize(cuts.feature_count());
  std::iota(features_.begin(), features_.end(), FeatureIndex{0});
  for (const FeatureIndex feature : features_) {
    const BinIndex codes = cuts.bin_count(feature) + (cuts.has_missing[feature] != 0 ? 1 : 0);
    columns_[feature].is_wide = codes > kNarrowBins;
  }
  BOOSTYARD_ASSIGN_OR_RETURN(
      window_, PieceWindow::Make(executor_, PieceWindow::GoodBytes(executor_.FreeBytes())));
  BOOSTYARD_ASSIGN_OR_RETURN(tasks_, DeviceArray<BinTask>::Make(executor_, features_.size()));
  BOOSTYARD_ASSIGN_OR_RETURN(cut_values_, DeviceArray<float>::Make(executor_, cuts.values.size()));
  BOOSTYARD_ASSIGN_OR_RETURN(flags_, DeviceArray<std::uint32_t>::Make(executor_, features_.size()));
  executor_.Upload(cut_values_.data(), cuts.values.data(), cuts.values.size() * sizeof(float));
  const std::vector<std::uint32_t> no_flags(features_.size());
  executor_.Upload(flags_.data(), no_flags.data(), no_flags.size() * sizeof(std::uint32_t));
  return {};
}

// Counts before anything is allocated for so many rows.
Status DeviceBinner::CheckRoom(std::uint64_t rows) {
  std::uint64_t needed = 0;
  std::uint64_t held = 0;
  for (const FeatureIndex feature : features_) {
    const Column& column = columns_[feature];
    needed += rows * column.code_bytes();
    if (cuts_->bin_count(feature) == kNarrowBins) needed += rows / 8;
    held += column.codes.size() + column.lost.size() * sizeof(std::uint32_t);
  }
  return CheckDeviceRoom("the columns of " + std::to_string(rows) + " rows", needed,
                         executor_.FreeBytes() + held, executor_.Name());
}

Status DeviceBinner::Resize(Column& column, std::uint64_t rows) {
  BOOSTYARD_ASSIGN_OR_RETURN(DeviceColumn codes,
                             DeviceColumn::Make(executor_, rows * column.code_bytes()));
  executor_.Copy(codes.data(), column.codes.data(), std::min(codes.size(), column.codes.size()));
  column.codes = std::move(codes);
  return {};
}

Status DeviceBinner::Reserve(std::uint64_t rows) {
  if (rows <= capacity_) return {};
  BOOSTYARD_RETURN_IF_ERROR(CheckRoom(rows));
  for (const FeatureIndex feature : features_) {
    Column& column = columns_[feature];
    BOOSTYARD_RETURN_IF_ERROR(Resize(column, rows));
    if (column.is_wide || cuts_->bin_count(feature) < kNarrowBins) continue;
    // A missing value would have no code: where there is one is noted in bits.
    const std::uint64_t words = (rows + 63) / 64;
    BOOSTYARD_ASSIGN_OR_RETURN(auto lost, DeviceArray<std::uint32_t>::Make(executor_, 2 * words));
    Launch<ZeroStep>(executor_, RowGrid(), {reinterpret_cast<std::uint64_t*>(lost.data()), words});
    executor_.Copy(lost.data(), column.lost.data(), column.lost.size() * sizeof(std::uint32_t));
    column.lost = std::move(lost);
  }
  capacity_ = rows;
  return SendTasks();
}

Status DeviceBinner::SendTasks() {
  std::vector<BinTask> tasks;
  for (const FeatureIndex feature : features_) {
    const Column& column = columns_[feature];
    tasks.push_back({.first_cut = cuts_->begin[feature],
                     .cut_count = cuts_->bin_count(feature) - 1,
                     .is_wide = column.is_wide ? 1U : 0U,
                     .codes = column.codes.data() + row_count_ * column.code_bytes(),
                     .lost = column.lost.data(),
                     .first_row = row_count_,
                     .has_missing = flags_.data() + feature});
  }
  executor_.Upload(tasks_.data(), tasks.data(), tasks.size() * sizeof(BinTask));
  return {};
}

Status DeviceBinner::BeginChannel(const BinCuts& cuts, std::uint64_t rows) {
  cuts_ = &cuts;
  if (columns_.empty()) BOOSTYARD_RETURN_IF_ERROR(Begin(cuts));
  BOOSTYARD_RETURN_IF_ERROR(Reserve(row_count_ + rows));
  return SendTasks();
}

Status DeviceBinner::AddRows(std::span<const ColumnChunk> batch) {
  if (batch.empty()) return {};
  const std::uint64_t end = row_count_ + batch.back().first_row + batch.back().row_count;
  // A stream that was never read to its end may not know its length: grow by halves.
  if (end > capacity_) {
    BOOSTYARD_RETURN_IF_ERROR(Reserve(std::max(end, capacity_ + capacity_ / 2)));
  }
  window_.Send(batch, features_, /*with_weights=*/false,
               [&](const PieceInfo* pieces, std::uint32_t count) {
                 Launch<BinStep>(executor_, {kBlocksPerPiece, count},
                                 {pieces, tasks_.data(), cut_values_.data()});
               });
  return {};
}

Result<BinnedColumns> DeviceBinner::Add(ChunkStream& stream, const BinCuts& cuts,
                                        bool is_last_pass) {
  BinnedColumns rows;
  BOOSTYARD_RETURN_IF_ERROR(is_last_pass ? stream.RewindForLastPass() : stream.Rewind());
  BOOSTYARD_RETURN_IF_ERROR(BeginChannel(cuts, stream.shape().row_count));
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream.NextBatch());
    if (batch.empty()) break;
    BOOSTYARD_RETURN_IF_ERROR(AddRows(batch));
    AppendLabels(batch, rows);
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const std::vector<std::uint32_t> flags, FindMissing(rows.row_count));
  BOOSTYARD_RETURN_IF_ERROR(TakeMissing(flags));
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  return rows;
}

Result<std::vector<std::uint32_t>> DeviceBinner::FindMissing(std::uint64_t rows) {
  row_count_ += rows;
  std::vector<std::uint32_t> flags(features_.size());
  executor_.Download(flags.data(), flags_.data(), flags.size() * sizeof(std::uint32_t));
  BOOSTYARD_RETURN_IF_ERROR(executor_.Wait());
  return flags;
}

Status DeviceBinner::TakeMissing(std::span<const std::uint32_t> flags) {
  for (const FeatureIndex feature : features_) {
    if (flags[feature] == 0) continue;
    has_missing_[feature] = 1;
    if (columns_[feature].lost.size() > 0) BOOSTYARD_RETURN_IF_ERROR(Widen(feature));
  }
  return {};
}

Status DeviceBinner::Widen(FeatureIndex feature) {
  Column& column = columns_[feature];
  BOOSTYARD_ASSIGN_OR_RETURN(DeviceColumn wide, DeviceColumn::Make(executor_, 2 * capacity_));
  Launch<WidenStep>(executor_, RowGrid(),
                    {column.codes.data(), column.lost.data(), cuts_->missing_code(feature),
                     row_count_, reinterpret_cast<std::uint16_t*>(wide.data())});
  column.codes = std::move(wide);
  column.lost = {};
  column.is_wide = true;
  return {};
}

SlotFacts DeviceBinner::Facts() const {
  SlotFacts facts;
  facts.row_count = row_count_;
  facts.has_missing = has_missing_;
  for (const Column& column : columns_) facts.is_wide.push_back(column.is_wide ? 1 : 0);
  facts.ones_of = [this](std::span<const FeatureIndex> features) { return OnesOf(features); };
  return facts;
}

Result<RowBits> DeviceBinner::OnesOf(std::span<const FeatureIndex> features) const {
  const std::uint64_t words = (row_count_ + 63) / 64;
  RowBits ones(features.size(), std::vector<std::uint64_t>(words));
  BOOSTYARD_ASSIGN_OR_RETURN(const auto buffer, DeviceArray<std::uint64_t>::Make(executor_, words));
  for (std::size_t i = 0; i < features.size(); ++i) {
    Launch<OnesStep>(executor_, RowGrid(),
                     {columns_[features[i]].codes.data(), row_count_, buffer.data()});
    executor_.Download(ones[i].data(), buffer.data(), words * sizeof(std::uint64_t));
  }
  BOOSTYARD_RETURN_IF_ERROR(executor_.Wait());
  return ones;
}

Result<DeviceColumn> DeviceBinner::Combine(const Slot& slot) {
  std::vector<SlotMember> members;
  for (const Digit& digit : slot.digits) {
    for (std::uint32_t k = 0; k < digit.features.size(); ++k) {
      members.push_back({columns_[digit.features[k]].codes.data(),
                         digit.stride * (digit.is_exclusive ? k + 1 : 1)});
    }
  }
  BOOSTYARD_ASSIGN_OR_RETURN(auto table, DeviceArray<SlotMember>::Make(executor_, members.size()));
  BOOSTYARD_ASSIGN_OR_RETURN(DeviceColumn codes, DeviceColumn::Make(executor_, row_count_));
  executor_.Upload(table.data(), members.data(), members.size() * sizeof(SlotMember));
  Launch<CombineStep>(
      executor_, RowGrid(),
      {table.data(), static_cast<std::uint32_t>(members.size()), row_count_, codes.data()});
  for (const Digit& digit : slot.digits) {
    for (const FeatureIndex feature : digit.features) columns_[feature].codes = {};
  }
  return codes;
}

Result<std::vector<DeviceColumn>> DeviceBinner::TakeSlots(const SlotMatrix& plan) {
  window_ = {};
  std::vector<DeviceColumn> columns;
  for (Column& column : columns_) column.lost = {};
  for (const Slot& slot : plan.slots) {
    const Digit& digit = slot.digits.front();
    if (slot.digits.size() > 1 || digit.is_exclusive) {
      BOOSTYARD_ASSIGN_OR_RETURN(DeviceColumn codes, Combine(slot));
      columns.push_back(std::move(codes));
      continue;
    }
    Column& column = columns_[digit.features.front()];
    if (capacity_ > row_count_) BOOSTYARD_RETURN_IF_ERROR(Resize(column, row_count_));
    columns.push_back(std::move(column.codes));
  }
  return columns;
}

}  // namespace boostyard
