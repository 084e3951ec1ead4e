#include "engine/base/stage_times.h"

namespace boostyard {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Stage::kCount)> kStageNames{
    "settings", "read",        "data profile", "cuts",      "bin",
    "arrange",  "gradients",   "histograms",   "partition", "leaves",
    "metrics",  "round lines", "model",        "report",    "other"};

thread_local StageTimes* t_current = nullptr;

}  // namespace

std::string_view StageName(Stage stage) { return kStageNames[static_cast<std::size_t>(stage)]; }

StageTimes::StageTimes() : previous_(t_current) { t_current = this; }

StageTimes::~StageTimes() { t_current = previous_; }

StageTimes* StageTimes::Current() { return t_current; }

Stage StageTimes::Switch(Stage stage) {
  const Clock::time_point now = Clock::now();
  entries_[static_cast<std::size_t>(stage_)].wall += now - since_;
  since_ = now;
  const Stage former = stage_;
  stage_ = stage;
  return former;
}

std::array<StageTimes::Time, static_cast<std::size_t>(Stage::kCount)> StageTimes::times() {
  Switch(stage_);
  std::array<Time, static_cast<std::size_t>(Stage::kCount)> found;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::chrono::duration<double> wall = entries_[i].wall;
    const std::chrono::duration<double> others = entries_[i].other_threads;
    found[i] = {wall.count(), wall.count() + others.count(), entries_[i].work};
  }
  return found;
}

}  // namespace boostyard
