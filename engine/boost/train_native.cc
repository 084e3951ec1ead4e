#include "engine/boost/train_native.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/base/rng.h"
#include "engine/boost/early_stopping.h"
#include "engine/boost/resume.h"
#include "engine/boost/round_metrics.h"
#include "engine/cpu/cpu_backend.h"
#include "engine/cpu/reference_backend.h"
#include "engine/cuda/device_backend.h"
#include "engine/metric/metric.h"
#include "engine/objective/label_stats.h"
#include "engine/objective/objectives.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"
#include "engine/tree/tree_grower.h"

namespace boostyard {
namespace {

constexpr std::uint64_t kMaxRows = 0x7FFFFF00;  // row numbers are signed indices of gathers

// The training and validation channels, binned with the cuts of the first.
struct Binned {
  BinCuts cuts;
  BinnedColumns train;
  std::optional<BinnedColumns> validation;
};

// Of a stream in memory.
Status CheckLabelsOf(ChunkStream& stream, const ObjectiveParams& objective) {
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  LabelCheck check(objective);
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream.NextBatch());
    if (batch.empty()) return check.Verdict();
    for (const ColumnChunk& chunk : batch) check.Add(chunk.labels);
  }
}

Result<Binned> Bin(const TrainParams& params, const TrainingSet& data, const RunOptions& run) {
  Binned binned;
  BOOSTYARD_ASSIGN_OR_RETURN(binned.cuts, BuildCuts(*data.train, {.max_bin = params.tree.max_bin,
                                                                  .threads = run.threads}));
  // To resume, rows may have to be read once more. Labels that are refused are looked for in the
  // stream, so nothing is given back before they are checked.
  const bool is_last_pass = run.is_last_use_of_data && run.resume == nullptr;
  if (is_last_pass && data.train->shape().is_kept) {
    BOOSTYARD_RETURN_IF_ERROR(CheckLabelsOf(*data.train, params.objective));
  }
  if (is_last_pass && data.validation != nullptr && data.validation->shape().is_kept) {
    BOOSTYARD_RETURN_IF_ERROR(CheckLabelsOf(*data.validation, params.objective));
  }
  BOOSTYARD_ASSIGN_OR_RETURN(binned.train,
                             BinColumns(*data.train, binned.cuts, run.threads, is_last_pass));
  if (data.validation != nullptr) {
    BOOSTYARD_ASSIGN_OR_RETURN(
        binned.validation, BinColumns(*data.validation, binned.cuts, run.threads, is_last_pass));
  }
  const RowIndex rows =
      binned.train.row_count + (binned.validation ? binned.validation->row_count : 0);
  if (rows > kMaxRows) {
    return MakeError(ErrorId::kDataTooLarge,
                     std::to_string(rows) + " rows; the native engine takes 2,147,483,392",
                     "set BOOSTYARD_ENGINE=xgboost");
  }
  return binned;
}

// The scalar that all rows begin with, in prediction space.
double BaseScore(const ObjectiveParams& objective, const BinnedColumns& train) {
  if (objective.base_score) return *objective.base_score;
  LabelStats stats(objective);
  stats.Add(train.labels, train.weights);
  return stats.EstimateBaseScore();
}

// CpuBackend, the device's, or the reference that both are compared with.
template <TreeBackend Backend>
class Trainer {
 public:
  Trainer(const TrainParams& params, const RunOptions& run, const NativeTuning& tuning,
          RoundObserver& observer, Binned& binned)
      : params_(params),
        run_(run),
        tuning_(tuning),
        observer_(observer),
        team_(run.threads),
        cuts_(std::move(binned.cuts)),
        has_validation_(binned.validation.has_value()) {
    model_.objective = params.objective;
    model_.objective.base_score = BaseScore(params.objective, binned.train);
    model_.feature_count = cuts_.feature_count();
    model_.booster = Booster::kGbtree;
    model_.forest.num_parallel_tree = params.tree.num_parallel_tree;
  }

