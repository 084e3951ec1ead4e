// One Parquet file, read by the module; its problems as errors.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/parquet/input.h"
#include "data/parquet/module_api.h"
#include "engine/base/result.h"

namespace boostyard::parquet {

struct ColumnInfo {
  std::string name;
  std::string type;  // "double", "string"
  bool is_numeric = false;
};

struct GroupInfo {
  std::uint64_t row_count = 0;
  std::uint64_t bytes = 0;  // of its pages, decoded
  bool operator==(const GroupInfo&) const = default;
};

// A value without a float32.
struct ValueFault {
  std::uint32_t row = 0;  // of those that were read, from 0
  std::string text;
};

class File {
 public:
  // Reads the metadata. `memory_bytes`: what the file's pages may take; 0: no limit. Errors:
  // kParquetUnavailable, kDataDamaged, kDataFormat (encrypted), kOutOfMemory, those of reading.
  static Result<std::unique_ptr<File>> Open(const Input& input, const ReadOptions& options,
                                            std::uint64_t memory_bytes);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::string& display_name() const;
  const std::vector<ColumnInfo>& columns() const { return columns_; }
  const std::vector<GroupInfo>& groups() const { return groups_; }

  // Goes to the first row of a group. All columns are numeric.
  Status StartGroup(std::size_t group);

  // The next rows of a column: missing is NaN, -0 is 0. Values without a float32 become NaN and are
  // added to `faults`, the first few of them. Threads may read different columns at once. Errors:
  // kDataDamaged, kDataFormat (a codec that is not there), kOutOfMemory, those of reading.
  Status ReadValues(std::size_t column, std::span<float> out, std::vector<ValueFault>& faults);

 private:
  struct Bytes;  // what the module calls back

  File(const BoostyardParquetApi& api, std::unique_ptr<Bytes> bytes);
  void ReadMetadata();
  Error ErrorOf(int code, const BoostyardParquetProblem& problem) const;

  const BoostyardParquetApi& api_;
  std::unique_ptr<Bytes> bytes_;
  BoostyardParquetFile* file_ = nullptr;
  std::vector<ColumnInfo> columns_;
  std::vector<GroupInfo> groups_;
};

}  // namespace boostyard::parquet
