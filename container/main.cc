// The one binary. Its name (argv[0]) or first argument says what it does; alone it trains.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "container/commands/chmod.h"
#include "container/commands/describe.h"
#include "container/commands/predict.h"
#include "container/commands/train.h"
#include "container/environment.h"
#include "container/metric_log.h"
#include "container/outcome.h"
#include "container/signals.h"
#include "container/threads.h"
#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

enum class CommandKind { kTrain, kPredict, kDescribe, kChmod, kServe };

struct CommandLine {
  CommandKind kind = CommandKind::kTrain;
  std::string root;
  PredictCommand predict;
  DescribeForm describe = DescribeForm::kText;
  std::vector<std::string> rest;          // chmod's arguments; what train ignores
  std::optional<int> finished_exit_code;  // --help and --version are done
};

constexpr std::array<std::string_view, 5> kCommandNames{"train", "predict", "describe", "chmod",
                                                        "serve"};

bool IsCommandName(std::string_view name) {
  return std::find(kCommandNames.begin(), kCommandNames.end(), name) != kCommandNames.end();
}

// The arguments, with the command in front if the program was called by a command's name.
std::vector<std::string> Arguments(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  std::string_view name = argc > 0 ? argv[0] : "";
  name.remove_prefix(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1);
  if (IsCommandName(name)) arguments.insert(arguments.begin(), std::string(name));
  return arguments;
}

void AddPredict(CLI::App& app, PredictCommand& predict, double& threshold) {
  CLI::App* command = app.add_subcommand("predict", "predict the rows of a file with a model");
  command->add_option("--model", predict.model, "xgboost-model, model.tar.gz or model directory")
      ->required();
  command->add_option("file", predict.file, "the rows, e.g. a CSV file")->required();
  command->add_option("--content-type", predict.content_type, "e.g. text/csv; else looked at");
  CLI::Option* labels = command->add_flag("--labels", predict.has_labels,
                                          "the first column is the label: print metrics on stderr");
  command->add_option("--threshold", threshold, "print the confusion matrix at this probability")
      ->needs(labels);
}

void AddDescribe(CLI::App& app, DescribeForm& form, std::string& what) {
  CLI::App* command = app.add_subcommand("describe", "print the table of hyperparameters");
  command->add_option("what", what, "hyperparameters")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"hyperparameters"}));
  auto* json = command->add_flag_callback(
      "--json", [&form] { form = DescribeForm::kJson; }, "the service's form");
  command
      ->add_flag_callback(
          "--markdown", [&form] { form = DescribeForm::kMarkdown; }, "for documentation")
      ->excludes(json);
}

// chmod and serve are not the parser's: their arguments are taken as they come.
std::optional<CommandLine> PlainCommand(const std::vector<std::string>& arguments) {
  if (arguments.empty() || (arguments[0] != "chmod" && arguments[0] != "serve"))
    return std::nullopt;
  CommandLine line;
  line.kind = arguments[0] == "chmod" ? CommandKind::kChmod : CommandKind::kServe;
  line.rest.assign(arguments.begin() + 1, arguments.end());
  return line;
}

Result<CommandLine> ParseCommandLine(std::vector<std::string> arguments) {
  if (auto plain = PlainCommand(arguments)) return *std::move(plain);
  CommandLine line;
  CLI::App app("Trains gradient-boosted trees in the place of SageMaker's XGBoost container.",
               "boostyard");
  app.set_version_flag("--version", "boostyard " BOOSTYARD_VERSION);
  app.add_option("--root", line.root, "stands for /opt/ml (also: SAGEMAKER_BASE_DIR)");
  app.require_subcommand(0, 1);
  CLI::App* train = app.add_subcommand("train", "train as a SageMaker job does; the default");
  train->add_option("--root", line.root, "as above");
  train->set_version_flag("--version", "boostyard " BOOSTYARD_VERSION);
  train->allow_extras();
  double threshold = 0.0;
  AddPredict(app, line.predict, threshold);
  std::string what;
  AddDescribe(app, line.describe, what);
  app.add_subcommand("chmod", "[-R] MODE PATH...: change modes, as chmod(1)");
  app.add_subcommand("serve", "says which image serves a model");
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
  } catch (const CLI::Success& help) {
    line.finished_exit_code = app.exit(help);
    return line;
  } catch (const CLI::ParseError& error) {
    return MakeError(ErrorId::kUsage, error.what(), "see boostyard --help");
  }
  if (app.got_subcommand("predict")) {
    line.kind = CommandKind::kPredict;
    if (app.get_subcommand("predict")->count("--threshold") > 0) line.predict.threshold = threshold;
  } else if (app.got_subcommand("describe")) {
    line.kind = CommandKind::kDescribe;
  } else {
    line.rest = train->remaining();
  }
  return line;
}

Error ServeElsewhere() {
  return MakeError(ErrorId::kUsage, "this image trains and does not serve",
                   "serve the model with AWS's own image, sagemaker-xgboost 1.7-1 or newer");
}

Result<int> Run(const CommandLine& line, const TrainCommand& train, MetricLog& log) {
  switch (line.kind) {
    case CommandKind::kTrain:
      return RunTrain(train, log);
    case CommandKind::kPredict:
      return RunPredict(line.predict, log);
    case CommandKind::kDescribe:
      return RunDescribe(line.describe);
    case CommandKind::kChmod:
      return RunChmod(line.rest, log);
    case CommandKind::kServe:
      return ServeElsewhere();
  }
  return MakeError(ErrorId::kInternal, "a command without an implementation");
}

std::string Mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// The last catch: library code does not throw, so what arrives here is memory or a bug.
Result<int> RunGuarded(const CommandLine& line, const TrainCommand& train, MetricLog& log) {
  try {
    auto code = Run(line, train, log);
    if (code.ok() || code.error().id != ErrorId::kOutOfMemory) return code;
    Error error = std::move(code).error();
    error.message += " (this container may use " + Mebibytes(train.limits.memory_limit_bytes) + ")";
    return error;
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorId::kOutOfMemory,
                     "there is too little memory: an allocation failed (this container may use " +
                         Mebibytes(train.limits.memory_limit_bytes) + ")",
                     "use an instance with more memory, or less data");
  } catch (const std::exception& error) {
    return MakeError(ErrorId::kInternal, std::string("unexpected: ") + error.what());
  } catch (...) {
    return MakeError(ErrorId::kInternal, "unexpected: an unknown exception");
  }
}

int Main(int argc, char** argv) {
  InstallStopHandlers();
  const ResourceLimits limits = ReadResourceLimits();
  EnsureWaitPolicy(limits);
  MetricLog log;
  auto line = ParseCommandLine(Arguments(argc, argv));
  if (!line.ok()) return ReportOutcome(std::move(line).error(), "", log);
  if (line->finished_exit_code) return *line->finished_exit_code;
  line->predict.threads = ChooseThreads(limits, std::nullopt).threads;
  TrainCommand train{.paths = {},
                     .variables = ProcessVariables(),
                     .limits = limits,
                     .ignored_arguments = line->rest};
  train.paths = ResolvePaths(line->root, train.variables);
  const auto outcome = RunGuarded(*line, train, log);
  const bool is_train = line->kind == CommandKind::kTrain;
  if (is_train && !outcome.ok()) TellOldModel(train.paths, log);
  return ReportOutcome(outcome, is_train ? train.paths.failure_file : "", log);
}

}  // namespace
}  // namespace boostyard::container

int main(int argc, char** argv) { return boostyard::container::Main(argc, argv); }