  // Consumes the columns. `executor` is that of the device backend, which it outlives.
  Status MakeBackend(Binned& binned, device::Executor* executor) {
    BinnedColumns* validation = binned.validation ? &*binned.validation : nullptr;
    if (validation != nullptr) validation_weights_ = std::move(validation->weights);
    if constexpr (std::is_same_v<Backend, ReferenceBackend>) {
      backend_ = std::make_unique<Backend>(MakeReferenceData(binned.train, validation, cuts_),
                                           model_.objective, Monotone());
    } else if constexpr (std::is_same_v<Backend, DeviceBackend>) {
      BOOSTYARD_ASSIGN_OR_RETURN(backend_,
                                 DeviceBackend::Make(TakeData(binned.train, validation),
                                                     {.objective = model_.objective,
                                                      .monotone = Monotone(),
                                                      .wanted_histograms = MostLeaves(),
                                                      .histogram_limit = tuning_.device_histograms},
                                                     *executor));
    } else {
      CpuBackendOptions options;
      options.objective = model_.objective;
      options.monotone = Monotone();
      options.histogram_limit_bytes =
          tuning_.histogram_limit_bytes.value_or(run_.memory_limit_bytes / 4);
      options.keeps_gradients = params_.tree.num_parallel_tree > 1;
      options.gradient_block_rows = tuning_.gradient_block_rows;
      backend_ = std::make_unique<Backend>(TakeData(binned.train, validation), options, team_);
    }
    return {};
  }

  Result<TrainOutcome> Run(const TrainingSet& data) {
    BOOSTYARD_RETURN_IF_ERROR(PrepareMetrics());
    if (run_.resume != nullptr) TakeBaseScore(*run_.resume);
    const float margin = BaseScoreToMargin(model_.objective, *model_.objective.base_score);
    for (int k = 0; k < model_.output_count(); ++k) backend_->SetMargins(k, margin);
    TrainOutcome outcome;
    outcome.engine = "native";
    if (run_.resume != nullptr) {
      BOOSTYARD_RETURN_IF_ERROR(Continue(*run_.resume, data));
      outcome.rounds_done = run_.resume->rounds_done;
    }
    TreeGrower<Backend> grower(*backend_, params_.tree, params_.sample, cuts_);
    const bool is_enough = stopping_ && stopping_->IsEnough(outcome.rounds_done - 1);
    for (int round = outcome.rounds_done; round < params_.num_round && !is_enough; ++round) {
      if (observer_.StopRequested()) {
        outcome.was_stopped = true;
        break;
      }
      BOOSTYARD_RETURN_IF_ERROR(GrowRound(grower, round));
      ++outcome.rounds_done;
      BOOSTYARD_ASSIGN_OR_RETURN(const RoundEnd end, EndRound(round));
      if (end.is_stopped_by_observer) {
        outcome.was_stopped = true;
        break;
      }
      if (end.is_stopped_early) break;
    }
    if (stopping_) KeepBestRounds(outcome);
    ReportPredictions();
    outcome.model = std::move(model_);
    return outcome;
  }

  void SetFeatureNames(std::vector<std::string> names) { model_.feature_names = std::move(names); }

 private:
  struct RoundEnd {
    bool is_stopped_by_observer = false;
    bool is_stopped_early = false;
  };

  std::vector<std::int8_t> Monotone() const {
    const std::vector<int>& constraints = params_.tree.monotone_constraints;
    if (std::all_of(constraints.begin(), constraints.end(), [](int c) { return c == 0; })) {
      return {};
    }
    std::vector<std::int8_t> monotone(cuts_.feature_count(), 0);
    for (std::size_t f = 0; f < std::min(constraints.size(), monotone.size()); ++f) {
      monotone[f] = static_cast<std::int8_t>(constraints[f]);
    }
    return monotone;
  }

  // How many leaves a tree may have, as far as that matters to a pool of histograms.
  std::uint64_t MostLeaves() const {
    constexpr int kMostDepth = 12;
    const int depth =
        params_.tree.max_depth > 0 ? std::min(params_.tree.max_depth, kMostDepth) : kMostDepth;
    const std::uint64_t by_depth = std::uint64_t{1} << depth;
    if (params_.tree.max_leaves <= 0) return by_depth;
    return std::min(by_depth, static_cast<std::uint64_t>(params_.tree.max_leaves));
  }

