// The seed job, start to exit, beside XGBoost's own C API in the same process shape.
//
// usage: seed_job --boostyard PROGRAM --peer PROGRAM --source CHECKOUT
//                 [--runs N] [--threads N] [--keep] [TRAIN.csv]
// The peer gets its rows as float32 in a file and is charged only for the time from rows in memory
// to the last round; ours pays for the process, the CSV, the model archive and everything else.
// Runs are interleaved; results are compared before anything is timed.
#include <sched.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/kept_runs.h"
#include "bench/process.h"
#include "bench/rows.h"

namespace boostyard::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 100;
// The hyperparameters of the tutorial that both sides know; each adds its own spelling of the rest.
constexpr std::array<std::pair<const char*, const char*>, 6> kSettings{
    {{"max_depth", "5"},
     {"eta", "0.2"},
     {"gamma", "4"},
     {"min_child_weight", "6"},
     {"subsample", "0.8"},
     {"objective", "binary:logistic"}}};
// Row samples differ between engines: after 100 rounds the train logloss of five seeds of XGBoost
// spreads over less than 0.002.
constexpr double kLoglossTolerance = 0.005;

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "seed_job: %s\n", message.c_str());
  std::exit(EXIT_FAILURE);
}

struct Options {
  std::string boostyard;
  std::string peer;
  fs::path source;
  fs::path train;
  int runs = 7;
  int threads = 0;
  bool keep = false;
};

int ToInt(const std::string& text) {
  int value = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, value).ptr != end || value < 1) {
    Die("not a positive number: " + text);
  }
  return value;
}

Options ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const auto next = [&]() -> const std::string& {
      if (i + 1 == arguments.size()) Die(argument + " needs a value");
      return arguments[++i];
    };
    if (argument == "--boostyard") {
      options.boostyard = next();
    } else if (argument == "--peer") {
      options.peer = next();
    } else if (argument == "--source") {
      options.source = next();
    } else if (argument == "--runs") {
      options.runs = ToInt(next());
    } else if (argument == "--threads") {
      options.threads = ToInt(next());
    } else if (argument == "--keep") {
      options.keep = true;
    } else if (argument.rfind("--", 0) == 0) {
      Die("no option " + argument);
    } else {
      options.train = argument;
    }
  }
  if (options.boostyard.empty() || options.peer.empty() || options.source.empty()) {
    Die("--boostyard, --peer and --source are needed");
  }
  if (options.train.empty()) {
    options.train = options.source / "../shared/data/bank_marketing/train.csv";
  }
  if (options.threads == 0) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    options.threads = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
  }
  return options;
}

void WriteJob(const Options& options, const fs::path& root) {
  fs::create_directories(root / "input/config");
  fs::create_directories(root / "input/data/train");
  fs::copy_file(options.train, root / "input/data/train/train.csv");
  std::ofstream file(root / "input/config/hyperparameters.json");
  file << "{";
  for (const auto& [name, value] : kSettings) file << '"' << name << "\": \"" << value << "\", ";
  file << "\"silent\": \"0\", \"num_round\": \"" << kRounds << "\", \"nthread\": \""
       << options.threads << "\"}\n";
  if (!file.flush()) Die("cannot write the job");
}

// The number after the last `key` of a text.
std::optional<double> LastNumber(std::string_view text, std::string_view key) {
  const std::size_t at = text.rfind(key);
  if (at == std::string_view::npos) return std::nullopt;
  double value = 0.0;
  const char* start = text.data() + at + key.size();
  if (std::from_chars(start, text.data() + text.size(), value).ec != std::errc{}) {
    return std::nullopt;
  }
  return value;
}

// One thing that is measured.
struct Candidate {
  std::string name;
  std::vector<std::string> command;
  Variables variables;
  bool is_peer = false;
  std::vector<ProcessRun> runs;
  std::vector<double> charged;  // the seconds that are compared
  double logloss = 0.0;
};

std::string FindLibrary(const fs::path& source) {
  const fs::path deps = source / ".deps";
  if (fs::exists(deps)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(deps)) {
      if (entry.path().filename() == "libxgboost.so") return entry.path().string();
    }
  }
  Die("no libxgboost.so below " + deps.string() + "; run ./dev deps");
}

std::vector<Candidate> MakeCandidates(const Options& options, const Rows& rows,
                                      const fs::path& work) {
  const std::vector<std::string> ours{options.boostyard, "train", "--root",
                                      (work / "job").string()};
  std::vector<std::string> theirs{options.peer,
                                  FindLibrary(options.source),
                                  (work / "rows.f32").string(),
                                  std::to_string(rows.row_count),
                                  std::to_string(rows.feature_count),
                                  std::to_string(kRounds),
                                  "tree_method=hist",
                                  "nthread=" + std::to_string(options.threads)};
  for (const auto& [name, value] : kSettings) {
    theirs.push_back(std::string(name) + "=" + value);
  }
  return {
      {"boostyard", ours, {{"BOOSTYARD_ENGINE", "auto"}}, false, {}, {}, 0.0},
      {"boostyard, engine xgboost", ours, {{"BOOSTYARD_ENGINE", "xgboost"}}, false, {}, {}, 0.0},
      {"XGBoost C API", theirs, {}, true, {}, {}, 0.0}};
}

