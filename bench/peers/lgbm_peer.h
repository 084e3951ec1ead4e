// LightGBM's C API for benchmarks, by its documented signatures: no headers of it. Every call
// throws PeerError where LightGBM reports an error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/peers/library.h"

namespace boostyard::bench {

// The part of the C API that is used.
class LgbmLibrary {
 public:
  using Handle = void*;

  explicit LgbmLibrary(const std::string& path);

  void Check(int status) const;

  int (*dataset_from_matrix)(const void* data, int data_type, std::int32_t rows,
                             std::int32_t columns, int is_row_major, const char* parameters,
                             Handle reference, Handle* out);
  int (*dataset_set_field)(Handle dataset, const char* field, const void* data, int count,
                           int type);
  int (*dataset_free)(Handle dataset);
  int (*booster_create)(Handle train, const char* parameters, Handle* out);
  int (*booster_update)(Handle booster, int* is_finished);
  int (*booster_predict)(Handle booster, const void* data, int data_type, std::int32_t rows,
                         std::int32_t columns, int is_row_major, int predict_type,
                         int first_iteration, int iterations, const char* parameters,
                         std::int64_t* length, double* out);
  int (*booster_free)(Handle booster);

 private:
  SharedLibrary library_;
  const char* (*last_error_)();
};

// A dataset and the booster that trains on it.
class LgbmPeer {
 public:
  // Builds the dataset and the booster. `library` outlives the object, `rows` the call.
  LgbmPeer(const LgbmLibrary& library, const DenseRows& rows, const Settings& settings);
  ~LgbmPeer();
  LgbmPeer(const LgbmPeer&) = delete;
  LgbmPeer& operator=(const LgbmPeer&) = delete;

  // One round; false: LightGBM found nothing more to split.
  bool Update();

  // Probabilities (the objective's transformed predictions) with all rounds.
  std::vector<double> Predict(const DenseRows& rows) const;

 private:
  const LgbmLibrary& library_;
  std::string parameters_;
  LgbmLibrary::Handle dataset_ = nullptr;
  LgbmLibrary::Handle booster_ = nullptr;
};

}  // namespace boostyard::bench
