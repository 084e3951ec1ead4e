// Training speed beside XGBoost and LightGBM, data in memory, each training in a fork of the
// process that holds the data.
//
// usage: train_bench --source CHECKOUT [--sets A,B] [--settings a,b,c] [--threads 2,1]
//                    [--runs N] [--quick] [--keep] [--auc-seeds N] [--memory]
// A row is a data set, a setting and a number of threads. Without --sets, --settings and --threads
// the rows are those of the project's bars: every set and setting on two threads, and three rows on
// one. Each peer's variants are run once, the fastest whose test AUC agrees is timed; then the
// three take turns. Seconds are from float rows in memory to the last round.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/auc.h"
#include "bench/contenders.h"
#include "bench/kept_runs.h"
#include "bench/memory_probe.h"
#include "bench/micro/accumulate_bench.h"
#include "bench/process.h"

namespace boostyard::bench {
namespace {

constexpr double kAucTolerance = 0.01;    // small data (--quick) need more, and are only marked
constexpr double kLongRunSeconds = 60.0;  // such a row is run three times only
constexpr std::uint64_t kDataSeed = 1;
constexpr Contender kContenders[] = {Contender::kOurs, Contender::kXgboost, Contender::kLightgbm};

struct Options {
  std::string program;
  std::string source = ".";
  std::vector<std::string> sets = {"higgs1m", "wide", "bank"};
  std::vector<std::string> settings = {"a", "b", "c"};
  std::vector<int> threads;  // empty: the rows of the bars
  int runs = 5;
  int auc_seeds = 0;
  bool is_quick = false;
  bool keeps = false;
  bool is_memory_child = false;
};

// Text that goes to the terminal and to the kept file.
class Report {
 public:
  void Line(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    text_ += line + '\n';
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <class... Values>
std::string Format(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

Setting SettingOf(const std::string& name, const std::string& set, bool is_quick) {
  Setting setting{.name = name};
  if (name == "a") {
    setting = {.name = name,
               .max_depth = 5,
               .eta = 0.2,
               .gamma = 4.0,
               .min_child_weight = 6.0,
               .subsample = 0.8,
               .rounds = 100};
  } else if (name == "b") {
    setting.max_depth = 6;
    setting.rounds = set == "wide" ? 100 : 200;
  } else if (name == "c") {
    setting.max_depth = 8;
    setting.rounds = set == "wide" ? 25 : 100;
  } else {
    throw PeerError("no setting " + name);
  }
  if (is_quick) setting.rounds = std::max(5, setting.rounds / 10);
  return setting;
}

DataSet DataOf(const std::string& set, std::uint64_t seed, const Options& options) {
  const double scale = options.is_quick ? (set == "bank" ? 0.5 : 0.03) : 1.0;
  DataSet data = MakeDataSet(set, seed, scale, 1);  // no threads yet: TrainOnce forks
  if (data.train.row_count == 0) throw PeerError("no data set " + set);
  return data;
}

// One contender in one row.
struct Entry {
  Variant variant;
  double auc = 0.0;
  std::vector<Timed> runs;

  double Total() const { return MedianOf(&Timed::total_s); }
  double Prepare() const { return MedianOf(&Timed::prepare_s); }
  double Spread() const {  // of the totals, relative to their median
    const auto [low, high] =
        std::minmax_element(runs.begin(), runs.end(),
                            [](const Timed& a, const Timed& b) { return a.total_s < b.total_s; });
    return (high->total_s - low->total_s) / Total();
  }

 private:
  double MedianOf(double Timed::*field) const {
    std::vector<double> values;
    for (const Timed& run : runs) values.push_back(run.*field);
    return Median(values);
  }
};

struct Row {
  std::string set;
  Setting setting;
  int threads = 2;
  std::map<Contender, Entry> entries;

  std::string name() const {
    return Format("%-8s %s %d thread%s", set.c_str(), setting.name.c_str(), threads,
                  threads == 1 ? "" : "s");
  }
  double Ratio(Contender peer) const {
    return entries.at(peer).Total() / entries.at(Contender::kOurs).Total();
  }
  double PrepareRatio(Contender peer) const {
    return entries.at(peer).Prepare() / entries.at(Contender::kOurs).Prepare();
  }
};

// Runs every variant once and takes the fastest of those whose AUC is not below the best by more
// than the tolerance.
Entry ChooseVariant(Contender contender, const Peers& peers, const DataSet& data, const Row& row,
                    Report& report) {
  struct Trial {
    Variant variant;
    double auc;
    double seconds;
  };
  std::vector<Trial> trials;
  for (const Variant& variant : VariantsOf(contender)) {
    try {
      const Timed timed =
          TrainOnce(contender, variant, peers, data, row.setting, row.threads, true);
      trials.push_back(
          {variant, AreaUnderCurve(timed.test_scores, data.test.labels), timed.total_s});
      report.Line(Format("  %s, %-9s %-18s %8.3f s, prepare %7.3f s, test AUC %.5f",
                         row.name().c_str(), NameOf(contender), variant.name.c_str(), timed.total_s,
                         timed.prepare_s, trials.back().auc));
    } catch (const PeerError& error) {
      report.Line(Format("  %s, %-9s %-18s failed: %s", row.name().c_str(), NameOf(contender),
                         variant.name.c_str(), error.what()));
    }
  }
  if (trials.empty()) throw PeerError(std::string("no variant works of ") + NameOf(contender));
  double best_auc = 0.0;
  for (const Trial& trial : trials) best_auc = std::max(best_auc, trial.auc);
  const Trial* chosen = nullptr;
  for (const Trial& trial : trials) {
    if (trial.auc < best_auc - kAucTolerance) continue;
    if (chosen == nullptr || trial.seconds < chosen->seconds) chosen = &trial;
  }
  return {chosen->variant, chosen->auc, {}};
}

// Whether all three learned the same: their AUC differs by at most the tolerance.
bool IsValid(const Row& row, Report& report) {
  bool is_valid = true;
  const double ours = row.entries.at(Contender::kOurs).auc;
  for (const Contender peer : {Contender::kXgboost, Contender::kLightgbm}) {
    const double difference = ours - row.entries.at(peer).auc;
    if (std::abs(difference) <= kAucTolerance) continue;
    is_valid = false;
    report.Line(Format("  %s: INVALID, our test AUC differs from %s's by %+.5f", row.name().c_str(),
                       NameOf(peer), difference));
  }
  return is_valid;
}

// Fills the row; false: it must not be compared.
bool Measure(Row& row, const Peers& peers, const DataSet& data, const Options& options,
             Report& report) {
  for (const Contender contender : kContenders) {
    row.entries[contender] = ChooseVariant(contender, peers, data, row, report);
  }
  if (!IsValid(row, report) && !options.is_quick) return false;
  int runs = options.runs;
  try {
    for (int run = 0; run < runs; ++run) {
      for (const Contender contender : kContenders) {
        Entry& entry = row.entries[contender];
        entry.runs.push_back(
            TrainOnce(contender, entry.variant, peers, data, row.setting, row.threads, false));
        if (entry.runs.back().total_s > kLongRunSeconds) runs = std::min(runs, 3);
      }
    }
  } catch (const PeerError& error) {
    report.Line(Format("  %s: INVALID, %s", row.name().c_str(), error.what()));
    return false;
  }
  return true;
}

double GeometricMean(const std::vector<Row>& rows, const std::function<double(const Row&)>& value) {
  double sum = 0.0;
  for (const Row& row : rows) sum += std::log(value(row));
  return std::exp(sum / static_cast<double>(rows.size()));
}

void PrintRows(const std::vector<Row>& rows, Report& report) {
  if (rows.empty()) return;
  report.Line("");
  report.Line(
      "row                  ours s (spread)   XGBoost s (spread)  ratio   LightGBM s (spread) ratio"
      "   prepare: ours s  XGB x  LGBM x   test AUC: ours  XGBoost  LightGBM");
  double worst[2] = {1e30, 1e30};
  for (const Row& row : rows) {
    const Entry& ours = row.entries.at(Contender::kOurs);
    const Entry& xgboost = row.entries.at(Contender::kXgboost);
    const Entry& lightgbm = row.entries.at(Contender::kLightgbm);
    worst[0] = std::min(worst[0], row.Ratio(Contender::kXgboost));
    worst[1] = std::min(worst[1], row.Ratio(Contender::kLightgbm));
    report.Line(Format(
        "%-20s %7.3f (%4.1f %%) %9.3f (%4.1f %%) %8.2f %11.3f (%4.1f %%) %8.2f %14.4f %7.2f %7.2f "
        "%12.5f %8.5f %8.5f",
        row.name().c_str(), ours.Total(), 100 * ours.Spread(), xgboost.Total(),
        100 * xgboost.Spread(), row.Ratio(Contender::kXgboost), lightgbm.Total(),
        100 * lightgbm.Spread(), row.Ratio(Contender::kLightgbm), ours.Prepare(),
        row.PrepareRatio(Contender::kXgboost), row.PrepareRatio(Contender::kLightgbm), ours.auc,
        xgboost.auc, lightgbm.auc));
  }
  const double means[2] = {
      GeometricMean(rows, [](const Row& row) { return row.Ratio(Contender::kXgboost); }),
      GeometricMean(rows, [](const Row& row) { return row.Ratio(Contender::kLightgbm); })};
  report.Line(
      Format("geometric mean over %zu rows: XGBoost %.2f (bar 4.0), LightGBM %.2f (bar 3.0)",
             rows.size(), means[0], means[1]));
  report.Line(
      Format("lowest row: XGBoost %.2f (bar 2.8), LightGBM %.2f (bar 2.0)", worst[0], worst[1]));
  for (const Row& row : rows) {
    if (row.set != "higgs1m") continue;
    report.Line(Format("prepare, %s: XGBoost %.2f (bar 8), LightGBM %.2f (bar 5)",
                       row.name().c_str(), row.PrepareRatio(Contender::kXgboost),
                       row.PrepareRatio(Contender::kLightgbm)));
  }
  report.Line("variants: " + [&] {
    std::string text;
    for (const Row& row : rows) {
      text += (text.empty() ? "" : "; ") + row.name() + " " +
              row.entries.at(Contender::kXgboost).variant.name + ", " +
              row.entries.at(Contender::kLightgbm).variant.name;
    }
    return text;
  }());
}

std::string Json(const std::vector<Row>& rows) {
  std::string text = "[\n";
  for (const Row& row : rows) {
    for (const Contender contender : kContenders) {
      const Entry& entry = row.entries.at(contender);
      text += text.size() > 2 ? ",\n" : "";
      text += Format(R"({"set":"%s","setting":"%s","threads":%d,"who":"%s","variant":"%s",)",
                     row.set.c_str(), row.setting.name.c_str(), row.threads, NameOf(contender),
                     entry.variant.name.c_str());
      text += Format(R"("auc":%.6f,"runs":[)", entry.auc);
      for (std::size_t i = 0; i < entry.runs.size(); ++i) {
        text += Format(R"(%s{"total_s":%.6f,"prepare_s":%.6f})", i == 0 ? "" : ",",
                       entry.runs[i].total_s, entry.runs[i].prepare_s);
      }
      text += "]}";
    }
  }
  return text + "\n]\n";
}

// The rows: of the bars, or every combination of what was asked for.
std::vector<Row> PlanRows(const Options& options) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& set, const std::string& setting, int threads) {
    rows.push_back({set, SettingOf(setting, set, options.is_quick), threads, {}});
  };
  const auto has_one_thread_row = [](const std::string& set, const std::string& setting) {
    return (set == "higgs1m" && setting == "a") ||
           (set == "bank" && (setting == "a" || setting == "b"));
  };
  for (const std::string& set : options.sets) {
    for (const std::string& setting : options.settings) {
      if (options.threads.empty()) {
        add(set, setting, 2);
        if (has_one_thread_row(set, setting)) add(set, setting, 1);
      }
      for (const int threads : options.threads) add(set, setting, threads);
    }
  }
  return rows;
}

void Keep(const Options& options, const std::string& name, const std::string& text,
          const std::string& json) {
  const std::filesystem::path folder = KeptRunsFolder(options.source);
  std::ofstream(folder / (name + ".txt")) << text;
  if (!json.empty()) std::ofstream(folder / (name + ".json")) << json;
  std::printf("kept in %s\n", folder.c_str());
}

Peers OpenPeers(const Options& options) {
  return {XgbLibrary(FindPeerLibrary(options.source, "libxgboost.so")),
          LgbmLibrary(FindPeerLibrary(options.source, "lib_lightgbm.so"))};
}

// The memory of our own training, in a process that does nothing else.
void ReportMemory(const Options& options, const std::string& set, Report& report) {
  std::vector<std::string> command = {options.program, "--memory", "--sets", set,
                                      "--settings",    "b"};
  if (options.is_quick) command.push_back("--quick");
  const ProcessRun run = RunProcess(command);
  if (run.exit_code != 0) throw PeerError("the memory probe failed: " + run.messages);
  report.Line(run.output.substr(0, run.output.find('\n')));
}

void RunSpeed(const Options& options) {
  const Peers peers = OpenPeers(options);
  Report report;
  report.Line("train, " + MachineName() + ", boostyard " BOOSTYARD_VERSION ", XGBoost " +
              peers.xgboost.version() + ", LightGBM 4.7.0" +
              (options.is_quick ? ", QUICK: small data, figures mean nothing" : ""));
  const AccumulateCost cost = MeasureAccumulate();
  report.Line(
      Format("histogram kernel, cycles per update: 8 features %.3f (bar 1.15), 32 features "
             "%.3f, 8 features by row number %.3f; calibrated cycle %.4f ns",
             cost.one_block, cost.four_blocks, cost.gathered, cost.nanoseconds_per_cycle));
  std::vector<Row> rows;
  for (const std::string& set : options.sets) {
    ReportMemory(options, set, report);
    const DataSet data = DataOf(set, kDataSeed, options);
    for (Row& row : PlanRows(options)) {
      if (row.set != set) continue;
      if (Measure(row, peers, data, options, report)) rows.push_back(std::move(row));
    }
  }
  PrintRows(rows, report);
  if (options.keeps) Keep(options, "train", report.text(), Json(rows));
}

// Test AUC of a set in a setting over seeds of data and sampling, ours beside XGBoost's.
void CompareAuc(const Options& options, const Peers& peers, const std::string& set,
                const std::string& name, Report& report) {
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int seed = 0; seed < options.auc_seeds; ++seed) {
    const DataSet data = DataOf(set, 100 + static_cast<std::uint64_t>(seed), options);
    Setting setting = SettingOf(name, set, options.is_quick);
    setting.seed = seed;
    setting.fixes_base_score = true;
    const auto auc = [&](Contender contender) {
      const Timed timed =
          TrainOnce(contender, VariantsOf(contender).front(), peers, data, setting, 2, true);
      return AreaUnderCurve(timed.test_scores, data.test.labels);
    };
    ours.push_back(auc(Contender::kOurs));
    theirs.push_back(auc(Contender::kXgboost));
  }
  const auto count = static_cast<double>(options.auc_seeds);
  const auto mean = [&](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / count;
  };
  const double difference = mean(ours) - mean(theirs);
  double squares = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    squares += std::pow(ours[i] - theirs[i] - difference, 2);
  }
  const double error = std::sqrt(squares / std::max(1.0, count - 1.0) / count);
  report.Line(Format("%-8s %s  ours %.6f  XGBoost %.6f  difference %+.6f (standard error %.6f) %s",
                     set.c_str(), name.c_str(), mean(ours), mean(theirs), difference, error,
                     difference >= -0.001 ? "ok" : "BELOW THE BAR"));
}

// A file for each setting, since a setting takes its time.
void RunAucSeeds(const Options& options) {
  const Peers peers = OpenPeers(options);
  for (const std::string& name : options.settings) {
    Report report;
    report.Line(Format("mean test AUC over %d seeds, same base score, %s", options.auc_seeds,
                       MachineName().c_str()));
    for (const std::string& set : options.sets) CompareAuc(options, peers, set, name, report);
    if (options.keeps) Keep(options, "train-auc-" + name, report.text(), "");
  }
}

void RunMemoryChild(const Options& options) {
  const std::string& set = options.sets.front();
  const DataSet data = DataOf(set, kDataSeed, options);
  Setting setting = SettingOf(options.settings.front(), set, options.is_quick);
  setting.rounds = 10;
  const MemoryUse use = MeasureMemory(data, setting, 2);
  std::printf("%s\n", Describe(use, data).c_str());
}

int PositiveOf(const std::string& text) {
  int value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ptr !=
          text.data() + text.size() ||
      value < 1) {
    throw PeerError("not a positive number: " + text);
  }
  return value;
}