  BackendData TakeData(BinnedColumns& train, BinnedColumns* validation) {
    BackendData data;
    data.train_rows = train.row_count;
    const RowIndex validation_rows = validation != nullptr ? validation->row_count : 0;
    data.labels = HugeBuffer<float>(data.train_rows + validation_rows + 64);
    std::copy(train.labels.begin(), train.labels.end(), data.labels.data());
    if (validation != nullptr) {
      std::copy(validation->labels.begin(), validation->labels.end(),
                data.labels.data() + data.train_rows);
    }
    train.labels = {};
    data.weights = std::move(train.weights);
    data.matrix = BuildSlotMatrix(
        std::move(train), validation, cuts_,
        {.bundle = tuning_.bundles_columns, .by_row = !std::is_same_v<Backend, DeviceBackend>},
        team_);
    return data;
  }

  // Normally the estimate is that of the checkpoint, whose file has it in float32. If the data have
  // changed, the trees are corrections of the old one.
  void TakeBaseScore(const TrainingState& state) {
    const double theirs = state.model.objective.base_score.value_or(0.5);
    double& ours = *model_.objective.base_score;
    if (static_cast<float>(ours) != static_cast<float>(theirs)) ours = theirs;
  }

  // Takes over trees and early stopping, and adds up the margins in the order of the trees.
  Status Continue(const TrainingState& state, const TrainingSet& data) {
    model_.forest = state.model.forest;
    if (stopping_) BOOSTYARD_RETURN_IF_ERROR(stopping_->FromAttributes(state.model.attributes));
    const Forest& forest = model_.forest;
    std::vector<std::vector<std::int32_t>> bins;
    for (const Tree& tree : forest.trees) {
      auto found = SplitBins(tree, cuts_);
      if (!found) return ContinueByValues(data);
      bins.push_back(*std::move(found));
    }
    for (std::size_t i = 0; i < forest.trees.size(); ++i) {
      if (observer_.StopRequested()) break;
      backend_->AddTree(forest.tree_class[i], forest.trees[i], bins[i]);
    }
    return {};
  }

  Status ContinueByValues(const TrainingSet& data) {
    observer_.OnWarning(
        "the checkpoint's trees split where these data have no cuts: the data, max_bin or the "
        "engine have changed since, and the model will not be that of an undisturbed training");
    std::vector<std::span<float>> margins;
    for (int k = 0; k < model_.output_count(); ++k) margins.push_back(backend_->Margins(k));
    BOOSTYARD_RETURN_IF_ERROR(SetMarginsFromValues(model_, *data.train, 0, margins));
    if (data.validation != nullptr) {
      BOOSTYARD_RETURN_IF_ERROR(
          SetMarginsFromValues(model_, *data.validation, backend_->train_rows(), margins));
    }
    if constexpr (std::is_same_v<Backend, DeviceBackend>) backend_->TakeMargins();
    return {};
  }

  Status PrepareMetrics() {
    if (run_.evaluates_metrics) {
      BOOSTYARD_ASSIGN_OR_RETURN(std::vector<MetricSpec> specs, MetricsToReport(params_));
      metrics_.emplace(model_.objective, std::move(specs), run_.threads);
    }
    if (!params_.early_stopping_rounds || !has_validation_) return {};
    BOOSTYARD_ASSIGN_OR_RETURN(stopping_metric_, StoppingMetric(params_));
    stopping_.emplace(stopping_metric_.is_maximised(), *params_.early_stopping_rounds);
    return {};
  }

