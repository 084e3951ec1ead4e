#include "container/cross_validation.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "container/fold_predictions.h"
#include "container/fold_split.h"
#include "data/joined_stream.h"
#include "data/row_subset.h"
#include "engine/base/error_table.h"
#include "engine/objective/objectives.h"

namespace boostyard::container {
namespace {

// A metric of a fold's last round, with names of its own.
struct LastValue {
  std::string channel;
  std::string metric;
  double value = 0.0;
};

// Passes on what a fold's training says, and keeps its last round's metrics.
class FoldObserver : public RoundObserver {
 public:
  FoldObserver(RoundObserver& outer, bool tells_engine)
      : outer_(outer), tells_engine_(tells_engine) {}

  void OnEngine(std::string_view line) override {
    if (tells_engine_) outer_.OnEngine(line);
  }
  void OnWarning(std::string_view line) override { outer_.OnWarning(line); }
  void OnInfo(std::string_view line) override { outer_.OnInfo(line); }
  RoundDecision OnRound(const RoundReport& report) override {
    Keep(report);
    return outer_.OnRound(report);
  }
  void OnPastRound(const RoundReport& report) override {
    Keep(report);
    outer_.OnPastRound(report);
  }
  bool StopRequested() override { return outer_.StopRequested(); }

  const std::vector<LastValue>& last() const { return last_; }

 private:
  void Keep(const RoundReport& report) {
    last_.clear();
    for (const MetricValue& value : report.metrics) {
      last_.push_back({std::string(value.channel), std::string(value.metric), value.value});
    }
  }

  RoundObserver& outer_;
  bool tells_engine_;
  std::vector<LastValue> last_;
};

// The line of a repeat, or of all: metric after metric, train before validation.
void PrintMeans(int round, std::span<const std::vector<LastValue>> folds, MetricLog& log) {
  const std::vector<LastValue>& first = folds.front();
  std::vector<MetricValue> means;
  const auto add = [&](std::size_t position) {
    double sum = 0.0;
    for (const std::vector<LastValue>& fold : folds) sum += fold[position].value;
    means.push_back({.channel = first[position].channel,
                     .metric = first[position].metric,
                     .value = sum / static_cast<double>(folds.size())});
  };
  const std::size_t metric_count = first.size() / 2;  // all of train, then all of validation
  for (std::size_t metric = 0; metric < metric_count; ++metric) {
    add(metric);
    add(metric + metric_count);
  }
  log.Round({.round = round, .metrics = means, .snapshot = {}});
}

// Data so wide that they are kept as the cells that they have.
Error NotAsColumns(const DataShape& shape) {
  return MakeError(ErrorId::kHyperparamUnsupported,
                   "_kfold is set, and the data have " + std::to_string(shape.feature_count) +
                       " features, too many to be held as columns, which cross-validation needs",
                   "leave _kfold out, use a larger instance or fewer features");
}

class CrossValidator {
 public:
  CrossValidator(const CrossValidation& folds, const TrainParams& params, const RunOptions& run,
                 RoundObserver& observer, MetricLog& log)
      : folds_(folds), params_(params), run_(run), observer_(observer), log_(log) {}

  Result<TrainedModels> Run(ChunkStream& rows) {
    BOOSTYARD_RETURN_IF_ERROR(ReadLabels(rows));
    FoldPredictions predictions(labels_, params_.objective);
    for (int repeat = 0; repeat < folds_.repeats && !outcome_.was_stopped; ++repeat) {
      BOOSTYARD_ASSIGN_OR_RETURN(
          fold_of_row_,
          SplitIntoFolds(params_.objective, {.labels = labels_, .query_ids = query_ids_},
                         {.folds = folds_.folds, .repeat = repeat, .seed = params_.sample.seed}));
      for (int fold = 0; fold < folds_.folds && !outcome_.was_stopped; ++fold) {
        BOOSTYARD_RETURN_IF_ERROR(TrainFold(rows, repeat, fold, predictions));
      }
      if (!outcome_.was_stopped) PrintSummaries(repeat);
    }
    if (!outcome_.was_stopped) {
      outcome_.predictions_csv = predictions.Csv();
      TellPredictions(predictions);
    }
    return std::move(outcome_);
  }

 private:
  // The labels of all rows, checked before any fold is trained.
  Status ReadLabels(ChunkStream& rows) {
    LabelCheck check(params_.objective);
    BOOSTYARD_RETURN_IF_ERROR(rows.Rewind());
    for (;;) {
      BOOSTYARD_ASSIGN_OR_RETURN(const auto batch, rows.NextBatch());
      if (batch.empty()) return check.Verdict();
      for (const ColumnChunk& chunk : batch) {
        if (chunk.features.size() != rows.shape().feature_count) return NotAsColumns(rows.shape());
        check.Add(chunk.labels);
        AddWeights(chunk);
        labels_.insert(labels_.end(), chunk.labels.begin(), chunk.labels.end());
        query_ids_.insert(query_ids_.end(), chunk.query_ids.begin(), chunk.query_ids.end());
      }
    }
  }

