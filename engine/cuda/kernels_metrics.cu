#include "engine/cuda/cuda_launch.cuh"

namespace boostyard::device {

const KernelEntry* MetricKernels() { return KernelTable<MetricSteps>::kEntries; }

}  // namespace boostyard::device
