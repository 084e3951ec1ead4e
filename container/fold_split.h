// Which fold of a cross-validation each row belongs to.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/params.h"

namespace boostyard::container {

struct FoldRows {
  std::span<const float> labels;
  std::span<const std::uint64_t> query_ids;  // empty, or one per row
};

struct FoldPlan {
  int folds = 2;
  int repeat = 0;  // each repeat deals anew
  std::int64_t seed = 0;
};

// A fold from 0 to folds - 1 for every row, by shuffling and dealing: sizes differ by at most one.
// Classes are dealt one after the other, so that each is spread evenly too (a row of binary:* is of
// class 1 if its label is above 0.5); the groups of rank:* are dealt as wholes. A function of the
// plan, the number of rows and the classes alone. Errors: kDataTooFewRows where a class (or all the
// data) has fewer rows than there are folds.
Result<std::vector<std::uint32_t>> SplitIntoFolds(const ObjectiveParams& objective,
                                                  const FoldRows& rows, const FoldPlan& plan);

}  // namespace boostyard::container
