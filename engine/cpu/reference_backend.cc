#include "engine/cpu/reference_backend.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/base/rng.h"
#include "engine/objective/list.h"
#include "engine/tree/split_contest.h"

namespace boostyard {
namespace {

__extension__ using Int128 = __int128;

float MaxMagnitude(const std::vector<float>& values) {
  float max = 0.0F;
  for (const float value : values) max = std::fmax(max, std::fabs(value));
  return max;
}

bool AllFinite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

// The largest power of two p from 2^-120 to 2^120 with max * p <= limit; 1 for max 0.
double PackedScale(float max, double limit) {
  if (max == 0.0F) return 1.0;
  double scale = 0x1p120;
  while (scale > 0x1p-120 && static_cast<double>(max) * scale > limit) scale /= 2.0;
  return scale;
}

// The smallest power of two above `x`, as its exponent.
int ExponentAbove(double x) {
  int exponent = -1100;
  while (std::ldexp(1.0, exponent) <= x) ++exponent;
  return exponent;
}

// The power of two that keeps rows * max * p below 2^62, whatever the rows and the maximum are up
// to the powers of two above them; 1 for max 0.
double WideScale(float max, std::uint64_t rows) {
  if (max == 0.0F) return 1.0;
  const int exponent =
      62 - ExponentAbove(static_cast<double>(rows)) - ExponentAbove(static_cast<double>(max));
  return std::ldexp(1.0, std::min(exponent, 200));
}

// Sum of the whole quanta in |values|.
double WholeQuanta(const std::vector<float>& values, double scale) {
  double sum = 0.0;  // whole numbers below 2^53: exact
  for (const float value : values) sum += std::floor(std::fabs(static_cast<double>(value)) * scale);
  return sum;
}

}  // namespace

ReferenceData MakeReferenceData(const BinnedColumns& train, const BinnedColumns* validation,
                                const BinCuts& cuts) {
  ReferenceData data;
  data.cuts = cuts;
  data.train_rows = train.row_count;
  data.labels.resize(train.row_count + (validation == nullptr ? 0 : validation->row_count));
  train.labels.CopyTo(data.labels.data());
  data.weights = train.weights;
  data.bins.resize(cuts.feature_count());
  const auto append = [&](const BinnedColumns& from) {
    for (FeatureIndex feature = 0; feature < cuts.feature_count(); ++feature) {
      const BinnedColumn& column = from.columns[feature];
      for (RowIndex row = 0; row < from.row_count; ++row) {
        data.bins[feature].push_back(column.is_wide ? column.wide()[row] : column.narrow()[row]);
      }
    }
  };
  append(train);
  if (validation != nullptr) {
    append(*validation);
    validation->labels.CopyTo(data.labels.data() + train.row_count);
  }
  return data;
}

ReferenceBackend::ReferenceBackend(ReferenceData data, const ObjectiveParams& objective,
                                   std::vector<std::int8_t> monotone)
    : data_(std::move(data)), objective_(objective), monotone_(std::move(monotone)) {
  const auto outputs = static_cast<std::size_t>(std::max(1, objective.num_class));
  margins_.assign(outputs, std::vector<float>(row_count(), 0.0F));
  grads_.assign(outputs, std::vector<float>(train_rows(), 0.0F));
  hessians_ = grads_;
  quanta_.resize(train_rows());
  exact_.resize(train_rows());
  is_sampled_.resize(row_count());
  node_of_row_.resize(row_count());
}

void ReferenceBackend::SetMargins(int output, float margin) {
  std::vector<float>& margins = margins_[static_cast<std::size_t>(output)];
  std::fill(margins.begin(), margins.end(), margin);
}

void ReferenceBackend::AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins) {
  std::vector<float>& margins = margins_[static_cast<std::size_t>(output)];
  for (std::size_t row = 0; row < row_count(); ++row) {
    NodeIndex node = 0;
    while (!tree.is_leaf(node)) {
      const FeatureIndex feature = tree.feature[node];
      const std::uint32_t bin = data_.bins[feature][row];
      const bool goes_left = bin == data_.cuts.missing_code(feature)
                                 ? tree.default_left[node] != 0
                                 : static_cast<std::int32_t>(bin) <= bins[node];
      node = tree.left[node] + (goes_left ? 0 : 1);
    }
    margins[row] += tree.threshold[node];
  }
}

