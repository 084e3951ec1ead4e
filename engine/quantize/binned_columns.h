// The training matrix as bin numbers, one array per feature.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/huge_buffer.h"
#include "engine/base/result.h"
#include "engine/quantize/cuts.h"
#include "engine/quantize/label_column.h"

namespace boostyard {

// One feature's codes: bins 0 .. bin_count-1, and missing_code for a missing value. One byte per
// row where bin_count + (1 if the feature has missing values) <= 256, else two.
struct BinnedColumn {
  bool is_wide = false;            // two bytes per code
  HugeBuffer<std::uint8_t> bytes;  // row_count codes (and kPadding bytes that may be read)
  static constexpr std::size_t kPadding = 64;

  const std::uint8_t* narrow() const { return bytes.data(); }
  const std::uint16_t* wide() const { return reinterpret_cast<const std::uint16_t*>(bytes.data()); }
};

struct BinnedColumns {
  RowIndex row_count = 0;
  std::vector<BinnedColumn> columns;  // one per feature
  LabelColumn labels;                 // row_count
  std::vector<float> weights;         // row_count or empty
};

// Codes every row of the stream (rewinds it first). Values at or above the last cut (other channels
// than the one the cuts come from) fall into the last bin. Throws std::bad_alloc.
// `is_last_pass`: the stream is not needed afterwards and may give its memory back meanwhile.
Result<BinnedColumns> BinColumns(ChunkStream& stream, const BinCuts& cuts, int threads,
                                 bool is_last_pass = false);

// Codes rows in our stead and keeps the codes: a device.
class RowBinner {
 public:
  virtual ~RowBinner() = default;

  // As BinColumns, for the rows after those of the call before, with the same cuts. What is
  // returned has no columns.
  virtual Result<BinnedColumns> Add(ChunkStream& stream, const BinCuts& cuts,
                                    bool is_last_pass) = 0;
};

}  // namespace boostyard
