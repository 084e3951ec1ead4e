// Finished models, from wherever a training job or its user left them.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/model.h"

namespace boostyard::container {

// Reads the model file, the models of a .tar.gz, or those of a folder that holds either. At least
// one. kModelBad, kModelUnsupported, kInputUnreadable.
Result<std::vector<Model>> ReadModels(const std::string& path);

}  // namespace boostyard::container
