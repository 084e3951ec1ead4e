#include "container/channel.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "container/file_tree.h"
#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

bool IsFifo(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

bool Exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

bool IsDirectory(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string WhatIsThere(const std::string& directory) {
  if (!Exists(directory)) return directory + " is not there";
  return directory + " holds " + DescribeFolder(directory);
}

// "skipped 3 hidden or '_' files of channel train: a, b, c"
void Tell(const std::string& what, const std::string& channel,
          const std::vector<std::string>& names, std::vector<std::string>& out) {
  if (names.empty()) return;
  out.push_back("channel " + channel + ": " + std::to_string(names.size()) + " " + what + ": " +
                ShortList(names));
}

Result<Channel> OpenPipe(const JobPaths& paths, const std::string& name) {
  const std::string fifo = name + "_0";  // of the first epoch; one pass is all that is needed
  const std::string path = paths.data_dir + "/" + fifo;
  if (!IsFifo(path)) {
    return MakeError(ErrorId::kChannelPipe,
                     "channel " + name + " has TrainingInputMode Pipe, but " + path + " is not a " +
                         "pipe; " + WhatIsThere(paths.data_dir),
                     "use TrainingInputMode File (or FastFile) for plain files");
  }
  Channel channel;
  channel.name = name;
  channel.files.push_back({path, fifo, true});
  return channel;
}

Result<Channel> OpenFolder(const JobPaths& paths, const std::string& name, ChannelSet& told,
                           std::vector<TreeFile>& listed) {
  const std::string directory = paths.data_dir + "/" + name;
  if (!IsDirectory(directory)) {
    return MakeError(ErrorId::kChannelMissing,
                     "no data for channel " + name + ": " + directory +
                         (Exists(directory) ? " is not a directory; " : " is not there; ") +
                         WhatIsThere(paths.data_dir),
                     "put the files of the channel into " + directory);
  }
  BOOSTYARD_ASSIGN_OR_RETURN(FileTree tree, ListFiles(directory));
  Tell("hidden or '_' files skipped", name, tree.hidden_files, told.notes);
  Tell("empty files skipped", name, tree.empty_files, told.notes);
  Tell("hidden folders skipped", name, tree.hidden_folders, told.warnings);
  Tell("links that lead round in circles skipped", name, tree.loops, told.warnings);
  Tell("files that are no plain files skipped", name, tree.special_files, told.warnings);
  if (tree.files.empty()) {
    return MakeError(
        ErrorId::kChannelEmpty,
        "no data in channel " + name + ": " + directory +
            " has no file with content that is not hidden; it holds " + DescribeFolder(directory),
        "put at least one data file there (names with '.' or '_' in front are skipped)");
  }
  Channel channel;
  channel.name = name;
  for (const TreeFile& file : tree.files) {
    channel.files.push_back(
        {directory + "/" + file.relative_path, name + "/" + file.relative_path, false});
  }
  listed = std::move(tree.files);
  return channel;
}

Result<Channel> OpenChannel(const JobPaths& paths, const ChannelConfig& config, ChannelSet& told,
                            std::vector<TreeFile>& listed) {
  std::optional<ContentType> content_type;
  if (!config.content_type.empty()) {
    auto parsed = ParseContentType(config.content_type);
    if (!parsed.ok()) {
      Error error = std::move(parsed).error();
      error.message = "channel " + config.name + ": " + error.message;
      return error;
    }
    content_type = *parsed;
  }
  auto channel = config.mode == InputMode::kPipe ? OpenPipe(paths, config.name)
                                                 : OpenFolder(paths, config.name, told, listed);
  if (channel.ok()) channel->content_type = content_type;
  return channel;
}

// Without inputdataconfig.json: what lies below input/data.
std::vector<ChannelConfig> InferChannels(const JobPaths& paths, ChannelSet& told) {
  std::vector<ChannelConfig> channels;
  for (const char* name : {"train", "validation"}) {
    const std::string path = paths.data_dir + "/" + name;
    if (Exists(path)) {
      channels.push_back({name, "", InputMode::kFile});
    } else if (IsFifo(path + "_0")) {
      channels.push_back({name, "", InputMode::kPipe});
    }
  }
  if (!channels.empty()) {
    told.notes.push_back("no inputdataconfig.json with channels: taking them from " +
                         paths.data_dir + ", which holds " + DescribeFolder(paths.data_dir));
  }
  return channels;
}

// The same files in both channels make the validation figures worthless.
bool SameNamesAndSizes(const std::vector<TreeFile>& a, const std::vector<TreeFile>& b) {
  return !a.empty() && std::equal(a.begin(), a.end(), b.begin(), b.end(),
                                  [](const TreeFile& x, const TreeFile& y) {
                                    return x.relative_path == y.relative_path &&
                                           x.size_bytes == y.size_bytes;
                                  });
}

const ChannelConfig* Find(const std::vector<ChannelConfig>& channels, const std::string& name) {
  for (const ChannelConfig& channel : channels) {
    if (channel.name == name) return &channel;
  }
  return nullptr;
}

Error NoTrainChannel(const JobPaths& paths, const std::vector<ChannelConfig>& channels,
                     bool is_configured) {
  if (!is_configured) {
    return MakeError(ErrorId::kChannelMissing,
                     "no data: there is no channel train; " + WhatIsThere(paths.data_dir),
                     "put the training files into " + paths.data_dir + "/train");
  }
  std::vector<std::string> names;
  for (const ChannelConfig& channel : channels) names.push_back(channel.name);
  return MakeError(ErrorId::kChannelMissing,
                   "no data: " + paths.input_data_config_file + " has no channel train, only " +
                       ShortList(names),
                   "name the training channel train");
}

}  // namespace

Result<ChannelSet> OpenChannels(const JobPaths& paths,
                                const std::optional<std::vector<ChannelConfig>>& configs) {
  ChannelSet set;
  const std::vector<ChannelConfig> channels = configs ? *configs : InferChannels(paths, set);
  for (const ChannelConfig& channel : channels) {
    if (channel.name == "train" || channel.name == "validation") continue;
    set.warnings.push_back("channel " + channel.name +
                           " is ignored: only train and validation are read");
  }
  const ChannelConfig* train = Find(channels, "train");
  if (train == nullptr) return NoTrainChannel(paths, channels, configs.has_value());
  std::vector<TreeFile> train_files;
  std::vector<TreeFile> validation_files;
  BOOSTYARD_ASSIGN_OR_RETURN(set.train, OpenChannel(paths, *train, set, train_files));
  if (const ChannelConfig* validation = Find(channels, "validation")) {
    BOOSTYARD_ASSIGN_OR_RETURN(set.validation,
                               OpenChannel(paths, *validation, set, validation_files));
  }
  if (SameNamesAndSizes(train_files, validation_files)) {
    set.warnings.push_back("train and validation hold files of the same names and sizes (" +
                           train_files.front().relative_path +
                           "): validation figures on the training data say nothing");
  }
  return set;
}

}  // namespace boostyard::container
