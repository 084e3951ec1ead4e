// Stands in for the XGBoost trainer in a build that found no XGBoost header.
#include "engine/base/error_table.h"
#include "engine/xgb/xgb_trainer.h"

namespace boostyard {

Result<TrainOutcome> TrainWithXgboost(const TrainParams&, const TrainingSet&, const RunOptions&,
                                      RoundObserver&, std::string_view reason) {
  return MakeError(
      ErrorId::kEngineUnavailable,
      "this job needs XGBoost (" + std::string(reason) + "), and this program was built without it",
      "run cmake/fetch_xgboost.sh .deps, configure and build again");
}

}  // namespace boostyard
