// Tree by tree beside XGBoost: round r is grown by both from XGBoost's margins after r-1 rounds, on
// the same cuts. Structure, thresholds and default directions are equal, but for near-ties.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/peers/xgb_peer.h"
#include "engine/base/parallel.h"
#include "engine/boost/boost_loop.h"
#include "engine/cpu/cpu_backend.h"
#include "engine/model/model_io.h"
#include "engine/objective/objectives.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"
#include "engine/tree/tree_grower.h"
#include "tests/parity/shared_set.h"
#include "tests/parity/side_by_side.h"

namespace boostyard::testing {
namespace {

constexpr int kThreads = 1;              // small data: threads would only wait for each other
constexpr double kNearTieShare = 0.005;  // of all nodes

constexpr double kNearTie = 1e-5;  // relative difference of gains

// Leaf values agree relatively.
double LeafTolerance(const ObjectiveParams& objective, bool is_wide) {
  return is_wide || LeafSumsFor(objective) == LeafSums::kExact ? 1e-5 : 1e-3;
}
// Float32 gradients are themselves off by about 2^-24 of the largest, which shows where those of a
// leaf cancel, or nearly reach alpha: two correct sides may then differ by more. For such a leaf
// the value in double, from the margins, is the judge: ours is not further from it than this, of
// what the leaf would be if nothing cancelled.
constexpr double kGradientNoise = 0x1p-22;
constexpr double kCancellingShare = 0.005;  // of all leaves

// At most this many distinct values per column are left, so that the values themselves are the cuts
// for both sides.
constexpr std::size_t kMaxDistinct = 250;

// Replaces the values of columns with too many distinct ones by about kMaxDistinct of them: by the
// smallest value of the group of equal numbers of distinct values.
void LimitDistinct(MemoryTable& table) {
  for (std::size_t f = 0; f < table.feature_count; ++f) {
    std::vector<float> distinct;
    for (std::size_t i = 0; i < table.row_count; ++i) {
      if (!std::isnan(table.At(i, f))) distinct.push_back(table.At(i, f));
    }
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    if (distinct.size() <= kMaxDistinct) continue;
    const std::size_t group = (distinct.size() + kMaxDistinct - 1) / kMaxDistinct;
    for (std::size_t i = 0; i < table.row_count; ++i) {
      float& value = table.values[i * table.feature_count + f];
      if (std::isnan(value)) continue;
      const auto rank = static_cast<std::size_t>(
          std::lower_bound(distinct.begin(), distinct.end(), value) - distinct.begin());
      value = distinct[rank / group * group];
    }
  }
}

struct Job {
  std::string name;
  TrainParams params;
};

// What XGBoost grew, and the margins that each round began with.
struct Reference {
  std::vector<Tree> trees;
  std::vector<std::vector<float>> margins;
};

Reference TrainReference(const bench::XgbLibrary& library, const MemoryTable& table,
                         const Job& job) {
  const bench::XgbPeerMatrix matrix(library, RowsOf(table), kThreads);
  bench::XgbPeerBooster booster(library, matrix, XgboostSettings(job.params, kThreads));
  Reference reference;
  for (int round = 0; round < job.params.num_round; ++round) {
    if (round == 0) {
      const float start = BaseScoreToMargin(job.params.objective, *job.params.objective.base_score);
      reference.margins.emplace_back(table.row_count, start);
    } else {
      reference.margins.push_back(booster.Predict(matrix, true));
    }
    booster.Update(round);
  }
  Result<Model> model = ReadModel(booster.Save());
  if (!model.ok()) throw bench::PeerError(model.error().message);
  reference.trees = std::move(model->forest.trees);
  return reference;
}

// Grows one tree of ours from given margins at a time.
class Ours {
 public:
  Ours(const MemoryTable& table, const Job& job, bool is_wide) : job_(job), team_(kThreads) {
    MemoryStream stream(table, {.chunk_rows = 4096});
    cuts_ =
        std::move(*BuildCuts(stream, {.max_bin = job.params.tree.max_bin, .threads = kThreads}));
    BinnedColumns binned = std::move(*BinColumns(stream, cuts_, kThreads));
    BackendData data;
    data.train_rows = binned.row_count;
    data.labels = HugeBuffer<float>(data.train_rows + 64);
    binned.labels.CopyTo(data.labels.data());
    CpuBackendOptions options;
    options.objective = job.params.objective;
    options.always_wide = is_wide;
    if (!job.params.tree.monotone_constraints.empty()) {
      options.monotone.assign(table.feature_count, 0);
      std::copy(job.params.tree.monotone_constraints.begin(),
                job.params.tree.monotone_constraints.end(), options.monotone.begin());
    }
    data.matrix = BuildSlotMatrix(std::move(binned), nullptr, cuts_, SlotOptions(), team_);
    backend_ = std::make_unique<CpuBackend>(std::move(data), options, team_);
    backend_->SetMargins(0, 0.0F);
    grower_ = std::make_unique<TreeGrower<CpuBackend>>(*backend_, job_.params.tree, sample_, cuts_,
                                                       LeafSumsFor(job_.params.objective));
  }

