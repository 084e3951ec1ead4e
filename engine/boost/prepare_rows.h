// From the streams to rows that can be trained on: cuts, codes, legal labels, the base score.
#pragma once

#include <memory>
#include <optional>

#include "engine/base/result.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"
#include "engine/quantize/mass_counter.h"
#include "engine/train.h"

namespace boostyard {

// The training and validation channels, binned with the cuts of the first.
struct PreparedRows {
  BinCuts cuts;
  BinnedColumns train;
  std::optional<BinnedColumns> validation;
  double base_score = 0.5;  // that all rows begin with, in prediction space
};

// What does the work on the values in our stead; null: we do it.
struct RowHelpers {
  std::unique_ptr<MassCounter> counter;  // let go as soon as there are cuts
  RowBinner* binner = nullptr;           // the rows then come without columns
};

// Reads each stream as often as its cuts and its codes need it. Errors: those of the streams,
// kDataLabelRange, and kDataTooLarge for more rows than the engine can number. Throws
// std::bad_alloc.
Result<PreparedRows> PrepareRows(const TrainParams& params, const TrainingSet& data,
                                 const RunOptions& run, RowHelpers helpers = {});

}  // namespace boostyard
