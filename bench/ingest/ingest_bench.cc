// CSV to bins: kernels beside fast_float, whole files beside XGBoost and LightGBM.
//
// usage: ingest_bench --source CHECKOUT --peer FILE_LOADERS [--files g6,bank20] [--threads 1,2]
//                     [--runs N] [--quick] [--no-peers] [--keep]
//        ingest_bench --one FILE THREADS LIMIT_BYTES   (what it runs itself for each measurement)
// Figures are CPU seconds, the fastest run of each; files are in the page cache. Ours and the
// peers' runs take turns. Values and row counts are checked before anything is timed.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/ingest/cpu_clock.h"
#include "bench/ingest/files.h"
#include "bench/ingest/kernel_bench.h"
#include "bench/kept_runs.h"
#include "bench/peers/library.h"
#include "bench/process.h"
#include "data/open.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"

namespace boostyard::bench {
namespace {

constexpr const char* kLittleMemory = "1000000";  // bytes: the files are read again in every pass

struct Options {
  std::string program;
  std::string source = ".";
  std::string peer;
  std::vector<std::string> files;  // empty: all
  std::vector<std::string> threads = {"1", "2"};
  int runs = 5;
  bool is_quick = false;
  bool has_peers = true;
  bool keeps = false;
};

// Text that goes to the terminal and to the kept file.
class Report {
 public:
  template <class... Values>
  void Line(const char* format, Values... values) {
    char line[512];
    std::snprintf(line, sizeof line, format, values...);
    std::printf("%s\n", line);
    std::fflush(stdout);
    text_ += std::string(line) + '\n';
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// One ingest, in this process. Prints CPU seconds of its steps, and rows.
int IngestOne(const std::string& path, int threads, std::uint64_t limit_bytes) {
  ReadRequest request;
  request.channel = "train";
  request.files.push_back({path, "bench.csv", false});
  request.content_type = ContentType{};
  request.threads = threads;
  request.memory_limit_bytes = limit_bytes;
  const double start = CpuSeconds();
  Result<OpenedData> opened = OpenData(request);
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return EXIT_FAILURE;
  }
  const double read = CpuSeconds();
  const Result<BinCuts> cuts = BuildCuts(*opened->stream, {.threads = threads});
  if (!cuts.ok()) return EXIT_FAILURE;
  const double cut = CpuSeconds();
  const Result<BinnedColumns> bins = BinColumns(*opened->stream, *cuts, threads);
  if (!bins.ok()) return EXIT_FAILURE;
  const double binned = CpuSeconds();
  std::printf("read:%.6f cuts:%.6f bins:%.6f rows:%llu\n", read - start, cut - read, binned - cut,
              static_cast<unsigned long long>(bins->row_count));
  return EXIT_SUCCESS;
}

double Field(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name + ":");
  return at == std::string::npos ? 0.0 : std::atof(line.c_str() + at + name.size() + 1);
}

// A loader of files: a command line, and the fastest of its runs.
struct Loader {
  std::string name;
  std::vector<std::string> command;
  double best = std::numeric_limits<double>::infinity();
  double peak_megabytes = 0.0;
  std::string line = {};  // of the fastest run

