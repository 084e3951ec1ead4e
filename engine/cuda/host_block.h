// Runs a step's block on the host: phases are loops over the threads, one after the other. In which
// order the threads come must not matter; tests turn it round.
#pragma once

#include <cstdint>

#include "engine/cuda/block.h"

namespace boostyard::device {

template <int kThreads>
class HostBlock {
 public:
  HostBlock(std::uint32_t x, std::uint32_t y, Grid grid, std::uint32_t* dynamic, bool is_reversed)
      : x_(x), y_(y), grid_(grid), dynamic_(dynamic), is_reversed_(is_reversed) {}

  template <class T>
  class Local {
   public:
    T& operator[](int thread) { return values_[thread]; }

   private:
    T values_[kThreads] = {};
  };

  std::uint32_t x() const { return x_; }
  std::uint32_t y() const { return y_; }
  std::uint32_t grid_x() const { return grid_.x; }
  std::uint32_t grid_y() const { return grid_.y; }
  std::uint32_t* dynamic() const { return dynamic_; }

  template <class Body>
  void ForEachThread(const Body& body) const {
    for (int i = 0; i < kThreads; ++i) body(is_reversed_ ? kThreads - 1 - i : i);
  }

  template <class T>
  T InclusiveSum(Local<T>& values, T* /*scratch*/) const {
    for (int thread = 1; thread < kThreads; ++thread) {
      values[thread] = Plus(values[thread - 1], values[thread]);
    }
    return values[kThreads - 1];
  }

  template <class T, class Op>
  T Reduce(Local<T>& values, T* /*scratch*/, const Op& op) const {
    T all = values[0];
    for (int thread = 1; thread < kThreads; ++thread) all = op(all, values[thread]);
    return all;
  }

 private:
  std::uint32_t x_;
  std::uint32_t y_;
  Grid grid_;
  std::uint32_t* dynamic_;
  bool is_reversed_;
};

}  // namespace boostyard::device
