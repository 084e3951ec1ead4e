// One job from CSV file to model file through the C API of XGBoost or LightGBM, each with its own
// reader of files, in the plainest process there is; or the predictions of such a model.
//
// usage: file_job xgboost|lightgbm LIBRARY fit FILE.csv MODEL ROUNDS [NAME=VALUE...]
//        file_job xgboost|lightgbm LIBRARY predict FILE.csv MODEL PREDICTIONS [NAME=VALUE...]
// The label is column 0; NAME=VALUE are the library's own parameters.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "bench/peers/library.h"

namespace boostyard::bench {
namespace {

struct Arguments {
  std::string file;
  std::string model;
  std::string last;  // ROUNDS or PREDICTIONS
  Settings settings;

  std::string Threads(const char* name) const {
    for (const auto& [key, value] : settings) {
      if (key == name) return value;
    }
    return "0";
  }
};

// XGBoost's functions by their documented signatures.
class XgboostJob {
 public:
  explicit XgboostJob(const SharedLibrary& library) {
    library.Find("XGBGetLastError", last_error_);
    library.Find("XGDMatrixCreateFromURI", from_uri_);
    library.Find("XGBoosterCreate", create_);
    library.Find("XGBoosterSetParam", set_);
    library.Find("XGBoosterUpdateOneIter", update_);
    library.Find("XGBoosterSaveModel", save_);
    library.Find("XGBoosterLoadModel", load_);
    library.Find("XGBoosterPredictFromDMatrix", predict_);
  }

  void Fit(const Arguments& arguments) {
    void* matrix = Load(arguments);
    void* booster = nullptr;
    Check(create_(&matrix, 1, &booster));
    for (const auto& [name, value] : arguments.settings) {
      Check(set_(booster, name.c_str(), value.c_str()));
    }
    const int rounds = std::stoi(arguments.last);
    for (int round = 0; round < rounds; ++round) Check(update_(booster, round, matrix));
    Check(save_(booster, arguments.model.c_str()));
  }

  void Predict(const Arguments& arguments) {
    void* matrix = Load(arguments);
    void* booster = nullptr;
    Check(create_(nullptr, 0, &booster));
    Check(load_(booster, arguments.model.c_str()));
    const std::uint64_t* shape = nullptr;
    std::uint64_t dimensions = 0;
    const float* values = nullptr;
    Check(predict_(booster, matrix,
                   R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,)"
                   R"("strict_shape":true})",
                   &shape, &dimensions, &values));
    std::ofstream out(arguments.last);
    for (std::uint64_t row = 0; row < shape[0]; ++row) {
      for (std::uint64_t group = 0; group < shape[1]; ++group) {
        out << (group == 0 ? "" : "\t") << values[row * shape[1] + group];
      }
      out << '\n';
    }
    if (!out.flush()) throw PeerError("cannot write " + arguments.last);
  }

 private:
  void Check(int status) const {
    if (status != 0) throw PeerError(last_error_());
  }

  void* Load(const Arguments& arguments) {
    const std::string config = R"({"uri":")" + arguments.file +
                               R"(?format=csv&label_column=0","silent":1,"nthread":)" +
                               arguments.Threads("nthread") + "}";
    void* matrix = nullptr;
    Check(from_uri_(config.c_str(), &matrix));
    return matrix;
  }

  const char* (*last_error_)();
  int (*from_uri_)(const char* config, void** out);
  int (*create_)(void* const* matrices, std::uint64_t count, void** out);
  int (*set_)(void* booster, const char* name, const char* value);
  int (*update_)(void* booster, int round, void* matrix);
  int (*save_)(void* booster, const char* path);
  int (*load_)(void* booster, const char* path);
  int (*predict_)(void* booster, void* matrix, const char* config, const std::uint64_t** shape,
                  std::uint64_t* dimensions, const float** out);
};

// LightGBM's functions by their documented signatures.
class LightgbmJob {
 public:
  explicit LightgbmJob(const SharedLibrary& library) {
    library.Find("LGBM_GetLastError", last_error_);
    library.Find("LGBM_DatasetCreateFromFile", from_file_);
    library.Find("LGBM_BoosterCreate", create_);
    library.Find("LGBM_BoosterUpdateOneIter", update_);
    library.Find("LGBM_BoosterSaveModel", save_);
    library.Find("LGBM_BoosterCreateFromModelfile", load_);
    library.Find("LGBM_BoosterPredictForFile", predict_);
  }

  void Fit(const Arguments& arguments) {
    const std::string parameters = Parameters(arguments);
    void* data = nullptr;
    Check(from_file_(arguments.file.c_str(), parameters.c_str(), nullptr, &data));
    void* booster = nullptr;
    Check(create_(data, parameters.c_str(), &booster));
    const int rounds = std::stoi(arguments.last);
    int is_finished = 0;
    for (int round = 0; round < rounds && is_finished == 0; ++round) {
      Check(update_(booster, &is_finished));
    }
    Check(save_(booster, 0, -1, 0, arguments.model.c_str()));
  }

  void Predict(const Arguments& arguments) {
    void* booster = nullptr;
    int iterations = 0;
    Check(load_(arguments.model.c_str(), &iterations, &booster));
    Check(predict_(booster, arguments.file.c_str(), 0, 0, 0, -1, Parameters(arguments).c_str(),
                   arguments.last.c_str()));
  }

 private:
  void Check(int status) const {
    if (status != 0) throw PeerError(last_error_());
  }

  static std::string Parameters(const Arguments& arguments) {
    std::string text = "label_column=0 header=false verbosity=-1";
    for (const auto& [name, value] : arguments.settings) text += " " + name + "=" + value;
    return text;
  }

  const char* (*last_error_)();
  int (*from_file_)(const char* file, const char* parameters, const void* reference, void** out);
  int (*create_)(void* data, const char* parameters, void** out);
  int (*update_)(void* booster, int* is_finished);
  int (*save_)(void* booster, int first, int count, int importance, const char* path);
  int (*load_)(const char* path, int* iterations, void** out);
  int (*predict_)(void* booster, const char* file, int has_header, int kind, int first, int count,
                  const char* parameters, const char* out);
};

template <class Job>
void Run(const SharedLibrary& library, const std::string& verb, const Arguments& arguments) {
  Job job(library);
  verb == "fit" ? job.Fit(arguments) : job.Predict(arguments);
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  using namespace boostyard::bench;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 6 || (words[2] != "fit" && words[2] != "predict")) {
    std::fprintf(stderr, "file_job: see the head of bench/peers/file_job.cc for its use\n");
    return EXIT_FAILURE;
  }
  Arguments arguments{words[3], words[4], words[5], {}};
  for (std::size_t i = 6; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string::npos) continue;
    arguments.settings.emplace_back(words[i].substr(0, equals), words[i].substr(equals + 1));
  }
  try {
    const SharedLibrary library(words[1]);
    if (words[0] == "xgboost") {
      Run<XgboostJob>(library, words[2], arguments);
    } else {
      Run<LightgbmJob>(library, words[2], arguments);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "file_job: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
