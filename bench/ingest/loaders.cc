#include "bench/ingest/loaders.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <tuple>
#include <utility>

#include "bench/ingest/cell_sum.h"
#include "bench/peers/library.h"
#include "data/number.h"
#include "engine/base/cpu_features.h"

namespace boostyard::bench {
namespace {

constexpr const char* kLittleMemory = "1000000";  // bytes: the files are read again in every pass
// Sums in another order, of float32 whose last bit XGBoost and LightGBM do not always get right.
constexpr double kSumTolerance = 1e-7;

double Field(const std::string& line, const std::string& name) {
  const std::size_t at = (" " + line).find(" " + name + ":");
  return at == std::string::npos ? 0.0 : std::atof(line.c_str() + at + name.size() + 1);
}

std::vector<Loader> OwnLoaders(const LoaderPrograms& programs, const std::string& path,
                               int threads) {
  const std::string count = std::to_string(threads);
  const std::vector<std::string> command = {programs.ours, "--one", path, count, "0"};
  std::vector<Loader> loaders = {{.name = "boostyard", .threads = threads, .command = command}};
  for (const KernelTier tier : {KernelTier::kAvx2, KernelTier::kPortable}) {
    if (tier >= BestKernelTier()) continue;
    const std::string name(NameOf(tier));
    loaders.push_back({.name = "boostyard, " + name,
                       .threads = threads,
                       .command = command,
                       .variables = {{"BOOSTYARD_KERNELS", name}}});
  }
  loaders.push_back({.name = "boostyard, reading again",
                     .threads = threads,
                     .command = {programs.ours, "--one", path, count, kLittleMemory}});
  return loaders;
}

void Complain(const Loader& loader, const ProcessRun& run) {
  std::fprintf(stderr, "%s: exit %d, %s%s\n", loader.name.c_str(), run.exit_code,
               run.output.c_str(), run.messages.c_str());
}

// Each cell as fast_float reads it.
CellSum SumOfCells(std::string_view text, std::size_t& row_count) {
  CellSum sum;
  std::size_t column = 0;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end; ++p) {
    float value = std::numeric_limits<float>::quiet_NaN();
    if (*p != ',' && *p != '\n') p = fast_float::from_chars(p, end, value).ptr;
    sum.Add(row_count, column, value);
    column = *p == '\n' ? 0 : column + 1;
    if (column == 0) ++row_count;
  }
  return sum;
}

}  // namespace

double Loader::Of(const std::string& name_of_value) const { return Field(line, name_of_value); }

bool Loader::Check(const std::string& path, std::string_view text) const {
  std::size_t row_count = 0;
  const CellSum expected = SumOfCells(text, row_count);
  std::vector<std::string> words = command;
  words[file_argument] = path;
  words.push_back("check");
  const ProcessRun run = RunProcess(words, variables);
  const double sum = knows_cells ? expected.all() : expected.labels();
  const double found = Field(run.output, knows_cells ? "sum" : "labels");
  if (run.exit_code == 0 && Field(run.output, "rows") == static_cast<double>(row_count) &&
      std::abs(found - sum) <= kSumTolerance * expected.scale()) {
    return true;
  }
  std::fprintf(stderr, "expected rows:%zu and %.6f\n", row_count, sum);
  Complain(*this, run);
  return false;
}

bool Loader::Run(std::size_t row_count) {
  const ProcessRun run = RunProcess(command, variables);
  if (run.exit_code != 0 || Field(run.output, "rows") != static_cast<double>(row_count)) {
    Complain(*this, run);
    return false;
  }
  double seconds = 0.0;
  for (const char* const step : {"read", "cuts", "bins", "load", "quantise"}) {
    seconds += Field(run.output, step);
  }
  all.push_back(seconds);
  spent_seconds += run.seconds;
  // Not the run's own: the peak of a child counts from the size of the process that forked it.
  peak_megabytes = std::max(peak_megabytes, Field(run.output, "peak_mb"));
  if (seconds < best) {
    best = seconds;
    line = run.output.substr(0, run.output.find('\n'));
  }
  return true;
}

std::vector<Loader> LoadersOf(const LoaderPrograms& programs, bool has_peers,
                              const std::string& path, int threads) {
  std::vector<Loader> loaders = OwnLoaders(programs, path, threads);
  if (!has_peers) return loaders;
  const std::string count = std::to_string(threads);
  for (const auto& [name, kind, library] :
       {std::tuple{"XGBoost", "xgboost", "libxgboost.so"},
        std::tuple{"LightGBM", "lightgbm", "lib_lightgbm.so"}}) {
    loaders.push_back({.name = name,
                       .threads = threads,
                       .command = {programs.file_loaders, kind,
                                   FindPeerLibrary(programs.source, library), path, count},
                       .is_peer = true,
                       .file_argument = 3,
                       .knows_cells = kind != std::string_view("lightgbm")});
  }
  const std::string folder = programs.source + "/bench/peers/python/ingest_";
  for (const auto& [name, script] :
       {std::pair{"pandas", "pandas"}, std::pair{"pyarrow", "pyarrow"},
        std::pair{"DuckDB", "duckdb"}, std::pair{"polars", "polars"}}) {
    loaders.push_back({.name = name,
                       .threads = threads,
                       .command = {programs.source + "/.deps/python-peers/bin/python",
                                   folder + script + ".py", path, count},
                       .is_peer = true});
  }
  return loaders;
}

GzipTiming TimeGzip(const LoaderPrograms& programs, const std::string& path, std::size_t row_count,
                    int runs) {
  const std::string packed = path + ".gz";
  GzipTiming best;
  if (RunProcess({"/bin/gzip", "-kf", path}).exit_code != 0) return best;
  Loader ingest{
      .name = "gzip", .threads = 2, .command = {programs.ours, "--one", packed, "2", "0"}};
  Loader decode{.name = "decoder", .threads = 1, .command = {programs.ours, "--decode", packed}};
  const auto size = static_cast<double>(std::filesystem::file_size(path));
  for (int run = 0; run < runs; ++run) {
    if (!ingest.Run(row_count)) return {};
    const ProcessRun decoded = RunProcess(decode.command);
    if (decoded.exit_code != 0 || Field(decoded.output, "bytes") != size) return {};
    const double seconds = Field(decoded.output, "wall");
    best.decode_seconds = run == 0 ? seconds : std::min(best.decode_seconds, seconds);
    const double read = Field(ingest.line, "read_wall");
    best.ingest_seconds = run == 0 ? read : std::min(best.ingest_seconds, read);
  }
  std::filesystem::remove(packed);
  return best;
}

}  // namespace boostyard::bench
