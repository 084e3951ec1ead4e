// XGBoost's C functions, opened at run time by the job that needs them. Nothing links the library,
// so that other jobs neither load it nor its memory.
#pragma once

#include <xgboost/c_api.h>

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace boostyard {

// The functions that are used here, under their names without the prefix XG.
struct XgbApi {
  decltype(&::XGBoostVersion) BoostVersion = nullptr;
  decltype(&::XGBuildInfo) BuildInfo = nullptr;
  decltype(&::XGBGetLastError) GetLastError = nullptr;
  decltype(&::XGBRegisterLogCallback) RegisterLogCallback = nullptr;
  decltype(&::XGBSetGlobalConfig) SetGlobalConfig = nullptr;
  decltype(&::XGDMatrixCreateFromDataIter) MatrixFromDataIter = nullptr;
  decltype(&::XGProxyDMatrixCreate) ProxyCreate = nullptr;
  decltype(&::XGProxyDMatrixSetDataColumnar) ProxySetColumns = nullptr;
  decltype(&::XGProxyDMatrixSetDataCSR) ProxySetRows = nullptr;
  decltype(&::XGQuantileDMatrixCreateFromCallback) QuantileMatrixFromCallback = nullptr;
  decltype(&::XGDMatrixFree) MatrixFree = nullptr;
  decltype(&::XGDMatrixSetFloatInfo) MatrixSetFloatInfo = nullptr;
  decltype(&::XGDMatrixSetUIntInfo) MatrixSetUIntInfo = nullptr;
  decltype(&::XGBoosterCreate) BoosterCreate = nullptr;
  decltype(&::XGBoosterFree) BoosterFree = nullptr;
  decltype(&::XGBoosterSetParam) BoosterSetParam = nullptr;
  decltype(&::XGBoosterSetStrFeatureInfo) BoosterSetStrFeatureInfo = nullptr;
  decltype(&::XGBoosterUpdateOneIter) BoosterUpdateOneIter = nullptr;
  decltype(&::XGBoosterEvalOneIter) BoosterEvalOneIter = nullptr;
  decltype(&::XGBoosterPredictFromDMatrix) BoosterPredictFromDMatrix = nullptr;
  decltype(&::XGBoosterSaveModelToBuffer) BoosterSaveModelToBuffer = nullptr;
  decltype(&::XGBoosterLoadModelFromBuffer) BoosterLoadModelFromBuffer = nullptr;

  std::string version;    // "3.2.0"
  bool has_cuda = false;  // the library was built with CUDA
};

// Opens the library once per process: $BOOSTYARD_XGBOOST_LIBRARY if it is set, else next to the
// executable (../lib/, ./), else where the build found it. It stays open, for its threads do.
// Errors: kEngineUnavailable with the places that were tried.
Result<const XgbApi*> LoadXgb();

// What went wrong in a function that did not return 0: XGBoost's last error in one line. Mistakes
// in data and settings are kUser errors, the rest is kTrainFailed.
Error XgbError(const XgbApi& api);

// The same for a given text of XGBoost.
Error XgbErrorOf(std::string_view text);

// Returns XgbError if a call did not succeed.
inline Status XgbCheck(const XgbApi& api, int return_code) {
  if (return_code != 0) return XgbError(api);
  return {};
}

}  // namespace boostyard
