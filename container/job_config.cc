#include "container/job_config.h"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "container/diagnostics.h"
#include "container/file_io.h"
#include "engine/base/error_table.h"
#include "engine/base/text.h"

namespace boostyard::container {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxDepth = 32;    // deeper nesting is nobody's setting
constexpr std::size_t kShownBytes = 80;  // of a line or value of the user's

// Where byte `offset` (from 0) of `text` is.
SourcePosition PositionOf(std::string_view text, std::size_t offset, const std::string& file) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_break = before.rfind('\n');
  const std::size_t line_start = line_break == std::string_view::npos ? 0 : line_break + 1;
  SourcePosition at;
  at.file = file;
  at.line = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  at.byte = offset - line_start + 1;
  const std::size_t shown_start = std::max(line_start, offset - std::min(offset, kShownBytes / 2));
  const std::string_view rest = text.substr(shown_start);
  at.line_text = std::string(rest.substr(0, std::min(rest.find('\n'), kShownBytes)));
  at.caret = static_cast<std::uint32_t>(offset - shown_start);
  return at;
}

// The middle of nlohmann's "[...] parse error at line 3, column 12: syntax error while parsing
// object - unexpected string literal; expected '}'".
std::string ReasonOf(const std::string& what) {
  const std::size_t dash = what.rfind(" - ");
  const std::size_t colon = what.find(": ");
  const std::size_t bracket = what.find("] ");  // of "[json.exception.out_of_range.406] ..."
  std::string reason = what;
  if (dash != std::string::npos) {
    reason = what.substr(dash + 3);
  } else if (colon != std::string::npos) {
    reason = what.substr(colon + 2);
  } else if (bracket != std::string::npos) {
    reason = what.substr(bracket + 2);
  }
  return std::string(CutUtf8(OneLine(reason), 2 * kShownBytes));
}

Error BadJson(std::string_view text, std::size_t offset, const std::string& file,
              const std::string& reason) {
  return MakeErrorAt(ErrorId::kConfigBadJson, PositionOf(text, offset, file),
                     "this is not valid JSON: " + reason, "correct the file at this place");
}

// An object at the top, or an error. The one place where nlohmann's exceptions are caught.
Result<Json> ParseObject(std::string_view text, const std::string& file) {
  bool is_too_deep = false;
  const auto watch_depth = [&](int depth, Json::parse_event_t, Json&) {
    is_too_deep = is_too_deep || depth > static_cast<int>(kMaxDepth);
    return !is_too_deep;
  };
  Json json;
  try {
    json = Json::parse(text, watch_depth);
  } catch (const Json::parse_error& error) {
    return BadJson(text, error.byte > 0 ? error.byte - 1 : 0, file, ReasonOf(error.what()));
  } catch (const Json::exception& error) {  // e.g. 1e999
    return BadJson(text, 0, file, ReasonOf(error.what()));
  }
  if (is_too_deep) return BadJson(text, 0, file, "it is nested too deeply");
  if (!json.is_object()) return BadJson(text, 0, file, "the file must hold one object, {...}");
  return json;
}

Error BadValue(const std::string& file, const std::string& what, const std::string& fix) {
  return MakeError(ErrorId::kConfigBadValue, file + ": " + what, fix);
}

// `value` in its JSON spelling, short.
std::string Shown(const Json& value) {
  return std::string(CutUtf8(OneLine(value.dump()), kShownBytes));
}

// Some tools encode twice: "\"csv\"" means csv.
std::string WithoutJsonQuotes(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || text[first] != '"') return text;
  const Json inner = Json::parse(text, nullptr, false);
  return inner.is_string() ? inner.get<std::string>() : text;
}

// The string at `key`; empty if absent or null.
Result<std::string> OptionalText(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::string();
  if (!found->is_string()) {
    return BadValue(where, std::string(key) + " is " + Shown(*found) + ", not a string",
                    "write it in quotes");
  }
  return WithoutJsonQuotes(found->get<std::string>());
}

Result<ChannelConfig> ParseChannel(const std::string& name, const Json& value,
                                   const std::string& file) {
  const std::string where = file + ": channel \"" + name + "\"";
  if (!value.is_object()) {
    return BadValue(where, "its configuration is " + Shown(value) + ", not an object",
                    "write e.g. {\"ContentType\": \"text/csv\"}");
  }
  ChannelConfig channel;
  channel.name = name;
  BOOSTYARD_ASSIGN_OR_RETURN(channel.content_type, OptionalText(value, "ContentType", where));
  BOOSTYARD_ASSIGN_OR_RETURN(const std::string mode,
                             OptionalText(value, "TrainingInputMode", where));
  const std::string lower_mode = LowerCase(mode);
  if (lower_mode == "pipe") {
    channel.mode = InputMode::kPipe;
  } else if (!lower_mode.empty() && lower_mode != "file" && lower_mode != "fastfile") {
    return BadValue(where, "TrainingInputMode is \"" + mode + "\"", "use File, FastFile or Pipe");
  }
  return channel;
}

