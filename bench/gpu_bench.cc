// What ./dev gpu-check measures: training on a GPU, ours and XGBoost's, on the same generated rows,
// one after the other, runs interleaved.
//
// usage: gpu_bench [--peer LIBXGBOOST] [--out FOLDER] [--runs N] [--seconds N] [--quick]
//
// A row is a table, a depth and a number of rounds. Each time is that of a whole training from rows
// in memory; "boost" is the part after the first round, per round, times the rounds. Without --peer
// only ours is timed. Where there are several GPUs, ours is timed on all of them too, whatever the
// size of the data. No new row begins after --seconds. Writes gpu_bench.txt and gpu_bench.json.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "bench/data_sets.h"
#include "bench/dense_stream.h"
#include "bench/peers/xgb_peer.h"
#include "engine/boost/train_native.h"
#include "engine/cuda/cuda_device.h"

namespace boostyard::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string peer;
  std::string out = ".";
  int runs = 5;
  double seconds = 1e9;
  bool is_quick = false;
};

struct Case {
  const char* set;  // of data_sets.h
  double scale;     // of its rows
  int depth;
  int rounds;
};

// Smallest first: whatever the time allows is complete.
constexpr Case kCases[] = {
    {"higgs1m", 0.1, 6, 100}, {"higgs1m", 1.0, 6, 100},  {"higgs1m", 1.0, 8, 100},
    {"wide", 1.0, 6, 100},    {"higgs1m", 10.0, 6, 100}, {"higgs1m", 10.0, 8, 100},
};

struct Times {
  std::vector<double> total_s;
  std::vector<double> boost_s;
};

double Median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class RoundClock : public RoundObserver {
 public:
  void OnEngine(std::string_view) override {}
  void OnWarning(std::string_view) override {}
  void OnInfo(std::string_view) override {}
  RoundDecision OnRound(const RoundReport&) override {
    if (!first_s) first_s = Since(start);
    return RoundDecision::kContinue;
  }
  bool StopRequested() override { return false; }

  const Clock::time_point start = Clock::now();
  std::optional<double> first_s;
};

void Enter(Times& times, double first_s, double total_s, int rounds) {
  times.total_s.push_back(total_s);
  times.boost_s.push_back((total_s - first_s) / (rounds - 1) * rounds);
}

void TrainOurs(const DataSet& data, const Case& one, std::span<device::Executor* const> gpus,
               int threads, Times& times) {
  TrainParams params;
  params.num_round = one.rounds;
  params.objective.name = "binary:logistic";
  params.tree.max_depth = one.depth;
  params.tree.eta = 0.1;
  RoundClock clock;
  DenseStream stream(data.train.rows(), threads);
  const RunOptions run{.threads = threads, .evaluates_metrics = false};
  const Result<TrainOutcome> outcome = TrainOnDevices(params, {&stream, nullptr}, run, clock, gpus);
  if (!outcome.ok()) throw PeerError(outcome.error().message);
  Enter(times, clock.first_s.value_or(0.0), Since(clock.start), one.rounds);
}

void TrainPeer(const XgbLibrary& library, const DataSet& data, const Case& one, int threads,
               Times& times) {
  const Settings settings = {{"tree_method", "hist"},
                             {"device", "cuda"},
                             {"max_bin", "256"},
                             {"objective", "binary:logistic"},
                             {"nthread", std::to_string(threads)},
                             {"verbosity", "0"},
                             {"max_depth", std::to_string(one.depth)},
                             {"eta", "0.1"}};
  const auto start = Clock::now();
  double first_s = 0.0;
  const XgbPeerMatrix matrix(library, data.train.rows(), threads);
  XgbPeerBooster booster(library, matrix, settings);
  for (int round = 0; round < one.rounds; ++round) {
    booster.Update(round);
    if (round == 0) first_s = Since(start);
  }
  Enter(times, first_s, Since(start), one.rounds);
}

struct Report {
  std::string text;
  std::string json;

  void Line(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    text += line + "\n";
  }
};

