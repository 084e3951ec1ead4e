// The values of one column of a row group as float32, some rows at a time.
#pragma once

#include <parquet/column_reader.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/parquet/module_api.h"

namespace boostyard::parquet_module {

// Faults of one call of ColumnValues::Read.
class FaultList {
 public:
  explicit FaultList(std::span<BoostyardParquetFault> room) : room_(room) {}

  void Add(std::uint32_t row, const std::string& text);
  std::uint32_t count() const { return count_; }

 private:
  std::span<BoostyardParquetFault> room_;
  std::uint32_t count_ = 0;
};

class ColumnValues {
 public:
  // A column of numbers (column_type.h) that is not nested.
  explicit ColumnValues(std::shared_ptr<::parquet::ColumnReader> reader)
      : reader_(std::move(reader)), descriptor_(reader_->descr()) {}

  // The next out.size() rows. Throws what Arrow throws, and parquet::ParquetException if there are
  // not so many.
  void Read(std::span<float> out, FaultList& faults);

 private:
  template <class Physical, class Convert>
  void ReadAs(std::span<float> out, FaultList& faults, const Convert& convert);
  void ReadIntegers32(std::span<float> out, FaultList& faults);
  void ReadIntegers64(std::span<float> out, FaultList& faults);
  void ReadFixedBytes(std::span<float> out, FaultList& faults);

  std::shared_ptr<::parquet::ColumnReader> reader_;
  const ::parquet::ColumnDescriptor* descriptor_;
  std::vector<std::int16_t> levels_;
  std::vector<std::byte> values_;
};

}  // namespace boostyard::parquet_module
