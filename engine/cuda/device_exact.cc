// DeviceBackend: what exact sums decide (engine/tree/split_contest.h).
#include <algorithm>

#include "engine/cuda/device_backend.h"
#include "engine/cuda/launch.h"

namespace boostyard {

using namespace device;

namespace {

// Blocks that share the rows of one node.
constexpr std::uint32_t kBlocksPerNode = 8;
// Nodes that are summed at a time.
constexpr std::uint32_t kVisitBlocks = 512;

}  // namespace

void DeviceBackend::SettleContests(const SplitRules& rules, std::span<const Contested> contested) {
  while (!contested.empty() && status_.ok()) {
    const std::size_t count =
        std::min({contested.size(), free_histograms_.size(), std::size_t{pair_array_.size()}});
    SettleSome(rules, contested.first(count));
    contested = contested.subspan(count);
  }
}

// The contending features of some nodes are scanned again, in histograms of exact gradients.
void DeviceBackend::SettleSome(const SplitRules& rules, std::span<const Contested> contested) {
  const auto count = static_cast<std::uint32_t>(contested.size());
  std::vector<PairOrder> orders(count);
  std::vector<TaskInfo> tasks(2 * std::size_t{count});
  std::vector<std::uint32_t> rows(count);
  std::vector<double> least(count);
  for (std::size_t i = 0; i < count; ++i) {
    orders[i].left = contested[i].task->node;
    orders[i].hist[0] = free_histograms_[free_histograms_.size() - 1 - i];
    tasks[2 * i] = {contested[i].task->total, 0.0, contested[i].task->bounds, 1, 1};
    rows[i] = contested[i].row;
    least[i] = contested[i].least;
  }
  executor_.Upload(pair_array_.data(), orders.data(), orders.size() * sizeof(PairOrder));
  executor_.Upload(task_array_.data(), tasks.data(), tasks.size() * sizeof(TaskInfo));
  executor_.Upload(contested_rows_.data(), rows.data(), rows.size() * sizeof(std::uint32_t));
  executor_.Upload(contested_least_.data(), least.data(), least.size() * sizeof(double));
  std::vector<PairResult> results(count);
  executor_.Upload(results_.data(), results.data(), results.size() * sizeof(PairResult));
  LaunchSettling(rules, contested_rows_.data(), contested_least_.data(),
                 {pair_array_.data(), task_array_.data(), results_.data(), {count}});
  executor_.Download(results.data(), results_.data(), results.size() * sizeof(PairResult));
  Keep(executor_.Wait());
  if (!status_.ok()) return;
  for (std::size_t i = 0; i < count; ++i) {
    NodeTask& task = *contested[i].task;
    task.best = results[i].best[0];
    if (!task.best.exists()) continue;
    task.best.gain = task.floor_gain + (task.best.gain - results[i].floor_gain);
    task.best.left = results[i].left_quanta;
  }
}

// `nodes` has one node a pair.
void DeviceBackend::LaunchSettling(const SplitRules& rules, const std::uint32_t* gain_rows,
                                   const double* least, const Evaluation& nodes) {
  const auto features = static_cast<std::uint32_t>(places_.size());
  const WorkCount& at_hand = nodes.pairs_at_hand;
  const RulesView exact{rules, scale_words_.data(), 1};
  Launch<ContendStep>(
      executor_, {(features + ContendStep::kThreads - 1) / ContendStep::kThreads, at_hand.most},
      {at_hand, gain_rows, least, feature_gains_.data(), features, mask_array_.data()});
  Launch<PlanStep>(executor_, {},
                   {nodes.pairs, at_hand, node_rows_.data(), executor_.tuning().chunk_rows,
                    builds_.data(), counts_.data() + 1, nodes.results, nullptr});
  LaunchHistograms(2 * at_hand.most, HistogramForm::kExact);
  SumHistograms(0, 2, at_hand.most);
  Launch<ScanStep>(executor_, {view_.slot_count, at_hand.most},
                   {.matrix = view_,
                    .rules = exact,
                    .pairs = nodes.pairs,
                    .pairs_at_hand = at_hand,
                    .results = nodes.results,
                    .tasks = nodes.tasks,
                    .masks = mask_array_.data(),
                    .feature_count = features,
                    .pool = pool_.data(),
                    .found = found_.data(),
                    .feature_gains = nullptr,
                    .exact_results = nodes.results});
  Launch<PickStep>(executor_, {2 * at_hand.most, 1},
                   {exact, at_hand, nodes.tasks, found_.data(), view_.slot_count, nodes.results});
  Launch<LeftQuantaStep>(executor_, {kBlocksPerNode, at_hand.most},
                         {view_,
                          at_hand,
                          nodes.pairs,
                          node_rows_.data(),
                          {lists_[0].data(), lists_[1].data()},
                          Gradients(),
                          place_array_.data(),
                          nodes.results});
  SumLeftQuanta(nodes);
}

// A leaf that was never evaluated has no rows of its own: they are still its parent's.
void DeviceBackend::SumExactly(std::span<ExactTask> leaves) {
  std::vector<VisitOrder> visits;
  std::vector<std::size_t> place_of_leaf;
  for (const ExactTask& leaf : leaves) {
    const NodeNote& note = notes_[static_cast<std::size_t>(leaf.node)];
    if (leaf.node == 0 || note.has_rows) {
      place_of_leaf.push_back(2 * visits.size() + 1);
      visits.push_back({leaf.node, 0});
      continue;
    }
    const bool is_new =
        visits.empty() || visits.back().node != note.parent || visits.back().is_split == 0;
    if (is_new) visits.push_back({note.parent, 1});
    place_of_leaf.push_back(2 * (visits.size() - 1) + (note.is_left ? 1 : 0));
  }
  std::vector<GradSums> sums(2 * visits.size());
  Keep(visits_.Reserve(executor_, visits.size()));
  Keep(visit_sums_.Reserve(executor_, sums.size()));
  if (!status_.ok() || leaves.empty()) return;
  executor_.Upload(visits_.data(), visits.data(), visits.size() * sizeof(VisitOrder));
  executor_.Upload(visit_sums_.data(), sums.data(), sums.size() * sizeof(GradSums));
  LaunchExactSums({static_cast<std::uint32_t>(visits.size())});
  executor_.Download(sums.data(), visit_sums_.data(), sums.size() * sizeof(GradSums));
  Keep(executor_.Wait());
  for (std::size_t i = 0; i < leaves.size(); ++i) leaves[i].total = sums[place_of_leaf[i]];
}

void DeviceBackend::LaunchExactSums(const WorkCount& visits) {
  Launch<ExactSumStep>(executor_, {kBlocksPerNode, std::min(visits.most, kVisitBlocks)},
                       {view_,
                        visits,
                        visits_.data(),
                        node_rows_.data(),
                        walk_.data(),
                        {lists_[0].data(), lists_[1].data()},
                        Gradients(),
                        visit_sums_.data()});
  SumVisits(visits.most);
}

}  // namespace boostyard
