// What a step sees of the block of threads that runs it. A step is written as a row of phases, each
// a loop over the block's threads; between two phases everything written is visible to all. The
// same text compiles for the device, where a phase is one thread's part and a barrier
// (cuda_block.h), and for the host, where it is a plain loop (host_block.h).
//
// A step:
//   struct Step {
//     struct Args { ... };                 // trivially copyable, pointers to device memory
//     struct Shared { ... };               // what the threads of a block share; not initialised
//     static constexpr int kThreads;       // a multiple of 32
//     template <class Block> static BOOSTYARD_STEP void Run(Block& block, const Args&, Shared&);
//   };
// Block:
//   x(), y(), grid_x(), grid_y()           which block of how many
//   Local<T>                               a variable that each thread has its own of: v[thread]
//   ForEachThread(body)                    body(thread) for each thread, then a barrier
//   dynamic()                              shared memory beyond Shared, as 32-bit words
//   InclusiveSum(local, scratch)           running sums in the order of threads; returns the total
//   Reduce(local, scratch, op)             op over all threads (op: associative and commutative)
// `scratch` points to kMaxWarps values in Shared. Whatever stands outside ForEachThread is done by
// every thread alike, so it reads what is the same for all and writes nothing shared.
#pragma once

#include <cstdint>

#include "engine/base/hd.h"
#include "engine/tree/split_candidate.h"

#if defined(__CUDACC__)
#define BOOSTYARD_STEP __device__ __forceinline__
#else
#define BOOSTYARD_STEP inline
#endif

namespace boostyard::device {

inline constexpr int kMaxWarps = 32;

// How many blocks a launch has.
struct Grid {
  std::uint32_t x = 1;
  std::uint32_t y = 1;
};

// ---- sums that InclusiveSum and Reduce know

BOOSTYARD_HD std::uint32_t Plus(std::uint32_t a, std::uint32_t b) { return a + b; }
BOOSTYARD_HD GradSums Plus(const GradSums& a, const GradSums& b) {
  return {a.grad + b.grad, a.hess + b.hess};
}
BOOSTYARD_HD GradSums Minus(const GradSums& a, const GradSums& b) {
  return {a.grad - b.grad, a.hess - b.hess};
}

// ---- loops

// body(i) for each i in [0, count) that is the thread's, of all threads of the launch (of its
// blocks with one y): neighbours to neighbouring threads. To be called within a phase.
template <int kThreads, class Block, class Index, class Body>
BOOSTYARD_STEP void ForEachOfGrid(const Block& block, int thread, Index count, const Body& body) {
  const Index stride = Index{block.grid_x()} * kThreads;
  for (Index i = Index{block.x()} * kThreads + static_cast<unsigned>(thread); i < count;
       i += stride) {
    body(i);
  }
}

// ---- additions that several threads make to one place

BOOSTYARD_STEP std::uint32_t AtomicAdd(std::uint32_t* to, std::uint32_t value) {
#if defined(__CUDACC__)
  return atomicAdd(to, value);
#else
  const std::uint32_t old = *to;
  *to = old + value;
  return old;
#endif
}

BOOSTYARD_STEP void AtomicAdd(std::int64_t* to, std::int64_t value) {
#if defined(__CUDACC__)
  atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value));
#else
  *to = static_cast<std::int64_t>(static_cast<std::uint64_t>(*to) +
                                  static_cast<std::uint64_t>(value));
#endif
}

BOOSTYARD_STEP void AtomicAdd(std::uint64_t* to, std::uint64_t value) {
#if defined(__CUDACC__)
  atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value));
#else
  *to += value;
#endif
}

BOOSTYARD_STEP void AtomicMax(std::uint32_t* to, std::uint32_t value) {
#if defined(__CUDACC__)
  atomicMax(to, value);
#else
  if (*to < value) *to = value;
#endif
}

// Adds to a 64-bit number that lies in two words, modulo 2^64: shared memory adds 32 bits natively.
BOOSTYARD_STEP void AtomicAddWords(std::uint32_t* low, std::uint32_t* high, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const auto low_bits = static_cast<std::uint32_t>(bits);
  const std::uint32_t old = AtomicAdd(low, low_bits);
  const std::uint32_t carry = old + low_bits < low_bits ? 1U : 0U;
  const std::uint32_t rest = static_cast<std::uint32_t>(bits >> 32) + carry;
  if (rest != 0) AtomicAdd(high, rest);
}

}  // namespace boostyard::device
