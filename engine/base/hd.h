// BOOSTYARD_HD: a function that compiles for the host, for each kernel tier and for the device.
// Always inlined: a translation unit with wide instructions must not emit it as a shared symbol.
#pragma once

#if defined(__CUDACC__)
#define BOOSTYARD_HD __host__ __device__ __forceinline__
#else
#define BOOSTYARD_HD inline __attribute__((always_inline))
#endif
