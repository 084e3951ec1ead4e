// DeviceBackend: gradients, the sample, the rows' way through the tree.
#include "engine/cuda/device_backend.h"

#include <algorithm>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/cuda/launch.h"
#include "engine/tree/grad_scales.h"

namespace boostyard {

using namespace device;

Error GradientsNotFinite() {
  return MakeError(ErrorId::kTrainFailed, "gradients are not finite any more",
                   "use a smaller eta or max_delta_step, and check the labels for outliers");
}

// Enough blocks for all rows, but not more than the device runs at a time.
Grid DeviceBackend::RowGrid(std::uint64_t rows, std::uint32_t rows_per_block) const {
  const Tuning& tuning = executor_.tuning();
  const std::uint64_t most = std::uint64_t{tuning.multiprocessors} * tuning.row_blocks;
  const std::uint64_t wanted = (rows + rows_per_block - 1) / rows_per_block;
  return {static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, 1, most)), 1};
}

void DeviceBackend::Keep(Status status) {
  if (status_.ok() && !status.ok()) status_ = std::move(status);
}

Status DeviceBackend::status() {
  if (status_.ok()) return {};
  return status_.error();
}

Status DeviceBackend::EnsureNodes(std::size_t count) {
  BOOSTYARD_RETURN_IF_ERROR(node_rows_.Reserve(executor_, count));
  BOOSTYARD_RETURN_IF_ERROR(walk_.Reserve(executor_, count));
  if (histogram_of_node_.size() < count) histogram_of_node_.resize(2 * count, -1);
  return {};
}

void DeviceBackend::SetMargins(int output, float margin) {
  Launch<FillStep>(executor_, RowGrid(row_count_, FillStep::kThreads),
                   {MarginsOf(output), margin, row_count_});
}

std::span<float> DeviceBackend::Margins(int output) {
  std::vector<float>& margins = host_margins_[static_cast<std::size_t>(output)];
  margins.resize(row_count_);
  executor_.Download(margins.data(), MarginsOf(output), row_count_ * sizeof(float));
  Keep(executor_.Wait());
  return margins;
}

void DeviceBackend::TakeMargins() {
  for (int k = 0; k < outputs_; ++k) {
    const std::vector<float>& margins = host_margins_[static_cast<std::size_t>(k)];
    executor_.Upload(MarginsOf(k), margins.data(), margins.size() * sizeof(float));
  }
}

void DeviceBackend::KeepMargins() {
  for (int k = 0; k < outputs_; ++k) {
    executor_.Copy(kept_margins_.data() + validation_rows() * static_cast<std::uint64_t>(k),
                   MarginsOf(k) + train_rows_, validation_rows() * sizeof(float));
  }
}

std::span<const float> DeviceBackend::KeptMargins(int output) {
  std::vector<float>& margins = host_kept_[static_cast<std::size_t>(output)];
  margins.resize(validation_rows());
  executor_.Download(margins.data(),
                     kept_margins_.data() + validation_rows() * static_cast<std::uint64_t>(output),
                     margins.size() * sizeof(float));
  Keep(executor_.Wait());
  return margins;
}

MetricRows DeviceBackend::RowsForMetrics(std::uint64_t first, std::uint64_t rows) const {
  MetricRows view{.margins = margins_.data() + first,
                  .stride = margin_stride_,
                  .outputs = outputs_,
                  .labels = labels_.data() + first,
                  .weights = first == 0 ? weights_.data() : nullptr,
                  .rows = rows};
  view.link = MetricLinkOf(options_.objective);
  return view;
}

Status DeviceBackend::PrepareMetrics(std::span<const MetricSpec> specs,
                                     std::span<const float> validation_weights, int threads) {
  std::vector<DeviceChannel> channels = {
      {RowsForMetrics(0, train_rows_), labels().subspan(0, train_rows_), weights()}};
  if (validation_rows() > 0) {
    channels.push_back({RowsForMetrics(train_rows_, validation_rows()),
                        labels().subspan(train_rows_), validation_weights});
  }
  BOOSTYARD_ASSIGN_OR_RETURN(
      metrics_, DeviceMetrics::Make(options_.objective, specs, channels, threads, executor_));
  return {};
}

Result<std::vector<MetricFigures>> DeviceBackend::EvaluateMetrics() {
  BOOSTYARD_RETURN_IF_ERROR(status());
  return metrics_->Evaluate();
}

// ---- gradients

