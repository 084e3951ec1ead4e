// A build without the CUDA toolkit.
#include "engine/base/error_table.h"
#include "engine/cuda/cuda_device.h"

namespace boostyard::device {

namespace {

Error Absent() {
  return MakeError(ErrorId::kDeviceUnavailable, "this program was built without CUDA",
                   "use the cuda image, or set device to cpu or auto");
}

}  // namespace

Result<std::unique_ptr<Executor>> OpenCudaDevice(int /*ordinal*/) { return Absent(); }

std::uint64_t GraphLaunchesOf(const Executor& /*device*/) { return 0; }

std::string GraphErrorOf(const Executor& /*device*/) { return {}; }

int CountCudaDevices() { return 0; }

Result<CudaDevices> OpenCudaDevices(int /*most*/) { return Absent(); }

}  // namespace boostyard::device
