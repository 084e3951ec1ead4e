// A round's figures, worked out on the device from the margins that lie there: what the host gets
// is a sum for each 4,096 rows, or counts per class. The values are those of Evaluate
// (engine/metric/metric.h), bit for bit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/cuda/device_curves.h"
#include "engine/cuda/executor.h"
#include "engine/cuda/steps_metrics.h"
#include "engine/metric/from_sums.h"
#include "engine/metric/metric.h"

namespace boostyard {

// How a single output becomes a prediction for metrics.
Link MetricLinkOf(const ObjectiveParams& objective);

// The rows of a channel, with the host's copies of what does not change.
struct DeviceChannel {
  device::MetricRows rows;  // weights, if any, may lie on the device already
  std::span<const float> labels;
  std::span<const float> weights;  // or empty
};

class DeviceMetrics {
 public:
  // The device's memory of the channels, the specs and the executor outlive it. Errors:
  // kOutOfMemory, kDeviceFailed.
  static Result<std::unique_ptr<DeviceMetrics>> Make(const ObjectiveParams& objective,
                                                     std::span<const MetricSpec> specs,
                                                     std::span<const DeviceChannel> channels,
                                                     int threads, device::Executor& executor);

  // Whether the device works out all of the metrics.
  bool has_all() const { return has_all_; }
  bool has_any() const { return !tasks_.empty(); }

  // The figures of each channel by the margins of now. Waits once. Error: kDeviceFailed.
  Result<std::vector<MetricFigures>> Evaluate();

 private:
  struct Channel {
    DeviceChannel data;
    device::DeviceArray<float> weights;  // where they did not lie there
    std::uint64_t block_count = 0;
    double weight_sum = 0.0;    // of all rows
    double label_spread = 0.0;  // where there is r2
  };
  // A metric of a channel.
  struct Task {
    std::size_t channel = 0;
    std::size_t spec = 0;
    std::uint64_t first = 0;  // of its block sums, or of its counts; or its curve
  };

  DeviceMetrics(const ObjectiveParams& objective, std::span<const MetricSpec> specs,
                device::Executor& executor)
      : objective_(objective), specs_(specs), executor_(executor), curves_(executor) {}

  Status AddChannel(const DeviceChannel& data, int threads);
  void PlanTasks();
  std::size_t AddCurve(const Channel& channel);
  Status Allocate();
  bool IsOnDevice(const MetricSpec& spec) const;
  void Launch(const Task& task, std::size_t index);
  Result<double> ValueOf(const Task& task, bool has_bad_label) const;
  int outputs() const { return channels_.front().data.rows.outputs; }

  ObjectiveParams objective_;
  std::span<const MetricSpec> specs_;
  device::Executor& executor_;
  DeviceCurves curves_;
  std::vector<Channel> channels_;
  std::vector<Task> tasks_;
  bool has_all_ = true;
  device::DeviceArray<double> sums_;
  device::DeviceArray<std::int64_t> counts_;
  device::DeviceArray<std::uint32_t> bad_labels_;  // per task
  std::vector<double> host_sums_;
  std::vector<std::int64_t> host_counts_;
  std::vector<std::uint32_t> host_bad_labels_;
};

}  // namespace boostyard
