#include "container/progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "container/diagnostics.h"

namespace boostyard::container {
namespace {

std::size_t WidthOf(std::FILE* stream) {
  winsize size{};
  const bool is_known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return is_known ? size.ws_col - 1U : 79U;
}

std::string Rounded(double value, const char* format) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string TimeText(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace

bool IsWatched(std::FILE* stream, const Variables& variables) {
  const bool is_managed = !Lookup(variables, "TRAINING_JOB_NAME").empty() ||
                          !Lookup(variables, "TRAINING_JOB_ARN").empty();
  return !is_managed && isatty(fileno(stream)) == 1 && Lookup(variables, "TERM") != "dumb";
}

ProgressLine::ProgressLine(std::FILE* stream, int round_count, Clock now)
    : stream_(stream),
      round_count_(round_count),
      now_(std::move(now)),
      start_(now_()),
      last_update_(start_) {}

void ProgressLine::Update(const RoundReport& report) {
  if (last_round_ < 0 || report.round != last_round_ + 1) {  // another training begins
    start_ = last_update_;
    first_round_ = report.round;
  }
  last_round_ = report.round;
  last_update_ = now_();
  const std::chrono::duration<double> passed = last_update_ - start_;
  const double rate = (last_round_ - first_round_ + 1) / std::max(passed.count(), 1e-9);
  text_ = "round " + std::to_string(last_round_ + 1) + " of " + std::to_string(round_count_);
  if (passed.count() > 0.0) {
    text_ += "   " + Rounded(rate, rate < 10.0 ? "%.1f" : "%.0f") + " rounds/s   " +
             TimeText((round_count_ - last_round_ - 1) / rate) + " left";
  }
  if (!report.metrics.empty()) {
    const MetricValue& newest = report.metrics.back();
    text_ += "   " + std::string(newest.channel) + " " + std::string(newest.metric) + " " +
             Rounded(newest.value, "%.5f");
  }
  Draw();
}

void ProgressLine::Clear() {
  if (!is_drawn_) return;
  std::fputs("\r\033[K", stream_);
  std::fflush(stream_);
  is_drawn_ = false;
}

void ProgressLine::Draw() {
  if (text_.empty()) return;
  const std::string line = "\r" + std::string(CutUtf8(text_, WidthOf(stream_))) + "\033[K";
  std::fwrite(line.data(), 1, line.size(), stream_);
  std::fflush(stream_);
  is_drawn_ = true;
}

}  // namespace boostyard::container
