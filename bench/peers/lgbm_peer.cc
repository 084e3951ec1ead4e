#include "bench/peers/lgbm_peer.h"

namespace boostyard::bench {
namespace {

constexpr int kFloat32 = 0;
constexpr int kRowMajor = 1;
constexpr int kNormalPrediction = 0;

}  // namespace

LgbmLibrary::LgbmLibrary(const std::string& path) : library_(path) {
  library_.Find("LGBM_GetLastError", last_error_);
  library_.Find("LGBM_DatasetCreateFromMat", dataset_from_matrix);
  library_.Find("LGBM_DatasetSetField", dataset_set_field);
  library_.Find("LGBM_DatasetFree", dataset_free);
  library_.Find("LGBM_BoosterCreate", booster_create);
  library_.Find("LGBM_BoosterUpdateOneIter", booster_update);
  library_.Find("LGBM_BoosterPredictForMat", booster_predict);
  library_.Find("LGBM_BoosterFree", booster_free);
}

void LgbmLibrary::Check(int status) const {
  if (status != 0) throw PeerError(last_error_());
}

LgbmPeer::LgbmPeer(const LgbmLibrary& library, const DenseRows& rows, const Settings& settings)
    : library_(library) {
  for (const auto& [name, value] : settings) {
    parameters_ += (parameters_.empty() ? "" : " ") + name + "=" + value;
  }
  const auto row_count = static_cast<std::int32_t>(rows.row_count);
  library_.Check(library_.dataset_from_matrix(rows.values, kFloat32, row_count,
                                              static_cast<std::int32_t>(rows.feature_count),
                                              kRowMajor, parameters_.c_str(), nullptr, &dataset_));
  library_.Check(library_.dataset_set_field(dataset_, "label", rows.labels, row_count, kFloat32));
  library_.Check(library_.booster_create(dataset_, parameters_.c_str(), &booster_));
}

LgbmPeer::~LgbmPeer() {
  if (booster_ != nullptr) library_.booster_free(booster_);
  if (dataset_ != nullptr) library_.dataset_free(dataset_);
}

bool LgbmPeer::Update() {
  int is_finished = 0;
  library_.Check(library_.booster_update(booster_, &is_finished));
  return is_finished == 0;
}

std::vector<double> LgbmPeer::Predict(const DenseRows& rows) const {
  std::vector<double> values(rows.row_count);
  std::int64_t length = 0;
  library_.Check(library_.booster_predict(
      booster_, rows.values, kFloat32, static_cast<std::int32_t>(rows.row_count),
      static_cast<std::int32_t>(rows.feature_count), kRowMajor, kNormalPrediction, 0, -1,
      parameters_.c_str(), &length, values.data()));
  return values;
}

}  // namespace boostyard::bench
