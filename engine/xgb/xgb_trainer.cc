#include "engine/xgb/xgb_trainer.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/boost/early_stopping.h"
#include "engine/metric/metric.h"
#include "engine/model/document_writer.h"
#include "engine/model/model_io.h"
#include "engine/objective/label_stats.h"
#include "engine/objective/objectives.h"
#include "engine/xgb/xgb_booster.h"
#include "engine/xgb/xgb_matrix.h"
#include "engine/xgb/xgb_settings.h"

namespace boostyard {
namespace {

// One channel of a round's report.
struct Channel {
  const char* name;
  XgbMatrix matrix;
};

Status CheckDevice(const XgbApi& api, const Device& device) {
  if (device.kind != DeviceKind::kCuda || api.has_cuda) return {};
  const std::string asked = device.ordinal < 0 ? "cuda" : "cuda:" + std::to_string(device.ordinal);
  return MakeError(ErrorId::kDeviceUnavailable,
                   "device=" + asked + " was asked for, but the XGBoost library (" + api.version +
                       ") was built for the CPU alone",
                   "set device=cpu, or name a CUDA build in BOOSTYARD_XGBOOST_LIBRARY");
}

class XgbTrainer {
 public:
  XgbTrainer(const XgbApi& api, const TrainParams& params, const RunOptions& run,
             RoundObserver& observer)
      : api_(api), params_(params), run_(run), observer_(observer), log_(api, params.verbosity) {}

  Result<TrainOutcome> Train(const TrainingSet& data) {
    BOOSTYARD_ASSIGN_OR_RETURN(metrics_, MetricsToReport(params_));
    BOOSTYARD_RETURN_IF_ERROR(PrepareStopping(data.validation != nullptr));
    if (run_.resume != nullptr) {
      BOOSTYARD_RETURN_IF_ERROR(Continue(*run_.resume));
    }
    outcome_.engine = "xgboost " + api_.version;
    BOOSTYARD_RETURN_IF_ERROR(ReadChannel("train", *data.train));
    if (data.validation != nullptr && !outcome_.was_stopped) {
      BOOSTYARD_RETURN_IF_ERROR(ReadChannel("validation", *data.validation));
    }
    if (outcome_.was_stopped) return EmptyOutcome(data);
    BOOSTYARD_RETURN_IF_ERROR(CreateBooster(data.train->shape().feature_names));
    const bool is_enough = stopping_ && stopping_->IsEnough(outcome_.rounds_done - 1);
    const bool has_rounds = outcome_.rounds_done < params_.num_round && !is_enough;
    outcome_.was_stopped = has_rounds && observer_.StopRequested();
    // Once rounds have begun, only OnRound ends them: so its listener knows which one is the last.
    for (int round = outcome_.rounds_done;
         has_rounds && !outcome_.was_stopped && round < params_.num_round; ++round) {
      BOOSTYARD_ASSIGN_OR_RETURN(const bool goes_on, TrainRound(round));
      log_.Flush(observer_);
      if (!goes_on) break;
    }
    if (outcome_.rounds_done == 0) return EmptyOutcome(data);
    return Finish();
  }

 private:
  Status PrepareStopping(bool has_validation) {
    if (!params_.early_stopping_rounds || !has_validation) return {};
    BOOSTYARD_ASSIGN_OR_RETURN(stopping_metric_, StoppingMetric(params_));
    stopping_.emplace(stopping_metric_.is_maximised(), *params_.early_stopping_rounds);
    return {};
  }

  Status Continue(const TrainingState& state) {
    if (stopping_) BOOSTYARD_RETURN_IF_ERROR(stopping_->FromAttributes(state.model.attributes));
    best_model_ = state.best_model;
    outcome_.rounds_done = state.rounds_done;
    return {};
  }

  Status ReadChannel(const char* name, ChunkStream& stream) {
    const XgbMatrixOptions options{
        .is_quantile = UsesQuantileMatrix(params_),
        .max_bin = params_.tree.max_bin,
        .threads = run_.threads,
        .reference = channels_.empty() ? nullptr : &channels_.front().matrix,
        .stop_requested = [this] { return observer_.StopRequested(); }};
    BOOSTYARD_ASSIGN_OR_RETURN(XgbMatrix matrix,
                               MakeXgbMatrix(api_, stream, params_.objective, options));
    outcome_.was_stopped = matrix.was_stopped;
    channels_.push_back({name, std::move(matrix)});
    log_.Flush(observer_);
    return {};
  }

