#include "data/parquet/module/parquet_file.h"

#include <arrow/buffer.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <limits>

namespace boostyard::parquet_module {

::arrow::Result<std::int64_t> SourceFile::ReadAt(std::int64_t offset, std::int64_t bytes,
                                                 void* out) {
  const auto size = static_cast<std::int64_t>(source_.size_bytes);
  if (offset < 0 || bytes < 0 || offset > size) return ::arrow::Status::Invalid("beyond the end");
  const std::int64_t count = std::min(bytes, size - offset);
  if (count > 0 && source_.read(source_.context, static_cast<std::uint64_t>(offset),
                                static_cast<std::uint64_t>(count), out) != 0) {
    has_failed_.store(true);
    return ::arrow::Status::IOError("cannot be read");
  }
  return count;
}

::arrow::Result<std::shared_ptr<::arrow::Buffer>> SourceFile::ReadAt(std::int64_t offset,
                                                                     std::int64_t bytes) {
  // What a damaged file asks for must not be more than there is.
  const auto size = static_cast<std::int64_t>(source_.size_bytes);
  if (offset < 0 || bytes < 0 || offset > size) return ::arrow::Status::Invalid("beyond the end");
  bytes = std::min(bytes, size - offset);
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<::arrow::ResizableBuffer> buffer,
                        ::arrow::AllocateResizableBuffer(bytes));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t count, ReadAt(offset, bytes, buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(count));
  return std::shared_ptr<::arrow::Buffer>(std::move(buffer));
}

::arrow::Result<std::int64_t> SourceFile::GetSize() {
  return static_cast<std::int64_t>(source_.size_bytes);
}

::arrow::Result<std::int64_t> SourceFile::Read(std::int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t count, ReadAt(position_, bytes, out));
  position_ += count;
  return count;
}

::arrow::Result<std::shared_ptr<::arrow::Buffer>> SourceFile::Read(std::int64_t bytes) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<::arrow::Buffer> buffer, ReadAt(position_, bytes));
  position_ += buffer->size();
  return buffer;
}

::arrow::Status SourceFile::Seek(std::int64_t position) {
  position_ = position;
  return ::arrow::Status::OK();
}

::arrow::Status SourceFile::Close() {
  is_closed_ = true;
  return ::arrow::Status::OK();
}

}  // namespace boostyard::parquet_module

BoostyardParquetFile::BoostyardParquetFile(
    std::shared_ptr<boostyard::parquet_module::SourceFile> source, std::uint64_t memory_bytes)
    : pool_(::arrow::system_memory_pool(), memory_bytes == 0
                                               ? std::numeric_limits<std::int64_t>::max()
                                               : static_cast<std::int64_t>(memory_bytes)),
      source_(std::move(source)),
      reader_(::parquet::ParquetFileReader::Open(source_, Properties())),
      metadata_(reader_->metadata()) {
  std::int64_t rows = 0;
  for (int group = 0; group < metadata_->num_row_groups(); ++group) {
    const std::int64_t group_rows = metadata_->RowGroup(group)->num_rows();
    if (group_rows < 0 || group_rows > metadata_->num_rows() - rows) {
      throw ::parquet::ParquetException("the rows of the row groups do not add up");
    }
    rows += group_rows;
  }
  if (rows != metadata_->num_rows()) {
    throw ::parquet::ParquetException("the rows of the row groups do not add up");
  }
}

::parquet::ReaderProperties BoostyardParquetFile::Properties() {
  ::parquet::ReaderProperties properties(&pool_);
  // A page at a time of each column, not all of a row group.
  properties.enable_buffered_stream();
  properties.set_buffer_size(std::int64_t{64} << 10);
  return properties;
}

void BoostyardParquetFile::StartGroup(std::uint32_t group) {
  columns_.clear();
  group_ = reader_->RowGroup(static_cast<int>(group));
  const ::parquet::RowGroupMetaData& about = *group_->metadata();
  for (int column = 0; column < metadata_->num_columns(); ++column) {
    if (about.ColumnChunk(column)->num_values() != about.num_rows()) {
      throw ::parquet::ParquetException(
          "a column has not as many values as its row group has rows");
    }
    if (metadata_->schema()->Column(column)->max_repetition_level() > 0) {
      throw ::parquet::ParquetException("a column is nested");
    }
    columns_.emplace_back(group_->Column(column));
  }
}
