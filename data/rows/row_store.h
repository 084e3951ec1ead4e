// All rows of a channel while a reader of sparse rows collects them, and the stream they become.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "data/csv/encode.h"
#include "data/open.h"
#include "data/rows/row_block.h"
#include "engine/base/result.h"

namespace boostyard {

class RowStore {
 public:
  // `format`: its name, for messages. `request` outlives the store.
  RowStore(const ReadRequest& request, std::string format)
      : request_(request), format_(std::move(format)) {}

  // Blocks in row order; each has weights and query ids, or none has. Dense ones are encoded at
  // once. Errors: kOutOfMemory (the limit of the request), kDataColumnMismatch (dense rows of
  // different lengths).
  Status Add(std::vector<RowBlock> blocks);

  // Rows that are encoded already, of `feature_count` features each. Errors: the same.
  Status Add(csv::StoredChunk chunk, FeatureIndex feature_count);

  RowIndex row_count() const { return row_count_; }

  // The stream, with a note on its shape. Without limit or with enough memory all columns are
  // decoded; else, if the request may have it, the stream is sparse; else a few rows are decoded at
  // a time. Rows are padded with missing values to the features that the request expects; features
  // beyond them are an error in dense rows, and left out with a warning in sparse ones. Errors:
  // kChannelEmpty, kDataColumnMismatch, kCsvNoFeatures, kOutOfMemory.
  Result<OpenedData> Finish();

 private:
  std::uint64_t MemoryLeft() const;  // with a limit
  std::uint64_t DenseBytes(FeatureIndex width) const;
  Error MemoryError(std::uint64_t bytes) const;
  Status Reserve(std::uint64_t bytes);
  Status SetDenseWidth(FeatureIndex feature_count);
  Result<FeatureIndex> Width(OpenedData& opened) const;
  bool FitsDense(FeatureIndex width) const;
  Status Encode(FeatureIndex width);

  const ReadRequest& request_;
  std::string format_;
  std::vector<std::variant<RowBlock, csv::StoredChunk>> parts_;  // in row order
  std::uint64_t bytes_ = 0;
  RowIndex row_count_ = 0;
  FeatureIndex feature_count_ = 0;  // of all rows so far
  FeatureIndex dense_width_ = 0;    // of the dense ones; 0: none
  bool uses_index_0_ = false;
  bool has_weights_ = false;
  bool has_query_ids_ = false;
};

}  // namespace boostyard
