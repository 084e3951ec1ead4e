#include "engine/cuda/device_metrics.h"

#include <algorithm>
#include <optional>

#include "engine/cuda/launch.h"
#include "engine/metric/block_sum.h"
#include "engine/metric/from_sums.h"

namespace boostyard {

using namespace device;

Link MetricLinkOf(const ObjectiveParams& objective) {
  Link link = Link::kIdentity;
  VisitObjectiveOf(NativeScalarObjectives{}, objective,
                   [&](const auto& one) { link = LinkForMetrics<std::decay_t<decltype(one)>>(); });
  return link;
}

Result<std::unique_ptr<DeviceMetrics>> DeviceMetrics::Make(const ObjectiveParams& objective,
                                                           std::span<const MetricSpec> specs,
                                                           std::span<const DeviceChannel> channels,
                                                           int threads, Executor& executor) {
  std::unique_ptr<DeviceMetrics> metrics(new DeviceMetrics(objective, specs, executor));
  for (const DeviceChannel& channel : channels) {
    BOOSTYARD_RETURN_IF_ERROR(metrics->AddChannel(channel, threads));
  }
  metrics->PlanTasks();
  BOOSTYARD_RETURN_IF_ERROR(metrics->Allocate());
  return metrics;
}

Status DeviceMetrics::AddChannel(const DeviceChannel& data, int threads) {
  Channel channel;
  channel.data = data;
  channel.block_count = (data.rows.rows + kSumBlockRows - 1) / kSumBlockRows;
  channel.weight_sum = SumOfWeights(threads, data.weights.empty() ? nullptr : data.weights.data(),
                                    data.labels.size());
  if (std::any_of(specs_.begin(), specs_.end(),
                  [](const MetricSpec& spec) { return spec.info->id == MetricId::kR2; })) {
    channel.label_spread = LabelSpread(data.labels, threads);
  }
  if (data.rows.weights == nullptr && !data.weights.empty()) {
    BOOSTYARD_ASSIGN_OR_RETURN(channel.weights,
                               DeviceArray<float>::Make(executor_, data.weights.size()));
    executor_.Upload(channel.weights.data(), data.weights.data(), data.weights.size_bytes());
    channel.data.rows.weights = channel.weights.data();
  }
  channels_.push_back(std::move(channel));
  return {};
}

bool DeviceMetrics::IsOnDevice(const MetricSpec& spec) const {
  return SourceOf(spec.info->id) != MetricSource::kCounts ||
         CountedClasses(outputs()) <= ClassCountStep::kMostClasses;
}

std::size_t DeviceMetrics::AddCurve(const Channel& channel) {
  const bool has_precision = std::any_of(specs_.begin(), specs_.end(), [](const MetricSpec& spec) {
    return spec.info->id == MetricId::kAucpr;
  });
  const DeviceChannel& data = channel.data;
  return curves_.Add({data.rows, CurveMass(data.weights, data.labels.size())}, has_precision);
}

void DeviceMetrics::PlanTasks() {
  std::uint64_t sums = 0;
  std::uint64_t counts = 0;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    std::optional<std::size_t> curve;  // one for auc and aucpr
    for (std::size_t s = 0; s < specs_.size(); ++s) {
      if (!IsOnDevice(specs_[s])) {
        has_all_ = false;
        continue;
      }
      const MetricSource source = SourceOf(specs_[s].info->id);
      if (source == MetricSource::kOrder) {
        if (!curve) curve = AddCurve(channels_[c]);
        tasks_.push_back({.channel = c, .spec = s, .first = *curve});
        continue;
      }
      const bool is_count = source == MetricSource::kCounts;
      tasks_.push_back({.channel = c, .spec = s, .first = is_count ? counts : sums});
      if (is_count) {
        counts += 3 * static_cast<std::uint64_t>(CountedClasses(outputs()));
      } else {
        sums += channels_[c].block_count;
      }
    }
  }
  host_sums_.resize(sums);
  host_counts_.resize(counts);
  host_bad_labels_.resize(tasks_.size());
}

Status DeviceMetrics::Allocate() {
  BOOSTYARD_ASSIGN_OR_RETURN(sums_, DeviceArray<double>::Make(executor_, host_sums_.size()));
  BOOSTYARD_ASSIGN_OR_RETURN(counts_,
                             DeviceArray<std::int64_t>::Make(executor_, host_counts_.size()));
  BOOSTYARD_ASSIGN_OR_RETURN(bad_labels_,
                             DeviceArray<std::uint32_t>::Make(executor_, host_bad_labels_.size()));
  BOOSTYARD_RETURN_IF_ERROR(curves_.Allocate());
  return executor_.Wait();
}

