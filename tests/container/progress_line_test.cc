// The progress line on a pseudo terminal: what a person sees in the end.
#include "container/progress_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "container/metric_log.h"

namespace boostyard::container {
namespace {

// A terminal of 60 columns; both streams of a log go to it.
class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_EQ(grantpt(master_), 0);
    EXPECT_EQ(unlockpt(master_), 0);
    const winsize size{.ws_row = 24, .ws_col = 60, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(master_, TIOCSWINSZ, &size);
    stream_ = std::fopen(ptsname(master_), "w");
  }
  ~Terminal() {
    std::fclose(stream_);
    close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::FILE* stream() { return stream_; }

  // All that was written since the last call. The kernel hands it over in its own time, so a mark
  // is written behind it and waited for.
  std::string Written() {
    constexpr char kMark = '\x05';
    std::fputc(kMark, stream_);
    std::fflush(stream_);
    std::string text;
    char buffer[4096];
    while (text.empty() || text.back() != kMark) {
      const ssize_t count = read(master_, buffer, sizeof(buffer));
      if (count <= 0) {
        ADD_FAILURE() << "the terminal ended after: " << text;
        return text;
      }
      text.append(buffer, static_cast<std::size_t>(count));
    }
    text.pop_back();
    return text;
  }

  // What stands on the screen: carriage returns and erasures carried out.
  static std::string Screen(const std::string& written) {
    std::string screen;
    std::string line;
    std::size_t column = 0;
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (written.compare(i, 3, "\033[K") == 0) {
        line.resize(std::min(line.size(), column));
        i += 2;
      } else if (written[i] == '\r') {
        column = 0;
      } else if (written[i] == '\n') {
        screen += line + "\n";
        line.clear();
        column = 0;
      } else {
        line.resize(std::max(line.size(), column + 1), ' ');
        line[column++] = written[i];
      }
    }
    return screen + line;
  }

 private:
  int master_;
  std::FILE* stream_ = nullptr;
};

void Round(MetricLog& log, int round) {
  const std::vector<MetricValue> values{
      {.channel = "validation", .metric = "logloss", .value = 0.5 / (round + 1)}};
  log.Round({.round = round, .metrics = values, .snapshot = {}});
}

TEST(ProgressLine, StaysBelowMetricAndLogLinesAndGoesAtTheEnd) {
  Terminal terminal;
  MetricLog log(terminal.stream(), terminal.stream(), [] { return std::time_t{0}; });
  log.StartProgress({}, 4);
  Round(log, 0);
  Round(log, 1);
  log.Info("a word");
  std::string written = terminal.Written();
  const std::string lines =
      "[0]        validation-logloss:0.50000\n[1]        validation-logloss:0.25000\n"
      "[1970-01-01:00:00:00:INFO] a word\n";
  std::string screen = Terminal::Screen(written);
  for (std::size_t tab = screen.find('\t'); tab != std::string::npos; tab = screen.find('\t')) {
    screen.replace(tab, 1, "        ");
  }
  ASSERT_EQ(screen.substr(0, lines.size()), lines) << screen;
  const std::string progress = screen.substr(lines.size());
  EXPECT_EQ(progress.rfind("round 2 of 4   ", 0), 0U) << progress;
  EXPECT_NE(progress.find(" left"), std::string::npos) << progress;
  EXPECT_LE(progress.size(), 59U);
  log.EndProgress();
  written += terminal.Written();
  EXPECT_EQ(Terminal::Screen(written).back(), '\n');
}

TEST(ProgressLine, SaysRateAndTimeLeft) {
  Terminal terminal;
  std::chrono::steady_clock::time_point now;
  ProgressLine line(terminal.stream(), 100, [&] { return now; });
  now += std::chrono::seconds(10);
  const std::vector<MetricValue> values{{.channel = "train", .metric = "auc", .value = 0.75}};
  line.Update({.round = 39, .metrics = values, .snapshot = {}});  // resumed
  now += std::chrono::seconds(10);
  line.Update({.round = 40, .metrics = values, .snapshot = {}});
  EXPECT_EQ(Terminal::Screen(terminal.Written()),
            "round 41 of 100   0.1 rounds/s   9 min 50 s left   train au");
}

TEST(ProgressLine, TimesEachTrainingOfACrossValidation) {
  Terminal terminal;
  std::chrono::steady_clock::time_point now;
  ProgressLine line(terminal.stream(), 2, [&] { return now; });
  for (const int round : {0, 1, 0}) {
    now += std::chrono::seconds(round == 0 ? 4 : 1);
    line.Update({.round = round, .metrics = {}, .snapshot = {}});
  }
  EXPECT_EQ(Terminal::Screen(terminal.Written()), "round 1 of 2   0.2 rounds/s   4 s left");
}

TEST(ProgressLine, IsForPeopleAlone) {
  Terminal terminal;
  EXPECT_TRUE(IsWatched(terminal.stream(), {}));
  EXPECT_FALSE(IsWatched(terminal.stream(), {{"TERM", "dumb"}}));
  EXPECT_FALSE(IsWatched(terminal.stream(), {{"TRAINING_JOB_NAME", "job"}}));
  std::FILE* file = std::tmpfile();
  EXPECT_FALSE(IsWatched(file, {}));
  std::fclose(file);
}

}  // namespace
}  // namespace boostyard::container
