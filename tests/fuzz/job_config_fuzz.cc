// Any bytes as each of the files of input/config. Properties: a result or a user's error whose
// position lies in the text; its rendering is one line of valid UTF-8 within the limit; and
// hyperparameters written back as strings are read as the same ones.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "container/diagnostics.h"
#include "container/job_config.h"

namespace {

using namespace boostyard;             // NOLINT(google-build-using-namespace): a program of its own
using namespace boostyard::container;  // NOLINT(google-build-using-namespace)

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckError(const Error& error, std::string_view text) {
  Require(KindOf(error) == ErrorKind::kUser);
  if (error.at) {
    Require(error.at->line >= 1 && error.at->line <= text.size() + 1);
    Require(error.at->byte >= 1 && error.at->byte <= text.size() + 1);
    Require(error.at->line_text.size() <= 80);
    Require(error.at->line_text.find('\n') == std::string::npos);
    Picture(error);
  }
  const std::string line = FailureLine(error);
  Require(line.size() <= kFailureLineBytes);
  Require(OneLine(line) == line);
}

bool LooksQuoted(const std::string& value) {
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  return first != std::string::npos && value[first] == '"';
}

void CheckRoundTrip(const hyperparams::RawHyperparameters& raw) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : raw) {
    if (LooksQuoted(value)) return;  // would lose one more layer of quotes
    json[name] = value;
  }
  const auto again = ParseHyperparameters(json.dump(), "again.json");
  Require(again.ok() && *again == raw);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto hyperparameters = ParseHyperparameters(text, "hyperparameters.json");
  if (hyperparameters.ok()) {
    CheckRoundTrip(*hyperparameters);
  } else {
    CheckError(hyperparameters.error(), text);
  }
  const auto channels = ParseInputDataConfig(text, "inputdataconfig.json");
  if (!channels.ok()) CheckError(channels.error(), text);
  const auto resources = ParseResourceConfig(text, "resourceconfig.json");
  if (!resources.ok()) CheckError(resources.error(), text);
  const auto checkpoints = ParseCheckpointConfig(text, "checkpointconfig.json");
  if (!checkpoints.ok()) CheckError(checkpoints.error(), text);
  return 0;
}
