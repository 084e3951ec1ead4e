#include "container/train_job.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "container/channel.h"
#include "container/checkpoint_keeper.h"
#include "container/cross_validation.h"
#include "container/diagnostics.h"
#include "container/file_io.h"
#include "container/job_config.h"
#include "container/model_dir.h"
#include "container/report/output_files.h"
#include "container/signals.h"
#include "container/trained_models.h"
#include "data/locate.h"
#include "data/open.h"
#include "engine/base/error_table.h"
#include "engine/base/stage_times.h"
#include "engine/model/model_io.h"
#include "engine/objective/objectives.h"
#include "engine/train.h"
#include "hyperparams/parse.h"

namespace boostyard::container {
namespace {

// The service kills 120 s after SIGTERM; a model that was asked for may take most of that.
constexpr int kSaveDeadlineSeconds = 100;

// Seconds since the last lap.
class Stopwatch {
 public:
  double Lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> lap = now - last_;
    last_ = now;
    return lap.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

class JobObserver : public RoundObserver {
 public:
  JobObserver(MetricLog& log, JobRecord& record, const ObjectiveParams& objective)
      : log_(log), record_(record), objective_(objective) {}
  void OnEngine(std::string_view line) override {
    log_.Info(line);
    record_.AddEngine(line);
  }
  void OnWarning(std::string_view line) override { log_.Warning(line); }
  void OnInfo(std::string_view line) override { log_.Info(line); }
  void OnPastRound(const RoundReport& report) override { record_.AddPastRound(report); }
  RoundDecision OnRound(const RoundReport& report) override {
    log_.Round(report);
    record_.AddRound(report);
    return StopRequested() ? RoundDecision::kStop : RoundDecision::kContinue;
  }
  void OnPredictions(const FinalPredictions& final) override {
    record_.AddPredictions(final, objective_);
  }
  bool StopRequested() override { return StopSignal() != 0; }

