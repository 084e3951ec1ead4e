// What the lines of a libsvm channel have in common, and how a fault in one is noted.
#pragma once

#include <cstdint>

namespace boostyard::libsvm {

// Decided by the first line with data; the others must agree.
struct Layout {
  bool has_label = true;  // false: a first token without a colon is taken for a label and ignored
  bool has_weights = false;
  bool has_query_ids = false;
};

enum class FaultKind : std::uint8_t {
  kLabel,          // not a finite number
  kWeight,         // not a finite number of at least 0
  kWeightMissing,  // other lines have one
  kWeightExtra,    // other lines have none
  kQuery,          // qid: without an integer of at least 0, or not after the label
  kQueryMissing,
  kQueryExtra,
  kPair,        // no colon
  kIndex,       // not an integer of at least 0
  kIndexRange,  // beyond kMaxFeatureIndex
  kDuplicate,   // the line has the index already
  kValue,       // not a number
  kValueRange,  // infinite, or beyond float32
};

// Line, text and message are found on the error path.
struct Fault {
  std::uint64_t offset = 0;  // byte of the file where the token begins
  std::uint32_t token = 0;   // from 0; the label is token 0
  FaultKind kind = FaultKind::kPair;
};

}  // namespace boostyard::libsvm
