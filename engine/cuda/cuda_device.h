// The way to a CUDA device. The driver is opened at run time: a program with this inside starts
// where there is none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/cuda/executor.h"

namespace boostyard::device {

// Opens GPU number `ordinal` (-1: the first one). Error: kDeviceUnavailable, its message a phrase
// that says what there is instead.
Result<std::unique_ptr<Executor>> OpenCudaDevice(int ordinal);

// How often a device has run launches as a graph. Precondition: it is of OpenCudaDevice.
std::uint64_t GraphLaunchesOf(const Executor& device);
// Why it could not record launches, the first time that it could not; empty: it always could.
std::string GraphErrorOf(const Executor& device);

// How many GPUs the driver shows; CUDA_VISIBLE_DEVICES may hide some.
int CountCudaDevices();

// GPUs that work together.
struct CudaDevices {
  std::vector<std::unique_ptr<Executor>> executors;  // at least one
  int visible_count = 0;                             // GPUs that the driver shows
  int unlike_count = 0;                              // that were passed over
};

// Opens the first GPU and those like it that are as free, at most `most`; at least 1. They
// copy straight from each other's memory where the machine can do that. Errors: those of
// OpenCudaDevice for the first one.
Result<CudaDevices> OpenCudaDevices(int most);

}  // namespace boostyard::device
