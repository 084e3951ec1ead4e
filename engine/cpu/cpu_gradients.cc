// CpuBackend: margins, gradients, their quantisation, the sample of rows.
#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/cpu/cpu_backend_state.h"
#include "engine/objective/list.h"
#include "engine/tree/grad_scales.h"

namespace boostyard {
namespace {

constexpr std::uint64_t kAlign = 64;       // rows: no two threads share a cache line of any array
constexpr std::uint64_t kIdPadding = 128;  // entries that vector stores may write past a list

std::uint64_t RangeBegin(std::uint64_t count, int thread, int threads) {
  if (thread == threads) return count;
  return count * static_cast<std::uint64_t>(thread) / static_cast<std::uint64_t>(threads) / kAlign *
         kAlign;
}

template <class... Objectives>
int IndexOf(TypeList<Objectives...>, const ObjectiveParams& params, std::vector<std::byte>& bytes) {
  int index = 0;
  int found = -1;
  const auto try_one = [&]<class Objective>(std::type_identity<Objective>) {
    if (found < 0 && params.name == Objective::kName) {
      const Objective objective = Objective::From(params);
      bytes.resize(sizeof(Objective));
      std::memcpy(bytes.data(), &objective, sizeof(Objective));
      found = index;
    }
    ++index;
  };
  (try_one(std::type_identity<Objectives>{}), ...);
  return found;
}

}  // namespace

CpuBackend::CpuBackend(BackendData data, const CpuBackendOptions& options, ThreadTeam& team)
    : data_(std::move(data)),
      options_(options),
      team_(team),
      threads_(team.size()),
      kernels_(Kernels()) {
  const std::uint64_t rows = row_count();
  const std::uint64_t validation_rows = rows - train_rows();
  for (int t = 0; t < threads_; ++t) {
    train_range_.push_back(
        {RangeBegin(train_rows(), t, threads_), RangeBegin(train_rows(), t + 1, threads_)});
    validation_range_.push_back({train_rows() + RangeBegin(validation_rows, t, threads_),
                                 train_rows() + RangeBegin(validation_rows, t + 1, threads_)});
    id_base_.push_back(train_range_[t].begin + (validation_range_[t].begin - train_rows()) +
                       static_cast<std::uint64_t>(t) * 2 * kIdPadding);
  }
  ids_ = HugeBuffer<std::uint32_t>(rows + static_cast<std::uint64_t>(threads_) * 2 * kIdPadding +
                                   kIdPadding);
  leaf_of_row_ = HugeBuffer<std::uint16_t>(rows + kAlign);
  margin_stride_ = (rows + kAlign) / kAlign * kAlign;
  const int outputs = options_.objective.num_class > 1 ? options_.objective.num_class : 1;
  margins_ = HugeBuffer<float>(margin_stride_ * static_cast<std::uint64_t>(outputs));
  packed_ = HugeBuffer<std::uint32_t>(train_rows() + kAlign);
  if (options_.keeps_gradients) {
    kept_grad_ = HugeBuffer<float>(train_rows() + kAlign);
    kept_hess_ = HugeBuffer<float>(train_rows() + kAlign);
  }
  if (outputs > 1) {
    softmax_max_ = HugeBuffer<float>(train_rows() + kAlign);
    softmax_sum_ = HugeBuffer<float>(train_rows() + kAlign);
  } else {
    objective_index_ = IndexOf(NativeScalarObjectives{}, options_.objective, objective_bytes_);
  }
  for (int t = 0; t < threads_; ++t) {
    states_.push_back(std::make_unique<ThreadState>(options_.gradient_block_rows));
    states_.back()->partition_scratch = HugeBuffer<std::uint32_t>(
        std::max(train_range_[t].count(), validation_range_[t].count() + train_range_[t].count()) +
        kIdPadding);
  }
  team_.Run([&](int t) {  // first touch by the owner
    std::fill_n(ids_.data() + id_base_[t],
                train_range_[t].count() + validation_range_[t].count() + 2 * kIdPadding, 0U);
    std::fill_n(leaf_of_row_.data() + train_range_[t].begin, train_range_[t].count(),
                std::uint16_t{0});
    std::fill_n(leaf_of_row_.data() + validation_range_[t].begin, validation_range_[t].count(),
                std::uint16_t{0});
  });
  BuildViews();
}

CpuBackend::~CpuBackend() = default;

void CpuBackend::SetMargins(int output, float margin) {
  std::fill_n(margins_.data() + margin_stride_ * static_cast<std::uint64_t>(output), row_count(),
              margin);
}

std::span<float> CpuBackend::Margins(int output) {
  AddPending();
  return {margins_.data() + margin_stride_ * static_cast<std::uint64_t>(output), row_count()};
}

void CpuBackend::AddPendingRange(int output, Range range) {
  kernels_.add_leaf_values(
      leaf_of_row_.data() + range.begin, leaf_values_.data(), range.count(),
      margins_.data() + margin_stride_ * static_cast<std::uint64_t>(output) + range.begin);
}

void CpuBackend::AddPending() {
  if (pending_output_ < 0) return;
  const int output = std::exchange(pending_output_, -1);
  team_.Run([&](int t) {
    AddPendingRange(output, train_range_[t]);
    AddPendingRange(output, validation_range_[t]);
  });
}

void CpuBackend::PrepareSoftmax() {
  team_.Run([&](int t) {
    const Range range = train_range_[t];
    kernels_.softmax_prepare(margins_.data() + range.begin, margin_stride_,
                             options_.objective.num_class, range.count(),
                             softmax_max_.data() + range.begin, softmax_sum_.data() + range.begin);
  });
}

// One thread's training rows, tile by tile, so that all steps of a tile stay in the nearest cache.
GradientStats CpuBackend::GradientRange(const TreeStart& start, const GradScales& scales,
                                        bool adds_pending, Range range, ThreadState& state) {
  GradientStats stats;
  float* margins = margins_.data() + margin_stride_ * static_cast<std::uint64_t>(start.output);
  for (std::uint64_t begin = range.begin; begin < range.end;) {
    const std::uint64_t count = std::min(options_.gradient_block_rows, range.end - begin);
    if (adds_pending) AddPendingRange(start.output, {begin, begin + count});
    float* grad = state.grad.data();
    float* hess = state.hess.data();
    if (objective_index_ >= 0) {
      kernels_.gradients(objective_index_, objective_bytes_.data(), margins + begin,
                         data_.labels.data() + begin, count, grad, hess);
    } else {
      kernels_.softmax_gradients(margins + begin, softmax_max_.data() + begin,
                                 softmax_sum_.data() + begin, data_.labels.data() + begin,
                                 start.output, count, grad, hess);
    }
    if (!data_.weights.empty()) kernels_.weigh(data_.weights.data() + begin, count, grad, hess);
    if (options_.keeps_gradients) {
      std::copy_n(grad, count, kept_grad_.data() + begin);
      std::copy_n(hess, count, kept_hess_.data() + begin);
    }
    kernels_.measure(grad, hess, count, scales.grad, scales.hess, &stats);
    if (scales.is_wide) {
      kernels_.quantise_wide(grad, hess, count, scales.wide_grad, scales.wide_hess,
                             wide_.data() + begin);
    } else {
      kernels_.quantise_packed(grad, hess, count, scales.grad, scales.hess, start.dither_key, begin,
                               packed_.data() + begin);
    }
    begin += count;
  }
  return stats;
}

GradientStats CpuBackend::GradientPass(const TreeStart& start, const GradScales& scales,
                                       bool adds_pending) {
  std::vector<GradientStats> stats(static_cast<std::size_t>(threads_));
  team_.Run([&](int t) {
    stats[t] = GradientRange(start, scales, adds_pending, train_range_[t], *states_[t]);
    if (adds_pending) AddPendingRange(start.output, validation_range_[t]);
  });
  GradientStats all = stats.front();
  for (int t = 1; t < threads_; ++t) {
    all.max_grad = std::max(all.max_grad, stats[t].max_grad);
    all.max_hess = std::max(all.max_hess, stats[t].max_hess);
    all.sum_abs_grad += stats[t].sum_abs_grad;
    all.sum_hess += stats[t].sum_hess;
  }
  return all;
}

// The scales follow from this round's largest gradient, the form from their mean in quanta:
// order-free both. The previous round's are tried first and nearly always stand; the result never
// depends on the guess.
Status CpuBackend::ComputeGradients(const TreeStart& start) {
  bool adds_pending = pending_output_ == start.output;
  if (!adds_pending || objective_index_ < 0) {
    AddPending();
    adds_pending = false;
  }
  if (objective_index_ < 0 && start.output == 0) PrepareSoftmax();
  pending_output_ = -1;
  GradScales scales = scales_;
  for (;;) {
    if (scales.is_wide && wide_.size() == 0) {
      wide_ = HugeBuffer<WideGradient>(train_rows() + kAlign);
    }
    const GradientStats stats = GradientPass(start, scales, adds_pending);
    adds_pending = false;
    if (!std::isfinite(stats.max_grad) || !std::isfinite(stats.max_hess)) {
      return MakeError(ErrorId::kTrainFailed, "gradients are not finite any more",
                       "use a smaller eta or max_delta_step, and check the labels for outliers");
    }
    GradScales right = scales;
    right.grad = PackedGradScale(stats.max_grad);
    right.hess = PackedHessScale(stats.max_hess);
    right.wide_grad = WideScale(stats.max_grad, train_rows());
    right.wide_hess = WideScale(stats.max_hess, train_rows());
    const bool sums_are_right = right.grad == scales.grad && right.hess == scales.hess;
    if (sums_are_right) {
      const auto bar = kMinMeanQuanta * static_cast<std::int64_t>(train_rows());
      right.is_wide = options_.always_wide || stats.sum_abs_grad < bar || stats.sum_hess < bar;
    }
    const bool quanta_are_right = !scales.is_wide || (right.wide_grad == scales.wide_grad &&
                                                      right.wide_hess == scales.wide_hess);
    scales_ = right;  // the scales of exact sums stand in either form
    if (sums_are_right && right.is_wide == scales.is_wide && quanta_are_right) break;
    scales = right;
  }
  return {};
}

// Returns the sums of the sampled rows.
GradSums CpuBackend::SampleRows(const TreeStart& start) {
  const bool samples = start.subsample < 1.0;
  root_is_dense_ = !samples;
  const std::uint32_t limit = SampleLimit(start.subsample);
  ReserveNodes(1);
  std::vector<GradSums> sums(static_cast<std::size_t>(threads_));
  team_.Run([&](int t) {
    const Range train = train_range_[t];
    const Range validation = validation_range_[t];
    std::uint32_t* ids = ids_.data() + id_base_[t];
    NodeRows rows;
    rows.sampled = {id_base_[t], train.count()};
    std::uint64_t other = 0;
    std::uint32_t* others = ids + train.count() + kIdPadding;
    if (samples) {
      // The others are collected apart, then appended behind the sampled ones.
      std::uint32_t* scratch = states_[t]->partition_scratch.data();
      kernels_.sample(train.begin, train.count(), start.sample_key, limit, ids, &rows.sampled.count,
                      scratch, &other);
      others = ids + rows.sampled.count;
      std::memcpy(others, scratch, other * sizeof(std::uint32_t));
    }
    for (std::uint64_t i = 0; i < validation.count(); ++i) {
      others[other + i] = static_cast<std::uint32_t>(validation.begin + i);
    }
    rows.other = {static_cast<std::uint64_t>(others - ids_.data()), other + validation.count()};
    RowsOf(0, t) = rows;
    sums[t] = SumSampled(t);
  });
  GradSums all;
  for (const GradSums& part : sums) {
    all.grad += part.grad;
    all.hess += part.hess;
  }
  return all;
}

// Of one thread's rows of the root.
GradSums CpuBackend::SumSampled(int thread) {
  const RowList rows = SampledList(0, thread);
  if (!scales_.is_wide) return kernels_.sum_packed(packed_.data(), rows);
  GradSums sum;
  for (std::uint64_t i = 0; i < rows.count; ++i) {
    const WideGradient& value = wide_[rows.ids != nullptr ? rows.ids[i] : rows.first + i];
    sum.grad += value.grad;
    sum.hess += value.hess;
  }
  return sum;
}

Result<RootState> CpuBackend::StartTree(const TreeStart& start) {
  current_output_ = start.output;
  if (!start.reuses_gradients) BOOSTYARD_RETURN_IF_ERROR(ComputeGradients(start));
  RootState root;
  root.total = SampleRows(start);
  root.rows = SampledCount(0);
  root.is_wide = scales_.is_wide;
  root.exact_grad_unit = 1.0 / scales_.wide_grad;
  root.exact_hess_unit = 1.0 / scales_.wide_hess;
  root.grad_unit = scales_.is_wide ? root.exact_grad_unit : 1.0 / static_cast<double>(scales_.grad);
  root.hess_unit = scales_.is_wide ? root.exact_hess_unit : 1.0 / static_cast<double>(scales_.hess);
  return root;
}

}  // namespace boostyard