  Tree Grow(int round, const std::vector<float>& margins) {
    const std::span<float> ours = backend_->Margins(0);
    std::copy(margins.begin(), margins.end(), ours.begin());
    Result<Tree> tree =
        grower_->Grow({.dither_key = RandomKey(1, 2, static_cast<std::uint64_t>(round))},
                      static_cast<std::uint64_t>(round));
    return std::move(*tree);
  }

 private:
  Job job_;
  SampleParams sample_;
  ThreadTeam team_;
  BinCuts cuts_;
  std::unique_ptr<CpuBackend> backend_;
  std::unique_ptr<TreeGrower<CpuBackend>> grower_;
};

// A leaf in double, from the margins that the round began with.
struct ExactLeaf {
  double value = 0.0;
  double scale = 0.0;  // its value if no gradient had the sign of another
};

// One tree's rows and what to compare.
class TreeRows {
 public:
  TreeRows(const MemoryTable& table, const Job& job, const std::vector<float>& margins)
      : table_(table), job_(job), margins_(margins) {}

  ExactLeaf Leaf(const Tree& tree, NodeIndex leaf) const {
    double grad = 0.0;
    double hess = 0.0;
    double magnitude = 0.0;
    for (std::size_t row = 0; row < table_.row_count; ++row) {
      if (LeafOf(tree, row) != leaf) continue;
      const auto [g, h] = Gradient(row);
      grad += g;
      hess += h;
      magnitude += std::abs(g);
    }
    const TreeParams& params = job_.params.tree;
    const double shrunk = std::copysign(std::max(std::abs(grad) - params.alpha, 0.0), grad);
    double weight = -shrunk / (hess + params.lambda);
    if (params.max_delta_step > 0.0) {
      weight = std::clamp(weight, -params.max_delta_step, params.max_delta_step);
    }
    return {params.eta * weight, params.eta * magnitude / (hess + params.lambda)};
  }

 private:
  NodeIndex LeafOf(const Tree& tree, std::size_t row) const {
    NodeIndex node = 0;
    while (!tree.is_leaf(node)) {
      const float value = table_.At(row, tree.feature[node]);
      const bool goes_left =
          std::isnan(value) ? tree.default_left[node] != 0 : value < tree.threshold[node];
      node = tree.left[node] + (goes_left ? 0 : 1);
    }
    return node;
  }

  std::pair<double, double> Gradient(std::size_t row) const {
    const auto margin = static_cast<double>(margins_[row]);
    const auto label = static_cast<double>(table_.labels[row]);
    if (job_.params.objective.name == "reg:squarederror") return {margin - label, 1.0};
    const double p = 1.0 / (1.0 + std::exp(-margin));
    const double weight = label == 1.0 ? job_.params.objective.scale_pos_weight : 1.0;
    return {weight * (p - label), weight * p * (1.0 - p)};
  }

