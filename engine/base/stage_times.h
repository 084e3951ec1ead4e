// Where the time of a job goes. Whoever runs a job makes a StageTimes; library code marks its
// stages with a StageScope, which costs a look at the clock, or next to nothing where nobody
// records. Only the thread that made the StageTimes is followed; what the pool's threads do for it
// is added up.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace boostyard {

// In the order of a job.
enum class Stage : std::uint8_t {
  kSettings,    // configuration, hyperparameters, lists of files
  kRead,        // opening, sniffing, decoding, parsing
  kProfile,     // the data profile
  kCuts,        // cut points, besides the reading that they cause
  kBin,         // values to codes
  kArrange,     // codes to the rows and columns that the rounds read
  kGradients,   // gradients of a tree, its sample of rows, and the last tree's values to margins
  kHistograms,  // histograms and the best splits
  kPartition,   // rows to the children of their node
  kLeaves,      // exact sums of leaves, and which leaf each row is in
  kMetrics,     // a round's figures
  kRoundLines,  // what whoever listens to rounds does: log line, record, checkpoint
  kModel,       // the model file
  kReport,      // the other files of a job
  kOther,       // between the stages
  kCount,
};

// "read", "cuts", ...
std::string_view StageName(Stage stage);

class StageTimes {
 public:
  // From here on this thread's stages are recorded here; another StageTimes waits meanwhile.
  StageTimes();
  ~StageTimes();
  StageTimes(const StageTimes&) = delete;
  StageTimes& operator=(const StageTimes&) = delete;

  // Up to now. A stage within another one counts as itself alone, so that the sum over all stages
  // is the time since this object was made. Busy seconds are those of all threads that had a part
  // of the stage's work: without those in which they wait for each other.
  struct Time {
    double seconds = 0.0;
    double busy_seconds = 0.0;
    std::uint64_t work = 0;  // rows summed, rows moved, columns left: what AddWork was told
  };
  std::array<Time, static_cast<std::size_t>(Stage::kCount)> times();

  // The one that records this thread, or null.
  static StageTimes* Current();

  // Ends the stage that is on and begins another; returns the former.
  Stage Switch(Stage stage);
  // Of the stage that is on: what other threads did besides this one.
  void AddBusy(std::chrono::nanoseconds time) {
    entries_[static_cast<std::size_t>(stage_)].other_threads += time;
  }

 private:
  using Clock = std::chrono::steady_clock;
  friend class StageScope;
  struct Entry {
    std::chrono::nanoseconds wall{0};
    std::chrono::nanoseconds other_threads{0};
    std::uint64_t work = 0;
  };

  StageTimes* previous_;
  Stage stage_ = Stage::kOther;
  Clock::time_point since_ = Clock::now();
  std::array<Entry, static_cast<std::size_t>(Stage::kCount)> entries_{};
};

// This thread is in a stage until the end of the scope, or until a scope within it. The work of a
// stage is counted where the time alone does not say whether it was much: for kArrange the columns
// that rows have left, bundles being one; for kHistograms the rows added up; for kPartition the
// sampled rows of nodes that were split.
class StageScope {
 public:
  explicit StageScope(Stage stage) : times_(StageTimes::Current()), stage_(stage) {
    if (times_ != nullptr) outer_ = times_->Switch(stage);
  }
  ~StageScope() {
    if (times_ != nullptr) times_->Switch(outer_);
  }
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;

  void AddWork(std::uint64_t work) const {
    if (times_ != nullptr) times_->entries_[static_cast<std::size_t>(stage_)].work += work;
  }

 private:
  StageTimes* times_;
  Stage stage_;
  Stage outer_ = Stage::kOther;
};

}  // namespace boostyard
