// What the job asks for, still as strings: the files below input/config.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "container/environment.h"
#include "engine/base/result.h"
#include "hyperparams/parse.h"

namespace boostyard::container {

enum class InputMode { kFile, kPipe };  // FastFile is File: plain files on a lazy mount

// One entry of inputdataconfig.json.
struct ChannelConfig {
  std::string name;
  std::string content_type;  // as given; empty: not given
  InputMode mode = InputMode::kFile;
};

struct ResourceConfig {
  std::string current_host;        // empty without resourceconfig.json
  std::vector<std::string> hosts;  // as given
};

struct JobConfig {
  hyperparams::RawHyperparameters hyperparameters;
  // In order of name; not given: infer the channels from the directories.
  std::optional<std::vector<ChannelConfig>> channels;
  ResourceConfig resources;
  std::optional<std::string> checkpoint_dir;  // follows the root
};

// Reads the four files. Only hyperparameters.json must be there (kConfigMissing). Broken JSON is
// kConfigBadJson with file, line and byte; values of the wrong shape are kConfigBadValue.
Result<JobConfig> LoadJobConfig(const JobPaths& paths);

// The same for the text of one file; `file` is for messages.
Result<hyperparams::RawHyperparameters> ParseHyperparameters(std::string_view text,
                                                             const std::string& file);
Result<std::vector<ChannelConfig>> ParseInputDataConfig(std::string_view text,
                                                        const std::string& file);
Result<ResourceConfig> ParseResourceConfig(std::string_view text, const std::string& file);
// LocalPath; empty if there is none.
Result<std::string> ParseCheckpointConfig(std::string_view text, const std::string& file);

}  // namespace boostyard::container
