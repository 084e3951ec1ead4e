// Any bytes as each of the files of input/config. Properties: a result or a user's error whose
// position lies in the text; its rendering is one line of valid UTF-8 within the limit; and what is
// read from a file is read again from one that is written with it.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

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

void CheckHyperparameters(const hyperparams::RawHyperparameters& raw) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : raw) {
    if (LooksQuoted(value)) return;  // would lose one more layer of quotes
    json[name] = value;
  }
  const auto again = ParseHyperparameters(json.dump(), "again.json");
  Require(again.ok() && *again == raw);
}

void CheckChannels(const std::vector<ChannelConfig>& channels) {
  nlohmann::json json = nlohmann::json::object();
  for (const ChannelConfig& channel : channels) {
    if (LooksQuoted(channel.content_type)) return;
    json[channel.name] = {
        {"ContentType", channel.content_type},
        {"TrainingInputMode", channel.mode == InputMode::kPipe ? "Pipe" : "FastFile"}};
  }
  const auto again = ParseInputDataConfig(json.dump(), "again.json");
  Require(again.ok() && again->size() == channels.size());
  for (std::size_t i = 0; i < channels.size(); ++i) {
    Require((*again)[i].name == channels[i].name && (*again)[i].mode == channels[i].mode &&
            (*again)[i].content_type == channels[i].content_type);
  }
}

void CheckResources(const ResourceConfig& resources) {
  if (LooksQuoted(resources.current_host)) return;
  const nlohmann::json json = {{"current_host", resources.current_host},
                               {"hosts", resources.hosts}};
  const auto again = ParseResourceConfig(json.dump(), "again.json");
  Require(again.ok() && again->current_host == resources.current_host &&
          again->hosts == resources.hosts);
}

void CheckCheckpoints(const std::string& path) {
  if (LooksQuoted(path)) return;
  const nlohmann::json json = {{"LocalPath", path}};
  const auto again = ParseCheckpointConfig(json.dump(), "again.json");
  Require(again.ok() && *again == path);
}

// What was read, or its error, holds.
template <class Read, class Check>
void CheckFile(const Read& read, std::string_view text, const Check& check) {
  if (read.ok()) {
    check(*read);
  } else {
    CheckError(read.error(), text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckFile(ParseHyperparameters(text, "hyperparameters.json"), text, CheckHyperparameters);
  CheckFile(ParseInputDataConfig(text, "inputdataconfig.json"), text, CheckChannels);
  CheckFile(ParseResourceConfig(text, "resourceconfig.json"), text, CheckResources);
  CheckFile(ParseCheckpointConfig(text, "checkpointconfig.json"), text, CheckCheckpoints);
  return 0;
}
