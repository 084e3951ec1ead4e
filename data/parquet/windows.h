// The rows of a Parquet channel in order, a window of some megabytes at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/csv/encode.h"
#include "data/csv/parse.h"
#include "data/parquet/file.h"
#include "data/parquet/plan.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard::parquet {

// Reads columns in parallel. Windows and chunks do not depend on the number of threads, nor on
// files and row groups.
class Windows {
 public:
  // `options` is copied, `plan` borrowed.
  Windows(const Plan& plan, const ReadOptions& options, std::uint64_t memory_limit_bytes,
          int threads);

  // The next rows, cut into chunks; empty at the end. Valid until the next call. Errors: those of
  // reading; kParquetBadValue and kParquetBadLabel, the first few of the window in order of rows;
  // kIoRead (a file is not what it was).
  Result<std::span<const csv::CellTable>> Next();

  void Rewind();

  std::uint64_t bytes() const;  // of a window

 private:
  Result<bool> Advance();  // to the next row group with rows; false at the end
  Status ReadRows(std::size_t begin, std::size_t count);
  Status ReadColumn(std::size_t column, std::size_t begin, std::size_t count,
                    std::vector<ValueFault>& faults);
  void FindMissingLabels(std::size_t begin, std::size_t count, std::vector<ValueFault>& faults);
  Status Report(std::vector<std::vector<ValueFault>>& faults);

  const Plan& plan_;
  ReadOptions options_;
  std::uint64_t memory_limit_bytes_;
  int threads_;
  std::size_t chunk_rows_;
  std::vector<csv::CellTable> tables_;
  std::unique_ptr<File> file_;
  std::size_t next_file_ = 0;
  std::size_t next_group_ = 0;   // of file_
  std::uint64_t rows_left_ = 0;  // of the group
  RowIndex row_in_file_ = 0;     // the next one
};

// Turns windows into chunks in their kept form; its memory is used again.
class WindowEncoder {
 public:
  explicit WindowEncoder(int threads) : encoders_(static_cast<std::size_t>(threads)) {}

  // Errors: kOutOfMemory.
  Result<std::vector<csv::StoredChunk>> Encode(std::span<const csv::CellTable> tables,
                                               const csv::Layout& layout);

 private:
  std::vector<csv::Encoder> encoders_;  // one per thread
};

}  // namespace boostyard::parquet
