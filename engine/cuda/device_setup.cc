// DeviceBackend: the data's way onto the device.
#include <algorithm>
#include <bit>
#include <utility>

#include "engine/cuda/device_backend.h"
#include "engine/cuda/device_group.h"
#include "engine/cuda/launch.h"

namespace boostyard {

using namespace device;

namespace {

constexpr std::uint64_t kAlignRows = 128;
constexpr std::uint64_t kBatchPairs = 256;
constexpr std::uint32_t kLanes = 32;

template <class T>
Status MakeAndFill(Executor& executor, const std::vector<T>& from, DeviceArray<T>& to) {
  BOOSTYARD_ASSIGN_OR_RETURN(to, DeviceArray<T>::Make(executor, from.size()));
  executor.Upload(to.data(), from.data(), from.size() * sizeof(T));
  return {};
}

}  // namespace

Result<std::unique_ptr<DeviceBackend>> DeviceBackend::Make(BackendData data,
                                                           std::vector<DeviceColumn> columns,
                                                           const DeviceBackendOptions& options,
                                                           Executor& executor) {
  std::unique_ptr<DeviceBackend> backend(new DeviceBackend(options, executor));
  backend->columns_ = std::move(columns);
  BOOSTYARD_RETURN_IF_ERROR(backend->TakeData(std::move(data)));
  return backend;
}

Status DeviceBackend::TakeData(BackendData data) {
  train_rows_ = data.train_rows;
  row_count_ = data.matrix.row_count;
  host_labels_ = std::move(data.labels);
  host_weights_ = std::move(data.weights);
  outputs_ = std::max(1, options_.objective.num_class);
  host_margins_.resize(static_cast<std::size_t>(outputs_));
  host_kept_.resize(static_cast<std::size_t>(outputs_));
  margin_stride_ = (row_count_ + kAlignRows) / kAlignRows * kAlignRows;
  DescribeMatrix(data.matrix);
  BOOSTYARD_ASSIGN_OR_RETURN(const MemoryPlan plan, Plan());
  BOOSTYARD_RETURN_IF_ERROR(AllocateArrays(plan));
  BOOSTYARD_RETURN_IF_ERROR(UploadMatrix());
  const ScaleWords scales;
  executor_.Upload(scale_words_.data(), &scales, sizeof(scales));
  executor_.Upload(labels_.data(), host_labels_.data(), row_count_ * sizeof(float));
  executor_.Upload(weights_.data(), host_weights_.data(), host_weights_.size() * sizeof(float));
  BOOSTYARD_RETURN_IF_ERROR(executor_.Wait());
  if (member_ == nullptr) return {};
  host_labels_ = {};  // ShardedBackend has those of all
  host_weights_ = {};
  return {};
}

// Narrow slots are spread evenly over groups of at most a warp's lanes.
void DeviceBackend::DescribeMatrix(const SlotMatrix& matrix) {
  places_ = matrix.places;
  for (const Slot& slot : matrix.slots) {
    SlotInfo info;
    info.is_wide = slot.is_wide ? 1 : 0;
    info.code_count = slot.code_count;
    info.first_digit = static_cast<std::uint32_t>(digits_.size());
    info.digit_count = static_cast<std::uint32_t>(slot.digits.size());
    info.codes = columns_[slots_.size()].data();
    for (const Digit& digit : slot.digits) {
      digits_.push_back({digit.stride, digit.base, digit.bin_count,
                         static_cast<std::uint32_t>(features_.size()),
                         static_cast<std::uint32_t>(digit.features.size()),
                         digit.has_missing ? 1U : 0U, digit.is_exclusive ? 1U : 0U});
      features_.insert(features_.end(), digit.features.begin(), digit.features.end());
    }
    slots_.push_back(info);
  }
  std::uint32_t entries = 0;
  const std::uint32_t group_count = (matrix.narrow_count + kLanes - 1) / kLanes;
  std::uint32_t slot = 0;
  for (std::uint32_t g = 0; g < group_count; ++g) {
    GroupInfo group;
    group.first_slot = slot;
    group.slot_count =
        matrix.narrow_count / group_count + (g < matrix.narrow_count % group_count ? 1 : 0);
    group.width = std::max(4U, std::bit_ceil(group.slot_count));
    group.entry_base = entries;
    group.strip_offset = strip_bytes_per_row_ * train_rows_;
    for (std::uint32_t lane = 0; lane < group.slot_count; ++lane, ++slot) {
      slots_[slot].entry_base = entries + lane;
      slots_[slot].entry_stride = group.width;
      group.code_count = std::max(group.code_count, slots_[slot].code_count);
    }
    entries += group.code_count * group.width;
    strip_bytes_per_row_ += group.width;
    most_codes_ = std::max(most_codes_, group.code_count);
    groups_.push_back(group);
  }
  for (; slot < slots_.size(); ++slot) {
    slots_[slot].entry_base = entries;
    slots_[slot].entry_stride = 1;
    entries += slots_[slot].code_count;
  }
  view_.slot_count = static_cast<std::uint32_t>(slots_.size());
  view_.narrow_count = matrix.narrow_count;
  view_.entry_count = entries;
}

Result<MemoryPlan> DeviceBackend::Plan() {
  MemoryShape shape;
  shape.train_rows = train_rows_;
  shape.all_rows = margin_stride_;
  for (const DeviceColumn& column : columns_) shape.column_bytes += column.size();
  shape.strip_bytes_per_row = strip_bytes_per_row_;
  shape.slot_count = view_.slot_count;
  shape.feature_count = places_.size();
  shape.entry_count = view_.entry_count;
  shape.outputs = outputs_;
  shape.weight_count = host_weights_.size() + options_.metric_weights;
  if (options_.sorts_rows) {
    shape.sort_bytes =
        DeviceCurves::BytesFor(executor_, std::max(train_rows_, validation_rows()), row_count_);
  }
  shape.kept_rows = options_.keeps_margins ? validation_rows() : 0;
  shape.wanted_histograms = options_.wanted_histograms + 2 * kBatchPairs;
  if (options_.histogram_limit > 0) shape.wanted_histograms = options_.histogram_limit;
  shape.batch_pairs = kBatchPairs;
  shape.exchange_bytes = 2 * ExchangeWords(kBatchPairs) * sizeof(std::int64_t);
  shape.gathered_bytes = options_.share.gathered_bytes;
  // The columns are there already, and count on both sides.
  return PlanMemory(shape, executor_.FreeBytes() + shape.column_bytes, executor_.Name());
}

Status DeviceBackend::AllocateArrays(const MemoryPlan& plan) {
  const auto make = [&](auto& array, std::uint64_t count) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(array,
                               std::remove_reference_t<decltype(array)>::Make(executor_, count));
    return {};
  };
  BOOSTYARD_RETURN_IF_ERROR(make(strips_, strip_bytes_per_row_ * train_rows_));
  BOOSTYARD_RETURN_IF_ERROR(make(labels_, row_count_));
  BOOSTYARD_RETURN_IF_ERROR(make(weights_, host_weights_.size()));
  BOOSTYARD_RETURN_IF_ERROR(make(margins_, margin_stride_ * static_cast<unsigned>(outputs_)));
  if (options_.keeps_margins) {
    BOOSTYARD_RETURN_IF_ERROR(
        make(kept_margins_, validation_rows() * static_cast<unsigned>(outputs_)));
  }
  if (outputs_ > 1) BOOSTYARD_RETURN_IF_ERROR(make(softmax_, train_rows_));
  BOOSTYARD_RETURN_IF_ERROR(make(packed_, train_rows_));
  BOOSTYARD_RETURN_IF_ERROR(make(real_, train_rows_));
  BOOSTYARD_RETURN_IF_ERROR(make(lists_[0], train_rows_));
  BOOSTYARD_RETURN_IF_ERROR(make(lists_[1], train_rows_));
  BOOSTYARD_RETURN_IF_ERROR(make(start_, 1));
  BOOSTYARD_RETURN_IF_ERROR(make(tree_words_, 1));
  BOOSTYARD_RETURN_IF_ERROR(make(scale_words_, 1));
  BOOSTYARD_RETURN_IF_ERROR(make(counts_, 2));
  BOOSTYARD_RETURN_IF_ERROR(make(pair_array_, kBatchPairs));
  BOOSTYARD_RETURN_IF_ERROR(make(task_array_, 2 * kBatchPairs));
  BOOSTYARD_RETURN_IF_ERROR(make(mask_array_, 2 * kBatchPairs * places_.size()));
  BOOSTYARD_RETURN_IF_ERROR(make(builds_, 2 * kBatchPairs));
  BOOSTYARD_RETURN_IF_ERROR(make(found_, 2 * kBatchPairs * view_.slot_count));
  BOOSTYARD_RETURN_IF_ERROR(make(feature_gains_, 2 * kBatchPairs * places_.size()));
  BOOSTYARD_RETURN_IF_ERROR(make(contested_rows_, 2 * kBatchPairs));
  BOOSTYARD_RETURN_IF_ERROR(make(contested_least_, 2 * kBatchPairs));
  BOOSTYARD_RETURN_IF_ERROR(PrepareSums(kBatchPairs));
  // What devices do must not depend on what the one or the other has room for.
  const std::uint64_t histograms =
      member_ != nullptr ? member_->LeastOf(plan.histograms) : plan.histograms;
  BOOSTYARD_RETURN_IF_ERROR(make(pool_, histograms * 2 * view_.entry_count));
  for (auto i = static_cast<int>(histograms); i-- > 0;) free_histograms_.push_back(i);
  return PrepareGrowth(histograms);
}

