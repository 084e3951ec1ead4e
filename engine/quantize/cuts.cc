#include "engine/quantize/cuts.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <numeric>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/base/huge_buffer.h"
#include "engine/quantize/float_key.h"
#include "engine/quantize/mass_counter.h"
#include "engine/quantize/mass_scan.h"

namespace boostyard {
namespace {

constexpr float kSmallestOfNone = 1e-5F;  // what XGBoost takes for a feature without any value
constexpr int kTasksPerThread = 8;
constexpr std::size_t kFeaturesPerThread =
    4;  // enough for the threads to end at about the same time
// Counters of one scan. With more (very many features, or bins) there are several scans.
constexpr std::size_t kMaxCounterBytes = std::size_t{256} << 20;
constexpr std::size_t kMinCounterBytes = std::size_t{1} << 20;  // is there at all times

struct FeatureState {
  FeatureMasses masses;
  CellSearch search;
  std::vector<float> cuts;
  float min_value = 0.0F;
  bool has_missing = false;
  std::mutex mutex;                // while several threads add to `masses`
  std::size_t counter_offset = 0;  // in counters_, during a scan
};

// Looks for the cuts of all features. First every value is counted in its bucket (the upper 16 bits
// of its key), then the buckets that matter are counted in 256 parts, and those that matter in 256
// again.
class CutSearch {
 public:
  CutSearch(ChunkStream& stream, const CutOptions& options)
      : stream_(stream),
        max_bin_(static_cast<std::uint64_t>(std::clamp(options.max_bin, 2, kMaxBinCount))),
        threads_(std::max(options.threads, 1)),
        counter_(options.counter),
        states_(stream.shape().feature_count) {}

  Result<BinCuts> Run();

 private:
  using Features = std::span<const FeatureIndex>;

  Status PrepareWeights();
  std::vector<FeatureIndex> AllFeatures() const;
  Status SearchOneByOne();
  Status SearchByCounter();
  template <class Consume>
  Status CountInGroups(std::span<const CountTask> tasks, const Consume& consume);
  template <class Count>
  void SearchFeature(const FeatureTask& task, MassScan& scan);
  Status SearchTogether();
  Status CountBuckets(Features features);
  template <class Count>
  Status RefineOnce(Features features);
  std::size_t MostCounterBytes() const;
  template <class Count>
  std::size_t PlaceCounters(Features features);
  template <class Count>
  Status CountCells(Features features);
  void StartSearch(FeatureState& state) const {
    state.search = state.masses.FirstCells();
    state.masses.DropBuckets();
    KeepCellsThatMatter(max_bin_, state.search);
  }
  bool NeedsWideCounters() const {
    return has_weights_ || row_count_ > std::numeric_limits<std::uint32_t>::max();
  }
  void FinishFeature(FeatureState& state) const;
  BinCuts Collect() const;

  // Hands every batch of the stream to `consume`, from the first row on.
  template <class Consume>
  Status ReadAll(const Consume& consume);

  ChunkStream& stream_;
  std::uint64_t max_bin_;
  int threads_;
  MassCounter* counter_;
  bool has_weights_ = false;
  RowMass mass_rule_{0.0F, 0};
  RowIndex row_count_ = 0;
  std::vector<FeatureState> states_;
  std::vector<MassScan> scans_;        // one per thread
  HugeBuffer<std::uint8_t> counters_;  // of a pass for all features
};

template <class Consume>
Status CutSearch::ReadAll(const Consume& consume) {
  BOOSTYARD_RETURN_IF_ERROR(stream_.Rewind());
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream_.NextBatch());
    if (batch.empty()) return {};
    consume(batch);
  }
}

Result<BinCuts> CutSearch::Run() {
  BOOSTYARD_RETURN_IF_ERROR(PrepareWeights());
  scans_.reserve(static_cast<std::size_t>(threads_));
  for (int thread = 0; thread < threads_; ++thread) {
    scans_.emplace_back(ActiveQuantizeKernels(), has_weights_ ? &mass_rule_ : nullptr);
  }
  const bool has_enough_features =
      threads_ == 1 || states_.size() >= static_cast<std::size_t>(threads_) * kFeaturesPerThread;
  if (counter_ != nullptr) {
    BOOSTYARD_RETURN_IF_ERROR(SearchByCounter());
  } else {
    BOOSTYARD_RETURN_IF_ERROR(stream_.shape().is_kept && has_enough_features ? SearchOneByOne()
                                                                             : SearchTogether());
  }
  for (FeatureState& state : states_) FinishFeature(state);
  BOOSTYARD_RETURN_IF_ERROR(stream_.Rewind());
  return Collect();
}

