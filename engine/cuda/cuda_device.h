// The way to a CUDA device. The driver is opened at run time: a program with this inside starts
// where there is none.
#pragma once

#include <memory>

#include "engine/base/result.h"
#include "engine/cuda/executor.h"

namespace boostyard::device {

// Opens GPU number `ordinal` (-1: the first one). Error: kDeviceUnavailable, its message a phrase
// that says what there is instead.
Result<std::unique_ptr<Executor>> OpenCudaDevice(int ordinal);

}  // namespace boostyard::device