  // False if the program fails or finds another number of rows.
  bool Run(std::size_t row_count) {
    const ProcessRun run = RunProcess(command);
    if (run.exit_code != 0 || Field(run.output, "rows") != static_cast<double>(row_count)) {
      std::fprintf(stderr, "%s: %s%s\n", name.c_str(), run.output.c_str(), run.messages.c_str());
      return false;
    }
    const double seconds = Field(run.output, "read") + Field(run.output, "cuts") +
                           Field(run.output, "bins") + Field(run.output, "load") +
                           Field(run.output, "quantise");
    if (seconds < best) {
      best = seconds;
      line = run.output.substr(0, run.output.find('\n'));
      peak_megabytes = run.peak_megabytes;
    }
    return true;
  }
};

bool ReportKernels(const CsvKind& kind, const Options& options, Report& report) {
  const std::size_t rows =
      std::min<std::size_t>(kind.row_count, options.is_quick ? 10'000 : 60'000);
  const std::vector<KernelTiming> timings = TimeKernels(kind, rows, options.runs);
  if (timings.empty()) {
    std::fprintf(stderr, "%s: wrong values\n", std::string(kind.name).c_str());
    return false;
  }
  for (const KernelTiming& timing : timings) {
    report.Line("  %-22s %7.2f ns/field %7.0f MB/s %6.1f x fast_float", timing.what.c_str(),
                timing.ns_per_field, timing.megabytes_per_second,
                timings.front().ns_per_field / timing.ns_per_field);
  }
  return true;
}

bool ReportFile(const CsvKind& kind, const std::filesystem::path& folder, const Options& options,
                Report& report) {
  const std::size_t rows = options.is_quick ? kind.row_count / 20 : kind.row_count;
  const std::string path = (folder / (std::string(kind.name) + ".csv")).string();
  if (!WriteCsvFile(kind, rows, path)) return false;
  const double megabytes = 1e-6 * static_cast<double>(std::filesystem::file_size(path));
  for (const std::string& threads : options.threads) {
    std::vector<Loader> loaders = {
        {.name = "boostyard", .command = {options.program, "--one", path, threads, "0"}},
        {.name = "re-reading",
         .command = {options.program, "--one", path, threads, kLittleMemory}}};
    if (options.has_peers) {
      for (const char* const peer : {"xgboost", "lightgbm"}) {
        const std::string library =
            FindPeerLibrary(options.source, std::strcmp(peer, "xgboost") == 0 ? "libxgboost.so"
                                                                              : "lib_lightgbm.so");
        loaders.push_back({.name = peer, .command = {options.peer, peer, library, path, threads}});
      }
    }
    for (int run = 0; run < options.runs; ++run) {
      for (Loader& loader : loaders) {
        if (!loader.Run(rows)) return false;
      }
    }
    for (const Loader& loader : loaders) {
      report.Line("  %-10s %s thread(s) %8.4f CPU s %6.0f MB/s %6.1f x ours  peak %5.0f MB  %s",
                  loader.name.c_str(), threads.c_str(), loader.best, megabytes / loader.best,
                  loader.best / loaders.front().best, loader.peak_megabytes, loader.line.c_str());
    }
  }
  return std::filesystem::remove(path);
}

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

bool ParseOptions(int argc, char** argv, Options& options) {
  options.program = argv[0];
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--quick") {
      options.is_quick = true;
    } else if (name == "--no-peers") {
      options.has_peers = false;
    } else if (name == "--keep") {
      options.keeps = true;
    } else if (i + 1 == argc) {
      return false;
    } else if (name == "--source") {
      options.source = argv[++i];
    } else if (name == "--peer") {
      options.peer = argv[++i];
    } else if (name == "--files") {
      options.files = Split(argv[++i]);
    } else if (name == "--threads") {
      options.threads = Split(argv[++i]);
    } else if (name == "--runs") {
      options.runs = std::max(1, std::atoi(argv[++i]));
    } else {
      return false;
    }
  }
  return true;
}

int RunSuite(const Options& options) {
  Report report;
  report.Line("ingest, %s, best of %d, CPU time%s", MachineName().c_str(), options.runs,
              options.is_quick ? ", quick: small files" : "");
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("boostyard-ingest-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  bool is_right = true;
  for (const CsvKind& kind : kCsvKinds) {
    const bool is_wanted =
        options.files.empty() ||
        std::find(options.files.begin(), options.files.end(), kind.name) != options.files.end();
    if (!is_wanted || !is_right) continue;
    report.Line("%s: %s", std::string(kind.name).c_str(), std::string(kind.what).c_str());
    is_right = ReportKernels(kind, options, report) && ReportFile(kind, folder, options, report);
  }
  std::filesystem::remove_all(folder);
  if (is_right && options.keeps) {
    std::ofstream(KeptRunsFolder(options.source) / "ingest.txt") << report.text();
  }
  return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  if (argc == 5 && std::string_view(argv[1]) == "--one") {
    return boostyard::bench::IngestOne(argv[2], std::atoi(argv[3]),
                                       static_cast<std::uint64_t>(std::atoll(argv[4])));
  }
  boostyard::bench::Options options;
  if (!boostyard::bench::ParseOptions(argc, argv, options)) {
    std::fprintf(stderr,
                 "ingest_bench: see the head of bench/ingest/ingest_bench.cc for its use\n");
    return EXIT_FAILURE;
  }
  try {
    return boostyard::bench::RunSuite(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ingest_bench: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
