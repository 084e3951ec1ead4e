#include "engine/cuda/sharded_backend.h"

#include <algorithm>
#include <utility>

namespace boostyard {

using namespace device;

namespace {

// Margins are as they are to be read. No sum is under way then, which has marks of its own.
constexpr int kGatherMark = 0;

// What a plan says besides the rows.
SlotMatrix PlanFor(const SlotMatrix& plan, std::uint64_t rows) {
  SlotMatrix copy;
  copy.row_count = rows;
  copy.narrow_count = plan.narrow_count;
  copy.slots = plan.slots;
  copy.places = plan.places;
  copy.histogram_size = plan.histogram_size;
  return copy;
}

}  // namespace

// ---- the rows

Result<std::unique_ptr<ShardedBackend>> ShardedBackend::Make(BackendData data,
                                                             const DeviceBackendOptions& options,
                                                             ShardedBinner& binner) {
  DeviceGroup& group = binner.group();
  BOOSTYARD_ASSIGN_OR_RETURN(std::vector<std::vector<DeviceColumn>> columns,
                             binner.TakeSlots(data.matrix));
  std::unique_ptr<ShardedBackend> backend(new ShardedBackend(group));
  backend->TakeHostData(data, options, binner);
  backend->backends_.resize(static_cast<std::size_t>(group.size()));
  BOOSTYARD_RETURN_IF_ERROR(group.Run([&](GroupMember& member) -> Status {
    const auto device = static_cast<std::size_t>(member.rank());
    DeviceBackendOptions own = options;
    own.metric_weights = 0;
    own.sorts_rows = false;
    own.share = backend->ShareOf(member, options);
    BOOSTYARD_ASSIGN_OR_RETURN(
        backend->backends_[device],
        DeviceBackend::Make(backend->DataOf(member.rank(), data.matrix), std::move(columns[device]),
                            own, member.executor()));
    return {};
  }));
  return backend;
}

// Others may be reading what one of them is about to free.
ShardedBackend::~ShardedBackend() {
  const Status ended =
      group_.Run([](GroupMember& member) -> Status { return member.executor().Wait(); });
  static_cast<void>(ended);  // whoever asked has been told
}

void ShardedBackend::TakeHostData(BackendData& data, const DeviceBackendOptions& options,
                                  ShardedBinner& binner) {
  train_ = binner.shares().front();
  validation_ = binner.shares().size() > 1 ? binner.shares()[1] : RowShares::Of(0, group_.size());
  labels_ = std::move(data.labels);
  weights_ = std::move(data.weights);
  objective_ = options.objective;
  outputs_ = std::max(1, options.objective.num_class);
  host_margins_.resize(static_cast<std::size_t>(outputs_));
  host_kept_.resize(static_cast<std::size_t>(outputs_));
  margin_stride_ = row_count();
}

// copy(own, all, count): rows [own, own + count) of the device are rows [all, all + count).
template <class Copy>
void ShardedBackend::ForEachRun(int device, const Copy& copy) const {
  copy(std::uint64_t{0}, train_.begin(device), train_.count(device));
  copy(train_.count(device), train_.rows + validation_.begin(device), validation_.count(device));
}

BackendData ShardedBackend::DataOf(int device, const SlotMatrix& plan) const {
  BackendData data;
  const std::uint64_t rows = train_.count(device) + validation_.count(device);
  data.matrix = PlanFor(plan, rows);
  data.train_rows = train_.count(device);
  data.labels = HugeBuffer<float>(rows);
  ForEachRun(device, [&](std::uint64_t own, std::uint64_t all, std::uint64_t count) {
    std::copy_n(labels_.data() + all, count, data.labels.data() + own);
  });
  if (!weights_.empty()) {
    const float* const first = weights_.data() + train_.begin(device);
    data.weights.assign(first, first + train_.count(device));
  }
  return data;
}

DeviceShare ShardedBackend::ShareOf(GroupMember& member,
                                    const DeviceBackendOptions& options) const {
  return {.member = &member,
          .first_row = train_.begin(member.rank()),
          .all_train_rows = train_.rows,
          .gathered_bytes = member.rank() == 0 ? GatheredBytes(member.executor(), options) : 0};
}

std::uint64_t ShardedBackend::GatheredBytes(Executor& executor,
                                            const DeviceBackendOptions& options) const {
  const std::uint64_t floats = row_count() * static_cast<std::uint64_t>(outputs_ + 1) +
                               weights_.size() + options.metric_weights;
  const std::uint64_t sort_bytes =
      options.sorts_rows
          ? DeviceCurves::BytesFor(executor, std::max(train_.rows, validation_.rows), row_count())
          : 0;
  return floats * sizeof(float) + sort_bytes;
}

// ---- all devices alike

void ShardedBackend::ForEach(const Body& body) {
  if (!status_.ok()) return;
  status_ = group_.Run([&](GroupMember& member) -> Status {
    DeviceBackend& backend = *backends_[static_cast<std::size_t>(member.rank())];
    BOOSTYARD_RETURN_IF_ERROR(body(member, backend));
    return backend.status();
  });
}

Status ShardedBackend::status() {
  if (status_.ok()) return {};
  return status_.error();
}

void ShardedBackend::SetMargins(int output, float margin) {
  ForEach([&](GroupMember&, DeviceBackend& backend) -> Status {
    backend.SetMargins(output, margin);
    return {};
  });
}

void ShardedBackend::AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins) {
  ForEach([&](GroupMember&, DeviceBackend& backend) -> Status {
    backend.AddTree(output, tree, bins);
    return {};
  });
}