void DeviceBackend::UploadWords(const TreeWords& words) {
  executor_.Upload(tree_words_.data(), &words, sizeof(words));
}

void DeviceBackend::LaunchGradients(bool is_again) {
  const GradientPass pass{.labels = labels_.data(),
                          .weights = weights_.data(),
                          .rows = train_rows_,
                          .tree = tree_words_.data(),
                          .scales = scale_words_.data(),
                          .is_again = is_again ? 1U : 0U,
                          .first_row = options_.share.first_row,
                          .packed = packed_.data(),
                          .real = real_.data(),
                          .stats = start_.data()->stats + (is_again ? 1 : 0)};
  if (outputs_ > 1) {
    Launch<SoftmaxStep>(executor_, RowGrid(train_rows_, SoftmaxStep::kThreads),
                        {pass, margins_.data(), margin_stride_, softmax_.data()});
    return;
  }
  VisitObjectiveOf(NativeScalarObjectives{}, options_.objective, [&](const auto& objective) {
    using Step = GradientStep<std::decay_t<decltype(objective)>>;
    Launch<Step>(executor_, RowGrid(train_rows_, Step::kThreads),
                 {pass, margins_.data(), objective});
  });
}

void DeviceBackend::LaunchSample(const TreeStart& start) {
  if (start.subsample >= 1.0) return;
  Launch<SampleStep>(executor_, RowGrid(train_rows_, TileSplitter::kRows),
                     {train_rows_, options_.share.first_row, tree_words_.data(),
                      SampleLimit(start.subsample), lists_[0].data(), node_rows_.data()});
}

void DeviceBackend::LaunchSum() {
  Launch<SumStep>(
      executor_, RowGrid(train_rows_, SumStep::kThreads),
      {node_rows_.data(), {lists_[0].data(), lists_[1].data()}, Gradients(), start_.data()});
}

void DeviceBackend::LaunchClasses(const TreeStart& start) {
  if (start.reuses_gradients || outputs_ == 1 || start.output != 0) return;
  Launch<SoftmaxPrepareStep>(
      executor_, RowGrid(train_rows_, SoftmaxPrepareStep::kThreads),
      {margins_.data(), margin_stride_, outputs_, train_rows_, softmax_.data()});
}

void DeviceBackend::LaunchStart(const TreeStart& start) {
  const bool samples = start.subsample < 1.0;
  Launch<RootStep>(executor_, {},
                   {node_rows_.data(), samples ? 0U : static_cast<std::uint32_t>(train_rows_),
                    samples ? 0U : NodeRows::kDense, start_.data(), 1});
  for (const bool is_again : {false, true}) {
    if (start.reuses_gradients) break;
    LaunchGradients(is_again);
    SumStart(is_again ? StartPart::kStatsAgain : StartPart::kStats);
    Launch<ScaleStep>(executor_, {},
                      {start_.data(), all_train_rows(), options_.always_wide ? 1U : 0U,
                       is_again ? 1U : 0U, scale_words_.data()});
  }
  LaunchSample(start);
  LaunchSum();
  SumStart(StartPart::kTotal);
}

Result<RootState> DeviceBackend::StartTree(const TreeStart& start) {
  BOOSTYARD_RETURN_IF_ERROR(status());
  BOOSTYARD_RETURN_IF_ERROR(EnsureNodes(1));
  current_output_ = start.output;
  notes_.assign(1, {});
  UploadWords({.dither_key = start.dither_key,
               .sample_key = start.sample_key,
               .number = 0,
               .output = start.output,
               .drawn_counts = {}});
  LaunchClasses(start);
  LaunchStart(start);
  StartWords words;
  ScaleWords scales;
  executor_.Download(&words, start_.data(), sizeof(words));
  executor_.Download(&scales, scale_words_.data(), sizeof(scales));
  BOOSTYARD_RETURN_IF_ERROR(executor_.Wait());
  if (scales.is_finite == 0) return GradientsNotFinite();
  is_wide_ = scales.scales.is_wide;
  RootState root;
  root.total = words.total;
  root.rows = words.rows;
  root.is_wide = is_wide_;
  root.exact_grad_unit = scales.ExactGradUnit();
  root.exact_hess_unit = scales.ExactHessUnit();
  root.grad_unit = scales.GradUnit();
  root.hess_unit = scales.HessUnit();
  return root;
}

// ---- rows

