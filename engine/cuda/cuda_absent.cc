// A build without the CUDA toolkit.
#include "engine/base/error_table.h"
#include "engine/cuda/cuda_device.h"

namespace boostyard::device {

Result<std::unique_ptr<Executor>> OpenCudaDevice(int /*ordinal*/) {
  return MakeError(ErrorId::kDeviceUnavailable, "this program was built without CUDA",
                   "use the cuda image, or set device to cpu or auto");
}

}  // namespace boostyard::device
