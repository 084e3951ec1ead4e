// Rounds: from a backend that holds the rows to a model.
//
// Every margin begins at the base score, or where a checkpoint's trees have brought it. A round
// grows a tree per output and parallel tree; then the metrics of its margins go to the observer,
// and to early stopping, which in the end cuts the model after its best round.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/rng.h"
#include "engine/base/stage_times.h"
#include "engine/boost/early_stopping.h"
#include "engine/boost/resume.h"
#include "engine/boost/round_metrics.h"
#include "engine/metric/metric.h"
#include "engine/objective/objectives.h"
#include "engine/quantize/cuts.h"
#include "engine/train.h"
#include "engine/tree/tree_grower.h"

namespace boostyard {

// What the loop needs of the rows besides their backend.
struct LoopData {
  const BinCuts& cuts;
  double base_score = 0.5;
  std::vector<std::string> feature_names;
  bool has_validation = false;
  std::vector<float> validation_weights;  // or empty
};

// A regression's prediction is the leaves' values themselves: what rounding moves in them moves the
// next rounds' labels, so that near-ties fall otherwise than XGBoost's. Classes need less: theirs
// move the odds by a thousandth at most.
inline LeafSums LeafSumsFor(const ObjectiveParams& params) {
  const ObjectiveInfo* const objective = FindObjective(params.name);
  const bool is_regression = objective != nullptr && objective->task == Task::kRegression;
  return is_regression ? LeafSums::kExact : LeafSums::kQuanta;
}

template <TreeBackend Backend>
class BoostLoop {
  // Whether the backend works out figures itself, so that margins stay with it.
  static constexpr bool kHasFigures = requires(Backend & backend) { backend.EvaluateMetrics(); };

 public:
  // All references outlive the loop.
  BoostLoop(const TrainParams& params, const RunOptions& run, RoundObserver& observer,
            Backend& backend, LoopData data)
      : params_(params),
        run_(run),
        observer_(observer),
        cuts_(data.cuts),
        backend_(backend),
        has_validation_(data.has_validation),
        validation_weights_(std::move(data.validation_weights)) {
    model_.objective = params.objective;
    model_.objective.base_score = data.base_score;
    model_.feature_count = cuts_.feature_count();
    model_.feature_names = std::move(data.feature_names);
    model_.booster = Booster::kGbtree;
    model_.forest.num_parallel_tree = params.tree.num_parallel_tree;
  }

  // All rounds, once. `data` is read again only to resume by values (Continue). Errors: those of
  // the metrics' settings, the backend's, the streams'.
  Result<TrainOutcome> Run(const TrainingSet& data) {
    BOOSTYARD_RETURN_IF_ERROR(PrepareMetrics());
    if (run_.resume != nullptr) TakeBaseScore(*run_.resume);
    const float margin = BaseScoreToMargin(model_.objective, *model_.objective.base_score);
    for (int k = 0; k < model_.output_count(); ++k) backend_.SetMargins(k, margin);
    TrainOutcome outcome;
    outcome.engine = "native";
    if (run_.resume != nullptr) {
      BOOSTYARD_RETURN_IF_ERROR(Continue(*run_.resume, data));
      outcome.rounds_done = run_.resume->rounds_done;
    }
    TreeGrower<Backend> grower(backend_, params_.tree, params_.sample, cuts_,
                               LeafSumsFor(params_.objective));
    const bool is_enough = stopping_ && stopping_->IsEnough(outcome.rounds_done - 1);
    const bool has_rounds = outcome.rounds_done < params_.num_round && !is_enough;
    outcome.was_stopped = has_rounds && observer_.StopRequested();
    // Once rounds have begun, only OnRound ends them: so its listener knows which one is the last.
    for (int round = outcome.rounds_done;
         has_rounds && !outcome.was_stopped && round < params_.num_round; ++round) {
      BOOSTYARD_RETURN_IF_ERROR(GrowRound(grower, round));
      ++outcome.rounds_done;
      BOOSTYARD_ASSIGN_OR_RETURN(const RoundEnd end, EndRound(grower, round));
      outcome.was_stopped = end.is_stopped_by_observer;
      if (end.is_stopped_early) break;
    }
    if (stopping_) KeepBestRounds(outcome);
    BOOSTYARD_RETURN_IF_ERROR(ReportPredictions());
    outcome.model = std::move(model_);
    return outcome;
  }

