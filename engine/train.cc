#include "engine/train.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/boost/train_native.h"
#include "engine/cuda/cuda_device.h"
#include "engine/device_choice.h"
#include "engine/objective/objectives.h"
#include "engine/xgb/xgb_trainer.h"

namespace boostyard {
namespace {

// Constraints name features, and how many there are is known only now.
Status CheckConstraints(const TreeParams& tree, FeatureIndex feature_count) {
  if (tree.monotone_constraints.size() > feature_count) {
    return MakeError(ErrorId::kDataColumnMismatch,
                     "monotone_constraints has " +
                         std::to_string(tree.monotone_constraints.size()) + " entries for " +
                         std::to_string(feature_count) + " features",
                     "give at most one per feature");
  }
  for (const auto& group : tree.interaction_constraints) {
    for (const std::uint32_t feature : group) {
      if (feature < feature_count) continue;
      return MakeError(ErrorId::kDataColumnMismatch,
                       "interaction_constraints names feature " + std::to_string(feature) +
                           ", and the data have " + std::to_string(feature_count) + " features",
                       "use feature numbers from 0 to " + std::to_string(feature_count - 1));
    }
  }
  return {};
}

Status CheckSettings(const TrainParams& params, const TrainingSet& data) {
  if (params.num_round < 1) {
    return MakeError(ErrorId::kHyperparamOutOfRange,
                     "num_round is " + std::to_string(params.num_round),
                     "set num_round to 1 or more");
  }
  const FeatureIndex train = data.train->shape().feature_count;
  BOOSTYARD_RETURN_IF_ERROR(CheckConstraints(params.tree, train));
  if (data.validation == nullptr || data.validation->shape().feature_count == train) return {};
  return MakeError(ErrorId::kDataColumnMismatch,
                   "the validation channel has " +
                       std::to_string(data.validation->shape().feature_count) +
                       " features, the train channel " + std::to_string(train),
                   "give both channels the same columns");
}

// The name that the model's file has for an objective: reg:linear is written as its newer name.
std::string_view FileName(const std::string& objective) {
  const ObjectiveInfo* const info = FindObjective(objective);
  return info == nullptr ? std::string_view(objective) : info->model_name;
}

const char* BoosterName(Booster booster) {
  switch (booster) {
    case Booster::kGbtree:
      return "gbtree";
    case Booster::kDart:
      return "dart";
    case Booster::kGblinear:
      return "gblinear";
  }
  return "";
}

Error Mismatch(const std::string& what, const std::string& theirs, const std::string& ours) {
  return MakeError(
      ErrorId::kCheckpointMismatch,
      "the checkpoint is of another job: its " + what + " is " + theirs + ", this job's is " + ours,
      "give this job an empty checkpoint directory, or the old setting");
}

// Whether `state` can be continued with these parameters and this many features.
Status CheckResumable(const TrainParams& params, FeatureIndex feature_count,
                      const TrainingState& state) {
  const Model& model = state.model;
  if (FileName(model.objective.name) != FileName(params.objective.name)) {
    return Mismatch("objective", model.objective.name, params.objective.name);
  }
  const int classes = std::max(1, params.objective.num_class);
  if (model.output_count() != classes) {
    return Mismatch("num_class", std::to_string(model.output_count()), std::to_string(classes));
  }
  if (model.booster != params.booster) {
    return Mismatch("booster", BoosterName(model.booster), BoosterName(params.booster));
  }
  if (model.feature_count != feature_count) {
    return Mismatch("number of features", std::to_string(model.feature_count),
                    std::to_string(feature_count));
  }
  if (model.linear) return {};
  if (model.forest.num_parallel_tree != params.tree.num_parallel_tree) {
    return Mismatch("num_parallel_tree", std::to_string(model.forest.num_parallel_tree),
                    std::to_string(params.tree.num_parallel_tree));
  }
  const std::size_t per_round =
      static_cast<std::size_t>(classes) * static_cast<std::size_t>(params.tree.num_parallel_tree);
  if (model.forest.trees.size() != per_round * static_cast<std::size_t>(state.rounds_done)) {
    return Mismatch("number of trees", std::to_string(model.forest.trees.size()),
                    std::to_string(per_round * static_cast<std::size_t>(state.rounds_done)) +
                        " after " + std::to_string(state.rounds_done) + " rounds");
  }
  return {};
}

std::string NativeLine(const RunOptions& run, const std::string& reason) {
  return "engine: native on cpu, " + std::to_string(run.threads) +
         (run.threads == 1 ? " thread" : " threads") + " (" + reason + ")";
}

// The GPU that is named, or all, or as many as the data keep busy.
Result<device::CudaDevices> OpenGpus(const Device& device, const RunOptions& run,
                                     const DataShape& shape) {
  if (device.ordinal < 0) {
    return device::OpenCudaDevices(
        run.uses_all_gpus ? kMostGpus : UsefulGpus(shape.row_count, shape.feature_count));
  }
  device::CudaDevices gpus;
  BOOSTYARD_ASSIGN_OR_RETURN(auto executor, device::OpenCudaDevice(device.ordinal));
  gpus.executors.push_back(std::move(executor));
  gpus.visible_count = device::CountCudaDevices();
  return gpus;
}

GpuLimit LimitOf(const Device& device, const device::CudaDevices& gpus) {
  if (device.ordinal >= 0) return GpuLimit::kNamed;
  return gpus.unlike_count > 0 ? GpuLimit::kUnlike : GpuLimit::kData;
}

// The native engine, where params.device says. A GPU that was named is used or is an error; only
// `auto` takes the CPU where there is none, and says why.
Result<TrainOutcome> TrainNatively(const TrainParams& params, const TrainingSet& data,
                                   const RunOptions& run, RoundObserver& observer) {
  const std::string reason =
      run.engine == EngineChoice::kNative ? "as asked for" : "it supports all of this job";
  if (params.device.kind == DeviceKind::kCpu) {
    observer.OnEngine(NativeLine(run, reason));
    return TrainNative(params, data, run, observer);
  }
  auto gpus = OpenGpus(params.device, run, data.train->shape());
  if (gpus.ok()) {
    std::vector<device::Executor*> executors;
    std::vector<std::string> names;
    for (const auto& executor : gpus->executors) {
      executors.push_back(executor.get());
      names.push_back(executor->Name());
    }
    observer.OnEngine("engine: native on " +
                      GpusPhrase(names, gpus->visible_count, LimitOf(params.device, *gpus)) + " (" +
                      reason + ")");
    return TrainOnDevices(params, data, run, observer, executors);
  }
  if (params.device.kind == DeviceKind::kCuda) {
    const int ordinal = params.device.ordinal;
    Error error = std::move(gpus).error();
    error.message = "device=cuda" + (ordinal < 0 ? "" : ":" + std::to_string(ordinal)) +
                    " was asked for, but " + error.message;
    return error;
  }
  observer.OnEngine(NativeLine(run, "device=auto: " + gpus.error().message));
  return TrainNative(params, data, run, observer);
}

bool IsSparse(const TrainingSet& data) {
  return data.train->shape().is_sparse ||
         (data.validation != nullptr && data.validation->shape().is_sparse);
}

}  // namespace

Result<TrainOutcome> Train(const TrainParams& params, const TrainingSet& data,
                           const RunOptions& run, RoundObserver& observer) {
  BOOSTYARD_RETURN_IF_ERROR(CheckSettings(params, data));
  if (run.resume != nullptr) {
    BOOSTYARD_RETURN_IF_ERROR(
        CheckResumable(params, data.train->shape().feature_count, *run.resume));
  }
  if (params.early_stopping_rounds && data.validation == nullptr) {
    observer.OnWarning(
        "early_stopping_rounds has no effect without a validation channel: all rounds are trained");
  }
  if (run.engine == EngineChoice::kXgboost) {
    return TrainWithXgboost(params, data, run, observer, "as asked for");
  }
  std::optional<std::string> why_not = WhyNotNative(params, data.train->shape().has_query_ids);
  if (!why_not && IsSparse(data)) why_not = "sparse data whose columns do not fit into the memory";
  if (!why_not) return TrainNatively(params, data, run, observer);
  if (run.engine == EngineChoice::kNative) {
    return MakeError(ErrorId::kEngineUnavailable,
                     "the native engine was asked for, and it does not support " + *why_not,
                     "leave the choice of the engine to us (auto), or set it to xgboost");
  }
  return TrainWithXgboost(params, data, run, observer,
                          "the native engine does not support " + *why_not);
}

std::uint64_t EstimateTrainingBytes(const TrainParams& params, EngineChoice engine,
                                    std::uint64_t rows, std::uint64_t features) {
  const auto outputs = static_cast<std::uint64_t>(std::max(params.objective.num_class, 1));
  const std::uint64_t code_bytes = params.tree.max_bin > 256 ? 2 : 1;
  const bool is_native =
      engine != EngineChoice::kXgboost && !WhyNotNative(params, /*has_query_ids=*/false);
  if (is_native) {
    // Codes by column; by row too, in words of eight, up to eight of them a power of two.
    const std::uint64_t words = (features + 7) / 8;
    const std::uint64_t last_group = std::bit_ceil(words % 8);
    const std::uint64_t by_row =
        code_bytes == 2 ? 0 : words / 8 * 64 + (words % 8 > 0 ? last_group * 8 : 0);
    // Labels, gradients, row lists and room to split them, leaves; margins.
    constexpr std::uint64_t kRowBytes = 4 + 4 + 4 + 4 + 2;
    return rows *
           (features * code_bytes + by_row + kRowBytes + 4 * outputs + (outputs > 1 ? 8 : 0));
  }
  const bool is_quantile = params.booster != Booster::kGblinear &&
                           params.tree.tree_method != TreeMethod::kExact &&
                           params.tree.tree_method != TreeMethod::kApprox;
  // Binned by row and by column; or values with their columns, by row and once more sorted.
  const std::uint64_t cell_bytes = is_quantile ? 2 * code_bytes : 16;
  constexpr std::uint64_t kRowBytes = 4 + 8 + 8;  // label; row number and offset
  return rows * (features * cell_bytes + kRowBytes + 16 * outputs);
}

}  // namespace boostyard
