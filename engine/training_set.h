// All the engine ever sees of the data.
#pragma once

#include "engine/base/column_chunk.h"

namespace boostyard {

// Borrowed streams; both outlive the training. `validation` is null without such a channel and has
// the same features as `train`.
struct TrainingSet {
  ChunkStream* train = nullptr;
  ChunkStream* validation = nullptr;
};

}  // namespace boostyard
