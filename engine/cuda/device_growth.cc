// DeviceBackend: a whole tree without the host. Launches are queued for as many levels and pairs as
// there may be; how many there are is counted on the device (WorkCount), and blocks that find no
// work end at once.
#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include "engine/cuda/device_backend.h"
#include "engine/cuda/launch.h"

namespace boostyard {

using namespace device;

namespace {

// Contested nodes are settled in at most so many goes a batch; with fewer histograms than that
// takes, the host does better.
constexpr std::uint32_t kMostGoes = 8;

// Of the nodes of one depth, in pairs.
std::uint32_t MostPairs(int depth) { return depth == 0 ? 1U : 1U << (depth - 1); }

std::vector<std::uint32_t> BitsOfGroups(const std::vector<std::vector<FeatureIndex>>& groups,
                                        std::uint32_t words) {
  std::vector<std::uint32_t> bits(groups.size() * words, 0);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const FeatureIndex f : groups[g]) {
      if (f / 32 < words) bits[g * words + f / 32] |= 1U << (f % 32);
    }
  }
  return bits;
}

}  // namespace

// Takes the room for trees of options_.grown_depth, or leaves growth_ null where the histograms do
// not suffice: every node of the last level but one has its own, besides those for contested ones.
Status DeviceBackend::PrepareGrowth(std::uint64_t histograms) {
  const int depth = options_.grown_depth;
  if (depth < 1 || depth > kMostGrownDepth) return {};
  const std::uint64_t width = std::uint64_t{1} << (depth - 1);
  const std::uint64_t batch_nodes = std::min<std::uint64_t>(width, 2 * pair_array_.size());
  if (histograms <= width) return {};
  const std::uint64_t settled = std::min({histograms - width, width, pair_array_.size()});
  if (settled * kMostGoes < batch_nodes) return {};

  auto growth = std::make_unique<DeviceGrowth>();
  growth->depth = depth;
  growth->node_count = static_cast<std::uint32_t>(4 * width - 1);
  growth->first_settled = static_cast<std::int32_t>(width);
  growth->settled_count = static_cast<std::uint32_t>(settled);
  const auto make = [&](auto& array, std::uint64_t count) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(array,
                               std::remove_reference_t<decltype(array)>::Make(executor_, count));
    return {};
  };
  const std::uint64_t pairs = MostPairs(depth - 1);
  BOOSTYARD_RETURN_IF_ERROR(make(growth->head, 1));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->nodes, growth->node_count));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->grown, growth->node_count));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->pairs, pairs));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->tasks, 2 * pairs));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->results, pairs));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->items, batch_nodes));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->settled_rows, batch_nodes));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->settled_least, batch_nodes));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->settled_pairs, batch_nodes));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->settled_tasks, 2 * batch_nodes));
  BOOSTYARD_RETURN_IF_ERROR(make(growth->settled_results, batch_nodes));
  BOOSTYARD_RETURN_IF_ERROR(
      make(growth->level_masks, static_cast<std::uint64_t>(depth) * places_.size()));
  const auto words = static_cast<std::uint32_t>((places_.size() + 31) / 32);
  const std::vector<std::uint32_t> bits = BitsOfGroups(options_.interactions, words);
  BOOSTYARD_RETURN_IF_ERROR(make(growth->interaction_bits, bits.size()));
  executor_.Upload(growth->interaction_bits.data(), bits.data(), bits.size() * sizeof(bits[0]));

  growth->view = {growth->head.data(),  growth->nodes.data(), growth->grown.data(),
                  growth->pairs.data(), growth->tasks.data(), growth->results.data()};
  growth->settle = {growth->items.data(),         growth->settled_rows.data(),
                    growth->settled_least.data(), growth->settled_pairs.data(),
                    growth->settled_tasks.data(), growth->settled_results.data()};
  growth->interactions = {growth->interaction_bits.data(),
                          static_cast<std::uint32_t>(options_.interactions.size()), words};
  BOOSTYARD_RETURN_IF_ERROR(EnsureNodes(growth->node_count));
  BOOSTYARD_RETURN_IF_ERROR(splits_.Reserve(executor_, width));
  BOOSTYARD_RETURN_IF_ERROR(visits_.Reserve(executor_, 2 * width));
  BOOSTYARD_RETURN_IF_ERROR(visit_sums_.Reserve(executor_, 4 * width));
  growth_ = std::move(growth);
  return {};
}

Result<std::vector<GrownNode>> DeviceBackend::GrowTree(const GrowthOrder& order) {
  BOOSTYARD_RETURN_IF_ERROR(status());
  UploadColumns(order);
  LaunchClasses(order.start);
  std::vector<GrownNode> nodes(growth_->node_count);
  GrowthHead head;
  StartWords words;
  for (;;) {
    GrowthSettings settings{order.rules, view_.monotone, 0};
    settings.rules.split =
        WithUnits(order.rules.split,
                  1.0 / (scales_.is_wide ? scales_.wide_grad : static_cast<double>(scales_.grad)),
                  1.0 / (scales_.is_wide ? scales_.wide_hess : static_cast<double>(scales_.hess)));
    settings.rules.split.is_rounded = !scales_.is_wide;
    settings.has_masks = order.columns.empty() && options_.interactions.empty() ? 0 : 1;
    LaunchStart(order.start);
    LaunchTree(order, settings);
    executor_.Download(&words, start_.data(), sizeof(words));
    executor_.Download(&head, growth_->head.data(), sizeof(head));
    executor_.Download(nodes.data(), growth_->grown.data(), nodes.size() * sizeof(GrownNode));
    BOOSTYARD_RETURN_IF_ERROR(executor_.Wait());
    if (head.is_right != 0) break;
    BOOSTYARD_RETURN_IF_ERROR(TakeScales(words.stats));
  }
  nodes.resize(head.node_count);
  return nodes;
}