Status CutSearch::PrepareWeights() {
  has_weights_ = stream_.shape().has_weights;
  if (!has_weights_) return {};
  float max_weight = 0.0F;
  RowIndex row_count = 0;
  BOOSTYARD_RETURN_IF_ERROR(ReadAll([&](std::span<const ColumnChunk> batch) {
    for (const ColumnChunk& chunk : batch) {
      row_count += chunk.row_count;
      for (const float weight : chunk.weights) max_weight = std::max(max_weight, weight);
    }
  }));
  mass_rule_ = RowMass(max_weight, row_count);
  return {};
}

std::vector<FeatureIndex> CutSearch::AllFeatures() const {
  std::vector<FeatureIndex> features(states_.size());
  std::iota(features.begin(), features.end(), FeatureIndex{0});
  return features;
}

// For a stream in memory: a thread takes a feature through all its scans while its values are in
// the cache, and waits for nobody.
Status CutSearch::SearchOneByOne() {
  BOOSTYARD_RETURN_IF_ERROR(stream_.Rewind());
  BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream_.NextBatch());
  row_count_ = 0;
  for (const ColumnChunk& chunk : batch) row_count_ += chunk.row_count;
  if (row_count_ != stream_.shape().row_count) {
    return MakeError(ErrorId::kInternal, "a stream that is kept in memory came in several batches");
  }
  RunFeatureTasks(threads_, 1, AllFeatures(), batch, [&](const FeatureTask& task, int thread) {
    if (NeedsWideCounters()) {
      SearchFeature<std::uint64_t>(task, scans_[thread]);
    } else {
      SearchFeature<std::uint32_t>(task, scans_[thread]);
    }
  });
  return {};
}

template <class Count>
void CutSearch::SearchFeature(const FeatureTask& task, MassScan& scan) {
  FeatureState& state = states_[task.feature];
  scan.AddMasses(task, state.masses, state.mutex);
  StartSearch(state);
  HugeBuffer<Count> counters;
  while (!state.search.is_done()) {
    const std::size_t needed = CounterCount(state.search.cells.size());
    if (counters.size() < needed) counters = HugeBuffer<Count>(needed);
    std::fill(counters.data(), counters.data() + needed, Count{0});
    scan.CountCells(task, state.search.cells, counters.data());
    RefineCells(max_bin_, counters.data(), state.masses, state.search);
  }
}

// For a stream that is read again, which should be seldom: every pass is for all features.
Status CutSearch::SearchTogether() {
  const std::vector<FeatureIndex> features = AllFeatures();
  BOOSTYARD_RETURN_IF_ERROR(CountBuckets(features));
  ReturnFreeMemory();  // the buckets', before the counters take theirs
  for (;;) {
    std::vector<FeatureIndex> open;
    for (const FeatureIndex feature : features) {
      if (!states_[feature].search.is_done()) open.push_back(feature);
    }
    if (open.empty()) return {};
    BOOSTYARD_RETURN_IF_ERROR(NeedsWideCounters() ? RefineOnce<std::uint64_t>(open)
                                                  : RefineOnce<std::uint32_t>(open));
  }
}

// As SearchTogether, but that somebody else counts, and sees values alone: dictionaries are nothing
// to it.
Status CutSearch::SearchByCounter() {
  std::vector<CountTask> tasks;
  for (const FeatureIndex feature : AllFeatures()) tasks.push_back({feature, {}});
  while (!tasks.empty()) {
    BOOSTYARD_RETURN_IF_ERROR(
        CountInGroups(tasks, [&](const CountTask& task, std::uint64_t* counters) {
          FeatureState& state = states_[task.feature];
          if (!task.cells.empty()) {
            RefineCells(max_bin_, counters, state.masses, state.search);
            return;
          }
          // Neither their sum is known, nor whether the values have lower bits.
          state.masses.TakeBuckets(counters, std::numeric_limits<std::uint64_t>::max(), ~0U);
          if (counters[kBucketCount] > 0) state.masses.NoteMissing();
          StartSearch(state);
        }));
    tasks.clear();
    for (const FeatureIndex feature : AllFeatures()) {
      const CellSearch& search = states_[feature].search;
      if (!search.is_done()) tasks.push_back({feature, search.cells});
    }
  }
  return {};
}

// Calls consume(task, counters) once for each task, in as many scans as the counter's room asks
// for.
template <class Consume>
Status CutSearch::CountInGroups(std::span<const CountTask> tasks, const Consume& consume) {
  while (!tasks.empty()) {
    std::vector<std::size_t> offsets = {0};
    for (const CountTask& task : tasks) {
      const std::size_t end = offsets.back() + CountersOf(task);
      if (offsets.size() > 1 && end > counter_->room()) break;
      offsets.push_back(end);
    }
    const std::size_t count = offsets.size() - 1;
    BOOSTYARD_RETURN_IF_ERROR(
        counter_->Start(tasks.first(count), has_weights_ ? &mass_rule_ : nullptr));
    Status added;
    BOOSTYARD_RETURN_IF_ERROR(ReadAll([&](std::span<const ColumnChunk> batch) {
      if (added.ok()) added = counter_->Add(batch);
    }));
    BOOSTYARD_RETURN_IF_ERROR(std::move(added));
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<std::uint64_t> counters, counter_->Finish());
    RunTasks(threads_, count, [&](std::size_t position, int) {
      consume(tasks[position], counters.data() + offsets[position]);
    });
    tasks = tasks.subspan(count);
  }
  return {};
}