std::span<float> ShardedBackend::Margins(int output) {
  std::vector<float>& margins = host_margins_[static_cast<std::size_t>(output)];
  margins.resize(row_count());
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    const std::span<const float> from = backend.Margins(output);
    ForEachRun(member.rank(), [&](std::uint64_t own, std::uint64_t all, std::uint64_t count) {
      std::copy_n(from.data() + own, count, margins.data() + all);
    });
    return {};
  });
  return margins;
}

void ShardedBackend::TakeMargins() {
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    for (int k = 0; k < outputs_; ++k) {
      const std::vector<float>& margins = host_margins_[static_cast<std::size_t>(k)];
      const std::span<float> to = backend.Margins(k);
      ForEachRun(member.rank(), [&](std::uint64_t own, std::uint64_t all, std::uint64_t count) {
        std::copy_n(margins.data() + all, count, to.data() + own);
      });
    }
    backend.TakeMargins();
    return {};
  });
}

void ShardedBackend::KeepMargins() {
  ForEach([&](GroupMember&, DeviceBackend& backend) -> Status {
    backend.KeepMargins();
    return {};
  });
}

std::span<const float> ShardedBackend::KeptMargins(int output) {
  std::vector<float>& margins = host_kept_[static_cast<std::size_t>(output)];
  margins.resize(validation_.rows);
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    const std::span<const float> from = backend.KeptMargins(output);
    std::copy(from.begin(), from.end(),
              margins.begin() + static_cast<std::ptrdiff_t>(validation_.begin(member.rank())));
    return {};
  });
  return margins;
}

Result<RootState> ShardedBackend::StartTree(const TreeStart& start) {
  std::vector<RootState> roots(backends_.size());
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(roots[static_cast<std::size_t>(member.rank())],
                               backend.StartTree(start));
    return {};
  });
  BOOSTYARD_RETURN_IF_ERROR(status());
  return roots.front();
}

void ShardedBackend::EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may_split_further) {
  std::vector<NodeTask> copies(backends_.size(), root);
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    NodeTask& copy = copies[static_cast<std::size_t>(member.rank())];
    backend.EvaluateRoot(rules, member.rank() == 0 ? root : copy, may_split_further);
    return {};
  });
}

// The first device writes to the caller's tasks, the others to copies.
void ShardedBackend::EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs) {
  std::vector<std::vector<NodeTask>> copies(backends_.size());
  std::vector<std::vector<PairTask>> copied_pairs(backends_.size());
  for (std::size_t device = 1; device < backends_.size(); ++device) {
    std::vector<NodeTask>& tasks = copies[device];
    for (const PairTask& pair : pairs) tasks.insert(tasks.end(), {*pair.left, *pair.right});
    copied_pairs[device].assign(pairs.begin(), pairs.end());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      copied_pairs[device][i].left = &tasks[2 * i];
      copied_pairs[device][i].right = &tasks[2 * i + 1];
    }
  }
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    const auto device = static_cast<std::size_t>(member.rank());
    backend.EvaluatePairs(rules, device == 0 ? pairs : std::span<PairTask>(copied_pairs[device]));
    return {};
  });
}

void ShardedBackend::ApplySplits(std::span<SplitTask> splits) {
  ForEach([&](GroupMember&, DeviceBackend& backend) -> Status {
    backend.ApplySplits(splits);
    return {};
  });
}

void ShardedBackend::SumExactly(std::span<ExactTask> leaves) {
  std::vector<std::vector<ExactTask>> copies(backends_.size(), {leaves.begin(), leaves.end()});
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    std::vector<ExactTask>& copy = copies[static_cast<std::size_t>(member.rank())];
    backend.SumExactly(member.rank() == 0 ? leaves : std::span<ExactTask>(copy));
    return {};
  });
}