void DeviceMetrics::Launch(const Task& task, std::size_t index) {
  const Channel& channel = channels_[task.channel];
  const MetricSpec& spec = specs_[task.spec];
  MetricRows rows = channel.data.rows;
  std::uint32_t* const bad_label = bad_labels_.data() + index;
  const auto blocks = static_cast<std::uint32_t>(channel.block_count);
  if (blocks == 0) return;                                      // no rows
  if (SourceOf(spec.info->id) == MetricSource::kOrder) return;  // all curves are launched together
  if (SourceOf(spec.info->id) == MetricSource::kCounts) {
    const Tuning& tuning = executor_.tuning();
    device::Launch<ClassCountStep>(
        executor_, {std::min(blocks, tuning.multiprocessors * tuning.row_blocks), 1},
        {rows, CountedClasses(outputs()), counts_.data() + task.first, bad_label});
    return;
  }
  if (!IsWeighted(spec.info->id)) rows.weights = nullptr;
  device::Launch<MetricSumStep>(executor_, {blocks, 1},
                                {rows, spec.info->id, ElementwiseParamsOf(spec, objective_),
                                 sums_.data() + task.first, bad_label});
}

Result<double> DeviceMetrics::ValueOf(const Task& task, bool has_bad_label) const {
  const Channel& channel = channels_[task.channel];
  const MetricSpec& spec = specs_[task.spec];
  const MetricId id = spec.info->id;
  const MetricSource source = SourceOf(id);
  if (source == MetricSource::kCounts) {
    std::vector<ClassCounts> counts;
    for (int k = 0; !has_bad_label && k < CountedClasses(outputs()); ++k) {
      const std::int64_t* const of_class = host_counts_.data() + task.first + 3 * k;
      counts.push_back({static_cast<std::uint64_t>(of_class[0]),
                        static_cast<std::uint64_t>(of_class[1]),
                        static_cast<std::uint64_t>(of_class[2])});
    }
    return ClassificationFinal(spec, counts, outputs());
  }
  if (id == MetricId::kAuc) return curves_.Auc(task.first);
  if (id == MetricId::kAucpr) return curves_.Aucpr(task.first);
  double sum = 0.0;
  for (std::uint64_t block = 0; block < channel.block_count; ++block) {
    sum += host_sums_[task.first + block];
  }
  const std::size_t rows = channel.data.labels.size();
  if (id == MetricId::kR2) return R2Final(sum, rows, channel.label_spread);
  const double weight = IsWeighted(id) ? channel.weight_sum : static_cast<double>(rows);
  if (source == MetricSource::kClassSum) {
    return MulticlassFinal(sum, weight, !has_bad_label, outputs());
  }
  return ElementwiseFinal(id, sum, weight);
}

Result<std::vector<MetricFigures>> DeviceMetrics::Evaluate() {
  std::vector<MetricFigures> figures(channels_.size());
  for (MetricFigures& of_channel : figures) of_channel.resize(specs_.size());
  if (tasks_.empty()) return figures;
  std::fill(host_counts_.begin(), host_counts_.end(), 0);
  std::fill(host_bad_labels_.begin(), host_bad_labels_.end(), 0U);
  executor_.Upload(counts_.data(), host_counts_.data(), host_counts_.size() * sizeof(std::int64_t));
  executor_.Upload(bad_labels_.data(), host_bad_labels_.data(),
                   host_bad_labels_.size() * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < tasks_.size(); ++i) Launch(tasks_[i], i);
  curves_.Launch();
  executor_.Download(host_sums_.data(), sums_.data(), host_sums_.size() * sizeof(double));
  executor_.Download(host_counts_.data(), counts_.data(),
                     host_counts_.size() * sizeof(std::int64_t));
  executor_.Download(host_bad_labels_.data(), bad_labels_.data(),
                     host_bad_labels_.size() * sizeof(std::uint32_t));
  BOOSTYARD_RETURN_IF_ERROR(executor_.Wait());
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    figures[tasks_[i].channel][tasks_[i].spec] = ValueOf(tasks_[i], host_bad_labels_[i] != 0);
  }
  return figures;
}

}  // namespace boostyard
