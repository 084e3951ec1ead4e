#include "bench/memory_probe.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "bench/dense_stream.h"
#include "engine/boost/train_native.h"

namespace boostyard::bench {
namespace {

double ResidentMegabytes() {
  std::ifstream file("/proc/self/statm");
  double size = 0.0;
  double resident = 0.0;
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024.0 / 1e6;
}

class MemoryObserver : public RoundObserver {
 public:
  void OnEngine(std::string_view /*line*/) override {}
  void OnWarning(std::string_view /*line*/) override {}
  void OnInfo(std::string_view /*line*/) override {}
  RoundDecision OnRound(const RoundReport& /*report*/) override {
    largest_ = std::max(largest_, ResidentMegabytes());
    return RoundDecision::kContinue;
  }
  bool StopRequested() override { return false; }
  double largest() const { return largest_; }

 private:
  double largest_ = 0.0;
};

}  // namespace

MemoryUse MeasureMemory(const DataSet& data, const Setting& setting, int threads) {
  DenseStream stream(data.train.rows(), threads);
  malloc_trim(0);
  const double before = ResidentMegabytes();
  MemoryObserver observer;
  RunOptions run;
  run.threads = threads;
  run.evaluates_metrics = false;
  Result<TrainOutcome> outcome =
      TrainNative(OurParams(data, setting), {.train = &stream}, run, observer);
  if (!outcome.ok()) throw PeerError(outcome.error().message);
  const auto rows = static_cast<double>(data.train.row_count);
  const auto features = static_cast<double>(data.train.feature_count);
  constexpr double kBytesPerBin = 8.0;
  constexpr double kBins = 264.0;
  return {.boosting_mb = observer.largest() - before,
          .peak_mb = PeakMegabytes() - before,
          .bar_mb = (2.0 * rows * features + 52.0 * rows) / 1e6,
          .histograms_mb =
              kBytesPerBin * kBins * features * static_cast<double>(1 << setting.max_depth) / 1e6};
}

std::string Describe(const MemoryUse& use, const DataSet& data) {
  char text[320];
  std::snprintf(
      text, sizeof text,
      "memory while boosting, %s: %.1f MB beyond the rows (peak while preparing %.1f MB); "
      "bar: 2 bytes per cell + 52 per row = %.1f MB, and histograms of at most %.1f MB: %s",
      data.name.c_str(), use.boosting_mb, use.peak_mb, use.bar_mb, use.histograms_mb,
      use.boosting_mb <= use.bar_mb + use.histograms_mb ? "ok" : "ABOVE THE BAR");
  return text;
}

}  // namespace boostyard::bench