Status DeviceBackend::UploadMatrix() {
  BOOSTYARD_RETURN_IF_ERROR(MakeAndFill(executor_, slots_, slot_array_));
  BOOSTYARD_RETURN_IF_ERROR(MakeAndFill(executor_, digits_, digit_array_));
  BOOSTYARD_RETURN_IF_ERROR(MakeAndFill(executor_, features_, feature_array_));
  BOOSTYARD_RETURN_IF_ERROR(MakeAndFill(executor_, groups_, group_array_));
  BOOSTYARD_RETURN_IF_ERROR(MakeAndFill(executor_, options_.monotone, monotone_array_));
  std::vector<SplitPlace> places;
  for (const FeaturePlace& place : places_) {
    places.push_back(
        {place.slot, slots_[place.slot].first_digit + place.digit, place.exclusive_value});
  }
  BOOSTYARD_RETURN_IF_ERROR(MakeAndFill(executor_, places, place_array_));
  view_.slots = slot_array_.data();
  view_.digits = digit_array_.data();
  view_.features = feature_array_.data();
  view_.groups = group_array_.data();
  view_.monotone = monotone_array_.data();
  view_.strips = strips_.data();
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    Launch<StripStep>(executor_, RowGrid(train_rows_, StripStep::kThreads),
                      {view_, g, train_rows_, strips_.data()});
  }
  return {};
}

}  // namespace boostyard
