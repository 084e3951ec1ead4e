#include "engine/cuda/cuda_launch.cuh"

namespace boostyard::device {

const KernelEntry* DataKernels() { return KernelTable<DataSteps>::kEntries; }

}  // namespace boostyard::device
