#include "engine/train.h"

#include "engine/base/error_table.h"
#include "engine/boost/train_native.h"
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

std::string NativeLine(const RunOptions& run, const std::string& reason) {
  return "engine: native on cpu, " + std::to_string(run.threads) +
         (run.threads == 1 ? " thread" : " threads") + " (" + reason + ")";
}

}  // namespace

Result<TrainOutcome> Train(const TrainParams& params, const TrainingSet& data,
                           const RunOptions& run, RoundObserver& observer) {
  BOOSTYARD_RETURN_IF_ERROR(CheckSettings(params, data));
  if (params.early_stopping_rounds && data.validation == nullptr) {
    observer.OnWarning(
        "early_stopping_rounds has no effect without a validation channel: all rounds are trained");
  }
  if (run.engine == EngineChoice::kXgboost) {
    return TrainWithXgboost(params, data, run, observer, "as asked for");
  }
  const std::optional<std::string> why_not = WhyNotNative(params, data);
  if (!why_not) {
    observer.OnEngine(NativeLine(
        run, run.engine == EngineChoice::kNative ? "as asked for" : "it supports all of this job"));
    return TrainNative(params, data, run, observer);
  }
  if (run.engine == EngineChoice::kNative) {
    return MakeError(ErrorId::kEngineUnavailable,
                     "the native engine was asked for, and it does not support " + *why_not,
                     "leave the choice of the engine to us (auto), or set it to xgboost");
  }
  return TrainWithXgboost(params, data, run, observer,
                          "the native engine does not support " + *why_not);
}

}  // namespace boostyard