void ReferenceBackend::ComputeGradients(int output) {
  if (margins_.size() > 1) {
    if (output == 0) ComputeSoftmaxGradients();  // of all classes, before any margin moves
  } else {
    VisitObjectiveOf(NativeScalarObjectives{}, objective_, [&](const auto& objective) {
      for (std::size_t row = 0; row < train_rows(); ++row) {
        const GradPair pair = objective.Gradient(margins_[0][row], data_.labels[row]);
        grads_[0][row] = pair.grad;
        hessians_[0][row] = pair.hess;
      }
    });
  }
  if (data_.weights.empty() || (margins_.size() > 1 && output != 0)) return;
  for (std::size_t k = 0; k < margins_.size(); ++k) {
    for (std::size_t row = 0; row < train_rows(); ++row) {
      grads_[k][row] *= data_.weights[row];
      hessians_[k][row] *= data_.weights[row];
    }
  }
}

void ReferenceBackend::ComputeSoftmaxGradients() {
  const SoftmaxLoss loss;
  std::vector<float> margins(margins_.size());
  const int classes = static_cast<int>(margins.size());
  for (std::size_t row = 0; row < train_rows(); ++row) {
    for (std::size_t k = 0; k < margins.size(); ++k) margins[k] = margins_[k][row];
    for (int k = 0; k < classes; ++k) {
      const GradPair pair =
          loss.Gradient(margins.data(), 1, classes, static_cast<int>(data_.labels[row]), k);
      grads_[static_cast<std::size_t>(k)][row] = pair.grad;
      hessians_[static_cast<std::size_t>(k)][row] = pair.hess;
    }
  }
}

Status ReferenceBackend::Quantise(const TreeStart& start) {
  const auto output = static_cast<std::size_t>(start.output);
  if (!AllFinite(grads_[output]) || !AllFinite(hessians_[output])) {
    return MakeError(ErrorId::kTrainFailed, "gradients are not finite any more",
                     "use a smaller eta or max_delta_step, and check the labels for outliers");
  }
  QuantiseExactly();
  root_.is_wide = !QuantisePacked(start.dither_key);
  if (root_.is_wide) {
    quanta_ = exact_;
    root_.grad_unit = root_.exact_grad_unit;
    root_.hess_unit = root_.exact_hess_unit;
  }
  Int128 grad_mass = 0;
  Int128 hess_mass = 0;
  for (const GradSums& row : quanta_) {
    grad_mass += row.grad < 0 ? -row.grad : row.grad;
    hess_mass += row.hess;
  }
  // No sum over any set of rows can leave 64 bits if this one does not.
  if (std::max(grad_mass, hess_mass) > (Int128{1} << 62) + quanta_.size()) {
    return MakeError(ErrorId::kInternal, "sums of gradients exceed 62 bits", "report this");
  }
  return {};
}

// The 16-bit form; false where it is not enough: fewer than 64 quanta a row in the mean.
bool ReferenceBackend::QuantisePacked(std::uint64_t dither_key) {
  const std::vector<float>& grads = grads_[static_cast<std::size_t>(output_)];
  const std::vector<float>& hessians = hessians_[static_cast<std::size_t>(output_)];
  const double grad_scale = PackedScale(MaxMagnitude(grads), 32766.0);
  const double hess_scale = PackedScale(MaxMagnitude(hessians), 65534.0);
  const double enough = 64.0 * static_cast<double>(train_rows());
  if (WholeQuanta(grads, grad_scale) < enough || WholeQuanta(hessians, hess_scale) < enough) {
    return false;
  }
  const RowRandom random(dither_key);
  for (std::size_t row = 0; row < train_rows(); ++row) {
    const std::uint32_t bits = random.Bits(static_cast<std::uint32_t>(row));
    const float u = static_cast<float>(bits % 65536) / 65536.0F;
    const float v = static_cast<float>(bits / 65536) / 65536.0F;
    // In float, with each step rounded: part of the rule.
    const float g = grads[row] * static_cast<float>(grad_scale) + u;
    const float h = hessians[row] * static_cast<float>(hess_scale) + v;
    quanta_[row] = {static_cast<std::int64_t>(std::floor(g)),
                    static_cast<std::int64_t>(std::floor(h))};
  }
  root_.grad_unit = 1.0 / grad_scale;
  root_.hess_unit = 1.0 / hess_scale;
  return true;
}