void Measure(const Case& one, const Options& options, const XgbLibrary* peer,
             std::span<device::Executor* const> gpus, int threads, Report& report) {
  const double scale = one.scale * (options.is_quick ? 0.05 : 1.0);
  const DataSet data = MakeDataSet(one.set, 1, scale, threads);
  Times ours;
  Times theirs;
  Times several;
  for (int run = 0; run < options.runs; ++run) {
    TrainOurs(data, one, gpus.first(1), threads, ours);
    if (gpus.size() > 1) TrainOurs(data, one, gpus, threads, several);
    if (peer != nullptr) TrainPeer(*peer, data, one, threads, theirs);
  }
  char line[256];
  std::snprintf(line, sizeof line,
                "%zu x %zu, depth %d, %d rounds: ours %.3f s (boost %.3f), XGBoost %.3f s (boost "
                "%.3f), x %.2f (boost x %.2f)",
                data.train.row_count, data.train.feature_count, one.depth, one.rounds,
                Median(ours.total_s), Median(ours.boost_s), Median(theirs.total_s),
                Median(theirs.boost_s), Median(theirs.total_s) / Median(ours.total_s),
                Median(theirs.boost_s) / Median(ours.boost_s));
  report.Line(line);
  if (gpus.size() > 1) {
    std::snprintf(line, sizeof line,
                  "    on %zu GPUs: ours %.3f s (boost %.3f), x %.2f (boost x %.2f)", gpus.size(),
                  Median(several.total_s), Median(several.boost_s),
                  Median(ours.total_s) / Median(several.total_s),
                  Median(ours.boost_s) / Median(several.boost_s));
    report.Line(line);
  }
  std::snprintf(line, sizeof line,
                "%s{\"rows\": %zu, \"features\": %zu, \"depth\": %d, \"rounds\": %d, \"ours_s\": "
                "%.6f, \"ours_boost_s\": %.6f, \"xgboost_s\": %.6f, \"xgboost_boost_s\": %.6f}",
                report.json.empty() ? "" : ",\n", data.train.row_count, data.train.feature_count,
                one.depth, one.rounds, Median(ours.total_s), Median(ours.boost_s),
                Median(theirs.total_s), Median(theirs.boost_s));
  report.json += line;
  if (gpus.size() > 1) {
    report.json.pop_back();
    std::snprintf(line, sizeof line,
                  ", \"gpus\": %zu, \"several_s\": %.6f, \"several_boost_s\": %.6f}", gpus.size(),
                  Median(several.total_s), Median(several.boost_s));
    report.json += line;
  }
}

int Run(const Options& options) {
  const auto start = Clock::now();
  constexpr int kMostGpus = 8;
  auto opened = device::OpenCudaDevices(kMostGpus);
  if (!opened.ok()) {
    std::fprintf(stderr, "gpu_bench: %s\n", opened.error().message.c_str());
    return 1;
  }
  std::vector<device::Executor*> gpus;
  for (const auto& gpu : opened->executors) gpus.push_back(gpu.get());
  std::optional<XgbLibrary> peer;
  if (!options.peer.empty()) peer.emplace(options.peer);
  const int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  Report report;
  report.Line("gpu, " + gpus.front()->Name() + ", boostyard " BOOSTYARD_VERSION ", XGBoost " +
              (peer ? peer->version() : "not there: only ours is timed") + ", medians of " +
              std::to_string(options.runs) + (options.is_quick ? ", QUICK" : ""));
  for (const Case& one : kCases) {
    if (Since(start) > options.seconds) {
      report.Line("no time left for the rows that follow");
      break;
    }
    Measure(one, options, peer ? &*peer : nullptr, gpus, threads, report);
  }
  std::ofstream(options.out + "/gpu_bench.txt") << report.text;
  std::ofstream(options.out + "/gpu_bench.json") << "[" << report.json << "]\n";
  return 0;
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  boostyard::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--quick") {
      options.is_quick = true;
      continue;
    }
    ++i;
    if (name == "--peer") {
      options.peer = value;
    } else if (name == "--out") {
      options.out = value;
    } else if (name == "--runs") {
      options.runs = std::max(1, std::atoi(value));
    } else if (name == "--seconds") {
      options.seconds = std::atof(value);
    } else {
      std::fprintf(stderr, "gpu_bench: unknown option %s\n", name.c_str());
      return 1;
    }
  }
  try {
    return boostyard::bench::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_bench: %s\n", error.what());
    return 1;
  }
}