SplitOrder DeviceBackend::OrderOf(const SplitTask& split) const {
  const FeaturePlace& place = places_[split.split.feature];
  return {.node = split.node,
          .left = split.left,
          .right = split.right,
          .slot = place.slot,
          .digit = slots_[place.slot].first_digit + place.digit,
          .exclusive_value = place.exclusive_value,
          .bin = split.split.bin,
          .is_missing_left = split.split.is_missing_left ? 1U : 0U,
          .moves_rows = split.is_last ? 0U : 1U};
}

void DeviceBackend::PrepareSplits(std::span<const SplitOrder> orders) {
  NodeIndex top = 0;
  for (const SplitOrder& order : orders) top = std::max({top, order.left, order.right});
  Keep(EnsureNodes(static_cast<std::size_t>(top) + 1));
  Keep(splits_.Reserve(executor_, orders.size()));
  if (!status_.ok()) return;
  executor_.Upload(splits_.data(), orders.data(), orders.size_bytes());
  Launch<PrepareSplitsStep>(executor_, {},
                            {view_,
                             splits_.data(),
                             {static_cast<std::uint32_t>(orders.size())},
                             node_rows_.data(),
                             walk_.data(),
                             counts_.data()});
}

void DeviceBackend::ApplySplits(std::span<SplitTask> splits) {
  if (!status_.ok()) return;
  std::vector<SplitOrder> orders;
  orders.reserve(splits.size());
  bool moves_rows = false;
  for (const SplitTask& split : splits) {
    orders.push_back(OrderOf(split));
    moves_rows = moves_rows || !split.is_last;
    const auto top = static_cast<std::size_t>(std::max(split.left, split.right));
    if (notes_.size() <= top) notes_.resize(2 * top);
    notes_[static_cast<std::size_t>(split.left)] = {split.node, true, false};
    notes_[static_cast<std::size_t>(split.right)] = {split.node, false, false};
    if (split.is_last) ReleaseHistogram(std::exchange(HistogramOf(split.node), -1));
  }
  PrepareSplits(orders);
  if (!moves_rows || !status_.ok()) return;
  LaunchPartition({static_cast<std::uint32_t>(orders.size())});
}

void DeviceBackend::LaunchPartition(const WorkCount& splits) {
  const std::uint64_t partial = std::uint64_t{splits.most} * TileSplitter::kRows;
  Launch<PartitionStep>(executor_, RowGrid(train_rows_ + partial, TileSplitter::kRows),
                        {view_,
                         splits_.data(),
                         splits,
                         counts_.data(),
                         node_rows_.data(),
                         walk_.data(),
                         {lists_[0].data(), lists_[1].data()}});
}

void DeviceBackend::WalkRows(int output, std::span<const LeafWord> leaves) {
  Keep(leaves_.Reserve(executor_, leaves.size()));
  if (!status_.ok()) return;
  executor_.Upload(leaves_.data(), leaves.data(), leaves.size_bytes());
  const auto count = static_cast<std::uint32_t>(leaves.size());
  Launch<LeafStep>(executor_, RowGrid(count, LeafStep::kThreads),
                   {leaves_.data(), count, walk_.data()});
  Launch<WalkStep>(executor_, RowGrid(row_count_, WalkStep::kThreads),
                   {view_, walk_.data(), row_count_, MarginsOf(output), nullptr});
}

void DeviceBackend::FinishTree(std::span<const LeafValue> leaves) {
  for (int& histogram : histogram_of_node_) ReleaseHistogram(std::exchange(histogram, -1));
  if (!status_.ok()) return;
  std::vector<LeafWord> words;
  words.reserve(leaves.size());
  for (const LeafValue& leaf : leaves) words.push_back({leaf.node, leaf.value});
  WalkRows(current_output_, words);
}

void DeviceBackend::AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins) {
  std::vector<SplitOrder> orders;
  std::vector<LeafWord> leaves;
  for (std::size_t i = 0; i < tree.node_count(); ++i) {
    const auto node = static_cast<NodeIndex>(i);
    if (tree.is_leaf(node)) {
      leaves.push_back({node, tree.threshold[i]});
      continue;
    }
    SplitTask split{.node = node,
                    .left = tree.left[i],
                    .right = tree.left[i] + 1,
                    .split = {},
                    .is_last = true};
    split.split.feature = tree.feature[i];
    split.split.bin = bins[i];
    split.split.is_missing_left = tree.default_left[i] != 0;
    orders.push_back(OrderOf(split));
  }
  Keep(EnsureNodes(tree.node_count()));
  if (!orders.empty()) PrepareSplits(orders);
  WalkRows(output, leaves);
}

}  // namespace boostyard