void ReferenceBackend::QuantiseExactly() {
  const std::vector<float>& grads = grads_[static_cast<std::size_t>(output_)];
  const std::vector<float>& hessians = hessians_[static_cast<std::size_t>(output_)];
  const double grad_scale = WideScale(MaxMagnitude(grads), train_rows());
  const double hess_scale = WideScale(MaxMagnitude(hessians), train_rows());
  for (std::size_t row = 0; row < train_rows(); ++row) {
    exact_[row] = {std::llrint(static_cast<double>(grads[row]) * grad_scale),
                   std::llrint(static_cast<double>(hessians[row]) * hess_scale)};
  }
  root_.exact_grad_unit = 1.0 / grad_scale;
  root_.exact_hess_unit = 1.0 / hess_scale;
}

Result<RootState> ReferenceBackend::StartTree(const TreeStart& start) {
  output_ = start.output;
  if (!start.reuses_gradients) {
    ComputeGradients(start.output);
    BOOSTYARD_RETURN_IF_ERROR(Quantise(start));
  }
  const RowRandom random(start.sample_key);
  root_.total = {};
  root_.rows = 0;
  for (std::size_t row = 0; row < row_count(); ++row) {
    node_of_row_[row] = 0;
    const bool is_train = row < train_rows();
    const double draw = random.Bits(static_cast<std::uint32_t>(row)) * 0x1p-32;
    is_sampled_[row] = is_train && (start.subsample >= 1.0 || draw < start.subsample) ? 1 : 0;
    if (is_sampled_[row] == 0) continue;
    ++root_.rows;
    root_.total.grad += quanta_[row].grad;
    root_.total.hess += quanta_[row].hess;
  }
  return root_;
}

// Every legal split of a node on one feature, with its gain by the given gradients.
std::vector<SplitCandidate> ReferenceBackend::CandidatesOf(
    const SplitRules& rules, const NodeTask& task, const GradSums& total, FeatureIndex feature,
    const std::vector<std::uint64_t>& rows, const std::vector<GradSums>& gradients) const {
  std::vector<SplitCandidate> all;
  const auto offer = [&](SplitCandidate candidate) {
    const GradSums right{total.grad - candidate.left.grad, total.hess - candidate.left.hess};
    const int monotone = monotone_.empty() ? 0 : monotone_[feature];
    candidate.feature = feature;
    if (SplitGain(rules, candidate.left, right, monotone, task.bounds, &candidate.gain)) {
      all.push_back(candidate);
    }
  };
  const auto bins = static_cast<std::int32_t>(data_.cuts.bin_count(feature));
  std::vector<GradSums> sums(static_cast<std::size_t>(bins) + 1);
  for (const std::uint64_t row : rows) {
    GradSums& sum = sums[data_.bins[feature][row]];
    sum.grad += gradients[row].grad;
    sum.hess += gradients[row].hess;
  }
  const GradSums& missing = sums.back();
  const bool sees_missing = missing.grad != 0 || missing.hess != 0;
  std::uint32_t order = 0;
  // Missing values right: rows up to `bin` go left. The last bin alone tells missing from not
  // missing.
  GradSums left;
  for (std::int32_t bin = 0; bin < bins; ++bin, ++order) {
    left.grad += sums[static_cast<std::size_t>(bin)].grad;
    left.hess += sums[static_cast<std::size_t>(bin)].hess;
    if (bin == bins - 1 && !sees_missing) continue;
    offer({.order = order, .bin = bin, .left = left});
  }
  if (!sees_missing) return all;
  // Missing values left: from the top, rows above `bin` go right, until all but the missing ones
  // do.
  GradSums right;
  for (std::int32_t bin = bins - 2; bin >= -1; --bin, ++order) {
    right.grad += sums[static_cast<std::size_t>(bin + 1)].grad;
    right.hess += sums[static_cast<std::size_t>(bin + 1)].hess;
    offer({.order = order,
           .bin = bin,
           .is_missing_left = true,
           .left = {total.grad - right.grad, total.hess - right.hess}});
  }
  return all;
}

bool ReferenceBackend::GoesLeft(const SplitCandidate& split, std::uint64_t row) const {
  const std::uint32_t bin = data_.bins[split.feature][row];
  return bin == data_.cuts.missing_code(split.feature)
             ? split.is_missing_left
             : static_cast<std::int32_t>(bin) <= split.bin;
}

