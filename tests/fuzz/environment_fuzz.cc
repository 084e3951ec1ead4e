// Lines NAME=VALUE as the process's environment: errors of one line that name a variable, or
// switches that are the same without the variables that ask for what is the default, in numbers
// that the C library reads alike; and paths that stay below the root unless a variable moves them.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "container/diagnostics.h"
#include "container/environment.h"
#include "engine/base/error_table.h"

namespace {

using namespace boostyard::container;  // NOLINT(google-build-using-namespace)

void Require(bool holds, const char* what, const std::string& detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "environment_fuzz: %s: %s\n", what, detail.c_str());
  std::abort();
}

Variables ReadLines(std::string_view text) {
  Variables variables;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

void CheckError(const boostyard::Error& error) {
  Require(error.id == boostyard::ErrorId::kConfigBadValue, "another error", error.message);
  Require(error.message.find("BOOSTYARD_") != std::string::npos, "no name", error.message);
  const std::string line = FailureLine(error);
  Require(OneLine(line) == line && line.size() <= kFailureLineBytes, "more than a line", line);
  for (const boostyard::Error& other : error.also) CheckError(other);
}

// A number of seconds that means what strtod says, or the default.
void CheckSeconds(const Variables& variables, const Switches& switches) {
  const std::string text(Lookup(variables, "BOOSTYARD_CHECKPOINT_SECONDS"));
  const double expected =
      text.empty() ? Switches{}.checkpoint_seconds : std::strtod(text.c_str(), nullptr);
  Require(switches.checkpoint_seconds == expected, "other seconds", text);
  Require(expected >= 0.0 && expected <= 86'400.0, "a number out of range", text);
}

void CheckSwitches(const Variables& variables) {
  const auto switches = ReadSwitches(variables);
  if (!switches.ok()) {
    CheckError(switches.error());
    return;
  }
  CheckSeconds(variables, *switches);
  const auto is = [&](const char* name, const char* value) {
    return Lookup(variables, name) == value;
  };
  Require(switches->writes_report == !is("BOOSTYARD_REPORT", "off"), "another report");
  Require((switches->artifact == ArtifactPolicy::kTar) == is("BOOSTYARD_MODEL_ARTIFACT", "tar"),
          "another artifact");
  Require(
      (switches->format == boostyard::ModelFormat::kJson) == is("BOOSTYARD_MODEL_FORMAT", "json"),
      "another format");
  Require(
      (switches->engine == boostyard::EngineChoice::kXgboost) == is("BOOSTYARD_ENGINE", "xgboost"),
      "another engine");
}

void CheckPaths(const Variables& variables) {
  const JobPaths paths = ResolvePaths("", variables);
  for (const std::string* path : {&paths.config_dir, &paths.data_dir, &paths.failure_file}) {
    Require(path->rfind(paths.root, 0) == 0, "a path outside the root", *path);
  }
  for (const std::string* path : {&paths.root, &paths.model_dir, &paths.output_data_dir}) {
    Require(!path->empty() && (path->size() == 1 || path->back() != '/'), "a slash at the end",
            *path);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Variables variables = ReadLines({reinterpret_cast<const char*>(data), size});
  CheckSwitches(variables);
  CheckPaths(variables);
  return 0;
}