void RunOnce(Candidate& candidate) {
  ProcessRun run = RunProcess(candidate.command, candidate.variables);
  if (run.exit_code != 0) {
    Die(candidate.name + " ended with " + std::to_string(run.exit_code) + ":\n" + run.messages);
  }
  const std::optional<double> logloss = LastNumber(run.output, "train-logloss:");
  const std::optional<double> inner = LastNumber(run.output, "seconds:");
  if (!logloss || (candidate.is_peer && !inner)) {
    Die(candidate.name + " printed no result:\n" + run.output);
  }
  candidate.logloss = *logloss;
  candidate.charged.push_back(candidate.is_peer ? *inner : run.seconds);
  candidate.runs.push_back(std::move(run));
}

double PeakMegabytes(const Candidate& candidate) {
  double peak = 0.0;
  for (const ProcessRun& run : candidate.runs) peak = std::max(peak, run.peak_megabytes);
  return peak;
}

void PrintTable(const std::vector<Candidate>& candidates) {
  const double peer = Median(candidates.back().charged);
  std::printf("%-28s %9s %9s %9s %7s %8s %9s\n", "", "median s", "min s", "max s", "ratio",
              "peak MB", "logloss");
  for (const Candidate& candidate : candidates) {
    const auto [low, high] =
        std::minmax_element(candidate.charged.begin(), candidate.charged.end());
    const double median = Median(candidate.charged);
    std::printf("%-28s %9.4f %9.4f %9.4f %7.3f %8.1f %9.5f\n", candidate.name.c_str(), median, *low,
                *high, median / peer, PeakMegabytes(candidate), candidate.logloss);
  }
  std::printf(
      "seconds: ours from process start to exit; the peer's from rows in memory to the last "
      "round\nratio: to the peer; logloss: on the training rows, after %d rounds\n",
      kRounds);
}

// bench/runs/DATE-MACHINE/seed-job.tsv: every run as it was.
void Keep(const Options& options, const std::vector<Candidate>& candidates) {
  const fs::path folder = KeptRunsFolder(options.source);
  std::ofstream file(folder / "seed-job.tsv");
  file << "# seed job, " << options.threads << " threads, " << MachineName() << ", boostyard "
       << BOOSTYARD_VERSION << ", peer: " << candidates.back().runs.front().output
       << "candidate\trun\tcharged_s\tprocess_s\tcpu_s\tpeak_mb\n";
  for (const Candidate& candidate : candidates) {
    for (std::size_t i = 0; i < candidate.runs.size(); ++i) {
      const ProcessRun& run = candidate.runs[i];
      file << candidate.name << '\t' << i << '\t' << candidate.charged[i] << '\t' << run.seconds
           << '\t' << run.cpu_seconds << '\t' << run.peak_megabytes << '\n';
    }
  }
  if (!file.flush()) Die("cannot write below " + folder.string());
  std::printf("kept in %s\n", folder.c_str());
}

void Validate(std::vector<Candidate>& candidates) {
  for (Candidate& candidate : candidates) RunOnce(candidate);
  for (Candidate& candidate : candidates) {
    if (std::abs(candidate.logloss - candidates.back().logloss) > kLoglossTolerance) {
      Die(candidate.name + " has train logloss " + std::to_string(candidate.logloss) +
          ", the peer has " + std::to_string(candidates.back().logloss) + ": not the same job");
    }
    // The first run warmed the page cache and is not timed.
    candidate.runs.clear();
    candidate.charged.clear();
  }
}

void Measure(const Options& options, const fs::path& work) {
  const auto rows = ReadRows(options.train);
  if (!rows) Die("cannot read rows of numbers from " + options.train.string());
  if (!WriteRows(*rows, work / "rows.f32")) Die("cannot write below " + work.string());
  WriteJob(options, work / "job");
  std::vector<Candidate> candidates = MakeCandidates(options, *rows, work);
  Validate(candidates);
  for (int run = 0; run < options.runs; ++run) {
    for (Candidate& candidate : candidates) RunOnce(candidate);
  }
  std::printf("seed job: %zu rows, %zu features, %d rounds, %d threads, %d runs each, %s\n",
              rows->row_count, rows->feature_count, kRounds, options.threads, options.runs,
              MachineName().c_str());
  PrintTable(candidates);
  if (options.keep) Keep(options, candidates);
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  using namespace boostyard::bench;
  const Options options = ParseOptions({argv + 1, argv + argc});
  std::string work = (fs::temp_directory_path() / "boostyard-bench-XXXXXX").string();
  if (mkdtemp(work.data()) == nullptr) Die("cannot make a scratch folder");
  unsetenv("TRAINING_JOB_NAME");
  unsetenv("SAGEMAKER_BASE_DIR");
  Measure(options, work);
  fs::remove_all(work);
  return EXIT_SUCCESS;
}
