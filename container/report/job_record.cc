#include "container/report/job_record.h"

#include <algorithm>

#include "engine/objective/objectives.h"

namespace boostyard::container {

void JobRecord::AddEngine(std::string_view line) {
  engine_line_ = line;
  start_ = std::chrono::steady_clock::now();
}

void JobRecord::AddTraining(double seconds) {
  const double first = first_round_seconds_.value_or(0.0);
  AddStage("bin and first round", first);
  AddStage("boost", std::max(seconds - first, 0.0));
}

void JobRecord::AddRound(const RoundReport& report) {
  if (!first_round_seconds_) {
    first_round_seconds_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  AddPastRound(report);
}

void JobRecord::AddPastRound(const RoundReport& report) {
  if (report.round != next_round_ || trainings_.empty()) {
    RoundHistory& history = trainings_.emplace_back();
    history.first_round = report.round;
    for (const MetricValue& value : report.metrics) {
      history.series.push_back({std::string(value.channel), std::string(value.metric), {}});
    }
  }
  next_round_ = report.round + 1;
  std::vector<MetricSeries>& series = trainings_.back().series;
  for (std::size_t i = 0; i < report.metrics.size() && i < series.size(); ++i) {
    series[i].values.push_back(report.metrics[i].value);
  }
}

void JobRecord::AddPredictions(const FinalPredictions& final, const ObjectiveParams& objective) {
  const ObjectiveInfo* const info = FindObjective(objective.name);
  if (info != nullptr) quality_ = Judge(final, info->task);
}

}  // namespace boostyard::container
