// What happens in a job, kept for its output files.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "container/report/quality.h"
#include "engine/boost/round_observer.h"
#include "engine/params.h"

namespace boostyard::container {

// One metric of one channel over the rounds of one training.
struct MetricSeries {
  std::string channel;
  std::string metric;
  std::vector<double> values;
};

// The rounds of one training; a cross-validation has several.
struct RoundHistory {
  int first_round = 0;  // later than 0 after a resume
  std::vector<MetricSeries> series;
  std::size_t round_count() const { return series.empty() ? 0 : series.front().values.size(); }
};

struct StageTime {
  std::string name;
  double seconds = 0.0;
};

class JobRecord {
 public:
  // Told in the order of events. A round that does not follow the last one begins another training.
  void AddEngine(std::string_view line);
  void AddRound(const RoundReport& report);
  // A round of an earlier job that this one continues: its figures count, its time does not.
  void AddPastRound(const RoundReport& report);
  // Only the last training's are kept.
  void AddPredictions(const FinalPredictions& final, const ObjectiveParams& objective);
  void AddStage(std::string name, double seconds) { stages_.push_back({std::move(name), seconds}); }
  // The training as two stages: what comes before the second round, and the rest.
  void AddTraining(double seconds);

  const std::string& engine_line() const { return engine_line_; }
  const std::vector<RoundHistory>& trainings() const { return trainings_; }
  const Quality& quality() const { return quality_; }
  const std::vector<StageTime>& stages() const { return stages_; }

 private:
  std::string engine_line_;
  std::vector<RoundHistory> trainings_;
  int next_round_ = -1;
  std::chrono::steady_clock::time_point start_;
  std::optional<double> first_round_seconds_;
  Quality quality_;
  std::vector<StageTime> stages_;
};

}  // namespace boostyard::container
