// From a channel of the job to an ordered list of files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "container/environment.h"
#include "container/job_config.h"
#include "data/content_type.h"
#include "data/open.h"
#include "engine/base/result.h"

namespace boostyard::container {

struct Channel {
  std::string name;
  std::vector<SourceFile> files;  // at least one; sorted by the bytes of the relative path
  std::optional<ContentType> content_type;  // not given: to be sniffed
};

struct ChannelSet {
  Channel train;
  std::optional<Channel> validation;
  std::vector<std::string> notes;
  std::vector<std::string> warnings;
};

// Finds the files of `train` and `validation`. Without `configs` a channel is there when its
// directory (or the pipe train_0) is. Other channels are warned of and ignored. Hidden and '_'
// files are skipped with a note, hidden directories with a warning; links are followed, but not
// round in circles. Errors: kChannelMissing, kChannelEmpty, kChannelPipe, kChannelContentType,
// kInputUnreadable, each with the path and what is there instead.
Result<ChannelSet> OpenChannels(const JobPaths& paths,
                                const std::optional<std::vector<ChannelConfig>>& configs);

}  // namespace boostyard::container
