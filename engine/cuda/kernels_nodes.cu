#include "engine/cuda/cuda_launch.cuh"

namespace boostyard::device {

const KernelEntry* NodeKernels() { return KernelTable<NodeSteps>::kEntries; }

}  // namespace boostyard::device
