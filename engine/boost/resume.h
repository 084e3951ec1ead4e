// A training that is continued: where its trees stand among today's cuts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/column_chunk.h"
#include "engine/base/result.h"
#include "engine/model/model.h"
#include "engine/quantize/cuts.h"

namespace boostyard {

// Per node the last bin that goes left (-1: only missing values can; leaves: 0), or nothing if a
// threshold is none of the cuts: then data, parameters or engine have changed.
std::optional<std::vector<std::int32_t>> SplitBins(const Tree& tree, const BinCuts& cuts);

// Sets margins[output][row] to what `model`, base score included, says of each row of the stream,
// whose row 0 is row `first_row` of the margins: by values, where SplitBins has nothing to say.
// Errors: the stream's.
Status SetMarginsFromValues(const Model& model, ChunkStream& stream, RowIndex first_row,
                            std::span<const std::span<float>> margins);

}  // namespace boostyard
