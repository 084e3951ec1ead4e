// Trainings for the tests of the native engine: a covering design over its settings. Everything
// follows from fixed seeds and integer arithmetic, so the cases are the same everywhere.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/boost/train_native.h"
#include "engine/model/model_io.h"
#include "engine/objective/objectives.h"
#include "tests/support/memory_stream.h"
#include "tests/support/table_maker.h"

namespace boostyard::testing {

// ---- one training

struct NativeCase {
  TrainParams params;
  MemoryTable train;
  bool has_validation = false;
  MemoryTable validation;
};

struct TrainVariant {
  bool is_reference = false;
  int threads = 1;
  NativeTuning tuning = {};
  MemoryStreamOptions stream = {.chunk_rows = 256};
};

// What must not depend on the variant: the model's bytes, and every metric of every round.
struct TrainResult {
  std::vector<std::uint8_t> model;
  std::vector<double> metrics;
  std::string error;
  std::size_t node_count = 0;

  bool operator==(const TrainResult& other) const {
    return model == other.model && metrics == other.metrics && error == other.error;
  }
};

class RecordingObserver : public RoundObserver {
 public:
  void OnEngine(std::string_view) override {}
  void OnWarning(std::string_view) override {}
  void OnInfo(std::string_view) override {}
  RoundDecision OnRound(const RoundReport& report) override {
    for (const MetricValue& value : report.metrics) metrics.push_back(value.value);
    return RoundDecision::kContinue;
  }
  bool StopRequested() override { return false; }

