// CUB's radix sort: stable, one pass over memory for each digit.
#include <cub/device/device_radix_sort.cuh>

#include "engine/cuda/cuda_kernels.h"

namespace boostyard::device {

cudaError_t SortByUpperHalf(void* scratch, std::size_t& scratch_bytes, std::uint64_t* keys,
                            std::uint64_t* other, std::uint64_t count, cudaStream_t stream,
                            bool& is_in_other) {
  cub::DoubleBuffer<std::uint64_t> buffers(keys, other);
  const cudaError_t error =
      cub::DeviceRadixSort::SortKeys(scratch, scratch_bytes, buffers, count,
                                     /*begin_bit=*/32, /*end_bit=*/64, stream);
  is_in_other = buffers.Current() == other;
  return error;
}

}  // namespace boostyard::device
