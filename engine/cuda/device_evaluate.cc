// DeviceBackend: histograms, and the best split of each node.
#include <algorithm>
#include <utility>

#include "engine/cuda/device_backend.h"
#include "engine/cuda/launch.h"

namespace boostyard {

using namespace device;

namespace {

// Histograms that are never kept, so that a batch has room to work.
constexpr std::size_t kFreeHistograms = 2;

}  // namespace

int DeviceBackend::TakeHistogram() {
  const int index = free_histograms_.back();
  free_histograms_.pop_back();
  return index;
}

void DeviceBackend::ReleaseHistogram(int index) {
  if (index >= 0) free_histograms_.push_back(index);
}

int& DeviceBackend::HistogramOf(NodeIndex node) {
  const auto index = static_cast<std::size_t>(node);
  if (index >= histogram_of_node_.size()) histogram_of_node_.resize(2 * index + 2, -1);
  return histogram_of_node_[index];
}

void DeviceBackend::EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may_split_further) {
  const Family family{-1, &root, nullptr, may_split_further};
  EvaluateFamilies(rules, {&family, 1});
}

void DeviceBackend::EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs) {
  std::vector<Family> families;
  families.reserve(pairs.size());
  for (const PairTask& pair : pairs) {
    families.push_back({pair.parent, pair.left, pair.right, pair.may_split_further});
  }
  EvaluateFamilies(rules, families);
}

void DeviceBackend::EvaluateFamilies(const SplitRules& rules, std::span<const Family> families) {
  for (const Family& family : families) {
    family.left->best = SplitCandidate();
    if (family.right != nullptr) family.right->best = SplitCandidate();
  }
  Keep(results_.Reserve(executor_, pair_array_.size()));
  for (std::size_t first = 0; first < families.size() && status_.ok();) {
    const Batch batch = TakeBatch(families, first);
    UploadBatch(batch, families);
    LaunchEvaluation(rules, is_wide_ ? HistogramForm::kWide : HistogramForm::kQuanta,
                     {pair_array_.data(),
                      task_array_.data(),
                      results_.data(),
                      {static_cast<std::uint32_t>(batch.orders.size())},
                      batch.builds_both});
    ReleaseBatch(batch, families);
    std::vector<PairResult> results(batch.orders.size());
    executor_.Download(results.data(), results_.data(), results.size() * sizeof(PairResult));
    Keep(executor_.Wait());
    if (!status_.ok()) return;
    std::vector<Contested> contested;
    TakeResults(batch, families, results, contested);
    SettleContests(rules, contested);
    first += batch.orders.size();
  }
}

// As many families as find histograms. One that was kept for the parent becomes the derived
// child's.
DeviceBackend::Batch DeviceBackend::TakeBatch(std::span<const Family> families, std::size_t first) {
  Batch batch;
  batch.first = first;
  for (std::size_t i = first; i < families.size(); ++i) {
    const Family& family = families[i];
    PairOrder order;
    order.left = family.left->node;
    order.right = family.right != nullptr ? family.right->node : -1;
    order.parent = family.parent;
    order.parent_hist = family.parent >= 0 ? HistogramOf(family.parent) : -1;
    const bool builds_both = family.right != nullptr && order.parent_hist < 0;
    const std::size_t needed = builds_both ? 2 : 1;
    if (batch.orders.size() == pair_array_.size() || free_histograms_.size() < needed) break;
    order.hist[0] = TakeHistogram();
    if (builds_both) order.hist[1] = TakeHistogram();
    batch.builds_both = batch.builds_both || builds_both;
    const bool keeps = family.may_split_further && free_histograms_.size() >= kFreeHistograms;
    if (keeps && order.parent_hist >= 0) order.hist[1] = order.parent_hist;
    batch.orders.push_back(order);
    batch.keeps.push_back(keeps ? 1 : 0);
  }
  return batch;
}

void DeviceBackend::UploadBatch(const Batch& batch, std::span<const Family> families) {
  const std::size_t feature_count = places_.size();
  std::vector<TaskInfo> tasks(2 * batch.orders.size());
  std::vector<std::uint8_t> masks;
  for (std::size_t i = 0; i < batch.orders.size(); ++i) {
    const Family& family = families[batch.first + i];
    const NodeTask* nodes[2] = {family.left, family.right};
    for (std::size_t k = 0; k < 2; ++k) {
      if (nodes[k] == nullptr) continue;
      TaskInfo& task = tasks[2 * i + k];
      task = {nodes[k]->total, nodes[k]->floor_gain, nodes[k]->bounds, 0, 1};
      if (nodes[k]->allowed == nullptr) continue;
      task.has_mask = 1;
      masks.resize(tasks.size() * feature_count);
      std::copy_n(nodes[k]->allowed, feature_count, masks.data() + (2 * i + k) * feature_count);
    }
  }
  executor_.Upload(pair_array_.data(), batch.orders.data(),
                   batch.orders.size() * sizeof(PairOrder));
  executor_.Upload(task_array_.data(), tasks.data(), tasks.size() * sizeof(TaskInfo));
  executor_.Upload(mask_array_.data(), masks.data(), masks.size());
}

