#include "engine/cuda/cuda_launch.cuh"

namespace boostyard::device {

const KernelEntry* GrowthKernels() { return KernelTable<GrowthSteps>::kEntries; }

}  // namespace boostyard::device
