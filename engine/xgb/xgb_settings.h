// TrainParams in XGBoost's own words.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/metric/metric.h"
#include "engine/params.h"

namespace boostyard {

// Names and values for the booster, in order: what the typed fields say beyond XGBoost's defaults,
// then `xgboost_settings` as they are given (for gblinear they alone speak of the
// booster), then what we decide (threads, metrics, device cpu or
// cuda:N). The base score of multi:* is 0.5 unless given: a vector of intercepts is not readable
// for all versions.
std::vector<std::pair<std::string, std::string>> XgbSettings(const TrainParams& params,
                                                             const std::vector<MetricSpec>& metrics,
                                                             int threads);

// The value of a setting as given in `xgboost_settings`; empty if it is not there.
std::string_view GivenSetting(const TrainParams& params, std::string_view name);

// Whether training reads binned data (hist of trees), so that values need not be kept.
bool UsesQuantileMatrix(const TrainParams& params);

}  // namespace boostyard