void DeviceBackend::UploadColumns(const GrowthOrder& order) {
  for (std::size_t depth = 0; depth < order.columns.size(); ++depth) {
    const std::vector<std::uint8_t>& mask = order.columns[depth].mask;
    executor_.Upload(growth_->level_masks.data() + depth * places_.size(), mask.data(),
                     mask.size());
  }
}

// The root, the levels, the leaves, the margins.
void DeviceBackend::LaunchTree(const GrowthOrder& order, const GrowthSettings& settings) {
  Launch<OpenTreeStep>(executor_, {},
                       {settings, growth_->view, start_.data(), scales_, all_train_rows(),
                        options_.always_wide ? 1U : 0U, order.start.reuses_gradients ? 0U : 1U});
  for (int depth = 0; depth < growth_->depth; ++depth) LaunchLevel(order, settings, depth);
  LaunchLeaves(settings);
  Launch<WalkStep>(executor_, RowGrid(row_count_, WalkStep::kThreads),
                   {view_, walk_.data(), row_count_, MarginsOf(order.start.output),
                    &growth_->view.head->is_right});
}

// Evaluates the nodes of one depth and splits them.
void DeviceBackend::LaunchLevel(const GrowthOrder& order, const GrowthSettings& settings,
                                int depth) {
  const GrowthView& view = growth_->view;
  const std::uint32_t most_pairs = MostPairs(depth);
  const auto batch_pairs = static_cast<std::uint32_t>(pair_array_.size());
  for (std::uint32_t first = 0; first < most_pairs; first += batch_pairs) {
    const Evaluation batch{
        view.pairs + first,
        view.tasks + 2 * std::uint64_t{first},
        view.results + first,
        {std::min(batch_pairs, most_pairs - first), &view.head->pair_count, first}};
    if (settings.has_masks != 0) LaunchMasks(order, depth, batch);
    LaunchEvaluation(settings.rules.split, batch);
    if (settings.rules.split.is_rounded) LaunchContests(settings.rules.split, batch);
  }
  Launch<GrowStep>(executor_, {}, {settings, view, depth, place_array_.data(), splits_.data()});
  const WorkCount splits{1U << depth, &view.head->split_count, 0};
  Launch<PrepareSplitsStep>(
      executor_, {},
      {view_, splits_.data(), splits, node_rows_.data(), walk_.data(), counts_.data()});
  if (settings.rules.MayChildrenSplit(depth)) LaunchPartition(splits);
}

void DeviceBackend::LaunchMasks(const GrowthOrder& order, int depth, const Evaluation& batch) {
  const auto features = static_cast<std::uint32_t>(places_.size());
  const auto level = static_cast<std::size_t>(depth);
  const bool samples = !order.columns.empty();
  Launch<MaskStep>(
      executor_, {1, 2 * batch.pairs_at_hand.most},
      {.pairs_at_hand = batch.pairs_at_hand,
       .pairs = batch.pairs,
       .grown = growth_->view.grown,
       .level_mask = samples ? growth_->level_masks.data() + level * features : nullptr,
       .drawn_count = samples ? order.columns[level].drawn_count : 0,
       .column_seed = order.column_seed,
       .tree_number = order.tree_number,
       .interactions = growth_->interactions,
       .feature_count = features,
       .masks = mask_array_.data()});
}

void DeviceBackend::LaunchContests(const SplitRules& rules, const Evaluation& batch) {
  const SettleView& settle = growth_->settle;
  std::uint32_t* const count = &growth_->view.head->contested_count;
  // The root has no partner.
  const auto most = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(2 * batch.pairs_at_hand.most, growth_->items.size()));
  Launch<ListContestsStep>(executor_, {},
                           {batch.pairs_at_hand, batch.pairs, batch.tasks, batch.results,
                            growth_->first_settled, growth_->settled_count, settle, count});
  for (std::uint32_t first = 0; first < most; first += growth_->settled_count) {
    LaunchSettling(rules, settle.rows + first, settle.least + first,
                   {settle.pairs + first,
                    settle.tasks + 2 * std::uint64_t{first},
                    settle.results + first,
                    {std::min(growth_->settled_count, most - first), count, first}});
  }
  Launch<TakeSettledStep>(executor_, {}, {{most, count, 0}, settle, batch.tasks, batch.results});
}

void DeviceBackend::LaunchLeaves(const GrowthSettings& settings) {
  const GrowthView& view = growth_->view;
  if (settings.rules.split.is_rounded) {
    Launch<VisitLeavesStep>(executor_, {},
                            {settings.rules, view, visits_.data(), visit_sums_.data()});
    // At most one visit for each node that was evaluated last, or for its parent.
    LaunchExactSums({1U << (growth_->depth - 1), &view.head->visit_count, 0});
  }
  Launch<FinishTreeStep>(
      executor_, {},
      {settings, WithUnits(settings.rules.split, 1.0 / scales_.wide_grad, 1.0 / scales_.wide_hess),
       view, visit_sums_.data(), walk_.data()});
}

}  // namespace boostyard