  Status CreateBooster(const std::vector<std::string>& feature_names) {
    std::vector<void*> handles;
    for (const Channel& channel : channels_) handles.push_back(channel.matrix.handle.get());
    auto settings = XgbSettings(params_, metrics_, run_.threads);
    BOOSTYARD_ASSIGN_OR_RETURN(XgbBooster booster, XgbBooster::Create(api_, std::move(handles)));
    if (run_.resume != nullptr) {
      BOOSTYARD_RETURN_IF_ERROR(booster.Load(WriteModel(run_.resume->model, ModelFormat::kUbjson)));
      // The trees are corrections of the model's own base score.
      settings.erase(std::remove_if(settings.begin(), settings.end(),
                                    [](const auto& one) { return one.first == "base_score"; }),
                     settings.end());
    } else if (const std::optional<double> base_score = ForcedBaseScore()) {
      settings.emplace_back("base_score", ScientificText(static_cast<float>(*base_score)));
    }
    BOOSTYARD_RETURN_IF_ERROR(booster.Set(settings));
    BOOSTYARD_RETURN_IF_ERROR(booster.SetFeatureNames(feature_names));
    booster_.emplace(std::move(booster));
    return {};
  }

  // XGBoost's estimate is left to XGBoost, except where all that counts has one label and its
  // margin would be infinite: no older version loads such a model.
  std::optional<double> ForcedBaseScore() const {
    const XgbMatrix& train = channels_.front().matrix;
    if (params_.objective.base_score || train.labels.empty()) return std::nullopt;
    std::optional<float> only;
    for (std::size_t row = 0; row < train.labels.size(); ++row) {
      if (!train.weights.empty() && train.weights[row] == 0.0F) continue;
      if (only && *only != train.labels[row]) return std::nullopt;
      only = train.labels[row];
    }
    if (!only || std::isfinite(BaseScoreToMargin(params_.objective, static_cast<double>(*only)))) {
      return std::nullopt;
    }
    LabelStats stats(params_.objective);
    stats.Add(train.labels, train.weights);
    return stats.EstimateBaseScore();
  }

  // False: no further round.
  Result<bool> TrainRound(int round) {
    BOOSTYARD_RETURN_IF_ERROR(booster_->Update(round));
    ++outcome_.rounds_done;
    std::vector<MetricValue> values;
    if (run_.evaluates_metrics || stopping_) {
      BOOSTYARD_ASSIGN_OR_RETURN(values, EvaluateRound(round));
    }
    BOOSTYARD_ASSIGN_OR_RETURN(const bool is_enough, UpdateStopping(round, values));
    const RoundReport report{.round = round,
                             .is_last = is_enough || round + 1 == params_.num_round,
                             .metrics = values,
                             .snapshot = [this] { return Snapshot(); }};
    const bool is_stopped = observer_.OnRound(report) == RoundDecision::kStop;
    outcome_.was_stopped = is_stopped;
    return !is_stopped && !is_enough;
  }

  Result<std::vector<MetricValue>> EvaluateRound(int round) {
    const auto xgboost_count = static_cast<std::size_t>(
        std::count_if(metrics_.begin(), metrics_.end(),
                      [](const MetricSpec& metric) { return metric.info->is_xgboost; }));
    std::vector<std::vector<double>> own(channels_.size());
    if (xgboost_count > 0) {
      BOOSTYARD_ASSIGN_OR_RETURN(own, booster_->Evaluate(round, xgboost_count));
    }
    std::vector<MetricValue> values;
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      if (xgboost_count < metrics_.size()) BOOSTYARD_RETURN_IF_ERROR(Predict(channels_[i]));
      std::size_t next = 0;
      for (const MetricSpec& metric : metrics_) {
        double value = 0.0;
        if (metric.info->is_xgboost) {
          value = own[i][next++];
        } else {
          BOOSTYARD_ASSIGN_OR_RETURN(value, EvaluateCustom(metric, channels_[i]));
        }
        values.push_back({.channel = channels_[i].name, .metric = metric.name, .value = value});
      }
    }
    return values;
  }

