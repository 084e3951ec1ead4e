// XGBoost's C API for benchmarks and parity tests, by its documented signatures: no headers of it.
// Every call throws PeerError where XGBoost reports an error.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/peers/library.h"

namespace boostyard::bench {

// The part of the C API that is used.
class XgbLibrary {
 public:
  using Handle = void*;
  using ResetCallback = void (*)(Handle);
  using NextCallback = int (*)(Handle);

  explicit XgbLibrary(const std::string& path);

  std::string version() const;
  void Check(int status) const;

  int (*matrix_from_dense)(const char* array, const char* config, Handle* out);
  int (*quantile_from_callback)(Handle iterator, Handle proxy, Handle reference,
                                ResetCallback reset, NextCallback next, const char* config,
                                Handle* out);
  int (*proxy_create)(Handle* out);
  int (*proxy_set_dense)(Handle proxy, const char* array);
  int (*matrix_set_info)(Handle matrix, const char* field, const char* array);
  int (*matrix_free)(Handle matrix);
  int (*booster_create)(const Handle* matrices, std::uint64_t count, Handle* out);
  int (*booster_set)(Handle booster, const char* name, const char* value);
  int (*booster_update)(Handle booster, int round, Handle train);
  int (*booster_evaluate)(Handle booster, int round, Handle* matrices, const char** names,
                          std::uint64_t count, const char** out);
  int (*booster_predict)(Handle booster, Handle matrix, const char* config,
                         const std::uint64_t** shape, std::uint64_t* dimensions, const float** out);
  int (*booster_save)(Handle booster, const char* config, std::uint64_t* size, const char** out);
  int (*booster_free)(Handle booster);

 private:
  SharedLibrary library_;
  void (*version_)(int* major, int* minor, int* patch);
  const char* (*last_error_)();
};

enum class XgbMatrixKind {
  kDMatrix,   // keeps all values
  kQuantile,  // keeps bins
};

class XgbPeerMatrix {
 public:
  // `library` outlives the matrix, `rows` the call. max_bin concerns kQuantile alone.
  XgbPeerMatrix(const XgbLibrary& library, const DenseRows& rows, int threads,
                XgbMatrixKind kind = XgbMatrixKind::kDMatrix, int max_bin = 256);
  ~XgbPeerMatrix();
  XgbPeerMatrix(const XgbPeerMatrix&) = delete;
  XgbPeerMatrix& operator=(const XgbPeerMatrix&) = delete;

  // "weight", "base_margin": one value per row.
  void SetInfo(const char* field, std::span<const float> values);

  XgbLibrary::Handle handle() const { return handle_; }

 private:
  void CreateQuantile(const DenseRows& rows, const std::string& config);

  const XgbLibrary& library_;
  XgbLibrary::Handle handle_ = nullptr;
};

class XgbPeerBooster {
 public:
  // `train` outlives the booster.
  XgbPeerBooster(const XgbLibrary& library, const XgbPeerMatrix& train, const Settings& settings);
  ~XgbPeerBooster();
  XgbPeerBooster(const XgbPeerBooster&) = delete;
  XgbPeerBooster& operator=(const XgbPeerBooster&) = delete;

  // Round `round`, from 0.
  void Update(int round);

  // XGBoost's own line on the training rows: "[9]\ttrain-logloss:0.5".
  std::string EvaluateTrain(int round);

  // Margins or (transformed) predictions of the first `rounds` rounds; 0: of all.
  std::vector<float> Predict(const XgbPeerMatrix& matrix, bool is_margin, int rounds = 0);

  // The model as UBJSON.
  std::vector<std::uint8_t> Save();

 private:
  const XgbLibrary& library_;
  const XgbPeerMatrix& train_;
  XgbLibrary::Handle handle_ = nullptr;
};

}  // namespace boostyard::bench