Status CutSearch::CountBuckets(Features features) {
  row_count_ = 0;
  BOOSTYARD_RETURN_IF_ERROR(ReadAll([&](std::span<const ColumnChunk> batch) {
    for (const ColumnChunk& chunk : batch) row_count_ += chunk.row_count;
    RunFeatureTasks(threads_, kTasksPerThread, features, batch,
                    [&](const FeatureTask& task, int thread) {
                      FeatureState& state = states_[task.feature];
                      scans_[thread].AddMasses(task, state.masses, state.mutex);
                    });
  }));
  RunTasks(threads_, features.size(),
           [&](std::size_t position, int) { StartSearch(states_[features[position]]); });
  return {};
}

// One step for all the features, in as many scans as the memory for counters asks for.
template <class Count>
Status CutSearch::RefineOnce(Features features) {
  while (!features.empty()) {
    const std::size_t count = PlaceCounters<Count>(features);
    const Features scanned = features.first(count);
    BOOSTYARD_RETURN_IF_ERROR(CountCells<Count>(scanned));
    RunTasks(threads_, count, [&](std::size_t position, int) {
      FeatureState& state = states_[scanned[position]];
      const auto* counters =
          reinterpret_cast<const Count*>(counters_.data()) + state.counter_offset;
      RefineCells(max_bin_, counters, state.masses, state.search);
    });
    features = features.subspan(count);
  }
  return {};
}

// A stream is read again because memory is scarce. Its bins, a byte a cell at least, will have
// their room: until then counters may use it.
std::size_t CutSearch::MostCounterBytes() const {
  if (stream_.shape().is_kept) return kMaxCounterBytes;
  return std::clamp<std::size_t>(row_count_ * states_.size(), kMinCounterBytes, kMaxCounterBytes);
}

// Gives the first features their counters, all 0; returns how many features (at least 1) have some.
template <class Count>
std::size_t CutSearch::PlaceCounters(Features features) {
  const std::size_t most_bytes = MostCounterBytes();
  std::size_t total = 0;
  std::size_t placed = 0;
  for (const FeatureIndex feature : features) {
    const std::size_t needed = CounterCount(states_[feature].search.cells.size());
    if (placed > 0 && (total + needed) * sizeof(Count) > most_bytes) break;
    states_[feature].counter_offset = total;
    total += needed;
    ++placed;
  }
  if (counters_.size() < total * sizeof(Count)) {
    counters_ = HugeBuffer<std::uint8_t>();
    counters_ = HugeBuffer<std::uint8_t>(total * sizeof(Count));
  }
  RunTasks(threads_, placed, [&](std::size_t position, int) {
    const FeatureState& state = states_[features[position]];
    auto* counters = reinterpret_cast<Count*>(counters_.data()) + state.counter_offset;
    std::fill(counters, counters + CounterCount(state.search.cells.size()), Count{0});
  });
  return placed;
}

template <class Count>
Status CutSearch::CountCells(Features features) {
  return ReadAll([&](std::span<const ColumnChunk> batch) {
    RunFeatureTasks(threads_, kTasksPerThread, features, batch,
                    [&](const FeatureTask& task, int thread) {
                      const FeatureState& state = states_[task.feature];
                      scans_[thread].CountCells(
                          task, state.search.cells,
                          reinterpret_cast<Count*>(counters_.data()) + state.counter_offset);
                    });
  });
}

void CutSearch::FinishFeature(FeatureState& state) const {
  if (state.search.cells.empty()) {
    state.cuts = {CutAbove(kSmallestOfNone)};
    state.min_value = kSmallestOfNone;
  } else {
    state.cuts = PickCuts(max_bin_, state.search);
    state.min_value = NumberBelow(KeyFloat(state.search.cells.front().first_key));
  }
  state.has_missing = state.masses.has_missing();
  state.masses = {};
  state.search = {};
}

BinCuts CutSearch::Collect() const {
  BinCuts cuts;
  cuts.begin.push_back(0);
  for (const FeatureState& state : states_) {
    cuts.values.insert(cuts.values.end(), state.cuts.begin(), state.cuts.end());
    cuts.begin.push_back(static_cast<std::uint32_t>(cuts.values.size()));
    cuts.min_values.push_back(state.min_value);
    cuts.has_missing.push_back(static_cast<std::uint8_t>(state.has_missing));
  }
  return cuts;
}

}  // namespace

Result<BinCuts> BuildCuts(ChunkStream& stream, const CutOptions& options) {
  Result<BinCuts> cuts = CutSearch(stream, options).Run();
  ReturnFreeMemory();
  return cuts;
}

}  // namespace boostyard
