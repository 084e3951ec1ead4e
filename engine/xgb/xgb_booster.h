// XGBoost's Booster with results instead of return codes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/boost/round_observer.h"
#include "engine/model/model.h"
#include "engine/xgb/xgb_matrix.h"

namespace boostyard {

// What XGBoost logs on this thread while an object lives goes to an observer, at Flush. XGBoost
// prints nothing then.
class XgbLog {
 public:
  XgbLog(const XgbApi& api, int verbosity);
  ~XgbLog();
  XgbLog(const XgbLog&) = delete;
  XgbLog& operator=(const XgbLog&) = delete;

  // Warnings as warnings, the rest as information, each in one line.
  void Flush(RoundObserver& observer);

 private:
  const XgbApi& api_;
};

class XgbBooster {
 public:
  // `matrices`: those that rounds are evaluated on; they outlive the booster.
  static Result<XgbBooster> Create(const XgbApi& api, std::vector<void*> matrices);

  // Takes over a model file; call it before Set.
  Status Load(std::span<const std::uint8_t> model);

  // Sets names to values, in order.
  Status Set(const std::vector<std::pair<std::string, std::string>>& settings);

  // Round `round` (from 0) on the first matrix.
  Status Update(int round);

  // XGBoost's metrics, one vector per matrix, in the order in which they were set.
  Result<std::vector<std::vector<double>>> Evaluate(int round, std::size_t metric_count);

  // Margins of a matrix, row-major; owned by the booster until its next call.
  Result<std::span<const float>> Margins(void* matrix);

  // Names of the features, for the model's file.
  Status SetFeatureNames(const std::vector<std::string>& names);

  // The model as XGBoost's UBJSON; owned by the booster until its next call.
  Result<std::span<const std::uint8_t>> Save();

 private:
  struct Deleter {
    const XgbApi* api;
    void operator()(void* handle) const { api->BoosterFree(handle); }
  };

  XgbBooster(const XgbApi& api, std::vector<void*> matrices, void* handle)
      : api_(&api), matrices_(std::move(matrices)), handle_(handle, Deleter{&api}) {}

  const XgbApi* api_;
  std::vector<void*> matrices_;
  std::unique_ptr<void, Deleter> handle_;
};

}  // namespace boostyard
