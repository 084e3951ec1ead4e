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
  // Devices add up those of as many visits as there may be, not only those that a tree clears.
  const std::uint64_t sum_words = visit_sums_.size() * sizeof(GradSums) / sizeof(std::uint64_t);
  Launch<ZeroStep>(executor_, RowGrid(sum_words, ZeroStep::kThreads),
                   {reinterpret_cast<std::uint64_t*>(visit_sums_.data()), sum_words});
  growth_ = std::move(growth);
  return {};
}

DeviceBackend::~DeviceBackend() {
  // Downloads of trees that nobody has taken are on their way to memory that ends here.
  if (growth_ != nullptr && !growth_->queued.empty()) Keep(executor_.Wait());
}

void DeviceBackend::QueueTree(const GrowthOrder& order) {
  UploadOrder(order);
  LaunchClasses(order.start);
  const bool reuses_gradients = order.start.reuses_gradients;
  const auto launch = [&] {
    LaunchStart(order.start);
    LaunchTree(order);
  };
  if (member_ != nullptr) {
    launch();  // devices meet in it
  } else {
    executor_.RunRecorded(growth_->recordings[reuses_gradients ? 1 : 0], launch);
  }
  QueuedTree& tree = growth_->queued.emplace_back();
  tree.output = order.start.output;
  tree.nodes.resize(growth_->node_count);
  executor_.Download(&tree.head, growth_->head.data(), sizeof(tree.head));
  executor_.Download(tree.nodes.data(), growth_->grown.data(),
                     tree.nodes.size() * sizeof(GrownNode));
  tree.place = executor_.Place();
}

// What is this tree's own.
void DeviceBackend::UploadOrder(const GrowthOrder& order) {
  TreeWords words{.dither_key = order.start.dither_key,
                  .sample_key = order.start.sample_key,
                  .number = order.tree_number,
                  .output = order.start.output,
                  .drawn_counts = {}};
  std::vector<std::uint8_t> masks;
  for (std::size_t depth = 0; depth < order.columns.size(); ++depth) {
    const LevelColumns& columns = order.columns[depth];
    words.drawn_counts[depth] = columns.drawn_count;
    masks.insert(masks.end(), columns.mask.begin(), columns.mask.end());
  }
  UploadWords(words);
  executor_.Upload(growth_->level_masks.data(), masks.data(), masks.size());
}

void DeviceBackend::AddQueuedTree() {
  growth_->added = growth_->queued.back().place;
  Launch<WalkStep>(executor_, RowGrid(row_count_, WalkStep::kThreads),
                   {view_, walk_.data(), row_count_, MarginsOf(growth_->queued.back().output),
                    &growth_->view.head->counts});
}

// One wait for all the trees of a round.
Result<std::vector<GrownNode>> DeviceBackend::TakeTree() {
  BOOSTYARD_RETURN_IF_ERROR(status());
  BOOSTYARD_RETURN_IF_ERROR(executor_.WaitUntil(growth_->added));
  QueuedTree tree = std::move(growth_->queued.front());
  growth_->queued.pop_front();
  if (tree.head.counts == 0) return GradientsNotFinite();
  tree.nodes.resize(tree.head.node_count);
  return std::move(tree.nodes);
}

// The root, the levels, the leaves.
void DeviceBackend::LaunchTree(const GrowthOrder& order) {
  const GrowthSettings settings{order.rules, scale_words_.data(), view_.monotone,
                                order.columns.empty() && options_.interactions.empty() ? 0U : 1U};
  Launch<OpenTreeStep>(executor_, {}, {settings, growth_->view, start_.data()});
  for (int depth = 0; depth < growth_->depth; ++depth) LaunchLevel(order, settings, depth);
  LaunchLeaves(settings);
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
    LaunchEvaluation(settings.rules.split,
                     options_.always_wide ? HistogramForm::kWide : HistogramForm::kEither, batch);
    if (!options_.always_wide) LaunchContests(settings.rules.split, batch);
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
       .tree = tree_words_.data(),
       .depth = depth,
       .column_seed = order.column_seed,
       .interactions = growth_->interactions,
       .feature_count = features,
       .masks = mask_array_.data()});
}

void DeviceBackend::LaunchContests(const SplitRules& rules, const Evaluation& batch) {
  const SettleView& settle = growth_->settle;
  std::uint32_t* const count = &growth_->view.head->contested_count;
  // The root has no partner.
  auto most = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(2 * batch.pairs_at_hand.most, growth_->items.size()));
  Launch<ListContestsStep>(executor_, {},
                           {batch.pairs_at_hand, batch.pairs, batch.tasks, batch.results,
                            growth_->first_settled, growth_->settled_count, settle, count});
  most = std::min(most, MostContested(count, most));
  if (most == 0) return;
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
  if (!options_.always_wide) {
    Launch<VisitLeavesStep>(executor_, {}, {settings, view, visits_.data(), visit_sums_.data()});
    // At most one visit for each node that was evaluated last, or for its parent.
    LaunchExactSums({1U << (growth_->depth - 1), &view.head->visit_count, 0});
  }
  Launch<FinishTreeStep>(executor_, {}, {settings, view, visit_sums_.data(), walk_.data()});
}

}  // namespace boostyard
