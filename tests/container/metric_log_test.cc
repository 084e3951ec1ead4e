#include "container/metric_log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::Lines;
using boostyard::testing::ReadText;
using boostyard::testing::TempDir;

// A log into files, at a fixed time.
class MetricLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    out_ = std::fopen((files_.path() + "/out").c_str(), "w");
    err_ = std::fopen((files_.path() + "/err").c_str(), "w");
    ASSERT_NE(out_, nullptr);
    ASSERT_NE(err_, nullptr);
    log_.emplace(out_, err_, [] { return std::time_t{1750180268}; });
  }
  void TearDown() override {
    std::fclose(out_);
    std::fclose(err_);
  }
  // Without closing the files: what is there was flushed.
  std::string out() const { return ReadText(files_.path() + "/out"); }
  std::string err() const { return ReadText(files_.path() + "/err"); }

  void Round(int round, const std::vector<MetricValue>& metrics) {
    log_->Round({.round = round, .metrics = metrics, .snapshot = {}});
  }

  TempDir files_;
  std::FILE* out_ = nullptr;
  std::FILE* err_ = nullptr;
  std::optional<MetricLog> log_;
};

TEST_F(MetricLogTest, RoundLineHasTabsAndFiveDecimals) {
  Round(0, {{"train", "logloss", 0.487644}, {"validation", "logloss", 0.49012}});
  EXPECT_EQ(out(), "[0]\ttrain-logloss:0.48764\tvalidation-logloss:0.49012\n");
  Round(12, {{"train", "error@0.8", 1e-7}});
  EXPECT_EQ(Lines(out()).back(), "[12]\ttrain-error@0.8:0.00000");
  EXPECT_EQ(err(), "");
}

TEST_F(MetricLogTest, NeverUsesAnExponent) {
  Round(0, {{"train", "mse", 1e300}});
  EXPECT_EQ(out().find('e', out().find(':')), std::string::npos);
}

TEST_F(MetricLogTest, WarnsOncePerMetricThatIsNotFinite) {
  const double nan = -std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 3; ++round) {
    Round(round, {{"train", "auc", nan}, {"train", "rmse", inf}, {"train", "mae", -inf}});
  }
  EXPECT_EQ(Lines(out())[2], "[2]\ttrain-auc:nan\ttrain-rmse:inf\ttrain-mae:-inf");
  EXPECT_EQ(Lines(err()).size(), 3U);
}

TEST_F(MetricLogTest, LogLinesHaveTheReferencesPrefix) {
  log_->Info("hello");
  log_->Warning("careful");
  EXPECT_EQ(err(), "[2025-06-17:17:11:08:INFO] hello\n[2025-06-17:17:11:08:WARNING] careful\n");
  EXPECT_EQ(out(), "");
}

TEST_F(MetricLogTest, QuietKeepsWarningsAndMetrics) {
  log_->SetQuiet(true);
  log_->Info("hello");
  log_->Warning("careful");
  Round(0, {{"train", "auc", 0.5}});
  EXPECT_EQ(Lines(err()).size(), 1U);
  EXPECT_EQ(Lines(out()).size(), 1U);
}

TEST_F(MetricLogTest, RepeatedAndEndlessWarningsAreCountedOnly) {
  for (int i = 0; i < 10; ++i) log_->Warning("the same");
  EXPECT_EQ(Lines(err()).size(), 1U);
  for (int i = 0; i < 1000; ++i) log_->Warning("number " + std::to_string(i));
  EXPECT_EQ(Lines(err()).size(), static_cast<std::size_t>(MetricLog::kMaxWarnings) + 1);
  EXPECT_EQ(log_->warning_count(), 1010);
}

TEST(LogText, CannotBeMistakenForAMetric) {
  const std::regex metric(R"(\[[0-9]+\].*-(logloss|error|auc):)");
  for (const std::string text :
       {"file [3] is train-auc:0.5", "[0]\ttrain-logloss:0.1", "a[1]b[22]c-error:"}) {
    EXPECT_TRUE(std::regex_search(text, metric)) << "the test's own example";
    EXPECT_FALSE(std::regex_search(LogText(text), metric)) << LogText(text);
  }
  EXPECT_EQ(LogText("groups [1] and [2, 3]"), "groups [1] and [2, 3]") << "left alone";
  EXPECT_EQ(LogText("a\nb\tc"), "a b c");
}

}  // namespace
}  // namespace boostyard::container