  Status GrowRound(TreeGrower<Backend>& grower, int round) {
    const int parallel = params_.tree.num_parallel_tree;
    const auto seed = static_cast<std::uint64_t>(params_.sample.seed);
    for (int k = 0; k < model_.output_count(); ++k) {
      for (int p = 0; p < parallel; ++p) {
        const std::uint64_t number =
            (static_cast<std::uint64_t>(round) * static_cast<std::uint64_t>(model_.output_count()) +
             static_cast<std::uint64_t>(k)) *
                static_cast<std::uint64_t>(parallel) +
            static_cast<std::uint64_t>(p);
        const std::uint64_t first_of_output = number - static_cast<std::uint64_t>(p);
        // One sample for all classes of a round, as in XGBoost: keyed by the parallel tree alone.
        const std::uint64_t sample_number =
            static_cast<std::uint64_t>(round) * static_cast<std::uint64_t>(parallel) +
            static_cast<std::uint64_t>(p);
        BOOSTYARD_ASSIGN_OR_RETURN(
            Tree tree,
            grower.Grow(
                {.output = k,
                 .reuses_gradients = p > 0,
                 .subsample = params_.sample.subsample,
                 .sample_key = RandomKey(
                     seed, static_cast<std::uint64_t>(RandomPurpose::kSubsample), sample_number),
                 .dither_key = RandomKey(seed, static_cast<std::uint64_t>(RandomPurpose::kDither),
                                         first_of_output)},
                number));
        model_.forest.trees.push_back(std::move(tree));
        model_.forest.tree_class.push_back(k);
      }
    }
    return {};
  }

  Result<RoundEnd> EndRound(int round) {
    std::vector<MetricValue> values;
    if constexpr (std::is_same_v<Backend, DeviceBackend>) {
      BOOSTYARD_RETURN_IF_ERROR(backend_->status());
    }
    if (metrics_) {
      std::vector<std::span<const float>> margins;
      for (int k = 0; k < model_.output_count(); ++k) margins.push_back(backend_->Margins(k));
      const std::span<const float> labels = backend_->labels();
      const std::uint64_t rows = backend_->train_rows();
      BOOSTYARD_RETURN_IF_ERROR(metrics_->Evaluate("train", margins, 0, labels.subspan(0, rows),
                                                   backend_->weights(), values));
      if (has_validation_) {
        BOOSTYARD_RETURN_IF_ERROR(metrics_->Evaluate(
            "validation", margins, rows, labels.subspan(rows), validation_weights_, values));
      }
    }
    RoundEnd end;
    for (const MetricValue& value : values) {
      if (stopping_ && value.channel == "validation" && value.metric == stopping_metric_.name) {
        end.is_stopped_early = stopping_->Update(round, value.value);
        if (metrics_ && stopping_->best_round() == round) metrics_->KeepPredictions();
      }
    }
    const RoundReport report{.round = round,
                             .is_last = end.is_stopped_early || round + 1 == params_.num_round,
                             .metrics = values,
                             .snapshot = [&] { return Snapshot(round); }};
    end.is_stopped_by_observer = observer_.OnRound(report) == RoundDecision::kStop;
    return end;
  }

  Result<TrainingState> Snapshot(int round) const {
    TrainingState state{.model = model_, .rounds_done = round + 1};
    if (stopping_) state.model.attributes = stopping_->ToAttributes();
    return state;
  }

  // The model up to and including the best round.
  void KeepBestRounds(TrainOutcome& outcome) {
    if (!stopping_->best_round()) return;
    const int best = *stopping_->best_round();
    outcome.best_round = best;
    const auto trees = static_cast<std::size_t>(best + 1) *
                       static_cast<std::size_t>(model_.output_count()) *
                       static_cast<std::size_t>(params_.tree.num_parallel_tree);
    model_.forest.trees.resize(std::min(trees, model_.forest.trees.size()));
    model_.forest.tree_class.resize(model_.forest.trees.size());
    for (const auto& [name, value] : stopping_->ToAttributes()) model_.attributes[name] = value;
  }

  void ReportPredictions() {
    if (!metrics_) return;
    FinalPredictions final;
    final.predictions = stopping_ ? metrics_->kept_predictions() : metrics_->predictions();
    if (final.predictions.empty()) return;
    const std::uint64_t rows = backend_->train_rows();
    final.channel = has_validation_ ? "validation" : "train";
    final.labels =
        has_validation_ ? backend_->labels().subspan(rows) : backend_->labels().subspan(0, rows);
    final.weights = has_validation_ ? std::span<const float>(validation_weights_)
                                    : std::span<const float>(backend_->weights());
    final.output_count = model_.output_count();
    observer_.OnPredictions(final);
  }

