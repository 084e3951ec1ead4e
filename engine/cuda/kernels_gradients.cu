#include "engine/cuda/cuda_launch.cuh"

namespace boostyard::device {

const KernelEntry* GradientKernels() { return KernelTable<GradientSteps>::kEntries; }

}  // namespace boostyard::device
