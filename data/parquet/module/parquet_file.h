// A Parquet file behind the functions of module_api.h.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <parquet/file_reader.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "data/parquet/module/column_values.h"
#include "data/parquet/module_api.h"

namespace boostyard::parquet_module {

// The program's bytes as Arrow wants them.
class SourceFile final : public ::arrow::io::RandomAccessFile {
 public:
  explicit SourceFile(const BoostyardParquetSource& source) : source_(source) {}

  // Whether the program failed to read; what Arrow then says of the bytes means nothing.
  bool has_failed() const { return has_failed_.load(); }

  ::arrow::Result<std::int64_t> ReadAt(std::int64_t offset, std::int64_t bytes, void* out) override;
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> ReadAt(std::int64_t offset,
                                                           std::int64_t bytes) override;
  ::arrow::Result<std::int64_t> GetSize() override;
  ::arrow::Result<std::int64_t> Read(std::int64_t bytes, void* out) override;
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> Read(std::int64_t bytes) override;
  ::arrow::Status Seek(std::int64_t position) override;
  ::arrow::Result<std::int64_t> Tell() const override { return position_; }
  ::arrow::Status Close() override;
  bool closed() const override { return is_closed_; }

 private:
  BoostyardParquetSource source_;
  std::int64_t position_ = 0;
  bool is_closed_ = false;
  std::atomic<bool> has_failed_{false};
};

}  // namespace boostyard::parquet_module

struct BoostyardParquetFile {
 public:
  // Throws what Arrow throws.
  BoostyardParquetFile(std::shared_ptr<boostyard::parquet_module::SourceFile> source,
                       std::uint64_t memory_bytes);
  BoostyardParquetFile(const BoostyardParquetFile&) = delete;
  BoostyardParquetFile& operator=(const BoostyardParquetFile&) = delete;

  const ::parquet::FileMetaData& metadata() const { return *metadata_; }
  const boostyard::parquet_module::SourceFile& source() const { return *source_; }

  void StartGroup(std::uint32_t group);

  // Precondition: StartGroup.
  boostyard::parquet_module::ColumnValues& values(std::uint32_t column) { return columns_[column]; }

 private:
  ::parquet::ReaderProperties Properties();

  ::arrow::CappedMemoryPool pool_;
  std::shared_ptr<boostyard::parquet_module::SourceFile> source_;
  std::unique_ptr<::parquet::ParquetFileReader> reader_;
  std::shared_ptr<::parquet::FileMetaData> metadata_;
  std::shared_ptr<::parquet::RowGroupReader> group_;
  std::vector<boostyard::parquet_module::ColumnValues> columns_;  // of group_
};
