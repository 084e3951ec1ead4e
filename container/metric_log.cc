#include "container/metric_log.h"

#include <array>
#include <cctype>
#include <cmath>
#include <utility>

#include "container/diagnostics.h"

namespace boostyard::container {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Whether "-" and, somewhere behind it, ":" stand in `text`.
bool MayNameMetric(std::string_view text) {
  const std::size_t dash = text.find('-');
  return dash != std::string_view::npos && text.find(':', dash) != std::string_view::npos;
}

std::string MetricText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  std::snprintf(text.data(), text.size(), "%.5f", value);
  return text.data();
}

}  // namespace

std::string MetricLine(const RoundReport& report) {
  std::string line = "[" + std::to_string(report.round) + "]";
  for (const MetricValue& metric : report.metrics) {
    line += '\t';
    line += metric.channel;
    line += '-';
    line += metric.metric;
    line += ':';
    line += MetricText(metric.value);
  }
  return line;
}

std::string LogText(std::string_view text) {
  std::string line = OneLine(text);
  for (std::size_t open = line.find('['); open != std::string::npos;
       open = line.find('[', open + 1)) {
    std::size_t close = open + 1;
    while (close < line.size() && IsDigit(line[close])) ++close;
    if (close == open + 1 || close == line.size() || line[close] != ']') continue;
    if (!MayNameMetric(std::string_view(line).substr(close))) continue;
    line[open] = '(';
    line[close] = ')';
  }
  return line;
}

MetricLog::MetricLog(std::FILE* out, std::FILE* err, std::function<std::time_t()> now)
    : out_(out), err_(err), now_(std::move(now)) {}

void MetricLog::Line(std::string_view level, std::string_view text) {
  const std::time_t now = now_();
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "%Y-%m-%d:%H:%M:%S", &utc);
  Plain(std::string("[") + stamp.data() + ":" + std::string(level) + "] " + std::string(text));
}

void MetricLog::Plain(std::string_view text) {
  if (progress_) progress_->Clear();
  const std::string line = LogText(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), err_);
  std::fflush(err_);
  if (progress_) progress_->Draw();
}

void MetricLog::Info(std::string_view text) {
  if (!is_quiet_) Line("INFO", text);
}

void MetricLog::Warning(std::string_view text) {
  ++warning_count_;
  if (static_cast<int>(warnings_printed_.size()) >= kMaxWarnings) return;
  if (!warnings_printed_.emplace(text).second) return;
  warnings_in_order_.emplace_back(text);
  Line("WARNING", text);
  if (static_cast<int>(warnings_printed_.size()) == kMaxWarnings) {
    Line("WARNING", "further warnings are counted, not shown");
  }
}

void MetricLog::Round(const RoundReport& report) {
  if (progress_) progress_->Clear();
  const std::string line = MetricLine(report) + "\n";
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
  if (progress_) progress_->Update(report);
  for (const MetricValue& metric : report.metrics) {
    if (std::isfinite(metric.value)) continue;
    const std::string name = std::string(metric.channel) + "-" + std::string(metric.metric);
    if (!not_finite_.insert(name).second) continue;
    Warning("the metric " + name + " is " + MetricText(metric.value) + " in round " +
            std::to_string(report.round) + "; a tuning job cannot use it");
  }
}

}  // namespace boostyard::container
