#include "engine/xgb/xgb_api.h"

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <vector>

#include "engine/base/error_table.h"

namespace boostyard {
namespace {

std::string ExecutableFolder() {
  std::array<char, PATH_MAX> path;
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return ".";
  const std::string text(path.data(), static_cast<std::size_t>(length));
  return text.substr(0, text.rfind('/'));
}

std::vector<std::string> Candidates() {
  const char* const named = std::getenv("BOOSTYARD_XGBOOST_LIBRARY");
  if (named != nullptr && *named != '\0') return {named};
  const std::string folder = ExecutableFolder();
  return {folder + "/../lib/libxgboost.so", folder + "/libxgboost.so", BOOSTYARD_XGBOOST_LIBRARY};
}

// Looks functions up until one is missing.
class Binder {
 public:
  explicit Binder(void* library) : library_(library) {}

  template <class Function>
  void Bind(Function& function, const char* name) {
    if (missing_ != nullptr) return;
    function = reinterpret_cast<Function>(dlsym(library_, name));
    if (function == nullptr) missing_ = name;
  }

  const char* missing() const { return missing_; }

 private:
  void* library_;
  const char* missing_ = nullptr;
};

const char* BindAll(void* library, XgbApi& api) {
  Binder binder(library);
  binder.Bind(api.BoostVersion, "XGBoostVersion");
  binder.Bind(api.BuildInfo, "XGBuildInfo");
  binder.Bind(api.GetLastError, "XGBGetLastError");
  binder.Bind(api.RegisterLogCallback, "XGBRegisterLogCallback");
  binder.Bind(api.SetGlobalConfig, "XGBSetGlobalConfig");
  binder.Bind(api.MatrixFromDataIter, "XGDMatrixCreateFromDataIter");
  binder.Bind(api.ProxyCreate, "XGProxyDMatrixCreate");
  binder.Bind(api.ProxySetColumns, "XGProxyDMatrixSetDataColumnar");
  binder.Bind(api.ProxySetRows, "XGProxyDMatrixSetDataCSR");
  binder.Bind(api.QuantileMatrixFromCallback, "XGQuantileDMatrixCreateFromCallback");
  binder.Bind(api.MatrixFree, "XGDMatrixFree");
  binder.Bind(api.MatrixSetFloatInfo, "XGDMatrixSetFloatInfo");
  binder.Bind(api.MatrixSetUIntInfo, "XGDMatrixSetUIntInfo");
  binder.Bind(api.BoosterCreate, "XGBoosterCreate");
  binder.Bind(api.BoosterFree, "XGBoosterFree");
  binder.Bind(api.BoosterSetParam, "XGBoosterSetParam");
  binder.Bind(api.BoosterSetStrFeatureInfo, "XGBoosterSetStrFeatureInfo");
  binder.Bind(api.BoosterUpdateOneIter, "XGBoosterUpdateOneIter");
  binder.Bind(api.BoosterEvalOneIter, "XGBoosterEvalOneIter");
  binder.Bind(api.BoosterPredictFromDMatrix, "XGBoosterPredictFromDMatrix");
  binder.Bind(api.BoosterSaveModelToBuffer, "XGBoosterSaveModelToBuffer");
  binder.Bind(api.BoosterLoadModelFromBuffer, "XGBoosterLoadModelFromBuffer");
  return binder.missing();
}

constexpr std::string_view kCure =
    "run cmake/fetch_xgboost.sh, or name a libxgboost.so in BOOSTYARD_XGBOOST_LIBRARY";

Result<XgbApi> Open() {
  std::string tried;
  void* library = nullptr;
  std::string path;
  for (const std::string& candidate : Candidates()) {
    library = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) {
      path = candidate;
      break;
    }
    const char* const reason = dlerror();
    tried += (tried.empty() ? "" : "; ") + std::string(reason == nullptr ? candidate : reason);
  }
  if (library == nullptr) {
    return MakeError(ErrorId::kEngineUnavailable,
                     "the XGBoost library cannot be opened (" + tried + ")", std::string(kCure));
  }
  XgbApi api;
  if (const char* const missing = BindAll(library, api); missing != nullptr) {
    return MakeError(ErrorId::kEngineUnavailable,
                     path + " lacks the function " + missing + ": it is too old",
                     std::string(kCure));
  }
  int major = 0;
  int minor = 0;
  int patch = 0;
  api.BoostVersion(&major, &minor, &patch);
  api.version = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  const char* info = nullptr;
  if (api.BuildInfo(&info) == 0 && info != nullptr) {
    api.has_cuda = std::string_view(info).find("\"USE_CUDA\":true") != std::string_view::npos;
  }
  return api;
}

}  // namespace

Result<const XgbApi*> LoadXgb() {
  static const Result<XgbApi> api = Open();
  if (!api.ok()) return api.error();
  return &api.value();
}

Error XgbError(const XgbApi& api) {
  const char* const text = api.GetLastError();
  return XgbErrorOf(text == nullptr ? "" : text);
}

}  // namespace boostyard
