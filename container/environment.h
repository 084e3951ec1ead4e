// Where the service mounted things, and what the process environment asks for. The only place that
// knows "/opt/ml".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/model/model_io.h"
#include "engine/train.h"

namespace boostyard::container {

using Variables = std::map<std::string, std::string>;

// A copy of the process environment.
Variables ProcessVariables();

// The value of `name`; empty if it is not set. (No variable of ours has a meaning when empty.)
std::string_view Lookup(const Variables& variables, const std::string& name);

// Absolute or as given, never with a slash at the end.
struct JobPaths {
  std::string root;  // stands for /opt/ml
  std::string config_dir;
  std::string hyperparameters_file;
  std::string input_data_config_file;
  std::string resource_config_file;
  std::string checkpoint_config_file;
  std::string data_dir;
  std::string model_dir;
  std::string output_data_dir;
  std::string failure_file;
};

// `root_option` is --root; if empty SAGEMAKER_BASE_DIR, else /opt/ml. SM_MODEL_DIR and
// SM_OUTPUT_DATA_DIR move their directories.
JobPaths ResolvePaths(const std::string& root_option, const Variables& variables);

// Paths in config files and variables that begin with /opt/ml follow the root; others are taken as
// they are.
std::string FollowRoot(const std::string& root, const std::string& path);

// What BOOSTYARD_MODEL_ARTIFACT says: auto, bare, tar.
enum class ArtifactPolicy { kAuto, kBare, kTar };

// What can be chosen beside the hyperparameters, which have to stay valid for the reference image.
struct Switches {
  ArtifactPolicy artifact = ArtifactPolicy::kAuto;
  ModelFormat format = ModelFormat::kUbjson;
  EngineChoice engine = EngineChoice::kAuto;
  bool writes_report = true;
  std::string checkpoint_dir;        // instead of checkpointconfig.json's; as given
  double checkpoint_seconds = 10.0;  // between two checkpoints; 0: after every round
};

// Reads BOOSTYARD_MODEL_ARTIFACT, BOOSTYARD_MODEL_FORMAT, BOOSTYARD_ENGINE, BOOSTYARD_REPORT
// (on, off), BOOSTYARD_CHECKPOINT_DIR and BOOSTYARD_CHECKPOINT_SECONDS (a number from 0 to 86,400).
// What is none of these is a kConfigBadValue error, all of them reported together.
Result<Switches> ReadSwitches(const Variables& variables);

}  // namespace boostyard::container
