// The yardstick: XGBoost's own C API in the plainest process there is. Rows come from a file of
// float32 (labels, then the features row by row), so that no parsing is measured.
//
// usage: xgb_peer LIBXGBOOST DATA.f32 ROWS FEATURES ROUNDS [NAME=VALUE...]
// Prints one line: seconds from rows in memory to the last round, version, and XGBoost's last
// evaluation.
#include <dlfcn.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Handle = void*;

// The part of the C API that is used, by its documented signatures.
struct Api {
  void (*version)(int* major, int* minor, int* patch);
  const char* (*last_error)();
  int (*matrix_from_dense)(const char* array, const char* config, Handle* out);
  int (*matrix_set_info)(Handle matrix, const char* field, const char* array);
  int (*booster_create)(const Handle* matrices, std::uint64_t count, Handle* out);
  int (*booster_set)(Handle booster, const char* name, const char* value);
  int (*booster_update)(Handle booster, int round, Handle train);
  int (*booster_evaluate)(Handle booster, int round, Handle* matrices, const char** names,
                          std::uint64_t count, const char** out);
};

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "xgb_peer: %s\n", message.c_str());
  std::exit(EXIT_FAILURE);
}

template <class Function>
void Find(void* library, const char* name, Function& function) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) Die(std::string("the library has no ") + name);
  function = reinterpret_cast<Function>(symbol);
}

Api Load(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) Die(dlerror());
  Api api{};
  Find(library, "XGBoostVersion", api.version);
  Find(library, "XGBGetLastError", api.last_error);
  Find(library, "XGDMatrixCreateFromDense", api.matrix_from_dense);
  Find(library, "XGDMatrixSetInfoFromInterface", api.matrix_set_info);
  Find(library, "XGBoosterCreate", api.booster_create);
  Find(library, "XGBoosterSetParam", api.booster_set);
  Find(library, "XGBoosterUpdateOneIter", api.booster_update);
  Find(library, "XGBoosterEvalOneIter", api.booster_evaluate);
  return api;
}

std::vector<float> ReadFloats(const char* path, std::size_t count) {
  std::vector<float> values(count);
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) Die(std::string("cannot open ") + path);
  if (std::fread(values.data(), sizeof(float), count, file) != count) Die("the data file is short");
  std::fclose(file);
  return values;
}

// XGBoost's description of an array in memory.
std::string ArrayInterface(const float* data, std::size_t rows, std::size_t columns) {
  std::string shape = std::to_string(rows);
  if (columns > 0) shape += "," + std::to_string(columns);
  return R"({"data":[)" + std::to_string(reinterpret_cast<std::uintptr_t>(data)) +
         R"(,true],"shape":[)" + shape + R"(],"typestr":"<f4","version":3})";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) Die("usage: xgb_peer LIBXGBOOST DATA.f32 ROWS FEATURES ROUNDS [NAME=VALUE...]");
  const Api api = Load(argv[1]);
  const auto rows = static_cast<std::size_t>(std::strtoull(argv[3], nullptr, 10));
  const auto features = static_cast<std::size_t>(std::strtoull(argv[4], nullptr, 10));
  const int rounds = std::atoi(argv[5]);
  const std::vector<float> values = ReadFloats(argv[2], rows * (features + 1));
  const auto check = [&](int status) {
    if (status != 0) Die(api.last_error());
  };

  const auto start = std::chrono::steady_clock::now();
  Handle matrix = nullptr;
  std::string threads = "0";
  for (int i = 6; i < argc; ++i) {
    if (std::strncmp(argv[i], "nthread=", 8) == 0) threads = argv[i] + 8;
  }
  check(api.matrix_from_dense(ArrayInterface(values.data() + rows, rows, features).c_str(),
                              (R"({"missing":NaN,"nthread":)" + threads + "}").c_str(), &matrix));
  check(api.matrix_set_info(matrix, "label", ArrayInterface(values.data(), rows, 0).c_str()));
  Handle booster = nullptr;
  check(api.booster_create(&matrix, 1, &booster));
  for (int i = 6; i < argc; ++i) {
    const std::string setting = argv[i];
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) Die("not NAME=VALUE: " + setting);
    check(api.booster_set(booster, setting.substr(0, equals).c_str(),
                          setting.substr(equals + 1).c_str()));
  }
  const char* evaluation = "";
  const char* name = "train";
  for (int round = 0; round < rounds; ++round) {
    check(api.booster_update(booster, round, matrix));
    check(api.booster_evaluate(booster, round, &matrix, &name, 1, &evaluation));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  int major = 0;
  int minor = 0;
  int patch = 0;
  api.version(&major, &minor, &patch);
  std::printf("seconds:%.6f version:%d.%d.%d %s\n", elapsed.count(), major, minor, patch,
              evaluation);
  return EXIT_SUCCESS;
}
