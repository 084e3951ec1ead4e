#include "bench/peers/xgb_peer.h"

namespace boostyard::bench {
namespace {

// XGBoost's description of an array in memory; columns 0: a vector.
std::string ArrayInterface(const float* data, std::size_t rows, std::size_t columns) {
  std::string shape = std::to_string(rows);
  if (columns > 0) shape += "," + std::to_string(columns);
  return R"({"data":[)" + std::to_string(reinterpret_cast<std::uintptr_t>(data)) +
         R"(,true],"shape":[)" + shape + R"(],"typestr":"<f4","version":3})";
}

// An iterator that gives all rows at once.
struct OneBatch {
  const XgbLibrary* library;
  XgbLibrary::Handle proxy;
  DenseRows rows;
  bool is_given = false;
};

void ResetBatch(void* iterator) { static_cast<OneBatch*>(iterator)->is_given = false; }

int NextBatch(void* iterator) {
  auto& batch = *static_cast<OneBatch*>(iterator);
  if (batch.is_given) return 0;
  batch.is_given = true;
  const DenseRows& rows = batch.rows;
  const std::string values = ArrayInterface(rows.values, rows.row_count, rows.feature_count);
  batch.library->Check(batch.library->proxy_set_dense(batch.proxy, values.c_str()));
  if (rows.labels != nullptr) {
    const std::string labels = ArrayInterface(rows.labels, rows.row_count, 0);
    batch.library->Check(batch.library->matrix_set_info(batch.proxy, "label", labels.c_str()));
  }
  return 1;
}

}  // namespace

XgbLibrary::XgbLibrary(const std::string& path) : library_(path) {
  library_.Find("XGBoostVersion", version_);
  library_.Find("XGBGetLastError", last_error_);
  library_.Find("XGDMatrixCreateFromDense", matrix_from_dense);
  library_.Find("XGQuantileDMatrixCreateFromCallback", quantile_from_callback);
  library_.Find("XGProxyDMatrixCreate", proxy_create);
  library_.Find("XGProxyDMatrixSetDataDense", proxy_set_dense);
  library_.Find("XGDMatrixSetInfoFromInterface", matrix_set_info);
  library_.Find("XGDMatrixFree", matrix_free);
  library_.Find("XGBoosterCreate", booster_create);
  library_.Find("XGBoosterSetParam", booster_set);
  library_.Find("XGBoosterUpdateOneIter", booster_update);
  library_.Find("XGBoosterEvalOneIter", booster_evaluate);
  library_.Find("XGBoosterPredictFromDMatrix", booster_predict);
  library_.Find("XGBoosterSaveModelToBuffer", booster_save);
  library_.Find("XGBoosterFree", booster_free);
}

std::string XgbLibrary::version() const {
  int major = 0;
  int minor = 0;
  int patch = 0;
  version_(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

void XgbLibrary::Check(int status) const {
  if (status != 0) throw PeerError(last_error_());
}

XgbPeerMatrix::XgbPeerMatrix(const XgbLibrary& library, const DenseRows& rows, int threads,
                             XgbMatrixKind kind, int max_bin)
    : library_(library) {
  const std::string common = R"({"missing":NaN,"nthread":)" + std::to_string(threads);
  if (kind == XgbMatrixKind::kQuantile) {
    CreateQuantile(rows, common + R"(,"max_bin":)" + std::to_string(max_bin) + "}");
    return;
  }
  const std::string values = ArrayInterface(rows.values, rows.row_count, rows.feature_count);
  library_.Check(library_.matrix_from_dense(values.c_str(), (common + "}").c_str(), &handle_));
  if (rows.labels != nullptr) SetInfo("label", {rows.labels, rows.row_count});
}

void XgbPeerMatrix::CreateQuantile(const DenseRows& rows, const std::string& config) {
  OneBatch batch{&library_, nullptr, rows};
  library_.Check(library_.proxy_create(&batch.proxy));
  const int status = library_.quantile_from_callback(&batch, batch.proxy, nullptr, ResetBatch,
                                                     NextBatch, config.c_str(), &handle_);
  library_.matrix_free(batch.proxy);
  library_.Check(status);
}

XgbPeerMatrix::~XgbPeerMatrix() { library_.matrix_free(handle_); }

void XgbPeerMatrix::SetInfo(const char* field, std::span<const float> values) {
  library_.Check(library_.matrix_set_info(handle_, field,
                                          ArrayInterface(values.data(), values.size(), 0).c_str()));
}

XgbPeerBooster::XgbPeerBooster(const XgbLibrary& library, const XgbPeerMatrix& train,
                               const Settings& settings)
    : library_(library), train_(train) {
  const XgbLibrary::Handle matrix = train.handle();
  library_.Check(library_.booster_create(&matrix, 1, &handle_));
  for (const auto& [name, value] : settings) {
    library_.Check(library_.booster_set(handle_, name.c_str(), value.c_str()));
  }
}

XgbPeerBooster::~XgbPeerBooster() { library_.booster_free(handle_); }

void XgbPeerBooster::Update(int round) {
  library_.Check(library_.booster_update(handle_, round, train_.handle()));
}

std::string XgbPeerBooster::EvaluateTrain(int round) {
  XgbLibrary::Handle matrix = train_.handle();
  const char* name = "train";
  const char* text = "";
  library_.Check(library_.booster_evaluate(handle_, round, &matrix, &name, 1, &text));
  return text;
}

std::vector<float> XgbPeerBooster::Predict(const XgbPeerMatrix& matrix, bool is_margin,
                                           int rounds) {
  const std::string config = std::string(R"({"type":)") + (is_margin ? "1" : "0") +
                             R"(,"training":false,"iteration_begin":0,"iteration_end":)" +
                             std::to_string(rounds) + R"(,"strict_shape":false})";
  const std::uint64_t* shape = nullptr;
  std::uint64_t dimensions = 0;
  const float* values = nullptr;
  library_.Check(library_.booster_predict(handle_, matrix.handle(), config.c_str(), &shape,
                                          &dimensions, &values));
  std::uint64_t count = 1;
  for (std::uint64_t i = 0; i < dimensions; ++i) count *= shape[i];
  return {values, values + count};
}

std::vector<std::uint8_t> XgbPeerBooster::Save() {
  std::uint64_t size = 0;
  const char* bytes = nullptr;
  library_.Check(library_.booster_save(handle_, R"({"format":"ubj"})", &size, &bytes));
  return {bytes, bytes + size};
}

}  // namespace boostyard::bench
