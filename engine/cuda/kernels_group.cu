#include "engine/cuda/cuda_launch.cuh"

namespace boostyard::device {

const KernelEntry* GroupKernels() { return KernelTable<GroupSteps>::kEntries; }

}  // namespace boostyard::device
