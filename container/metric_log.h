// The two streams of a job: metric lines on stdout, everything else on stderr.
//
// Metric lines are an interface. The service reads metrics with the patterns
//   .*\[[0-9]+\].*#011validation-logloss:(\S+)
// (#011 is how it shows a TAB), so no other line may look like that.
#pragma once

#include <cstdio>
#include <ctime>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "container/progress_line.h"
#include "engine/boost/round_observer.h"

namespace boostyard::container {

// Not thread safe. Borrows its streams.
class MetricLog {
 public:
  // `now` gives the time of log lines; tests fix it.
  explicit MetricLog(
      std::FILE* out = stdout, std::FILE* err = stderr,
      std::function<std::time_t()> now = [] { return std::time(nullptr); });

  // "[2025-06-17:17:11:08:INFO] text" on stderr.
  void Info(std::string_view text);

  // The same with WARNING. A repeated text is not printed again, and no more than kMaxWarnings are:
  // the rest is counted.
  void Warning(std::string_view text);

  // "[3]<TAB>train-logloss:0.48764<TAB>validation-logloss:0.49012" on stdout, flushed. A nan or inf
  // is warned of once per metric.
  void Round(const RoundReport& report);

  // A line of stderr as it is, but for what would be mistaken for a metric.
  void Plain(std::string_view text);

  // Only warnings and metric lines from here on.
  void SetQuiet(bool is_quiet) { is_quiet_ = is_quiet; }

  // From here on a progress line stays below what is printed; EndProgress erases it.
  void StartProgress(const Variables& variables, int round_count) {
    if (IsWatched(err_, variables)) progress_.emplace(err_, round_count);
  }
  void EndProgress() {
    if (progress_) progress_->Clear();
    progress_.reset();
  }

  int warning_count() const { return warning_count_; }
  // Those that were printed, in order.
  const std::vector<std::string>& warnings() const { return warnings_in_order_; }

  static constexpr int kMaxWarnings = 50;

 private:
  void Line(std::string_view level, std::string_view text);

  std::optional<ProgressLine> progress_;
  std::FILE* out_;
  std::FILE* err_;
  std::function<std::time_t()> now_;
  bool is_quiet_ = false;
  int warning_count_ = 0;
  std::set<std::string, std::less<>> warnings_printed_;
  std::vector<std::string> warnings_in_order_;
  std::set<std::string, std::less<>> not_finite_;  // metrics already warned of
};

// `report` as a metric line, without line break.
std::string MetricLine(const RoundReport& report);

// `text` as one line in which no reader of metrics finds one: brackets around digits become
// parentheses where "-name:" follows.
std::string LogText(std::string_view text);

}  // namespace boostyard::container