  // One of the channels may have none: its rows count once.
  void AddWeights(const ColumnChunk& chunk) {
    if (chunk.weights.empty() && weights_.empty()) return;
    weights_.resize(labels_.size(), 1.0F);
    weights_.insert(weights_.end(), chunk.weights.begin(), chunk.weights.end());
    weights_.resize(labels_.size() + chunk.row_count, 1.0F);
  }

  void TellPredictions(const FoldPredictions& predictions) {
    const int output_count = outcome_.models.front().output_count();
    const std::vector<float> means = predictions.Means(output_count);
    observer_.OnPredictions({.channel = "validation",
                             .labels = labels_,
                             .weights = weights_,
                             .predictions = means,
                             .output_count = output_count});
  }

  Status TrainFold(ChunkStream& rows, int repeat, int fold, FoldPredictions& predictions) {
    std::string line = "fold " + std::to_string(fold + 1) + " of " + std::to_string(folds_.folds);
    if (folds_.repeats > 1) {
      line += ", repeat " + std::to_string(repeat + 1) + " of " + std::to_string(folds_.repeats);
    }
    observer_.OnInfo(line);
    RowChoice choice{.number_of_row = fold_of_row_,
                     .number = static_cast<std::uint32_t>(fold),
                     .is_complement = true};
    RowSubset trained(rows, choice, run_.threads);
    choice.is_complement = false;
    RowSubset held_out(rows, choice, run_.threads);
    FoldObserver observer(observer_, repeat == 0 && fold == 0);
    const std::optional<CheckpointPlan> checkpoints = PlanOf(repeat * folds_.folds + fold);
    BOOSTYARD_ASSIGN_OR_RETURN(TrainOutcome trained_fold,
                               TrainAndTell(params_, {&trained, &held_out}, run_, observer,
                                            checkpoints ? &*checkpoints : nullptr));
    outcome_.was_stopped = trained_fold.was_stopped;
    outcome_.engine = trained_fold.engine;
    outcome_.rounds_done += trained_fold.rounds_done;
    last_values_.push_back(observer.last());
    if (!outcome_.was_stopped) {
      BOOSTYARD_RETURN_IF_ERROR(
          predictions.Add(trained_fold.model, held_out, RowsOf(choice.number), run_.threads));
    }
    if (trained_fold.rounds_done > 0) outcome_.models.push_back(std::move(trained_fold.model));
    return {};
  }

  std::optional<CheckpointPlan> PlanOf(int model) const {
    if (folds_.checkpoints == nullptr) return std::nullopt;
    CheckpointPlan plan = *folds_.checkpoints;
    plan.directory += "/model-" + std::to_string(model);
    return plan;
  }

  std::vector<std::uint64_t> RowsOf(std::uint32_t fold) const {
    std::vector<std::uint64_t> rows;
    for (std::uint64_t row = 0; row < fold_of_row_.size(); ++row) {
      if (fold_of_row_[row] == fold) rows.push_back(row);
    }
    return rows;
  }

  void PrintSummaries(int repeat) {
    const std::span<const std::vector<LastValue>> all(last_values_);
    PrintMeans(params_.num_round, all.last(static_cast<std::size_t>(folds_.folds)), log_);
    if (folds_.repeats > 1 && repeat + 1 == folds_.repeats) {
      PrintMeans(params_.num_round, all, log_);
    }
  }

  const CrossValidation& folds_;
  const TrainParams& params_;
  const RunOptions& run_;
  RoundObserver& observer_;
  MetricLog& log_;
  std::vector<float> labels_;
  std::vector<float> weights_;  // empty if no row has one
  std::vector<std::uint64_t> query_ids_;
  std::vector<std::uint32_t> fold_of_row_;
  std::vector<std::vector<LastValue>> last_values_;  // per fold, repeat after repeat
  TrainedModels outcome_;
};

Status CheckFeatures(const TrainingSet& data) {
  const FeatureIndex train = data.train->shape().feature_count;
  const FeatureIndex validation = data.validation->shape().feature_count;
  if (train == validation) return {};
  return MakeError(ErrorId::kDataColumnMismatch,
                   "the validation channel has " + std::to_string(validation) +
                       " features, the train channel " + std::to_string(train),
                   "give both channels the same columns");
}

}  // namespace

Result<TrainedModels> CrossValidate(const CrossValidation& folds, const TrainParams& params,
                                    const TrainingSet& data, const RunOptions& run,
                                    RoundObserver& observer, MetricLog& log) {
  std::vector<ChunkStream*> parts{data.train};
  if (data.validation != nullptr) {
    BOOSTYARD_RETURN_IF_ERROR(CheckFeatures(data));
    parts.push_back(data.validation);
  }
  JoinedStream rows(std::move(parts));
  return CrossValidator(folds, params, run, observer, log).Run(rows);
}

}  // namespace boostyard::container
