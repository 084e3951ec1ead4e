// Some of the rows of a stream, as a stream of their own: what a fold of a cross-validation trains
// on, and what it is judged by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/column_chunk.h"

namespace boostyard {

// Which rows: those whose number is `number`, or all but those.
struct RowChoice {
  std::span<const std::uint32_t> number_of_row;  // one per row of the source; borrowed
  std::uint32_t number = 0;
  bool is_complement = false;
};

// Copies a window of chunks at a time, so that subsets of the same rows need no memory of their
// own. Borrows the source. Several subsets of one source take turns: a pass over one ends before
// that over another begins, which is checked (kInternal). Other errors: those of the source.
class RowSubset final : public ChunkStream {
 public:
  RowSubset(ChunkStream& source, const RowChoice& choice, int threads);

  const DataShape& shape() const override { return shape_; }
  Result<std::span<const ColumnChunk>> NextBatch() override;
  Status Rewind() override;

 private:
  // The chosen rows of one chunk.
  struct Part {
    ColumnChunk source;
    std::vector<std::uint32_t> rows;  // within the chunk
    std::vector<std::uint8_t> codes;  // feature after feature, as `floats`
    std::vector<float> floats;
    std::vector<ColumnPiece> pieces;
    std::vector<float> labels;
    std::vector<float> weights;
    std::vector<std::uint64_t> query_ids;
  };

  bool IsChosen(RowIndex row) const {
    return (choice_.number_of_row[row] == choice_.number) != choice_.is_complement;
  }
  Status ChooseRows(const ColumnChunk& chunk, Part& part);
  static void CopyRowFields(Part& part);
  static void CopyColumn(Part& part, std::size_t feature);
  Status FillWindow();

  ChunkStream& source_;
  RowChoice choice_;
  int threads_;
  DataShape shape_;
  bool is_started_ = false;
  std::span<const ColumnChunk> batch_;  // of the source
  std::size_t next_chunk_ = 0;          // in batch_
  RowIndex next_source_row_ = 0;
  RowIndex next_row_ = 0;
  std::vector<Part> parts_;  // of the window
  std::size_t part_count_ = 0;
  std::vector<ColumnChunk> chunks_;
};

}  // namespace boostyard
