#include "engine/boost/train_native.h"

#include <algorithm>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/base/stage_times.h"
#include "engine/boost/boost_loop.h"
#include "engine/boost/prepare_rows.h"
#include "engine/cpu/cpu_backend.h"
#include "engine/cpu/reference_backend.h"
#include "engine/cpu/slot_plan.h"
#include "engine/cuda/device_backend.h"
#include "engine/cuda/device_binner.h"
#include "engine/cuda/device_group.h"
#include "engine/cuda/device_sketch.h"
#include "engine/cuda/sharded_backend.h"
#include "engine/cuda/sharded_rows.h"
#include "engine/metric/from_sums.h"
#include "engine/metric/metric.h"

namespace boostyard {
namespace {

std::vector<std::int8_t> Monotone(const TrainParams& params, FeatureIndex feature_count) {
  const std::vector<int>& constraints = params.tree.monotone_constraints;
  if (std::all_of(constraints.begin(), constraints.end(), [](int c) { return c == 0; })) return {};
  std::vector<std::int8_t> monotone(feature_count, 0);
  for (std::size_t f = 0; f < std::min(constraints.size(), monotone.size()); ++f) {
    monotone[f] = static_cast<std::int8_t>(constraints[f]);
  }
  return monotone;
}

// How many leaves a tree may have, as far as that matters to a pool of histograms.
std::uint64_t MostLeaves(const TreeParams& tree) {
  constexpr int kMostDepth = 12;
  const int depth = tree.max_depth > 0 ? std::min(tree.max_depth, kMostDepth) : kMostDepth;
  const std::uint64_t by_depth = std::uint64_t{1} << depth;
  if (tree.max_leaves <= 0) return by_depth;
  return std::min(by_depth, static_cast<std::uint64_t>(tree.max_leaves));
}

// Whether a metric goes by the order of predictions.
bool SortsRows(const TrainParams& params) {
  const Result<std::vector<MetricSpec>> specs = MetricsToReport(params);
  return specs.ok() && std::any_of(specs->begin(), specs->end(), [](const MetricSpec& spec) {
           return SourceOf(spec.info->id) == MetricSource::kOrder;
         });
}

// How deep the trees are that the device is to grow by itself; 0 where it cannot.
int GrownDepth(const TreeParams& tree) {
  const bool is_known_shape = tree.grow_policy == GrowPolicy::kDepthwise && tree.max_leaves != 1;
  return is_known_shape ? tree.max_depth : 0;
}

// Moves the rows' labels and weights into the form of the fast backends.
BackendData TakeLabels(PreparedRows& rows) {
  BackendData data;
  BinnedColumns* const validation = rows.validation ? &*rows.validation : nullptr;
  data.train_rows = rows.train.row_count;
  const RowIndex validation_rows = validation != nullptr ? validation->row_count : 0;
  data.labels = HugeBuffer<float>(data.train_rows + validation_rows + 64);
  rows.train.labels.CopyTo(data.labels.data());
  if (validation != nullptr) validation->labels.CopyTo(data.labels.data() + data.train_rows);
  rows.train.labels = {};
  data.weights = std::move(rows.train.weights);
  return data;
}

// And their columns.
BackendData TakeData(PreparedRows& rows, const SlotOptions& options, ThreadTeam& team) {
  const StageScope stage(Stage::kArrange);
  BackendData data = TakeLabels(rows);
  BinnedColumns* const validation = rows.validation ? &*rows.validation : nullptr;
  data.matrix = BuildSlotMatrix(std::move(rows.train), validation, rows.cuts, options, team);
  stage.AddWork(data.matrix.slots.size());
  return data;
}

// Who counts and codes rows for a backend: nobody but we, or one device, or several.
template <class Backend>
struct HelpersOf {
  static constexpr bool kExist = false;
  using Device = void;
  struct Binner {};
};
template <>
struct HelpersOf<DeviceBackend> {
  static constexpr bool kExist = true;
  using Device = device::Executor;
  using Binner = DeviceBinner;
  using Counter = DeviceSketch;
};
template <>
struct HelpersOf<ShardedBackend> {
  static constexpr bool kExist = true;
  using Device = device::DeviceGroup;
  using Binner = ShardedBinner;
  using Counter = ShardedSketch;
};

// CpuBackend, the device's, or the reference that both are compared with. Consumes the rows'
// columns, labels and training weights; the device's columns are the binner's.
template <TreeBackend Backend>
Result<std::unique_ptr<Backend>> MakeBackend(const TrainParams& params, const RunOptions& run,
                                             const NativeTuning& tuning, PreparedRows& rows,
                                             ThreadTeam& team,
                                             typename HelpersOf<Backend>::Binner* binner) {
  const StageScope stage(Stage::kArrange);
  ObjectiveParams objective = params.objective;
  objective.base_score = rows.base_score;
  std::vector<std::int8_t> monotone = Monotone(params, rows.cuts.feature_count());
  if constexpr (std::is_same_v<Backend, ReferenceBackend>) {
    BinnedColumns* const validation = rows.validation ? &*rows.validation : nullptr;
    return std::make_unique<Backend>(MakeReferenceData(rows.train, validation, rows.cuts),
                                     objective, std::move(monotone));
  } else if constexpr (HelpersOf<Backend>::kExist) {
    DeviceBackendOptions options;
    options.objective = objective;
    options.monotone = std::move(monotone);
    options.wanted_histograms = MostLeaves(params.tree);
    options.histogram_limit = tuning.device_histograms;
    options.grown_depth = tuning.grows_on_device ? GrownDepth(params.tree) : 0;
    options.interactions = params.tree.interaction_constraints;
    options.keeps_margins =
        run.evaluates_metrics && params.early_stopping_rounds && rows.validation.has_value();
    options.sorts_rows = run.evaluates_metrics && SortsRows(params);
    if (rows.validation) options.metric_weights = rows.validation->weights.size();
    BackendData data = TakeLabels(rows);
    BOOSTYARD_ASSIGN_OR_RETURN(data.matrix,
                               PlanSlots(binner->Facts(), rows.cuts, tuning.bundles_columns));
    if constexpr (std::is_same_v<Backend, ShardedBackend>) {
      return ShardedBackend::Make(std::move(data), options, *binner);
    } else {
      BOOSTYARD_ASSIGN_OR_RETURN(std::vector<DeviceColumn> columns, binner->TakeSlots(data.matrix));
      return DeviceBackend::Make(std::move(data), std::move(columns), options, binner->executor());
    }
  } else {
    CpuBackendOptions options;
    options.objective = objective;
    options.monotone = std::move(monotone);
    options.histogram_limit_bytes =
        tuning.histogram_limit_bytes.value_or(run.memory_limit_bytes / 4);
    options.keeps_gradients = params.tree.num_parallel_tree > 1;
    options.gradient_block_rows = tuning.gradient_block_rows;
    return std::make_unique<Backend>(
        TakeData(rows, {.bundle = tuning.bundles_columns, .by_row = true}, team), options, team);
  }
}

template <TreeBackend Backend>
Result<TrainOutcome> TrainOn(const TrainParams& params, const TrainingSet& data,
                             const RunOptions& run, const NativeTuning& tuning,
                             RoundObserver& observer,
                             typename HelpersOf<Backend>::Device* device = nullptr) {
  RowHelpers helpers;
  std::unique_ptr<typename HelpersOf<Backend>::Binner> binner;
  if constexpr (HelpersOf<Backend>::kExist) {
    binner = std::make_unique<typename HelpersOf<Backend>::Binner>(*device);
    helpers.binner = binner.get();
    BOOSTYARD_ASSIGN_OR_RETURN(helpers.counter, HelpersOf<Backend>::Counter::Make(*device));
  }
  BOOSTYARD_ASSIGN_OR_RETURN(PreparedRows rows, PrepareRows(params, data, run, std::move(helpers)));
  ThreadTeam team(run.threads);
  BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend,
                             MakeBackend<Backend>(params, run, tuning, rows, team, binner.get()));
  binner.reset();
  LoopData loop_data{.cuts = rows.cuts,
                     .base_score = rows.base_score,
                     .feature_names = data.train->shape().feature_names,
                     .has_validation = rows.validation.has_value(),
                     .validation_weights = {}};
  if (rows.validation) loop_data.validation_weights = std::move(rows.validation->weights);
  rows.validation.reset();
  rows.train = {};
  BoostLoop<Backend> loop(params, run, observer, *backend, std::move(loop_data));
  return loop.Run(data);
}

Error OutOfHostMemory() {
  return MakeError(ErrorId::kOutOfMemory, "not enough memory for training",
                   "use a larger instance, fewer rows or a smaller max_bin");
}

}  // namespace

