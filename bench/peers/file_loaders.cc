// How long XGBoost and LightGBM take from a CSV file to bins, in a process of their own.
//
// usage: file_loaders xgboost|lightgbm LIBRARY FILE THREADS [check]
// Prints one line: CPU seconds of loading, of quantising (LightGBM does both at once), seconds by
// the wall, peak memory, and rows. `check` adds the sum of the cells (bench/ingest/cell_sum.h);
// LightGBM keeps bins, so that only its labels can be told. XGBoost quantises in its first round:
// what that takes longer than the second is counted.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/ingest/cell_sum.h"
#include "bench/ingest/process_usage.h"
#include "bench/peers/library.h"

namespace boostyard::bench {
namespace {

void Print(double load, double quantise, double wall, unsigned long long rows) {
  std::printf("load:%.6f quantise:%.6f wall:%.6f peak_mb:%.3f rows:%llu\n", load, quantise, wall,
              PeakMegabytes(), rows);
}

struct Request {
  std::string file;
  std::string threads;
  bool checks = false;
};

double SumOfMatrix(const SharedLibrary& library, void* matrix, std::uint64_t rows) {
  int (*non_missing)(void*, std::uint64_t*) = nullptr;
  int (*as_csr)(void*, const char*, std::size_t*, unsigned*, float*) = nullptr;
  int (*get_info)(void*, const char*, std::uint64_t*, const float**) = nullptr;
  library.Find("XGDMatrixNumNonMissing", non_missing);
  library.Find("XGDMatrixGetDataAsCSR", as_csr);
  library.Find("XGDMatrixGetFloatInfo", get_info);
  std::uint64_t cells = 0;
  std::uint64_t label_count = 0;
  const float* labels = nullptr;
  if (non_missing(matrix, &cells) != 0) throw PeerError("no cells");
  std::vector<std::size_t> begins(rows + 1);
  std::vector<unsigned> features(cells);
  std::vector<float> values(cells);
  if (as_csr(matrix, "{}", begins.data(), features.data(), values.data()) != 0 ||
      get_info(matrix, "label", &label_count, &labels) != 0 || label_count != rows) {
    throw PeerError("the matrix does not give its cells");
  }
  CellSum sum;
  for (std::size_t row = 0; row < rows; ++row) {
    sum.Add(row, 0, labels[row]);
    for (std::size_t i = begins[row]; i < begins[row + 1]; ++i) {
      sum.Add(row, std::size_t{features[i]} + 1, values[i]);
    }
  }
  return sum.all();
}

double SumOfLabels(const SharedLibrary& library, void* data) {
  int (*get_field)(void*, const char*, int*, const void**, int*) = nullptr;
  library.Find("LGBM_DatasetGetField", get_field);
  int count = 0;
  int type = 0;
  const void* labels = nullptr;
  if (get_field(data, "label", &count, &labels, &type) != 0) throw PeerError("no labels");
  CellSum sum;
  for (int row = 0; row < count; ++row) {
    sum.Add(static_cast<std::size_t>(row), 0, static_cast<const float*>(labels)[row]);
  }
  return sum.labels();
}

void LoadByXgboost(const SharedLibrary& library, const Request& request) {
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
  const double wall_start = WallSeconds();
  void* matrix = nullptr;
  const std::string config = R"({"uri":")" + request.file +
                             R"(?format=csv&label_column=0","silent":1,"nthread":)" +
                             request.threads + "}";
  check(from_uri(config.c_str(), &matrix));
  const double loaded = CpuSeconds();
  double wall = WallSeconds() - wall_start;
  std::uint64_t rows = 0;
  check(row_count(matrix, &rows));
  if (request.checks) std::printf("sum:%.6f ", SumOfMatrix(library, matrix, rows));
  void* booster = nullptr;
  check(create(&matrix, 1, &booster));
  for (const auto& [name, value] : {std::pair<const char*, const char*>{"tree_method", "hist"},
                                    {"max_depth", "1"},
                                    {"max_bin", "256"},
                                    {"objective", "binary:logistic"},
                                    {"nthread", request.threads.c_str()}}) {
    check(set(booster, name, value));
  }
  double round_seconds[2];
  for (int round = 0; round < 2; ++round) {
    const double round_start = CpuSeconds();
    const double round_wall = WallSeconds();
    check(update(booster, round, matrix));
    round_seconds[round] = CpuSeconds() - round_start;
    wall += (round == 0 ? 1.0 : -1.0) * (WallSeconds() - round_wall);
  }
  Print(loaded - start, round_seconds[0] - round_seconds[1], wall, rows);
}

void LoadByLightgbm(const SharedLibrary& library, const Request& request) {
  const char* (*last_error)() = nullptr;
  int (*from_file)(const char*, const char*, const void*, void**) = nullptr;
  int (*row_count)(void*, std::int32_t*) = nullptr;
  library.Find("LGBM_GetLastError", last_error);
  library.Find("LGBM_DatasetCreateFromFile", from_file);
  library.Find("LGBM_DatasetGetNumData", row_count);
  const std::string parameters =
      "label_column=0 header=false max_bin=255 verbosity=-1 num_threads=" + request.threads;
  const double start = CpuSeconds();
  const double wall_start = WallSeconds();
  void* data = nullptr;
  if (from_file(request.file.c_str(), parameters.c_str(), nullptr, &data) != 0) {
    throw PeerError(last_error());
  }
  const double loaded = CpuSeconds();
  const double wall = WallSeconds() - wall_start;
  std::int32_t rows = 0;
  if (row_count(data, &rows) != 0) throw PeerError(last_error());
  if (request.checks) std::printf("labels:%.6f ", SumOfLabels(library, data));
  Print(loaded - start, 0.0, wall, static_cast<unsigned long long>(rows));
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: file_loaders xgboost|lightgbm LIBRARY FILE THREADS [check]\n");
    return EXIT_FAILURE;
  }
  try {
    const boostyard::bench::SharedLibrary library(argv[2]);
    const bool is_xgboost = std::string(argv[1]) == "xgboost";
    (is_xgboost ? boostyard::bench::LoadByXgboost : boostyard::bench::LoadByLightgbm)(
        library, {.file = argv[3], .threads = argv[4], .checks = argc == 6});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "file_loaders: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
