// Makes a kernel of a step. For .cu files alone.
#pragma once

#include <cstring>

#include "engine/cuda/cuda_block.h"
#include "engine/cuda/cuda_kernels.h"
#include "engine/cuda/steps.h"

namespace boostyard::device {

// Dynamic shared memory begins with the step's Shared.
template <class Step>
inline constexpr std::uint32_t kSharedBytes =
    (static_cast<std::uint32_t>(sizeof(typename Step::Shared)) + 15U) / 16U * 16U;

template <class Step>
__global__ void __launch_bounds__(Step::kThreads)
    StepKernel(const __grid_constant__ typename Step::Args args) {
  extern __shared__ __align__(16) unsigned char shared_bytes[];
  CudaBlock<Step::kThreads> block(
      reinterpret_cast<std::uint32_t*>(shared_bytes + kSharedBytes<Step>));
  Step::Run(block, args, *reinterpret_cast<typename Step::Shared*>(shared_bytes));
}

template <class Step>
cudaError_t LaunchStep(cudaStream_t stream, Grid grid, std::uint32_t dynamic_bytes,
                       const void* erased) {
  typename Step::Args args;
  std::memcpy(&args, erased, sizeof(args));
  StepKernel<Step>
      <<<dim3(grid.x, grid.y), Step::kThreads, kSharedBytes<Step> + dynamic_bytes, stream>>>(args);
  return cudaGetLastError();
}

template <class Step>
cudaError_t AllowShared(std::uint32_t shared_bytes) {
  return cudaFuncSetAttribute(StepKernel<Step>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              static_cast<int>(shared_bytes));
}

template <class List>
struct KernelTable;
template <class... Steps>
struct KernelTable<TypeList<Steps...>> {
  static constexpr KernelEntry kEntries[] = {{&LaunchStep<Steps>, &AllowShared<Steps>}...};
};

}  // namespace boostyard::device