std::vector<std::string> SplitAtCommas(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

Options ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  options.program = arguments.front();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    const auto next = [&]() -> const std::string& {
      if (i + 1 == arguments.size()) throw PeerError(name + " needs a value");
      return arguments[++i];
    };
    if (name == "--source") {
      options.source = next();
    } else if (name == "--sets") {
      options.sets = SplitAtCommas(next());
    } else if (name == "--settings") {
      options.settings = SplitAtCommas(next());
    } else if (name == "--threads") {
      for (const std::string& part : SplitAtCommas(next())) {
        options.threads.push_back(PositiveOf(part));
      }
    } else if (name == "--runs") {
      options.runs = PositiveOf(next());
    } else if (name == "--auc-seeds") {
      options.auc_seeds = PositiveOf(next());
    } else if (name == "--quick") {
      options.is_quick = true;
    } else if (name == "--keep") {
      options.keeps = true;
    } else if (name == "--memory") {
      options.is_memory_child = true;
    } else {
      throw PeerError("no option " + name);
    }
  }
  return options;
}

void Run(const Options& options) {
  if (options.is_memory_child) {
    RunMemoryChild(options);
  } else if (options.auc_seeds > 0) {
    RunAucSeeds(options);
  } else {
    RunSpeed(options);
  }
}

}  // namespace
}  // namespace boostyard::bench

int main(int argc, char** argv) {
  try {
    boostyard::bench::Run(boostyard::bench::ParseOptions({argv, argv + argc}));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train_bench: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
