// The kernels of each list of steps, one .cu file a list, so that no file takes long to compile.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "engine/cuda/block.h"

namespace boostyard::device {

// How a step is launched on a stream; and the kernel itself, for its attributes.
struct KernelEntry {
  cudaError_t (*launch)(cudaStream_t stream, Grid grid, std::uint32_t dynamic_bytes,
                        const void* args);
  // Lets launches use that much shared memory a block.
  cudaError_t (*allow)(std::uint32_t shared_bytes);
};

// In the order of steps.h.
const KernelEntry* RowKernels();
const KernelEntry* NodeKernels();
const KernelEntry* GrowthKernels();
const KernelEntry* MetricKernels();
const KernelEntry* DataKernels();
const KernelEntry* GroupKernels();
const KernelEntry* GradientKernels();

// Sorts `count` words by their upper 32 bits, stably (kernels_sort.cu): with a null `scratch` it
// only says how many bytes that takes. The result is in `keys`, or in `other` if so noted.
cudaError_t SortByUpperHalf(void* scratch, std::size_t& scratch_bytes, std::uint64_t* keys,
                            std::uint64_t* other, std::uint64_t count, cudaStream_t stream,
                            bool& is_in_other);

}  // namespace boostyard::device
