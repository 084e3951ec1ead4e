// A stream of files that do not fit into memory: a window of chunks at a time, read again in every
// pass.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/byte_source.h"
#include "data/csv/layout.h"
#include "data/csv/read_rows.h"
#include "data/decode/compression.h"
#include "data/input_file.h"
#include "engine/base/column_chunk.h"

namespace boostyard::csv {

struct RereadFile {
  SourceFile file;
  Compression compression = Compression::kNone;
};

// Where a chunk's rows are, as the first pass found them.
struct ChunkPlace {
  std::size_t file = 0;
  ByteRange range;
  std::uint32_t row_count = 0;
};

// The chunks are those that the first pass made, piece for piece. NextBatch reads in parallel;
// errors: kIoRead (also if a file is not what it was), kOutOfMemory.
class RereadStream final : public ChunkStream {
 public:
  // `shape.row_count` is the sum of the places' rows. `open_file` opens files without a pipe.
  RereadStream(std::vector<RereadFile> files, std::vector<ChunkPlace> places, Layout layout,
               FileOpener open_file, int threads, DataShape shape);

  const DataShape& shape() const override { return shape_; }
  Result<std::span<const ColumnChunk>> NextBatch() override;
  Status Rewind() override;

 private:
  // An open file: one of the two.
  struct OpenFile {
    std::unique_ptr<ByteSource> plain;
    std::unique_ptr<PipeText> decoded;  // from the window on
    bool is_open() const { return plain != nullptr || decoded != nullptr; }
  };

  std::size_t WindowEnd() const;
  Status OpenFiles(std::size_t end);
  Status Open(std::size_t file);
  Status Decode(std::size_t end);
  Status ReadWindow(std::size_t end);
  Result<RowText> Rows(const ChunkPlace& place, Worker& worker) const;
  Result<StoredChunk> ReadChunk(const ChunkPlace& place, Worker& worker) const;

  std::vector<RereadFile> files_;
  std::vector<ChunkPlace> places_;  // none without rows
  Layout layout_;
  FileOpener open_file_;
  DataShape shape_;
  std::vector<Worker> workers_;      // one per thread
  std::vector<OpenFile> open_;       // per file
  std::vector<StoredChunk> stored_;  // of the window
  std::vector<ColumnChunk> chunks_;
  std::size_t next_ = 0;  // place
  RowIndex next_row_ = 0;
};

}  // namespace boostyard::csv
