// Launches a step by its type.
#pragma once

#include "engine/cuda/executor.h"
#include "engine/cuda/steps.h"

namespace boostyard::device {

template <class Step>
void Launch(Executor& executor, Grid grid, const typename Step::Args& args,
            std::uint32_t dynamic_bytes = 0) {
  executor.Launch(kStepNumber<Step>, grid, dynamic_bytes, &args);
}

}  // namespace boostyard::device