 private:
  MetricLog& log_;
  JobRecord& record_;
  const ObjectiveParams& objective_;
};

// What a job is made of once its texts are understood.
struct Plan {
  Switches switches;
  hyperparams::JobSettings settings;
  ChannelSet channels;
  ThreadChoice threads;
  std::optional<CheckpointPlan> checkpoints;
};

struct JobData {
  std::unique_ptr<ProfiledStream> train;
  std::unique_ptr<ProfiledStream> validation;  // null without such a channel
};

struct StageSeconds {
  double read = 0.0;
  double train = 0.0;
  double write = 0.0;
};

Status CheckOffered(const JobConfig& config) {
  if (config.resources.hosts.size() > 1) {
    return MakeError(ErrorId::kConfigBadValue,
                     "the job has " + std::to_string(config.resources.hosts.size()) +
                         " hosts, and training on several hosts is not offered by this version",
                     "use one instance");
  }
  return {};
}

Status CheckTuningChannel(const hyperparams::JobSettings& settings, const ChannelSet& channels) {
  const bool has_validation = channels.validation || settings.kfold > 0;
  if (settings.train.tuning_channel != "validation" || has_validation) return {};
  return MakeError(ErrorId::kHyperparamConflict,
                   "_tuning_objective_metric is \"validation:" + settings.train.tuning_metric +
                       "\", but there is no channel validation",
                   "add a validation channel, or tune on train:" + settings.train.tuning_metric);
}

void TellAll(MetricLog& log, const std::vector<std::string>& notes,
             const std::vector<std::string>& warnings) {
  for (const std::string& note : notes) log.Info(note);
  for (const std::string& warning : warnings) log.Warning(warning);
}

// Nothing if the job keeps none. A directory that cannot be written is told before the data are
// read.
Result<std::optional<CheckpointPlan>> PlanCheckpoints(const JobPaths& paths,
                                                      const Switches& switches,
                                                      const JobConfig& config) {
  CheckpointPlan plan;
  plan.directory = config.checkpoint_dir.value_or("");
  if (!switches.checkpoint_dir.empty()) {
    plan.directory = FollowRoot(paths.root, switches.checkpoint_dir);
  }
  if (plan.directory.empty()) return std::optional<CheckpointPlan>();
  plan.seconds = switches.checkpoint_seconds;
  BOOSTYARD_ASSIGN_OR_RETURN(plan.hyperparameters,
                             hyperparams::Canonicalize(config.hyperparameters));
  const auto opened = CheckpointDir::Open(plan.directory);
  if (!opened.ok()) return opened.error();
  return std::optional<CheckpointPlan>(std::move(plan));
}

Result<Plan> MakePlan(const JobContext& context) {
  const StageScope stage(Stage::kSettings);
  Plan plan;
  BOOSTYARD_ASSIGN_OR_RETURN(plan.switches, ReadSwitches(context.variables));
  BOOSTYARD_ASSIGN_OR_RETURN(const JobConfig config, LoadJobConfig(context.paths));
  BOOSTYARD_ASSIGN_OR_RETURN(plan.settings, hyperparams::Parse(config.hyperparameters));
  context.log.SetQuiet(plan.settings.is_silent || plan.settings.train.verbosity == 0);
  if (plan.settings.save_model_on_termination) SetStopDeadline(kSaveDeadlineSeconds);
  TellAll(context.log, plan.settings.notes, {});
  BOOSTYARD_RETURN_IF_ERROR(CheckOffered(config));
  BOOSTYARD_ASSIGN_OR_RETURN(plan.checkpoints,
                             PlanCheckpoints(context.paths, plan.switches, config));
  BOOSTYARD_ASSIGN_OR_RETURN(plan.channels, OpenChannels(context.paths, config.channels));
  TellAll(context.log, plan.channels.notes, plan.channels.warnings);
  BOOSTYARD_RETURN_IF_ERROR(CheckTuningChannel(plan.settings, plan.channels));
  plan.threads = ChooseThreads(context.limits, plan.settings.train.nthread);
  context.log.Info(plan.threads.reason);
  return plan;
}

ReadRequest RequestOf(const JobContext& context, const Plan& plan, const Channel& channel) {
  ReadRequest request;
  request.channel = channel.name;
  request.files = channel.files;
  request.content_type = channel.content_type;
  request.has_weights = plan.settings.csv_weights;
  request.may_be_sparse = true;
  request.threads = plan.threads.threads;
  request.memory_limit_bytes = context.limits.memory_limit_bytes;
  request.training_bytes = [&](RowIndex rows, FeatureIndex features) {
    return EstimateTrainingBytes(plan.settings.train, plan.switches.engine, rows, features);
  };
  request.stop_requested = [] { return StopSignal() != 0; };
  return request;
}

Result<OpenedData> ReadChannel(const JobContext& context, const ReadRequest& request) {
  BOOSTYARD_ASSIGN_OR_RETURN(OpenedData data, OpenData(request));
  TellAll(context.log, data.notes, data.warnings);
  return data;
}

Result<JobData> ReadChannels(const JobContext& context, const Plan& plan) {
  const StageScope stage(Stage::kRead);
  JobData data;
  BOOSTYARD_ASSIGN_OR_RETURN(OpenedData train,
                             ReadChannel(context, RequestOf(context, plan, plan.channels.train)));
  data.train = std::make_unique<ProfiledStream>(std::move(train.stream), plan.threads.threads);
  if (plan.channels.validation) {
    ReadRequest request = RequestOf(context, plan, *plan.channels.validation);
    const DataShape& shape = data.train->shape();
    request.expected_features = shape.feature_count;
    request.memory_used_bytes =
        std::max(train.memory_bytes, request.training_bytes(shape.row_count, shape.feature_count));
    BOOSTYARD_ASSIGN_OR_RETURN(OpenedData validation, ReadChannel(context, request));
    data.validation =
        std::make_unique<ProfiledStream>(std::move(validation.stream), plan.threads.threads);
  }
  return data;
}

// The first row whose label the objective does not allow.
std::optional<RowIndex> FirstBadLabel(const ObjectiveParams& objective, ChunkStream& stream) {
  if (!stream.Rewind().ok()) return std::nullopt;
  for (;;) {
    const auto batch = stream.NextBatch();
    if (!batch.ok() || batch->empty()) return std::nullopt;
    for (const ColumnChunk& chunk : *batch) {
      if (CheckLabels(objective, chunk.labels).ok()) continue;
      for (std::size_t i = 0; i < chunk.labels.size(); ++i) {
        if (!CheckLabels(objective, chunk.labels.subspan(i, 1)).ok()) return chunk.first_row + i;
      }
    }
  }
}

// The engine sees labels and no files: find where the first bad one stands. What cannot be found
// again (a pipe) leaves the error as it is.
Error WithPlaceOfLabel(const JobContext& context, const Plan& plan, const JobData& data,
                       Error error) {
  const auto locate = [&](const Channel& channel, ChunkStream& stream) {
    const auto row = FirstBadLabel(plan.settings.train.objective, stream);
    if (!row) return false;
    auto place = LocateCell(RequestOf(context, plan, channel), *row, 1);
    if (place.ok()) error.at = *std::move(place);
    return true;
  };
  const bool is_in_train = locate(plan.channels.train, *data.train);
  if (!is_in_train && data.validation) locate(*plan.channels.validation, *data.validation);
  return error;
}

// One model, or those of a cross-validation.
Result<TrainedModels> TrainOn(const JobContext& context, const Plan& plan, const JobData& data,
                              JobRecord& record) {
  RunOptions run;
  run.engine = plan.switches.engine;
  run.threads = plan.threads.threads;
  run.uses_all_gpus = plan.settings.use_all_gpus;
  run.is_last_use_of_data = plan.settings.kfold == 0;
  run.memory_limit_bytes = context.limits.memory_limit_bytes;
  JobObserver observer(context.log, record, plan.settings.train.objective);
  context.log.StartProgress(context.variables, plan.settings.train.num_round);
  const TrainingSet set{data.train.get(), data.validation.get()};
  const hyperparams::JobSettings& settings = plan.settings;
  const CheckpointPlan* const checkpoints = plan.checkpoints ? &*plan.checkpoints : nullptr;
  auto trained = settings.kfold > 0
                     ? CrossValidate({.folds = settings.kfold,
                                      .repeats = settings.num_cv_round,
                                      .checkpoints = checkpoints},
                                     settings.train, set, run, observer, context.log)
                     : TrainOneModel(settings.train, set, run, observer, checkpoints);
  context.log.EndProgress();
  if (!trained.ok() && trained.error().id == ErrorId::kDataLabelRange && !trained.error().at) {
    return WithPlaceOfLabel(context, plan, data, std::move(trained).error());
  }
  return trained;
}

// predictions.csv of a cross-validation; nothing otherwise.
Status WritePredictions(const JobContext& context, const TrainedModels& trained) {
  if (trained.predictions_csv.empty()) return {};
  const std::string& text = trained.predictions_csv;
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  BOOSTYARD_RETURN_IF_ERROR(MakeDirectories(context.paths.output_data_dir));
  BOOSTYARD_RETURN_IF_ERROR(
      WriteFileAtomically(context.paths.output_data_dir, "predictions.csv", bytes));
  context.log.Info("wrote " + context.paths.output_data_dir + "/predictions.csv");
  return {};
}

Status PublishModels(const JobContext& context, const Plan& plan, const TrainedModels& trained,
                     ModelDir& directory) {
  const StageScope stage(Stage::kModel);
  const ArtifactChoice choice =
      ChooseArtifact(plan.switches.artifact, context.variables, context.paths);
  const bool is_json = plan.switches.format == ModelFormat::kJson;
  std::vector<ArchiveMember> files;
  for (const Model& model : trained.models) {
    std::string name = kModelFileName;
    if (plan.settings.kfold > 0) name += "-" + std::to_string(files.size());
    files.push_back({std::move(name), WriteModel(model, plan.switches.format)});
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const std::string path, directory.Publish(std::move(files), choice));
  context.log.Info("wrote " + path + " (" + (is_json ? "JSON" : "UBJSON") + "): " + choice.reason +
                   "; BOOSTYARD_MODEL_ARTIFACT=" + (choice.is_archive ? "bare" : "tar") +
                   " changes that");
  return {};
}

// Beside the model, and never at its cost: what cannot be written is a warning.
void WriteOutputs(const JobContext& context, const Plan& plan, const JobData& data,
                  const TrainedModels& trained, const JobRecord& record) {
  const StageScope stage(Stage::kReport);
  const JobFacts facts{
      .record = record,
      .params = plan.settings.train,
      .models = trained.models,
      .train = data.train->profile(),
      .validation = data.validation ? &data.validation->profile() : nullptr,
      .job_name = std::string(Lookup(context.variables, "TRAINING_JOB_NAME")),
      .engine = trained.engine,
      .rounds_done = trained.rounds_done,
      .best_round = trained.best_round,
      .was_stopped = trained.was_stopped,
      .warnings = context.log.warnings(),
      .times = StageTimes::Current(),
  };
  const std::vector<Error> errors =
      WriteOutputFiles(context.paths.output_data_dir, facts, plan.switches.writes_report);
  for (const Error& error : errors) context.log.Warning(FailureLine(error));
  if (!errors.empty()) return;
  context.log.Info("wrote metrics.json, importance.json, data_profile.json" +
                   std::string(plan.switches.writes_report ? ", report.html" : "") + " to " +
                   context.paths.output_data_dir);
}

std::string Fixed(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", seconds);
  return text.data();
}

std::string Summary(const JobData& data, const TrainedModels& trained, const StageSeconds& seconds,
                    int warning_count) {
  const DataShape& shape = data.train->shape();
  std::string text = "summary: " + std::to_string(shape.row_count) + " rows, ";
  if (data.validation) {
    text += std::to_string(data.validation->shape().row_count) + " validation rows, ";
  }
  text += std::to_string(shape.feature_count) + " features, " +
          std::to_string(trained.rounds_done) + " rounds, ";
  if (trained.best_round) text += "best round " + std::to_string(*trained.best_round) + ", ";
  if (trained.models.size() > 1) text += std::to_string(trained.models.size()) + " models, ";
  text += "seconds: read " + Fixed(seconds.read) + ", train " + Fixed(seconds.train) + ", write " +
          Fixed(seconds.write) + ", engine " + trained.engine;
  if (warning_count > 0) {
    text += ", " + std::to_string(warning_count) + (warning_count == 1 ? " warning" : " warnings");
  }
  return text;
}

Result<JobEnd> RunPlan(const JobContext& context, const Plan& plan, ModelDir& directory) {
  Stopwatch watch;
  StageSeconds seconds;
  BOOSTYARD_ASSIGN_OR_RETURN(const JobData data, ReadChannels(context, plan));
  seconds.read = watch.Lap();
  JobRecord record;
  record.AddStage("read", seconds.read);
  BOOSTYARD_ASSIGN_OR_RETURN(const TrainedModels trained, TrainOn(context, plan, data, record));
  seconds.train = watch.Lap();
  record.AddTraining(seconds.train);
  const bool is_complete = !trained.was_stopped;
  if (!is_complete && (!plan.settings.save_model_on_termination || trained.models.empty())) {
    return JobEnd::kStopped;
  }
  BOOSTYARD_RETURN_IF_ERROR(WritePredictions(context, trained));
  BOOSTYARD_RETURN_IF_ERROR(PublishModels(context, plan, trained, directory));
  seconds.write = watch.Lap();
  record.AddStage("write the model", seconds.write);
  WriteOutputs(context, plan, data, trained, record);
  context.log.Info(Summary(data, trained, seconds, context.log.warning_count()));
  return JobEnd::kModelWritten;
}

}  // namespace

Result<JobEnd> RunTrainJob(const JobContext& context) {
  StageTimes times;  // its stages go into metrics.json
  BOOSTYARD_ASSIGN_OR_RETURN(const Plan plan, MakePlan(context));
  BOOSTYARD_ASSIGN_OR_RETURN(ModelDir directory, ModelDir::Open(context.paths.model_dir));
  for (const std::string& warning : directory.warnings()) context.log.Warning(warning);
  auto end = RunPlan(context, plan, directory);
  if (!end.ok() && StopSignal() != 0) {
    // Whoever gives up because of the signal says so with kInternal: nothing that failed by itself.
    if (end.error().id != ErrorId::kInternal) {
      context.log.Warning("stopped while: " + FailureLine(end.error()));
    }
    return JobEnd::kStopped;
  }
  return end;
}

}  // namespace boostyard::container