// The text of a file that need not be there.
Result<std::optional<std::string>> ReadOptional(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::optional<std::string>();
  }
  if (S_ISFIFO(status.st_mode)) {  // opening it would wait for a writer, perhaps for ever
    return MakeError(ErrorId::kInputUnreadable, path + " cannot be read: it is a pipe",
                     "put a readable file in its place");
  }
  BOOSTYARD_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  return std::optional<std::string>(std::move(text));
}

}  // namespace

Result<hyperparams::RawHyperparameters> ParseHyperparameters(std::string_view text,
                                                             const std::string& file) {
  BOOSTYARD_ASSIGN_OR_RETURN(const Json json, ParseObject(text, file));
  hyperparams::RawHyperparameters raw;
  for (const auto& [name, value] : json.items()) {
    if (value.is_null()) continue;  // a tool's way to leave something out
    if (value.is_object()) {
      return BadValue(file, "hyperparameter \"" + name + "\" is the object " + Shown(value),
                      "give a string, a number, a boolean or a list");
    }
    raw[name] = value.is_string() ? WithoutJsonQuotes(value.get<std::string>()) : value.dump();
  }
  return raw;
}

Result<std::vector<ChannelConfig>> ParseInputDataConfig(std::string_view text,
                                                        const std::string& file) {
  BOOSTYARD_ASSIGN_OR_RETURN(const Json json, ParseObject(text, file));
  std::vector<ChannelConfig> channels;
  for (const auto& [name, value] : json.items()) {
    BOOSTYARD_ASSIGN_OR_RETURN(ChannelConfig channel, ParseChannel(name, value, file));
    channels.push_back(std::move(channel));
  }
  return channels;
}

Result<ResourceConfig> ParseResourceConfig(std::string_view text, const std::string& file) {
  BOOSTYARD_ASSIGN_OR_RETURN(const Json json, ParseObject(text, file));
  ResourceConfig config;
  BOOSTYARD_ASSIGN_OR_RETURN(config.current_host, OptionalText(json, "current_host", file));
  const auto hosts = json.find("hosts");
  if (hosts == json.end() || hosts->is_null()) return config;
  const auto is_text = [](const Json& host) { return host.is_string(); };
  if (!hosts->is_array() || !std::all_of(hosts->begin(), hosts->end(), is_text)) {
    return BadValue(file, "hosts is " + Shown(*hosts) + ", not a list of names",
                    "write e.g. [\"algo-1\"]");
  }
  for (const Json& host : *hosts) config.hosts.push_back(host.get<std::string>());
  return config;
}

Result<std::string> ParseCheckpointConfig(std::string_view text, const std::string& file) {
  BOOSTYARD_ASSIGN_OR_RETURN(const Json json, ParseObject(text, file));
  return OptionalText(json, "LocalPath", file);
}

Result<JobConfig> LoadJobConfig(const JobPaths& paths) {
  JobConfig config;
  BOOSTYARD_ASSIGN_OR_RETURN(const auto hyperparameters, ReadOptional(paths.hyperparameters_file));
  if (!hyperparameters) {
    return MakeError(ErrorId::kConfigMissing, paths.hyperparameters_file + " is not there",
                     "mount a folder with input/config/hyperparameters.json at " + paths.root);
  }
  BOOSTYARD_ASSIGN_OR_RETURN(config.hyperparameters,
                             ParseHyperparameters(*hyperparameters, paths.hyperparameters_file));
  BOOSTYARD_ASSIGN_OR_RETURN(const auto inputs, ReadOptional(paths.input_data_config_file));
  if (inputs) {
    BOOSTYARD_ASSIGN_OR_RETURN(auto channels,
                               ParseInputDataConfig(*inputs, paths.input_data_config_file));
    if (!channels.empty()) config.channels = std::move(channels);
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const auto resources, ReadOptional(paths.resource_config_file));
  if (resources) {
    BOOSTYARD_ASSIGN_OR_RETURN(config.resources,
                               ParseResourceConfig(*resources, paths.resource_config_file));
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const auto checkpoints, ReadOptional(paths.checkpoint_config_file));
  if (checkpoints) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::string directory,
                               ParseCheckpointConfig(*checkpoints, paths.checkpoint_config_file));
    if (!directory.empty()) config.checkpoint_dir = FollowRoot(paths.root, directory);
  }
  return config;
}

}  // namespace boostyard::container
