// The body of row_loops.h, compiled by one source file per tier, which names BOOSTYARD_ROW_LOOPS.
// No standard-library templates: nothing shared may be emitted with wide instructions.
#pragma once

#include "engine/base/math.h"
#include "engine/metric/elementwise.h"
#include "engine/objective/multi_softprob.h"
#include "engine/objective/row_loops.h"

namespace boostyard {
namespace {

void SigmoidLoop(const float* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = Sigmoid(in[i]);
}

void ExpLoop(const float* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = Exp(in[i]);
}

void SoftprobLoop(float* rows, std::size_t row_count, int classes) {
  const MultiSoftprob objective{};
  for (std::size_t row = 0; row < row_count; ++row) {
    objective.Transform(rows + row * static_cast<std::size_t>(classes), 1, classes);
  }
}

void LoglossLoop(const float* predictions, const float* labels, double* out, std::size_t count) {
  // Two loops: in one, GCC would branch around the logarithm of the least probability.
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = LoglossOfClasses::Probability(static_cast<double>(predictions[i]),
                                           static_cast<double>(labels[i]));
  }
  for (std::size_t i = 0; i < count; ++i) out[i] = -Log(out[i]);
}

// Without a way out of the loop, so that it is one of vectors.
bool AreClassesLoop(const float* labels, std::size_t count) {
  int others = 0;
  for (std::size_t i = 0; i < count; ++i) {
    others |= static_cast<int>(labels[i] != 0.0F) & static_cast<int>(labels[i] != 1.0F);
  }
  return others == 0;
}

}  // namespace

const RowLoops BOOSTYARD_ROW_LOOPS{SigmoidLoop, ExpLoop, SoftprobLoop, LoglossLoop, AreClassesLoop};

}  // namespace boostyard
