#include "engine/cuda/cuda_launch.cuh"

namespace boostyard::device {

const KernelEntry* RowKernels() { return KernelTable<RowSteps>::kEntries; }

}  // namespace boostyard::device
