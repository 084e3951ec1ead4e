// Runs a step's block on a CUDA device: a phase is this thread's part, then a barrier.
#pragma once

#include <cstdint>

#include "engine/cuda/block.h"

namespace boostyard::device {

template <int kThreads>
class CudaBlock {
 public:
  explicit __device__ CudaBlock(std::uint32_t* dynamic) : dynamic_(dynamic) {}

  // Each thread sees its own.
  template <class T>
  class Local {
   public:
    __device__ __forceinline__ T& operator[](int) { return value_; }

   private:
    T value_ = {};
  };

  __device__ __forceinline__ std::uint32_t x() const { return blockIdx.x; }
  __device__ __forceinline__ std::uint32_t y() const { return blockIdx.y; }
  __device__ __forceinline__ std::uint32_t grid_x() const { return gridDim.x; }
  __device__ __forceinline__ std::uint32_t grid_y() const { return gridDim.y; }
  __device__ __forceinline__ std::uint32_t* dynamic() const { return dynamic_; }

  template <class Body>
  __device__ __forceinline__ void ForEachThread(const Body& body) const {
    body(static_cast<int>(threadIdx.x));
    __syncthreads();
  }

  template <class T>
  __device__ __forceinline__ T InclusiveSum(Local<T>& values, T* scratch) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    T sum = values[0];
    for (int distance = 1; distance < 32; distance *= 2) {
      const T before = ShuffleUp(sum, distance);
      if (lane >= distance) sum = Plus(before, sum);
    }
    if (lane == 31) scratch[warp] = sum;
    __syncthreads();
    T total = scratch[0];
    T before = {};
    for (int w = 1; w < kThreads / 32; ++w) {
      if (w == warp) before = total;
      total = Plus(total, scratch[w]);
    }
    values[0] = warp == 0 ? sum : Plus(before, sum);
    __syncthreads();  // the scratch may be used again
    return total;
  }

  template <class T, class Op>
  __device__ __forceinline__ T Reduce(Local<T>& values, T* scratch, const Op& op) const {
    T all = values[0];
    for (int distance = 16; distance > 0; distance /= 2) all = op(all, ShuffleXor(all, distance));
    if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = all;
    __syncthreads();
    all = scratch[0];
    for (int w = 1; w < kThreads / 32; ++w) all = op(all, scratch[w]);
    __syncthreads();
    return all;
  }

 private:
  static constexpr unsigned kAllLanes = 0xFFFFFFFFU;

  template <class T, class Shuffle>
  static __device__ __forceinline__ T ByWords(const T& value, const Shuffle& shuffle) {
    static_assert(sizeof(T) % sizeof(std::uint32_t) == 0);
    constexpr int kWords = sizeof(T) / sizeof(std::uint32_t);
    std::uint32_t words[kWords];
    memcpy(words, &value, sizeof(T));
#pragma unroll
    for (int i = 0; i < kWords; ++i) words[i] = shuffle(words[i]);
    T result;
    memcpy(&result, words, sizeof(T));
    return result;
  }

  template <class T>
  static __device__ __forceinline__ T ShuffleUp(const T& value, int distance) {
    return ByWords(value, [distance](std::uint32_t word) {
      return __shfl_up_sync(kAllLanes, word, static_cast<unsigned>(distance));
    });
  }
  template <class T>
  static __device__ __forceinline__ T ShuffleXor(const T& value, int distance) {
    return ByWords(value, [distance](std::uint32_t word) {
      return __shfl_xor_sync(kAllLanes, word, distance);
    });
  }

  std::uint32_t* dynamic_;
};

}  // namespace boostyard::device