  const MemoryTable& table_;
  const Job& job_;
  const std::vector<float>& margins_;
};

// What comparing trees found.
struct Findings {
  int nodes = 0;
  int near_ties = 0;
  int differences = 0;
  int leaves = 0;                 // that are reached alike
  double worst_leaf = 0.0;        // relative
  int cancelling = 0;             // leaves that differ by more than the tolerance
  double worst_cancelling = 0.0;  // of those: ours from the exact value, over its scale
  double worst_gain = 0.0;
  double worst_cover = 0.0;
  std::string first;  // of the differences
};

double RelativeDifference(double a, double b) {
  const double size = std::max(std::abs(a), std::abs(b));
  return size == 0.0 ? 0.0 : std::abs(a - b) / size;
}

std::string Describe(const Tree& tree, NodeIndex node) {
  char text[160];
  if (tree.is_leaf(node)) {
    std::snprintf(text, sizeof text, "leaf %.9g cover %.9g",
                  static_cast<double>(tree.threshold[node]),
                  static_cast<double>(tree.sum_hessian[node]));
  } else {
    std::snprintf(
        text, sizeof text, "f%u < %.9g, missing %s, gain %.9g cover %.9g", tree.feature[node],
        static_cast<double>(tree.threshold[node]), tree.default_left[node] != 0 ? "left" : "right",
        static_cast<double>(tree.loss_change[node]), static_cast<double>(tree.sum_hessian[node]));
  }
  return text;
}

bool IsSameSplit(const Tree& a, NodeIndex i, const Tree& b, NodeIndex j) {
  return a.feature[i] == b.feature[j] && a.threshold[i] == b.threshold[j] &&
         a.default_left[i] == b.default_left[j];
}

// Whether the two sides could as well have chosen alike: equal gains, or a gain at the bar.
bool IsNearTie(const Tree& ours, NodeIndex i, const Tree& theirs, NodeIndex j, double gamma) {
  if (!ours.is_leaf(i) && !theirs.is_leaf(j)) {
    return RelativeDifference(ours.loss_change[i], theirs.loss_change[j]) < kNearTie;
  }
  const double gain = ours.is_leaf(i) ? theirs.loss_change[j] : ours.loss_change[i];
  return RelativeDifference(gain, std::max(gamma, 1e-6)) < kNearTie;
}

// A leaf that both sides reach alike.
void CompareLeaf(const Tree& ours, NodeIndex i, double theirs, const TreeRows& rows,
                 double tolerance, const std::string& where, Findings& findings) {
  const auto value = static_cast<double>(ours.threshold[i]);
  const double difference = RelativeDifference(value, theirs);
  ++findings.leaves;
  if (difference <= tolerance) {
    findings.worst_leaf = std::max(findings.worst_leaf, difference);
    return;
  }
  const ExactLeaf exact = rows.Leaf(ours, i);
  ++findings.cancelling;
  findings.worst_cancelling =
      std::max(findings.worst_cancelling, std::abs(value - exact.value) / exact.scale);
  std::printf("%s, node %d: ours %.9g, XGBoost %.9g, exact %.9g, without cancelling %.3g\n",
              where.c_str(), i, value, theirs, exact.value, exact.scale);
}

void Compare(const Tree& ours, const Tree& theirs, const Job& job, const TreeRows& rows,
             double tolerance, const std::string& where, Findings& findings) {
  std::vector<std::pair<NodeIndex, NodeIndex>> todo = {{0, 0}};
  while (!todo.empty()) {
    const auto [i, j] = todo.back();
    todo.pop_back();
    ++findings.nodes;
    findings.worst_cover = std::max(findings.worst_cover,
                                    RelativeDifference(ours.sum_hessian[i], theirs.sum_hessian[j]));
    if (ours.is_leaf(i) && theirs.is_leaf(j)) {
      CompareLeaf(ours, i, static_cast<double>(theirs.threshold[j]), rows, tolerance, where,
                  findings);
      continue;
    }
    if (ours.is_leaf(i) || theirs.is_leaf(j) || !IsSameSplit(ours, i, theirs, j)) {
      const bool is_tie = IsNearTie(ours, i, theirs, j, job.params.tree.gamma);
      ++(is_tie ? findings.near_ties : findings.differences);
      if (!is_tie && findings.first.empty()) {
        findings.first = where + ": ours " + Describe(ours, i) + "; XGBoost " + Describe(theirs, j);
      }
      continue;
    }
    findings.worst_gain = std::max(findings.worst_gain,
                                   RelativeDifference(ours.loss_change[i], theirs.loss_change[j]));
    todo.emplace_back(ours.left[i], theirs.left[j]);
    todo.emplace_back(ours.left[i] + 1, theirs.left[j] + 1);
  }
}

std::vector<Job> Jobs() {
  Job reference{"reference", {}};
  reference.params.num_round = 10;
  reference.params.objective.name = "binary:logistic";
  reference.params.objective.base_score = 0.5;
  Job defaults = reference;
  defaults.name = "defaults";
  reference.params.tree.max_depth = 5;
  reference.params.tree.eta = 0.2;
  reference.params.tree.gamma = 4;
  reference.params.tree.min_child_weight = 6;
  Job lossguide = defaults;
  lossguide.name = "lossguide";
  lossguide.params.tree.grow_policy = GrowPolicy::kLossguide;
  lossguide.params.tree.max_depth = 0;
  lossguide.params.tree.max_leaves = 31;
  Job regularised = defaults;
  regularised.name = "regularised";
  regularised.params.tree.alpha = 1.0;
  regularised.params.tree.lambda = 0.5;
  regularised.params.tree.max_delta_step = 0.7;
  regularised.params.objective.scale_pos_weight = 3.0;
  Job monotone = defaults;
  monotone.name = "monotone";
  monotone.params.tree.monotone_constraints = {1, -1, 0, 1, -1};
  Job squared = defaults;
  squared.name = "squarederror";
  squared.params.objective.name = "reg:squarederror";
  return {reference, defaults, lossguide, regularised, monotone, squared};
}

class XgboostParity : public ::testing::TestWithParam<const char*> {};

TEST_P(XgboostParity, SameTreesFromTheSameMargins) {
  std::string reason;
  const std::unique_ptr<bench::XgbLibrary> library = OpenXgboost(&reason);
  if (library == nullptr) GTEST_SKIP() << reason;
  std::optional<MemoryTable> table = ReadShared(GetParam(), "train.csv");
  if (!table) GTEST_SKIP() << "no " << SharedData() / GetParam();
  LimitDistinct(*table);
  for (const Job& job : Jobs()) {
    const Reference reference = TrainReference(*library, *table, job);
    for (const bool is_wide : {true, false}) {
      const double tolerance = LeafTolerance(job.params.objective, is_wide);
      Ours ours(*table, job, is_wide);
      Findings findings;
      const std::string where =
          std::string(GetParam()) + " " + job.name + " " + (is_wide ? "wide" : "16-bit");
      for (int round = 0; round < job.params.num_round; ++round) {
        const auto r = static_cast<std::size_t>(round);
        const TreeRows rows(*table, job, reference.margins[r]);
        Compare(ours.Grow(round, reference.margins[r]), reference.trees[r], job, rows, tolerance,
                where + ", round " + std::to_string(round), findings);
      }
      std::printf(
          "%-34s %6d nodes, %3d near-ties, %3d differ; %d leaves %.1e, %d cancelling %.1e; gains "
          "%.1e, cover %.1e\n",
          where.c_str(), findings.nodes, findings.near_ties, findings.differences, findings.leaves,
          findings.worst_leaf, findings.cancelling, findings.worst_cancelling, findings.worst_gain,
          findings.worst_cover);
      EXPECT_EQ(findings.differences, 0) << findings.first;
      EXPECT_LE(findings.near_ties, kNearTieShare * findings.nodes) << where;
      EXPECT_LE(findings.worst_cancelling, kGradientNoise) << where;
      EXPECT_LE(findings.cancelling, kCancellingShare * findings.leaves) << where;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, XgboostParity,
                         ::testing::Values("bank_marketing", "agaricus", "adult", "higgs"),
                         [](const auto& set) { return std::string(set.param); });

}  // namespace
}  // namespace boostyard::testing
