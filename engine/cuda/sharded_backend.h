// The tree backend of several devices: a DeviceBackend on each, over its share of the rows, all of
// which do the same at the same time. What they decide by are sums over all rows, so the model is
// that of one device. Figures are worked out on the first device, from all devices' margins.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/cuda/device_backend.h"
#include "engine/cuda/device_group.h"
#include "engine/cuda/device_metrics.h"
#include "engine/cuda/row_shares.h"
#include "engine/cuda/sharded_rows.h"

namespace boostyard {

// A TreeBackend, with the operations of DeviceBackend. An error of any device ends the training:
// those that cannot return it keep it for the next call that can, or for status().
class ShardedBackend {
 public:
  // Takes the plan of a matrix, and from the binner its slots' columns. The binner's group outlives
  // the backend. Errors: those of DeviceBackend::Make, of the first device that has one.
  static Result<std::unique_ptr<ShardedBackend>> Make(BackendData data,
                                                      const DeviceBackendOptions& options,
                                                      ShardedBinner& binner);

  ~ShardedBackend();
  ShardedBackend(const ShardedBackend&) = delete;
  ShardedBackend& operator=(const ShardedBackend&) = delete;

  void SetMargins(int output, float margin);
  void AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins);
  std::span<float> Margins(int output);
  void TakeMargins();
  void KeepMargins();
  std::span<const float> KeptMargins(int output);
  Status PrepareMetrics(std::span<const MetricSpec> specs,
                        std::span<const float> validation_weights, int threads);
  Result<std::vector<MetricFigures>> EvaluateMetrics();
  bool has_all_metrics() const { return metrics_->has_all(); }

  Result<RootState> StartTree(const TreeStart& start);
  void EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may_split_further);
  void EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs);
  void ApplySplits(std::span<SplitTask> splits);
  void SumExactly(std::span<ExactTask> leaves);
  void FinishTree(std::span<const LeafValue> leaves);
  void QueueTree(const GrowthOrder& order);
  void AddQueuedTree();
  Result<std::vector<GrownNode>> TakeTree();
  bool grows_trees() const { return backends_.front()->grows_trees(); }

  Status status();

  std::uint64_t train_rows() const { return train_.rows; }
  std::uint64_t row_count() const { return train_.rows + validation_.rows; }
  std::span<const float> labels() const { return {labels_.data(), row_count()}; }
  std::span<const float> weights() const { return weights_; }

 private:
  using Body = std::function<Status(device::GroupMember&, DeviceBackend&)>;

  explicit ShardedBackend(device::DeviceGroup& group) : group_(group) {}

  void TakeHostData(BackendData& data, const DeviceBackendOptions& options, ShardedBinner& binner);
  BackendData DataOf(int device, const SlotMatrix& plan) const;
  DeviceShare ShareOf(device::GroupMember& member, const DeviceBackendOptions& options) const;
  std::uint64_t GatheredBytes(device::Executor& executor,
                              const DeviceBackendOptions& options) const;
  // Runs body on each device, and keeps an error.
  void ForEach(const Body& body);
  Status PrepareFirst(device::Executor& first, std::span<const MetricSpec> specs,
                      std::span<const float> validation_weights, int threads);
  void CopyMargins(device::GroupMember& first, int from, int output);
  // Rows of one device among those of all: between its own order and that of the streams.
  template <class Copy>
  void ForEachRun(int device, const Copy& copy) const;

  device::DeviceGroup& group_;
  Status status_;
  device::RowShares train_;
  device::RowShares validation_;
  HugeBuffer<float> labels_;
  std::vector<float> weights_;  // of training rows, or empty
  ObjectiveParams objective_;
  int outputs_ = 1;
  std::vector<std::vector<float>> host_margins_;  // per output
  std::vector<std::vector<float>> host_kept_;
  std::vector<std::unique_ptr<DeviceBackend>> backends_;  // per device

  // On the first device, of all rows.
  std::uint64_t margin_stride_ = 0;
  device::DeviceArray<float> all_margins_;  // [output][margin_stride_]
  device::DeviceArray<float> all_labels_;
  device::DeviceArray<float> all_weights_;  // of training rows, or none
  std::unique_ptr<DeviceMetrics> metrics_;
};

static_assert(TreeBackend<ShardedBackend>);

}  // namespace boostyard