void ReferenceBackend::Evaluate(const SplitRules& rules, NodeTask& task) const {
  std::vector<std::uint64_t> rows;
  for (std::uint64_t row = 0; row < train_rows(); ++row) {
    if (node_of_row_[row] == task.node && is_sampled_[row] != 0) rows.push_back(row);
  }
  task.rows = rows.size();
  const GainNoise noise = MakeGainNoise(rules, task.total, task.rows);
  const double least = MakeContestBounds(rules, noise, task.floor_gain).least;
  std::vector<SplitCandidate> candidates;
  for (FeatureIndex feature = 0; feature < data_.cuts.feature_count(); ++feature) {
    if (task.allowed != nullptr && task.allowed[feature] == 0) continue;
    for (const SplitCandidate& candidate :
         CandidatesOf(rules, task, task.total, feature, rows, quanta_)) {
      if (candidate.gain > least) candidates.push_back(candidate);
    }
  }
  task.best = SplitCandidate();
  for (const SplitCandidate& candidate : candidates) {
    if (IsBetter(candidate, task.best)) task.best = candidate;
  }
  Contest contest{.best = task.best};
  for (const SplitCandidate& candidate : candidates) {
    const GradSums mirrored{task.total.grad - candidate.left.grad,
                            task.total.hess - candidate.left.hess};
    const auto is_best = [&](const GradSums& left) {
      return left.grad == task.best.left.grad && left.hess == task.best.left.hess;
    };
    if (is_best(candidate.left) || is_best(mirrored)) continue;
    contest.runner_up = std::max(contest.runner_up, candidate.gain);
  }
  const double least_contending = contest.LeastContending(rules, noise, task.floor_gain);
  if (std::isfinite(least_contending)) Settle(rules, rows, candidates, least_contending, task);
}

// Decides a contested node: of all splits on the features that contend, the best by exact sums.
void ReferenceBackend::Settle(const SplitRules& rules, const std::vector<std::uint64_t>& rows,
                              const std::vector<SplitCandidate>& candidates, double least,
                              NodeTask& task) const {
  SplitRules exact_rules = rules;
  exact_rules.grad_unit = root_.exact_grad_unit;
  exact_rules.hess_unit = root_.exact_hess_unit;
  GradSums total;
  for (const std::uint64_t row : rows) {
    total.grad += exact_[row].grad;
    total.hess += exact_[row].hess;
  }
  const double floor_gain =
      NodeGain(exact_rules, static_cast<double>(total.grad) * exact_rules.grad_unit,
               static_cast<double>(total.hess) * exact_rules.hess_unit, task.bounds);
  std::set<FeatureIndex> contending;
  for (const SplitCandidate& candidate : candidates) {
    if (candidate.gain >= least) contending.insert(candidate.feature);
  }
  task.best = SplitCandidate();
  for (const FeatureIndex feature : contending) {
    for (const SplitCandidate& candidate :
         CandidatesOf(exact_rules, task, total, feature, rows, exact_)) {
      if (candidate.gain > floor_gain && IsBetter(candidate, task.best)) task.best = candidate;
    }
  }
  if (!task.best.exists()) return;
  task.best.gain = task.floor_gain + (task.best.gain - floor_gain);
  task.best.left = {};
  for (const std::uint64_t row : rows) {
    if (!GoesLeft(task.best, row)) continue;
    task.best.left.grad += quanta_[row].grad;
    task.best.left.hess += quanta_[row].hess;
  }
}

void ReferenceBackend::SumExactly(std::span<ExactTask> leaves) {
  for (ExactTask& leaf : leaves) {
    leaf.total = {};
    for (std::size_t row = 0; row < train_rows(); ++row) {
      if (node_of_row_[row] != leaf.node || is_sampled_[row] == 0) continue;
      leaf.total.grad += exact_[row].grad;
      leaf.total.hess += exact_[row].hess;
    }
  }
}

void ReferenceBackend::EvaluateRoot(const SplitRules& rules, NodeTask& root,
                                    bool /*may_split_further*/) {
  Evaluate(rules, root);
}

void ReferenceBackend::EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs) {
  for (const PairTask& pair : pairs) {
    Evaluate(rules, *pair.left);
    Evaluate(rules, *pair.right);
  }
}

void ReferenceBackend::ApplySplits(std::span<SplitTask> splits) {
  for (SplitTask& split : splits) {
    for (std::size_t row = 0; row < row_count(); ++row) {
      if (node_of_row_[row] != split.node) continue;
      const bool goes_left = GoesLeft(split.split, row);
      node_of_row_[row] = goes_left ? split.left : split.right;
    }
  }
}

void ReferenceBackend::FinishTree(std::span<const LeafValue> leaves) {
  std::vector<float>& margins = margins_[static_cast<std::size_t>(output_)];
  for (const LeafValue& leaf : leaves) {
    for (std::size_t row = 0; row < row_count(); ++row) {
      if (node_of_row_[row] == leaf.node) margins[row] += leaf.value;
    }
  }
}

}  // namespace boostyard
