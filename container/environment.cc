#include "container/environment.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

constexpr std::string_view kDefaultRoot = "/opt/ml";

std::string WithoutTrailingSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// One of the words of a switch and its meaning.
template <class T>
using Word = std::pair<std::string_view, T>;

template <class T, std::size_t kCount>
void ReadSwitch(const Variables& variables, const std::string& name,
                const std::array<Word<T>, kCount>& words, T& out, std::vector<Error>& errors) {
  const std::string_view value = Lookup(variables, name);
  if (value.empty()) return;
  std::string known;
  for (const auto& [word, meaning] : words) {
    if (value == word) {
      out = meaning;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  errors.push_back(MakeError(ErrorId::kConfigBadValue,
                             "the environment variable " + name + " is \"" + std::string(value) +
                                 "\", which is not one of " + known,
                             "set it to one of " + known + ", or unset it"));
}

void ReadSeconds(const Variables& variables, const std::string& name, double& out,
                 std::vector<Error>& errors) {
  constexpr double kDay = 86'400.0;
  const std::string_view text = Lookup(variables, name);
  if (text.empty()) return;
  double seconds = -1.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size() && seconds >= 0.0 &&
      seconds <= kDay) {
    out = seconds;
    return;
  }
  errors.push_back(MakeError(ErrorId::kConfigBadValue,
                             "the environment variable " + name + " is \"" + std::string(text) +
                                 "\", which is not a number from 0 to 86400",
                             "set it to a number of seconds, or unset it"));
}

}  // namespace

Variables ProcessVariables() {
  Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string_view Lookup(const Variables& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string_view() : std::string_view(found->second);
}

std::string FollowRoot(const std::string& root, const std::string& path) {
  if (path.rfind(kDefaultRoot, 0) != 0) return path;
  const std::string rest = path.substr(kDefaultRoot.size());
  if (!rest.empty() && rest.front() != '/') return path;  // e.g. /opt/mlflow
  return root + rest;
}

JobPaths ResolvePaths(const std::string& root_option, const Variables& variables) {
  std::string root = root_option;
  if (root.empty()) root = Lookup(variables, "SAGEMAKER_BASE_DIR");
  if (root.empty()) root = kDefaultRoot;
  root = WithoutTrailingSlash(std::move(root));
  const auto moved = [&](const char* variable, const char* usual) {
    const std::string given(Lookup(variables, variable));
    return given.empty() ? root + usual : WithoutTrailingSlash(FollowRoot(root, given));
  };
  JobPaths paths;
  paths.root = root;
  paths.config_dir = root + "/input/config";
  paths.hyperparameters_file = paths.config_dir + "/hyperparameters.json";
  paths.input_data_config_file = paths.config_dir + "/inputdataconfig.json";
  paths.resource_config_file = paths.config_dir + "/resourceconfig.json";
  paths.checkpoint_config_file = paths.config_dir + "/checkpointconfig.json";
  paths.data_dir = root + "/input/data";
  paths.model_dir = moved("SM_MODEL_DIR", "/model");
  paths.output_data_dir = moved("SM_OUTPUT_DATA_DIR", "/output/data");
  paths.failure_file = root + "/output/failure";
  return paths;
}

Result<Switches> ReadSwitches(const Variables& variables) {
  static constexpr std::array<Word<ArtifactPolicy>, 3> kArtifacts{{
      {"auto", ArtifactPolicy::kAuto},
      {"bare", ArtifactPolicy::kBare},
      {"tar", ArtifactPolicy::kTar},
  }};
  static constexpr std::array<Word<ModelFormat>, 2> kFormats{{
      {"ubj", ModelFormat::kUbjson},
      {"json", ModelFormat::kJson},
  }};
  static constexpr std::array<Word<EngineChoice>, 3> kEngines{{
      {"auto", EngineChoice::kAuto},
      {"native", EngineChoice::kNative},
      {"xgboost", EngineChoice::kXgboost},
  }};
  static constexpr std::array<Word<bool>, 2> kReports{{{"on", true}, {"off", false}}};
  Switches switches;
  std::vector<Error> errors;
  ReadSwitch(variables, "BOOSTYARD_MODEL_ARTIFACT", kArtifacts, switches.artifact, errors);
  ReadSwitch(variables, "BOOSTYARD_MODEL_FORMAT", kFormats, switches.format, errors);
  ReadSwitch(variables, "BOOSTYARD_ENGINE", kEngines, switches.engine, errors);
  ReadSwitch(variables, "BOOSTYARD_REPORT", kReports, switches.writes_report, errors);
  switches.checkpoint_dir = Lookup(variables, "BOOSTYARD_CHECKPOINT_DIR");
  ReadSeconds(variables, "BOOSTYARD_CHECKPOINT_SECONDS", switches.checkpoint_seconds, errors);
  if (!errors.empty()) return Combine(std::move(errors));
  return switches;
}

}  // namespace boostyard::container
