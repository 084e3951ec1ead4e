// How long XGBoost and LightGBM take from a CSV file to bins, in a process of their own.
//
// usage: file_loaders xgboost|lightgbm LIBRARY FILE THREADS
// Prints one line: CPU seconds of loading, of quantising (LightGBM does both at once), and rows.
// XGBoost quantises in its first round: what that takes longer than the second is counted.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/ingest/cpu_clock.h"
#include "bench/peers/library.h"

namespace boostyard::bench {
namespace {

void Print(double load, double quantise, unsigned long long rows) {
  std::printf("load:%.6f quantise:%.6f rows:%llu\n", load, quantise, rows);
}

void LoadByXgboost(const SharedLibrary& library, const std::string& file,
                   const std::string& threads) {
  const char* (*last_error)() = nullptr;
  int (*from_uri)(const char*, void**) = nullptr;
  int (*row_count)(void*, std::uint64_t*) = nullptr;
  int (*create)(void* const*, std::uint64_t, void**) = nullptr;
  int (*set)(void*, const char*, const char*) = nullptr;
  int (*update)(void*, int, void*) = nullptr;
  library.Find("XGBGetLastError", last_error);
  library.Find("XGDMatrixCreateFromURI", from_uri);
  library.Find("XGDMatrixNumRow", row_count);
  library.Find("XGBoosterCreate", create);
  library.Find("XGBoosterSetParam", set);
  library.Find("XGBoosterUpdateOneIter", update);
  const auto check = [&](int status) {
    if (status != 0) throw PeerError(last_error());
  };
  const double start = CpuSeconds();
  void* matrix = nullptr;
  const std::string config =
      R"({"uri":")" + file + R"(?format=csv&label_column=0","silent":1,"nthread":)" + threads + "}";
  check(from_uri(config.c_str(), &matrix));
  const double loaded = CpuSeconds();
  std::uint64_t rows = 0;
  check(row_count(matrix, &rows));
  void* booster = nullptr;
  check(create(&matrix, 1, &booster));
  for (const auto& [name, value] : {std::pair<const char*, const char*>{"tree_method", "hist"},
                                    {"max_depth", "1"},
                                    {"max_bin", "256"},
                                    {"objective", "binary:logistic"},
                                    {"nthread", threads.c_str()}}) {
    check(set(booster, name, value));
  }
  double round_seconds[2];
  for (int round = 0; round < 2; ++round) {
    const double round_start = CpuSeconds();
    check(update(booster, round, matrix));
    round_seconds[round] = CpuSeconds() - round_start;
  }
  Print(loaded - start, round_seconds[0] - round_seconds[1], rows);
}

void LoadByLightgbm(const SharedLibrary& library, const std::string& file,
                    const std::string& threads) {
  const char* (*last_error)() = nullptr;
  int (*from_file)(const char*, const char*, const void*, void**) = nullptr;
  int (*row_count)(void*, std::int32_t*) = nullptr;
  library.Find("LGBM_GetLastError", last_error);
  library.Find("LGBM_DatasetCreateFromFile", from_file);
  library.Find("LGBM_DatasetGetNumData", row_count);
  const std::string parameters =
      "label_column=0 header=false max_bin=255 verbosity=-1 num_threads=" + threads;
  const double start = CpuSeconds();
  void* data = nullptr;
  if (from_file(file.c_str(), parameters.c_str(), nullptr, &data) != 0) {
    throw PeerError(last_error());
  }
  const double loaded = CpuSeconds();
  std::int32_t rows = 0;
  if (row_count(data, &rows) != 0) throw PeerError(last_error());
  Print(loaded - start, 0.0, static_cast<unsigned long long>(rows));
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: file_loaders xgboost|lightgbm LIBRARY FILE THREADS\n");
    return EXIT_FAILURE;
  }
  try {
    const boostyard::bench::SharedLibrary library(argv[2]);
    const bool is_xgboost = std::string(argv[1]) == "xgboost";
    (is_xgboost ? boostyard::bench::LoadByXgboost : boostyard::bench::LoadByLightgbm)(
        library, argv[3], argv[4]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "file_loaders: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
