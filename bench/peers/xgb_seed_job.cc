// The yardstick of the seed job: XGBoost's own C API in the plainest process there is. Rows come
// from a file of float32 (labels, then the features row by row), so that no parsing is measured.
//
// usage: xgb_peer LIBXGBOOST DATA.f32 ROWS FEATURES ROUNDS [NAME=VALUE...]
// Prints one line: seconds from rows in memory to the last round, version, and XGBoost's last
// evaluation.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/peers/xgb_peer.h"

namespace boostyard::bench {
namespace {

std::vector<float> ReadFloats(const char* path, std::size_t count) {
  std::vector<float> values(count);
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) throw PeerError(std::string("cannot open ") + path);
  const bool is_whole = std::fread(values.data(), sizeof(float), count, file) == count;
  std::fclose(file);
  if (!is_whole) throw PeerError("the data file is short");
  return values;
}

void Run(const std::vector<std::string>& arguments) {
  const XgbLibrary library(arguments[0]);
  const auto rows = static_cast<std::size_t>(std::stoull(arguments[2]));
  const auto features = static_cast<std::size_t>(std::stoull(arguments[3]));
  const int rounds = std::stoi(arguments[4]);
  const std::vector<float> values = ReadFloats(arguments[1].c_str(), rows * (features + 1));
  Settings settings;
  int threads = 0;
  for (std::size_t i = 5; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    if (equals == std::string::npos) throw PeerError("not NAME=VALUE: " + arguments[i]);
    settings.emplace_back(arguments[i].substr(0, equals), arguments[i].substr(equals + 1));
    if (settings.back().first == "nthread") threads = std::stoi(settings.back().second);
  }

  const auto start = std::chrono::steady_clock::now();
  const XgbPeerMatrix matrix(library, {values.data() + rows, values.data(), rows, features},
                             threads);
  XgbPeerBooster booster(library, matrix, settings);
  std::string evaluation;
  for (int round = 0; round < rounds; ++round) {
    booster.Update(round);
    evaluation = booster.EvaluateTrain(round);
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::printf("seconds:%.6f version:%s %s\n", elapsed.count(), library.version().c_str(),
              evaluation.c_str());
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr,
                 "usage: xgb_peer LIBXGBOOST DATA.f32 ROWS FEATURES ROUNDS [NAME=VALUE...]\n");
    return EXIT_FAILURE;
  }
  try {
    boostyard::bench::Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "xgb_peer: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
