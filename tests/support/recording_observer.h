// An observer that remembers everything and can ask to stop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/boost/round_observer.h"
#include "engine/train.h"

namespace boostyard::testing {

struct RecordedValue {
  int round = 0;
  std::string channel;
  std::string metric;
  double value = 0.0;
};

struct RecordedPredictions {
  std::string channel;
  std::vector<float> labels;
  std::vector<float> weights;
  std::vector<float> predictions;
  int output_count = 0;
};

class RecordingObserver : public RoundObserver {
 public:
  void OnEngine(std::string_view line) override { engine.emplace_back(line); }
  void OnWarning(std::string_view line) override { warnings.emplace_back(line); }
  void OnInfo(std::string_view line) override { infos.emplace_back(line); }

  RoundDecision OnRound(const RoundReport& report) override {
    ++rounds;
    for (const MetricValue& value : report.metrics) {
      values.push_back(
          {report.round, std::string(value.channel), std::string(value.metric), value.value});
    }
    if (takes_snapshots) snapshots.push_back(report.snapshot());
    return rounds == stop_after_rounds ? RoundDecision::kStop : RoundDecision::kContinue;
  }

  bool StopRequested() override { return stops_at_once; }

  void OnPredictions(const FinalPredictions& final) override {
    finals.push_back({std::string(final.channel),
                      {final.labels.begin(), final.labels.end()},
                      {final.weights.begin(), final.weights.end()},
                      {final.predictions.begin(), final.predictions.end()},
                      final.output_count});
  }

  // The values of one metric, round by round.
  std::vector<double> History(std::string_view channel, std::string_view metric) const {
    std::vector<double> history;
    for (const RecordedValue& value : values) {
      if (value.channel == channel && value.metric == metric) history.push_back(value.value);
    }
    return history;
  }

  // What to do.
  int stop_after_rounds = 0;  // 0: never
  bool stops_at_once = false;
  bool takes_snapshots = false;

  // What was seen.
  std::vector<std::string> engine;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  std::vector<RecordedValue> values;
  std::vector<RecordedPredictions> finals;
  std::vector<Result<TrainingState>> snapshots;
  int rounds = 0;
};

}  // namespace boostyard::testing
