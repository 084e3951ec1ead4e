#include "engine/xgb/xgb_booster.h"

#include <cstdlib>

#include "engine/base/error_table.h"
#include "engine/xgb/xgb_error.h"

namespace boostyard {
namespace {

// The call-back has no room for an object; XGBoost keeps it per thread.
thread_local std::vector<std::string> log_messages;

void KeepMessage(const char* message) {
  if (message != nullptr && *message != '\0') log_messages.emplace_back(message);
}

}  // namespace

XgbLog::XgbLog(const XgbApi& api, int verbosity) : api_(api) {
  log_messages.clear();
  api_.RegisterLogCallback(&KeepMessage);
  api_.SetGlobalConfig(("{\"verbosity\":" + std::to_string(verbosity) + "}").c_str());
}

XgbLog::~XgbLog() {
  log_messages.clear();
  // XGBoost has no way back to its own printing; this one says nothing.
  api_.RegisterLogCallback([](const char*) {});
}

void XgbLog::Flush(RoundObserver& observer) {
  for (const std::string& message : log_messages) {
    const std::string line = "XGBoost: " + FirstLineOf(message);
    if (message.find("WARNING:") != std::string::npos) {
      observer.OnWarning(line);
    } else {
      observer.OnInfo(line);
    }
  }
  log_messages.clear();
}

Result<XgbBooster> XgbBooster::Create(const XgbApi& api, std::vector<void*> matrices) {
  void* handle = nullptr;
  BOOSTYARD_RETURN_IF_ERROR(
      XgbCheck(api, api.BoosterCreate(matrices.data(), matrices.size(), &handle)));
  return XgbBooster(api, std::move(matrices), handle);
}

Status XgbBooster::Load(std::span<const std::uint8_t> model) {
  return XgbCheck(*api_,
                  api_->BoosterLoadModelFromBuffer(handle_.get(), model.data(), model.size()));
}

Status XgbBooster::Set(const std::vector<std::pair<std::string, std::string>>& settings) {
  for (const auto& [name, value] : settings) {
    BOOSTYARD_RETURN_IF_ERROR(
        XgbCheck(*api_, api_->BoosterSetParam(handle_.get(), name.c_str(), value.c_str())));
  }
  return {};
}

Status XgbBooster::Update(int round) {
  return XgbCheck(*api_, api_->BoosterUpdateOneIter(handle_.get(), round, matrices_.front()));
}

Result<std::vector<std::vector<double>>> XgbBooster::Evaluate(int round, std::size_t metric_count) {
  static constexpr const char* kNames[] = {"train", "validation"};
  const char* text = nullptr;
  BOOSTYARD_RETURN_IF_ERROR(XgbCheck(
      *api_, api_->BoosterEvalOneIter(handle_.get(), round, matrices_.data(),
                                      const_cast<const char**>(kNames), matrices_.size(), &text)));
  // "[0]\ttrain-logloss:0.5\ttrain-error:0.1\tvalidation-logloss:..."
  std::vector<std::vector<double>> values(matrices_.size());
  const std::string_view line = text;
  std::size_t found = 0;
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos;
       tab = line.find('\t', tab + 1), ++found) {
    const std::size_t colon = line.find(':', tab);
    if (colon == std::string_view::npos || found >= metric_count * matrices_.size()) break;
    values[found / metric_count].push_back(std::strtod(line.data() + colon + 1, nullptr));
  }
  if (found != metric_count * matrices_.size()) {
    return MakeError(ErrorId::kTrainFailed,
                     "XGBoost reported other metrics than it was asked for: " + std::string(line));
  }
  return values;
}

Result<std::span<const float>> XgbBooster::Margins(void* matrix) {
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* margins = nullptr;
  BOOSTYARD_RETURN_IF_ERROR(
      XgbCheck(*api_, api_->BoosterPredictFromDMatrix(
                          handle_.get(), matrix,
                          R"({"type":1,"training":false,"iteration_begin":0,"iteration_end":0,)"
                          R"("strict_shape":false})",
                          &shape, &dimensions, &margins)));
  std::size_t count = 1;
  for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
  return std::span<const float>(margins, count);
}

Status XgbBooster::SetFeatureNames(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::vector<const char*> texts;
  for (const std::string& name : names) texts.push_back(name.c_str());
  return XgbCheck(*api_, api_->BoosterSetStrFeatureInfo(handle_.get(), "feature_name", texts.data(),
                                                        texts.size()));
}

Result<std::span<const std::uint8_t>> XgbBooster::Save() {
  bst_ulong length = 0;
  const char* bytes = nullptr;
  BOOSTYARD_RETURN_IF_ERROR(XgbCheck(
      *api_,
      api_->BoosterSaveModelToBuffer(handle_.get(), R"({"format":"ubj"})", &length, &bytes)));
  return std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(bytes), length);
}

}  // namespace boostyard