void ShardedBackend::FinishTree(std::span<const LeafValue> leaves) {
  ForEach([&](GroupMember&, DeviceBackend& backend) -> Status {
    backend.FinishTree(leaves);
    return {};
  });
}

void ShardedBackend::QueueTree(const GrowthOrder& order) {
  ForEach([&](GroupMember&, DeviceBackend& backend) -> Status {
    backend.QueueTree(order);
    return {};
  });
}

void ShardedBackend::AddQueuedTree() {
  ForEach([&](GroupMember&, DeviceBackend& backend) -> Status {
    backend.AddQueuedTree();
    return {};
  });
}

Result<std::vector<GrownNode>> ShardedBackend::TakeTree() {
  std::vector<GrownNode> tree;
  ForEach([&](GroupMember& member, DeviceBackend& backend) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(std::vector<GrownNode> own, backend.TakeTree());
    if (member.rank() == 0) tree = std::move(own);
    return {};
  });
  BOOSTYARD_RETURN_IF_ERROR(status());
  return tree;
}

// ---- figures

Status ShardedBackend::PrepareMetrics(std::span<const MetricSpec> specs,
                                      std::span<const float> validation_weights, int threads) {
  ForEach([&](GroupMember& member, DeviceBackend&) -> Status {
    if (member.rank() > 0) return {};
    return PrepareFirst(member.executor(), specs, validation_weights, threads);
  });
  return status();
}

Status ShardedBackend::PrepareFirst(Executor& first, std::span<const MetricSpec> specs,
                                    std::span<const float> validation_weights, int threads) {
  using Floats = DeviceArray<float>;
  BOOSTYARD_ASSIGN_OR_RETURN(
      all_margins_, Floats::Make(first, margin_stride_ * static_cast<std::uint64_t>(outputs_)));
  BOOSTYARD_ASSIGN_OR_RETURN(all_labels_, Floats::Make(first, row_count()));
  BOOSTYARD_ASSIGN_OR_RETURN(all_weights_, Floats::Make(first, weights_.size()));
  first.Upload(all_labels_.data(), labels_.data(), row_count() * sizeof(float));
  first.Upload(all_weights_.data(), weights_.data(), weights_.size() * sizeof(float));
  const MetricRows train{.margins = all_margins_.data(),
                         .stride = margin_stride_,
                         .outputs = outputs_,
                         .link = MetricLinkOf(objective_),
                         .labels = all_labels_.data(),
                         .weights = all_weights_.data(),
                         .rows = train_.rows};
  std::vector<DeviceChannel> channels = {{train, labels().first(train_.rows), weights_}};
  if (validation_.rows > 0) {
    MetricRows validation = train;
    validation.margins += train_.rows;
    validation.labels += train_.rows;
    validation.weights = nullptr;
    validation.rows = validation_.rows;
    channels.push_back({validation, labels().subspan(train_.rows), validation_weights});
  }
  BOOSTYARD_ASSIGN_OR_RETURN(metrics_,
                             DeviceMetrics::Make(objective_, specs, channels, threads, first));
  return {};
}

Result<std::vector<MetricFigures>> ShardedBackend::EvaluateMetrics() {
  std::vector<MetricFigures> figures;
  ForEach([&](GroupMember& member, DeviceBackend&) -> Status {
    member.WaitForAll(kGatherMark);
    if (member.rank() > 0) return {};
    // Only where there is something to evaluate does it wait.
    for (int device = 0; device < member.size() && metrics_->has_any(); ++device) {
      for (int k = 0; k < outputs_; ++k) CopyMargins(member, device, k);
    }
    // It waits for the copies too, so that margins may change again.
    BOOSTYARD_ASSIGN_OR_RETURN(figures, metrics_->Evaluate());
    return {};
  });
  BOOSTYARD_RETURN_IF_ERROR(status());
  return figures;
}

void ShardedBackend::CopyMargins(GroupMember& first, int from, int output) {
  const float* const margins = backends_[static_cast<std::size_t>(from)]->device_margins(output);
  float* const to = all_margins_.data() + margin_stride_ * static_cast<std::uint64_t>(output);
  ForEachRun(from, [&](std::uint64_t own, std::uint64_t all, std::uint64_t count) {
    first.executor().CopyFrom(group_.member(from).executor(), to + all, margins + own,
                              count * sizeof(float));
  });
}

}  // namespace boostyard