  Status Predict(const Channel& channel) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const float> margins,
                               booster_->Margins(channel.matrix.handle.get()));
    predictions_.assign(margins.begin(), margins.end());
    TransformForMetrics(params_.objective, predictions_, predictions_, run_.threads);
    return {};
  }

  Result<double> EvaluateCustom(const MetricSpec& metric, const Channel& channel) {
    return Evaluate(metric, {.objective = &params_.objective,
                             .labels = channel.matrix.labels,
                             .weights = channel.matrix.weights,
                             .predictions = predictions_,
                             .output_count = output_count(),
                             .threads = run_.threads,
                             .scratch = &scratch_});
  }

  Result<bool> UpdateStopping(int round, const std::vector<MetricValue>& values) {
    if (!stopping_) return false;
    for (const MetricValue& value : values) {
      if (value.channel != "validation" || value.metric != stopping_metric_.name) continue;
      const bool is_enough = stopping_->Update(round, value.value);
      if (stopping_->best_round() == round && run_.evaluates_metrics) {
        BOOSTYARD_RETURN_IF_ERROR(Predict(channels_.back()));
        std::swap(predictions_, best_predictions_);
      }
      if (stopping_->best_round() == round && params_.booster != Booster::kGbtree) {
        BOOSTYARD_ASSIGN_OR_RETURN(best_model_, CurrentModel());
      }
      return is_enough;
    }
    return false;
  }

  Result<TrainingState> Snapshot() {
    TrainingState state;
    state.rounds_done = outcome_.rounds_done;
    state.best_model = best_model_;
    BOOSTYARD_ASSIGN_OR_RETURN(state.model, CurrentModel());
    if (stopping_) state.model.attributes = stopping_->ToAttributes();
    return state;
  }

  Result<Model> CurrentModel() {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const std::uint8_t> bytes, booster_->Save());
    auto read = ReadModel(bytes);
    if (!read.ok()) {  // the user gave no model file: the error's own words would mislead him
      return MakeError(ErrorId::kTrainFailed,
                       "XGBoost trained a model that is of no use: " + read.error().message);
    }
    Model model = *std::move(read);
    // The file names reg:linear by its newer name; what was asked for is kept.
    model.objective.name = params_.objective.name;
    return model;
  }

  // The rounds up to the best one. Only trees of gbtree can be cut off: dart's weights and
  // gblinear's coefficients change with every round, so that the best round's are kept as they
  // were.
  Result<TrainOutcome> Finish() {
    BOOSTYARD_RETURN_IF_ERROR(ReportPredictions());
    if (!stopping_ || !stopping_->best_round()) {
      BOOSTYARD_ASSIGN_OR_RETURN(outcome_.model, CurrentModel());
      return std::move(outcome_);
    }
    if (best_model_) {
      outcome_.model = *std::move(best_model_);
    } else {
      BOOSTYARD_ASSIGN_OR_RETURN(outcome_.model, CurrentModel());
      KeepRounds(outcome_.model, *stopping_->best_round() + 1);
    }
    outcome_.best_round = stopping_->best_round();
    for (const auto& [name, value] : stopping_->ToAttributes()) {
      outcome_.model.attributes[name] = value;
    }
    return std::move(outcome_);
  }

  Status ReportPredictions() {
    if (!run_.evaluates_metrics) return {};
    const Channel& channel = channels_.back();
    if (!stopping_) BOOSTYARD_RETURN_IF_ERROR(Predict(channel));
    const std::vector<float>& predictions = stopping_ ? best_predictions_ : predictions_;
    if (predictions.empty() || channel.matrix.labels.empty()) return {};
    observer_.OnPredictions({.channel = channel.name,
                             .labels = channel.matrix.labels,
                             .weights = channel.matrix.weights,
                             .predictions = predictions,
                             .output_count = output_count()});
    return {};
  }

  int output_count() const {
    return params_.objective.num_class > 1 ? params_.objective.num_class : 1;
  }

  static void KeepRounds(Model& model, int rounds) {
    const auto trees = static_cast<std::size_t>(rounds) *
                       static_cast<std::size_t>(model.output_count()) *
                       static_cast<std::size_t>(model.forest.num_parallel_tree);
    if (trees >= model.forest.trees.size()) return;
    model.forest.trees.resize(trees);
    model.forest.tree_class.resize(trees);
  }

  // Stopped before the first round: no trees.
  Result<TrainOutcome> EmptyOutcome(const TrainingSet& data) {
    outcome_.was_stopped = true;
    Model& model = outcome_.model;
    model.objective = params_.objective;
    if (!model.objective.base_score) model.objective.base_score = 0.5;
    model.feature_count = data.train->shape().feature_count;
    model.feature_names = data.train->shape().feature_names;
    return std::move(outcome_);
  }

  const XgbApi& api_;
  const TrainParams& params_;
  const RunOptions& run_;
  RoundObserver& observer_;
  XgbLog log_;
  std::vector<MetricSpec> metrics_;
  MetricSpec stopping_metric_;
  std::optional<EarlyStopping> stopping_;
  std::vector<Channel> channels_;
  std::optional<XgbBooster> booster_;
  std::vector<float> predictions_;
  std::vector<float> best_predictions_;
  MetricScratch scratch_;
  std::optional<Model> best_model_;
  TrainOutcome outcome_;
};

}  // namespace

Result<TrainOutcome> TrainWithXgboost(const TrainParams& params, const TrainingSet& data,
                                      const RunOptions& run, RoundObserver& observer,
                                      std::string_view reason) {
  BOOSTYARD_ASSIGN_OR_RETURN(const XgbApi* api, LoadXgb());
  BOOSTYARD_RETURN_IF_ERROR(CheckDevice(*api, params.device));
  observer.OnEngine("engine: xgboost " + api->version + " on " +
                    (params.device.kind == DeviceKind::kCuda ? "cuda" : "cpu") + ", " +
                    std::to_string(run.threads) + (run.threads == 1 ? " thread (" : " threads (") +
                    std::string(reason) + "); its promises about repeatability are XGBoost's");
  try {
    return XgbTrainer(*api, params, run, observer).Train(data);
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorId::kOutOfMemory, "not enough memory for training",
                     "use a larger instance or fewer rows");
  }
}

}  // namespace boostyard