 private:
  struct RoundEnd {
    bool is_stopped_by_observer = false;
    bool is_stopped_early = false;
  };

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
      backend_.AddTree(forest.tree_class[i], forest.trees[i], bins[i]);
    }
    return {};
  }

  Status ContinueByValues(const TrainingSet& data) {
    observer_.OnWarning(
        "the checkpoint's trees split where these data have no cuts: the data, max_bin or the "
        "engine have changed since, and the model will not be that of an undisturbed training");
    std::vector<std::span<float>> margins;
    for (int k = 0; k < model_.output_count(); ++k) margins.push_back(backend_.Margins(k));
    BOOSTYARD_RETURN_IF_ERROR(SetMarginsFromValues(model_, *data.train, 0, margins));
    if (data.validation != nullptr) {
      BOOSTYARD_RETURN_IF_ERROR(
          SetMarginsFromValues(model_, *data.validation, backend_.train_rows(), margins));
    }
    if constexpr (requires { backend_.TakeMargins(); }) backend_.TakeMargins();
    return {};
  }

  Status PrepareMetrics() {
    if (run_.evaluates_metrics) {
      BOOSTYARD_ASSIGN_OR_RETURN(std::vector<MetricSpec> specs, MetricsToReport(params_));
      metrics_.emplace(model_.objective, std::move(specs), run_.threads);
      if constexpr (kHasFigures) {
        BOOSTYARD_RETURN_IF_ERROR(
            backend_.PrepareMetrics(metrics_->specs(), validation_weights_, run_.threads));
      }
    }
    if (!params_.early_stopping_rounds || !has_validation_) return {};
    BOOSTYARD_ASSIGN_OR_RETURN(stopping_metric_, StoppingMetric(params_));
    stopping_.emplace(stopping_metric_.is_maximised(), *params_.early_stopping_rounds);
    return {};
  }

  // A tree of a round: of an output, one of its parallel trees.
  struct TreeOrder {
    TreeStart start;
    std::uint64_t number = 0;
  };

  int TreesPerRound() const { return model_.output_count() * params_.tree.num_parallel_tree; }

  TreeOrder OrderOf(int round, int tree) const {
    const auto parallel = static_cast<std::uint64_t>(params_.tree.num_parallel_tree);
    const auto seed = static_cast<std::uint64_t>(params_.sample.seed);
    const std::uint64_t in_round = static_cast<std::uint64_t>(tree);
    const std::uint64_t p = in_round % parallel;
    const std::uint64_t number =
        static_cast<std::uint64_t>(round) * static_cast<std::uint64_t>(TreesPerRound()) + in_round;
    // One sample for all classes of a round, as in XGBoost: keyed by the parallel tree alone.
    const std::uint64_t sample_number = static_cast<std::uint64_t>(round) * parallel + p;
    const std::uint64_t first_of_output = number - p;
    return {{.output = static_cast<int>(in_round / parallel),
             .reuses_gradients = p > 0,
             .subsample = params_.sample.subsample,
             .sample_key = RandomKey(seed, static_cast<std::uint64_t>(RandomPurpose::kSubsample),
                                     sample_number),
             .dither_key = RandomKey(seed, static_cast<std::uint64_t>(RandomPurpose::kDither),
                                     first_of_output)},
            number};
  }

  void Keep(Tree tree, int tree_of_round) {
    model_.forest.trees.push_back(std::move(tree));
    model_.forest.tree_class.push_back(tree_of_round / params_.tree.num_parallel_tree);
  }

  // Trees that the backend grows by itself are only queued, the first one at the end of the round
  // before: EndRound takes them.
  Status GrowRound(TreeGrower<Backend>& grower, int round) {
    for (int i = 0; i < TreesPerRound(); ++i) {
      const TreeOrder order = OrderOf(round, i);
      if (grower.queues()) {
        if (!std::exchange(is_queued_ahead_, false)) grower.Queue(order.start, order.number);
        grower.AddQueued();
        continue;
      }
      BOOSTYARD_ASSIGN_OR_RETURN(Tree tree, grower.Grow(order.start, order.number));
      Keep(std::move(tree), i);
    }
    return {};
  }

  // The device grows the next round's first tree, while we take this one's, and our listener takes
  // its time over them. If the listener stops the training, the tree ahead has moved no margins.
  Status TakeTrees(TreeGrower<Backend>& grower, int round, bool is_last) {
    if (!grower.queues()) return {};
    if (!is_last) {
      const TreeOrder next = OrderOf(round + 1, 0);
      grower.Queue(next.start, next.number);
      is_queued_ahead_ = true;
    }
    for (int i = 0; i < TreesPerRound(); ++i) {
      BOOSTYARD_ASSIGN_OR_RETURN(Tree tree, grower.Take());
      Keep(std::move(tree), i);
    }
    return {};
  }

  // A channel that metrics are of, as rows of the backend.
  struct ChannelRows {
    std::string_view name;
    std::uint64_t first = 0;
    std::span<const float> labels;
    std::span<const float> weights;
  };
  std::vector<ChannelRows> Channels() const {
    const std::span<const float> labels = backend_.labels();
    const std::uint64_t rows = backend_.train_rows();
    std::vector<ChannelRows> channels = {
        {"train", 0, labels.subspan(0, rows), std::span<const float>(backend_.weights())}};
    if (has_validation_) {
      channels.push_back({"validation", rows, labels.subspan(rows), validation_weights_});
    }
    return channels;
  }

  // Margins come from the backend only for the figures that it leaves to us. Where it grows trees
  // by itself, it is these that take the time.
  Status EvaluateMetrics(bool is_growing, std::vector<MetricValue>& values) {
    const StageScope stage(is_growing ? Stage::kHistograms : Stage::kMetrics);
    const std::vector<ChannelRows> channels = Channels();
    std::vector<MetricFigures> known;
    bool needs_margins = true;
    if constexpr (kHasFigures) {
      BOOSTYARD_ASSIGN_OR_RETURN(known, backend_.EvaluateMetrics());
      needs_margins = !backend_.has_all_metrics() || known.size() < channels.size();
    }
    known.resize(channels.size());
    std::vector<std::span<const float>> margins;
    for (int k = 0; needs_margins && k < model_.output_count(); ++k) {
      margins.push_back(backend_.Margins(k));
    }
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const ChannelRows& channel = channels[i];
      BOOSTYARD_RETURN_IF_ERROR(metrics_->Evaluate(channel.name, margins, channel.first,
                                                   channel.labels, channel.weights, values,
                                                   std::move(known[i])));
    }
    has_evaluated_ = true;
    return {};
  }

  // Sets this round's predictions of the validation rows aside.
  void KeepPredictions() {
    if constexpr (kHasFigures) {
      backend_.KeepMargins();
    } else {
      metrics_->KeepPredictions();
    }
    has_kept_ = true;
  }

  Result<RoundEnd> EndRound(TreeGrower<Backend>& grower, int round) {
    std::vector<MetricValue> values;
    if constexpr (requires { backend_.status(); }) BOOSTYARD_RETURN_IF_ERROR(backend_.status());
    if (metrics_) BOOSTYARD_RETURN_IF_ERROR(EvaluateMetrics(grower.queues(), values));
    RoundEnd end;
    for (const MetricValue& value : values) {
      if (stopping_ && value.channel == "validation" && value.metric == stopping_metric_.name) {
        end.is_stopped_early = stopping_->Update(round, value.value);
        if (metrics_ && stopping_->best_round() == round) KeepPredictions();
      }
    }
    const bool is_last = end.is_stopped_early || round + 1 == params_.num_round;
    BOOSTYARD_RETURN_IF_ERROR(TakeTrees(grower, round, is_last));
    const RoundReport report{
        .round = round, .is_last = is_last, .metrics = values, .snapshot = [&] {
          return Snapshot(round);
        }};
    const StageScope stage(Stage::kRoundLines);
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

  // Those of a channel's rows: set aside in the best round, or the last round's.
  std::span<const float> TakePredictions(const ChannelRows& channel) {
    if constexpr (kHasFigures) {
      std::vector<std::span<const float>> margins;
      for (int k = 0; k < model_.output_count(); ++k) {
        margins.push_back(stopping_ ? backend_.KeptMargins(k)
                                    : std::span<const float>(backend_.Margins(k)));
      }
      return metrics_->Predict(margins, stopping_ ? 0 : channel.first, channel.labels.size());
    } else {
      return stopping_ ? metrics_->kept_predictions() : metrics_->predictions();
    }
  }

  Status ReportPredictions() {
    if (stopping_ ? !has_kept_ : !has_evaluated_) return {};
    const StageScope stage(Stage::kReport);
    const ChannelRows channel = Channels().back();
    FinalPredictions final;
    final.predictions = TakePredictions(channel);
    if constexpr (requires { backend_.status(); }) BOOSTYARD_RETURN_IF_ERROR(backend_.status());
    final.channel = channel.name;
    final.labels = channel.labels;
    final.weights = channel.weights;
    final.output_count = model_.output_count();
    observer_.OnPredictions(final);
    return {};
  }

  const TrainParams& params_;
  const RunOptions& run_;
  RoundObserver& observer_;
  const BinCuts& cuts_;
  Backend& backend_;
  const bool has_validation_;
  const std::vector<float> validation_weights_;
  Model model_;
  std::optional<RoundMetrics> metrics_;
  MetricSpec stopping_metric_;
  std::optional<EarlyStopping> stopping_;
  bool is_queued_ahead_ = false;  // the first tree of the round to come
  bool has_evaluated_ = false;    // some round's metrics
  bool has_kept_ = false;         // some round's predictions
};

}  // namespace boostyard