  const TrainParams& params_;
  const RunOptions& run_;
  const NativeTuning& tuning_;
  RoundObserver& observer_;
  ThreadTeam team_;
  BinCuts cuts_;
  bool has_validation_;
  std::vector<float> validation_weights_;
  Model model_;
  std::unique_ptr<Backend> backend_;
  std::optional<RoundMetrics> metrics_;
  MetricSpec stopping_metric_;
  std::optional<EarlyStopping> stopping_;
};

template <TreeBackend Backend>
Result<TrainOutcome> TrainOn(const TrainParams& params, const TrainingSet& data,
                             const RunOptions& run, const NativeTuning& tuning,
                             RoundObserver& observer, device::Executor* executor = nullptr) {
  BOOSTYARD_ASSIGN_OR_RETURN(Binned binned, Bin(params, data, run));
  BOOSTYARD_RETURN_IF_ERROR(CheckLabels(params.objective, binned.train.labels));
  if (binned.validation) {
    BOOSTYARD_RETURN_IF_ERROR(CheckLabels(params.objective, binned.validation->labels));
  }
  Trainer<Backend> trainer(params, run, tuning, observer, binned);
  BOOSTYARD_RETURN_IF_ERROR(trainer.MakeBackend(binned, executor));
  trainer.SetFeatureNames(data.train->shape().feature_names);
  return trainer.Run(data);
}

Error OutOfHostMemory() {
  return MakeError(ErrorId::kOutOfMemory, "not enough memory for training",
                   "use a larger instance, fewer rows or a smaller max_bin");
}

}  // namespace

std::optional<std::string> WhyNotNative(const TrainParams& params, bool has_query_ids) {
  const ObjectiveInfo* objective = FindObjective(params.objective.name);
  if (params.booster == Booster::kGblinear) return "booster=gblinear";
  if (params.booster == Booster::kDart) return "booster=dart";
  if (objective == nullptr || !objective->is_native) return "objective=" + params.objective.name;
  if (params.tree.tree_method == TreeMethod::kExact) return "tree_method=exact";
  if (params.tree.tree_method == TreeMethod::kApprox) return "tree_method=approx";
  if (params.sample.sampling_method == SamplingMethod::kGradientBased) {
    return "sampling_method=gradient_based";
  }
  if (params.tree.max_bin < 2 || params.tree.max_bin > 65536) return "max_bin outside 2 to 65,536";
  if (has_query_ids) return "ranking groups";
  for (const auto& [name, value] : params.xgboost_settings) {
    if (name == "updater" || name == "process_type") return name + "=" + value;
  }
  Result<std::vector<MetricSpec>> metrics = MetricsToReport(params);
  if (!metrics.ok()) return std::nullopt;  // an error of its own, reported by the training
  for (const MetricSpec& metric : *metrics) {
    if (!metric.is_native()) return "eval_metric=" + metric.name;
  }
  return std::nullopt;
}

Result<TrainOutcome> TrainNative(const TrainParams& params, const TrainingSet& data,
                                 const RunOptions& run, RoundObserver& observer,
                                 const NativeTuning& tuning) {
  const FloatEnvironment environment;  // weights and thresholds are decided on this thread too
  try {
    return TrainOn<CpuBackend>(params, data, run, tuning, observer);
  } catch (const std::bad_alloc&) {
    return OutOfHostMemory();
  }
}

Result<TrainOutcome> TrainOnDevice(const TrainParams& params, const TrainingSet& data,
                                   const RunOptions& run, RoundObserver& observer,
                                   device::Executor& executor, const NativeTuning& tuning) {
  const FloatEnvironment environment;
  try {
    return TrainOn<DeviceBackend>(params, data, run, tuning, observer, &executor);
  } catch (const std::bad_alloc&) {
    return OutOfHostMemory();
  }
}

Result<TrainOutcome> TrainReference(const TrainParams& params, const TrainingSet& data,
                                    const RunOptions& run, RoundObserver& observer) {
  const FloatEnvironment environment;
  return TrainOn<ReferenceBackend>(params, data, run, NativeTuning(), observer);
}

}  // namespace boostyard
