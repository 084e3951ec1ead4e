#include "engine/train.h"

#include "engine/base/error_table.h"
#include "engine/boost/train_native.h"
#include "engine/xgb/xgb_trainer.h"

namespace boostyard {
namespace {

Status CheckSettings(const TrainParams& params, const TrainingSet& data) {
  if (params.num_round < 1) {
    return MakeError(ErrorId::kHyperparamOutOfRange,
                     "num_round is " + std::to_string(params.num_round),
                     "set num_round to 1 or more");
  }
  const FeatureIndex train = data.train->shape().feature_count;
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