Result<TrainOutcome> TrainNative(const TrainParams& params, const TrainingSet& data,
                                 const RunOptions& run, RoundObserver& observer,
                                 const NativeTuning& tuning) {
  const FloatEnvironment environment;  // weights and thresholds are decided on this thread too
  try {
    return TrainOn<CpuBackend>(params, data, run, tuning, observer);
  } catch (const std::bad_alloc&) {
    return OutOfHostMemory();
  }
}

Result<TrainOutcome> TrainOnDevice(const TrainParams& params, const TrainingSet& data,
                                   const RunOptions& run, RoundObserver& observer,
                                   device::Executor& executor, const NativeTuning& tuning) {
  const FloatEnvironment environment;
  executor.Enter();
  try {
    return TrainOn<DeviceBackend>(params, data, run, tuning, observer, &executor);
  } catch (const std::bad_alloc&) {
    return OutOfHostMemory();
  }
}

Result<TrainOutcome> TrainOnDevices(const TrainParams& params, const TrainingSet& data,
                                    const RunOptions& run, RoundObserver& observer,
                                    std::span<device::Executor* const> executors,
                                    const NativeTuning& tuning) {
  if (executors.size() == 1) {
    return TrainOnDevice(params, data, run, observer, *executors.front(), tuning);
  }
  const FloatEnvironment environment;
  try {
    const bool has_threads = static_cast<std::size_t>(run.threads) >= executors.size();
    device::DeviceGroup group(executors, has_threads);
    return TrainOn<ShardedBackend>(params, data, run, tuning, observer, &group);
  } catch (const std::bad_alloc&) {
    return OutOfHostMemory();
  }
}

Result<TrainOutcome> TrainReference(const TrainParams& params, const TrainingSet& data,
                                    const RunOptions& run, RoundObserver& observer) {
  const FloatEnvironment environment;
  return TrainOn<ReferenceBackend>(params, data, run, NativeTuning(), observer);
}

}  // namespace boostyard
