// CSV to bins: kernels beside fast_float, whole files beside every reader at hand.
//
// usage: ingest_bench --source CHECKOUT --peer FILE_LOADERS [--files g6,bank20] [--threads 1,2]
//                     [--runs N] [--quick] [--no-peers] [--keep] [--out FOLDER]
// Writes the measurements as FOLDER/ingest-raw.json (FOLDER is CHECKOUT/build/bench);
// bench/jobs/ingest.py makes the table, the bars and the page of them, and heeds --keep. Files are
// in the page cache, runs of the readers take turns, and the fastest of each counts. What every
// kernel and reader makes of a file is checked, cell by cell and by sums, before it is timed.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/ingest/files.h"
#include "bench/ingest/kernel_bench.h"
#include "bench/ingest/loaders.h"
#include "bench/ingest/own_ingest.h"

namespace boostyard::bench {
namespace {

struct Options {
  LoaderPrograms programs;
  std::string source = ".";
  std::string out;                 // empty: build/bench of the checkout
  std::vector<std::string> files;  // empty: all
  std::vector<std::string> threads = {"1", "2"};
  int runs = 5;
  bool is_quick = false;
  bool is_kept = false;
  bool has_peers = true;
};

// The "files" of the measurements, as JSON, file by file.
std::string KernelsJson(const std::vector<KernelTiming>& timings) {
  std::string json;
  char text[160];
  for (const KernelTiming& timing : timings) {
    std::snprintf(text, sizeof text, "%s[\"%s\", %.4f, %.1f]", json.empty() ? "" : ", ",
                  timing.what.c_str(), timing.ns_per_field, timing.megabytes_per_second);
    json += text;
  }
  return json;
}

std::string LoaderJson(const Loader& loader) {
  char text[320];
  std::snprintf(text, sizeof text,
                "{\"name\": \"%s\", \"threads\": %d, \"cpu_s\": %.6f, \"wall_s\": %.6f, "
                "\"parse_s\": %.6f, \"parse_wall_s\": %.6f, \"peak_mb\": %.2f, \"runs\": [",
                loader.name.c_str(), loader.threads, loader.best, loader.Of("wall"),
                loader.Of("read") + loader.Of("load"), loader.Of("read_wall"),
                loader.peak_megabytes);
  std::string json = text;
  for (std::size_t i = 0; i < loader.all.size(); ++i) {
    std::snprintf(text, sizeof text, "%s%.6f", i == 0 ? "" : ", ", loader.all[i]);
    json += text;
  }
  return json + "]}";
}

// Slow readers are not asked as often, least where there is no bar.
double EnoughSeconds(const CsvKind& kind) {
  return kind.name == "g6" || kind.name == "bank20" ? 8.0 : 2.5;
}

// The readers on the first rows of the file, in a file of their own.
bool CheckLoaders(const std::vector<Loader>& loaders, bool with_peers, const CsvKind& kind,
                  const std::filesystem::path& folder) {
  constexpr std::size_t kCheckedRows = 20'000;
  const std::string path = (folder / "check.csv").string();
  const std::string text = MakeCsvRows(kind, 0, kCheckedRows);
  std::ofstream(path, std::ios::binary) << text;
  for (const Loader& loader : loaders) {
    if (loader.is_peer && !with_peers) continue;
    if (!loader.Check(path, text)) return false;
  }
  return true;
}

bool TimeLoaders(const CsvKind& kind, const std::filesystem::path& path, std::size_t rows,
                 const Options& options, std::string& json) {
  for (const std::string& threads : options.threads) {
    std::vector<Loader> loaders =
        LoadersOf(options.programs, options.has_peers, path.string(), std::atoi(threads.c_str()));
    const bool is_first = threads == options.threads.front();
    if (!CheckLoaders(loaders, is_first, kind, path.parent_path())) return false;
    for (int run = 0; run < options.runs; ++run) {
      for (Loader& loader : loaders) {
        if (loader.spent_seconds > EnoughSeconds(kind)) continue;
        if (!loader.Run(rows)) return false;
      }
    }
    for (const Loader& loader : loaders) {
      std::fprintf(stderr, "  %-24s %s thread(s) %8.4f CPU s, peak %5.0f MB\n", loader.name.c_str(),
                   threads.c_str(), loader.best, loader.peak_megabytes);
      json += (json.empty() ? "" : ",\n    ") + LoaderJson(loader);
    }
  }
  return true;
}

// One file's entry; empty if a value is wrong.
std::string MeasureFile(const CsvKind& kind, const std::filesystem::path& folder,
                        const Options& options) {
  const std::string name(kind.name);
  std::fprintf(stderr, "%s: %s\n", name.c_str(), std::string(kind.what).c_str());
  const std::vector<KernelTiming> timings =
      TimeKernels(kind, std::min<std::size_t>(kind.row_count, options.is_quick ? 10'000 : 60'000),
                  options.runs);
  if (timings.empty()) {
    std::fprintf(stderr, "%s: wrong values\n", name.c_str());
    return "";
  }
  const std::size_t rows = options.is_quick ? kind.row_count / 20 : kind.row_count;
  const std::filesystem::path path = folder / (name + ".csv");
  std::string loaders;
  if (!WriteCsvFile(kind, rows, path) || !TimeLoaders(kind, path, rows, options, loaders))
    return "";
  std::string json = "{\"name\": \"" + name + "\", \"what\": \"" + std::string(kind.what) +
                     "\", \"bytes\": " + std::to_string(std::filesystem::file_size(path)) +
                     ", \"rows\": " + std::to_string(rows) +
                     ", \"columns\": " + std::to_string(kind.column_count) + ", \"kernels\": [" +
                     KernelsJson(timings) + "],\n   \"loaders\": [" + loaders + "]";
  if (kind.name == "g6" || kind.name == "bank20") {
    const GzipTiming gzip = TimeGzip(options.programs, path.string(), rows, options.runs);
    if (gzip.decode_seconds <= 0.0) return "";
    char text[120];
    std::snprintf(text, sizeof text, ",\n   \"gzip\": {\"decode_s\": %.6f, \"ingest_s\": %.6f}",
                  gzip.decode_seconds, gzip.ingest_seconds);
    json += text;
  }
  std::filesystem::remove(path);
  return json + "}";
}

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

bool ParseOptions(int argc, char** argv, Options& options) {
  options.programs.ours = argv[0];
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--quick") {
      options.is_quick = true;
    } else if (name == "--no-peers") {
      options.has_peers = false;
    } else if (name == "--keep") {
      options.is_kept = true;
    } else if (i + 1 == argc) {
      return false;
    } else if (name == "--source") {
      options.source = argv[++i];
    } else if (name == "--out") {
      options.out = argv[++i];
    } else if (name == "--peer") {
      options.programs.file_loaders = argv[++i];
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
  options.programs.source = options.source;
  if (options.out.empty()) options.out = options.source + "/build/bench";
  return !(options.is_quick && options.is_kept);  // figures of little data are none
}

int RunSuite(const Options& options) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("boostyard-ingest-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::string json;
  bool is_right = true;
  for (const CsvKind& kind : kCsvKinds) {
    const bool is_wanted =
        options.files.empty() ||
        std::find(options.files.begin(), options.files.end(), kind.name) != options.files.end();
    if (!is_wanted || !is_right) continue;
    const std::string entry = MeasureFile(kind, folder, options);
    is_right = !entry.empty();
    json += (json.empty() ? "" : ",\n  ") + entry;
  }
  std::filesystem::remove_all(folder);
  if (!is_right) return EXIT_FAILURE;
  std::filesystem::create_directories(options.out);
  std::ofstream file(std::filesystem::path(options.out) / "ingest-raw.json");
  file << "{\"files\": [\n  " << json << "\n]}\n";
  return file.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  if (boostyard::bench::IsOwnIngest(argc, argv)) return boostyard::bench::RunOwnIngest(argc, argv);
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