void DeviceBackend::LaunchEvaluation(const SplitRules& rules, HistogramForm form,
                                     const Evaluation& batch) {
  const RulesView view{rules, scale_words_.data(), 0};
  const std::uint32_t most = batch.pairs_at_hand.most;
  const std::int64_t* const child_rows = SumChildRows(batch);
  Launch<PlanStep>(
      executor_, {},
      {batch.pairs, batch.pairs_at_hand, node_rows_.data(), executor_.tuning().chunk_rows,
       builds_.data(), counts_.data() + 1, batch.results, child_rows});
  LaunchHistograms(2 * most, form);
  SumHistograms(0, 2, most);
  if (batch.builds_both) SumHistograms(1, 2, most);
  Launch<ScanStep>(executor_, {view_.slot_count, most},
                   {.matrix = view_,
                    .rules = view,
                    .pairs = batch.pairs,
                    .pairs_at_hand = batch.pairs_at_hand,
                    .results = batch.results,
                    .tasks = batch.tasks,
                    .masks = mask_array_.data(),
                    .feature_count = static_cast<std::uint32_t>(places_.size()),
                    .pool = pool_.data(),
                    .found = found_.data(),
                    .feature_gains = feature_gains_.data(),
                    .exact_results = nullptr});
  Launch<PickStep>(
      executor_, {2 * most, 1},
      {view, batch.pairs_at_hand, batch.tasks, found_.data(), view_.slot_count, batch.results});
}

void DeviceBackend::LaunchHistograms(std::uint32_t builds, HistogramForm form) {
  const Tuning& tuning = executor_.tuning();
  constexpr std::uint32_t kWordsPerBlock = 16 * ClearStep::kThreads;
  Launch<ClearStep>(executor_,
                    {(2 * view_.entry_count + kWordsPerBlock - 1) / kWordsPerBlock, builds},
                    {builds_.data(), pool_.data(), view_.entry_count});
  const HistogramArgs args{.matrix = view_,
                           .builds = builds_.data(),
                           .build_count = builds,
                           .chunk_count = counts_.data() + 1,
                           .chunk_rows = tuning.chunk_rows,
                           .lists = {lists_[0].data(), lists_[1].data()},
                           .gradients = Gradients(),
                           .is_exact = form == HistogramForm::kExact ? 1U : 0U,
                           .pool = pool_.data(),
                           .range_codes = 0,
                           .range_count = 1};
  const bool either = form == HistogramForm::kEither;
  if (either || form == HistogramForm::kQuanta) LaunchNarrow(args, false);
  if (either || form != HistogramForm::kQuanta) LaunchNarrow(args, true);
  const std::uint32_t wide_slots = view_.slot_count - view_.narrow_count;
  if (wide_slots == 0) return;
  const std::uint32_t blocks = tuning.multiprocessors * tuning.row_blocks;
  Launch<WideSlotStep>(executor_, {std::max(1U, blocks / wide_slots), wide_slots}, args);
}

// Those of narrow slots.
void DeviceBackend::LaunchNarrow(HistogramArgs args, bool is_wide) {
  if (groups_.empty()) return;
  const Tuning& tuning = executor_.tuning();
  const std::uint32_t bytes_per_code =
      4 * (is_wide ? HistogramStep<true>::kWordsPerCode : HistogramStep<false>::kWordsPerCode);
  args.range_codes = std::min(most_codes_, tuning.shared_bytes / bytes_per_code);
  args.range_count = (most_codes_ + args.range_codes - 1) / args.range_codes;
  const auto columns = static_cast<std::uint32_t>(groups_.size()) * args.range_count;
  const std::uint32_t blocks =
      tuning.multiprocessors * (is_wide ? tuning.wide_histogram_blocks : tuning.histogram_blocks);
  const Grid grid{std::max(1U, blocks / columns), columns};
  if (is_wide) {
    Launch<HistogramStep<true>>(executor_, grid, args, args.range_codes * bytes_per_code);
  } else {
    Launch<HistogramStep<false>>(executor_, grid, args, args.range_codes * bytes_per_code);
  }
}

// What a batch does not keep serves the next one: launches come in order.
void DeviceBackend::ReleaseBatch(const Batch& batch, std::span<const Family> families) {
  for (std::size_t i = 0; i < batch.orders.size(); ++i) {
    const PairOrder& order = batch.orders[i];
    if (families[batch.first + i].parent >= 0) HistogramOf(order.parent) = -1;
    if (batch.keeps[i] != 0) continue;
    ReleaseHistogram(order.hist[0]);
    ReleaseHistogram(order.parent_hist >= 0 ? order.parent_hist : order.hist[1]);
  }
}

void DeviceBackend::TakeResults(const Batch& batch, std::span<const Family> families,
                                std::span<const PairResult> results,
                                std::vector<Contested>& contested) {
  for (std::size_t i = 0; i < batch.orders.size(); ++i) {
    const Family& family = families[batch.first + i];
    const PairOrder& order = batch.orders[i];
    NodeTask* const tasks[2] = {family.left, family.right};
    for (std::size_t k = 0; k < 2; ++k) {
      if (tasks[k] == nullptr) continue;
      notes_[static_cast<std::size_t>(tasks[k]->node)].has_rows = true;
      tasks[k]->best = results[i].best[k];
      tasks[k]->rows = results[i].rows[k];
      const double least = results[i].least_contending[k];
      if (least == __builtin_inf()) continue;
      contested.push_back({tasks[k], static_cast<std::uint32_t>(2 * i + k), least});
    }
    if (batch.keeps[i] == 0) continue;
    const bool is_left_first = results[i].is_left_built != 0;
    HistogramOf(order.left) = order.hist[is_left_first ? 0 : 1];
    if (order.right >= 0) HistogramOf(order.right) = order.hist[is_left_first ? 1 : 0];
  }
}

}  // namespace boostyard