  std::vector<double> metrics;
};

inline Result<Model> TrainModel(const NativeCase& one, const TrainVariant& variant,
                                RecordingObserver& observer) {
  MemoryStream train(one.train, variant.stream);
  MemoryStream validation(one.validation, variant.stream);
  const TrainingSet data{&train, one.has_validation ? &validation : nullptr};
  const RunOptions run{.threads = variant.threads};
  Result<TrainOutcome> outcome = variant.is_reference
                                     ? TrainReference(one.params, data, run, observer)
                                     : TrainNative(one.params, data, run, observer, variant.tuning);
  if (!outcome.ok()) return std::move(outcome).error();
  return std::move(outcome->model);
}

inline TrainResult RunVariant(const NativeCase& one, const TrainVariant& variant) {
  RecordingObserver observer;
  Result<Model> model = TrainModel(one, variant, observer);
  TrainResult result;
  result.metrics = observer.metrics;
  if (!model.ok()) {
    result.error = model.error().message;
    return result;
  }
  result.model = WriteModel(*model, ModelFormat::kUbjson);
  for (const Tree& tree : model->forest.trees) result.node_count += tree.node_count();
  return result;
}

// ---- the covering design

// One level per factor.
constexpr std::size_t kFactorCount = 14;
using Levels = std::array<std::size_t, kFactorCount>;
enum Factor : std::size_t {
  kObjective,
  kWeights,
  kMissing,
  kSubsample,
  kPolicy,
  kConstraints,
  kColsample,
  kParallel,
  kMaxBin,
  kValidation,
  kRows,
  kColumns,
  kRegularisation,
  kDepth,
};

inline std::vector<std::string> NativeObjectives() {
  std::vector<std::string> names;
  for (const ObjectiveInfo& info : Objectives()) {
    if (info.is_native) names.emplace_back(info.name);
  }
  return names;
}

inline Levels LevelCounts() {
  return {NativeObjectives().size(), 2, 2, 2, 2, 4, 5, 2, 3, 2, 3, 4, 5, 3};
}

// Each case is the best of some random ones: that which meets the most pairs of levels not met yet.
// So the first cases meet most pairs, and all of them meet every pair (a test checks it).
inline std::vector<Levels> CoveringDesign(std::size_t case_count) {
  const Levels counts = LevelCounts();
  using Pair = std::array<std::size_t, 4>;
  std::set<Pair> met;
  Random random(20261125);
  std::vector<Levels> cases;
  while (cases.size() < case_count) {
    Levels best{};
    std::size_t best_new = 0;
    for (int candidate = 0; candidate < 40; ++candidate) {
      Levels levels;
      for (std::size_t f = 0; f < kFactorCount; ++f) levels[f] = random.Below(counts[f]);
      std::size_t fresh = 0;
      for (std::size_t a = 0; a < kFactorCount; ++a) {
        for (std::size_t b = a + 1; b < kFactorCount; ++b) {
          fresh += 1 - met.count({a, levels[a], b, levels[b]});
        }
      }
      if (candidate == 0 || fresh > best_new) {
        best = levels;
        best_new = fresh;
      }
    }
    for (std::size_t a = 0; a < kFactorCount; ++a) {
      for (std::size_t b = a + 1; b < kFactorCount; ++b) met.insert({a, best[a], b, best[b]});
    }
    cases.push_back(best);
  }
  return cases;
}

inline void SetConstraints(std::size_t level, std::size_t columns, TreeParams& tree) {
  if (level == 1 || level == 3) {
    for (std::size_t f = 0; f < columns; ++f) {
      tree.monotone_constraints.push_back(f % 3 == 0 ? 1 : f % 3 == 1 ? -1 : 0);
    }
  }
  if (level >= 2) {
    std::vector<std::uint32_t> groups[2];
    for (std::uint32_t f = 0; f < columns; ++f) {
      if (f % 5 != 4) groups[f % 2].push_back(f);
      if (f % 7 == 0) groups[(f + 1) % 2].push_back(f);
    }
    for (const auto& group : groups) {
      if (!group.empty()) tree.interaction_constraints.push_back(group);
    }
  }
}

inline void SetTree(const Levels& levels, TreeParams& tree, SampleParams& sample) {
  sample.subsample = levels[kSubsample] == 0 ? 1.0 : 0.6;
  if (levels[kColsample] == 1) sample.colsample_bytree = 0.5;
  if (levels[kColsample] == 2) sample.colsample_bylevel = 0.5;
  if (levels[kColsample] == 3) sample.colsample_bynode = 0.5;
  if (levels[kColsample] == 4) {
    sample.colsample_bytree = sample.colsample_bylevel = sample.colsample_bynode = 0.7;
  }
  if (levels[kPolicy] == 1) tree.grow_policy = GrowPolicy::kLossguide;
  tree.num_parallel_tree = levels[kParallel] == 0 ? 1 : 2;
  constexpr int kMaxBins[] = {16, 256, 1000};
  tree.max_bin = kMaxBins[levels[kMaxBin]];
  constexpr int kDepths[] = {2, 6, 0};
  tree.max_depth = kDepths[levels[kDepth]];
  if (tree.max_depth == 0 || levels[kPolicy] == 1) tree.max_leaves = 21;
  switch (levels[kRegularisation]) {
    case 1:
      tree.alpha = 0.5;
      tree.lambda = 0.0;
      break;
    case 2:
      tree.max_delta_step = 0.3;
      break;
    case 3:
      tree.gamma = 0.5;
      tree.min_child_weight = 5.0;
      break;
    case 4:
      tree.lambda = 0.0;
      tree.min_child_weight = 0.0;
      break;
    default:
      break;
  }
}

inline NativeCase MakeCase(const Levels& levels, std::uint64_t seed) {
  NativeCase one;
  TrainParams& params = one.params;
  params.objective.name = NativeObjectives()[levels[kObjective]];
  DataSpec spec;
  spec.objective = params.objective.name;
  if (FindObjective(spec.objective)->needs_num_class) params.objective.num_class = 3;
  spec.classes = params.objective.num_class;
  constexpr std::size_t kRowCounts[] = {300, 1500, 9000};
  constexpr std::size_t kColumnCounts[] = {3, 12, 40, 150};
  spec.rows = kRowCounts[levels[kRows]];
  spec.columns = kColumnCounts[levels[kColumns]];
  if (spec.columns > 12) spec.rows = std::min<std::size_t>(spec.rows, 1500);
  spec.has_weights = levels[kWeights] == 1;
  spec.has_missing = levels[kMissing] == 1;
  params.num_round = spec.classes > 1 || spec.columns > 40 ? 2 : 3;
  SetTree(levels, params.tree, params.sample);
  SetConstraints(levels[kConstraints], spec.columns, params.tree);
  params.sample.seed = static_cast<std::int64_t>(seed);
  one.train = TableMaker(spec, seed).Make();
  one.has_validation = levels[kValidation] == 1;
  if (one.has_validation) {
    spec.rows = spec.rows / 3 + 1;
    spec.has_missing = true;  // also where the training rows have none
    one.validation = TableMaker(spec, seed + 1000003).Make();
  }
  return one;
}

// ---- the grid that every backend is tested on

inline constexpr std::size_t kGridCases = 150;

// Case `number` of the grid, below kGridCases; `name` tells its levels.
struct GridCase {
  std::string name;
  NativeCase one;
};

inline GridCase MakeGridCase(std::size_t number) {
  static const std::vector<Levels> design = CoveringDesign(kGridCases);
  GridCase made{{}, MakeCase(design[number], 1000 + number)};
  made.name = made.one.params.objective.name;
  for (const std::size_t level : design[number]) made.name += " " + std::to_string(level);
  return made;
}

// A case that is none of the grid's, with default settings but the rounds and the seed.
inline NativeCase PlainCase(const std::string& objective, std::size_t rows, std::size_t columns,
                            int rounds = 2) {
  NativeCase one;
  one.params.objective.name = objective;
  one.params.num_round = rounds;
  one.params.sample.seed = 5;
  one.train = TableMaker({.rows = rows, .columns = columns, .objective = objective}, rows).Make();
  return one;
}

}  // namespace boostyard::testing
