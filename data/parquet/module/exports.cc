#include <arrow/config.h>
#include <arrow/util/config.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "data/parquet/module/column_type.h"
#include "data/parquet/module/parquet_file.h"
#include "data/parquet/module_api.h"

namespace boostyard::parquet_module {
namespace {

// Arrow's words in one line.
void Tell(const char* text, BoostyardParquetProblem* problem) {
  std::size_t length = std::min(std::strlen(text), sizeof(problem->text) - 1);
  std::transform(text, text + length, problem->text,
                 [](char c) { return static_cast<unsigned char>(c) < 0x20 ? ' ' : c; });
  while (length > 0 && problem->text[length - 1] == ' ') --length;
  problem->text[length] = '\0';
}

int CodeOf(const ::arrow::Status& status) {
  if (status.IsOutOfMemory()) return kBoostyardParquetMemory;
  return status.IsNotImplemented() ? kBoostyardParquetUnknown : kBoostyardParquetDamaged;
}

// Runs body(); what it throws becomes a code and a text.
template <class Body>
int Guard(BoostyardParquetProblem* problem, const Body& body) {
  try {
    body();
    return kBoostyardParquetOk;
  } catch (const ::parquet::ParquetStatusException& error) {
    Tell(error.status().message().c_str(), problem);
    return CodeOf(error.status());
  } catch (const std::bad_alloc&) {
    Tell("there is no memory for it", problem);
    return kBoostyardParquetMemory;
  } catch (const std::exception& error) {
    Tell(error.what(), problem);
    const std::string text = error.what();
    const bool is_unknown = text.find("ncrypt") != std::string::npos ||
                            text.find("not supported") != std::string::npos ||
                            text.find("NotImplemented") != std::string::npos;
    return is_unknown ? kBoostyardParquetUnknown : kBoostyardParquetDamaged;
  } catch (...) {
    Tell("for an unknown reason", problem);
    return kBoostyardParquetDamaged;
  }
}

template <class Body>
int GuardFile(const BoostyardParquetFile& file, BoostyardParquetProblem* problem,
              const Body& body) {
  const int code = Guard(problem, body);
  return code != kBoostyardParquetOk && file.source().has_failed() ? kBoostyardParquetRead : code;
}

const ::parquet::schema::GroupNode& Fields(const BoostyardParquetFile* file) {
  return *file->metadata().schema()->group_node();
}

int Open(const BoostyardParquetSource* source, std::uint64_t memory_bytes,
         BoostyardParquetFile** file, BoostyardParquetProblem* problem) {
  std::shared_ptr<SourceFile> bytes;
  const int code = Guard(problem, [&] {
    bytes = std::make_shared<SourceFile>(*source);
    *file = new BoostyardParquetFile(bytes, memory_bytes);
  });
  const bool has_failed = bytes != nullptr && bytes->has_failed();
  return code != kBoostyardParquetOk && has_failed ? kBoostyardParquetRead : code;
}

void Close(BoostyardParquetFile* file) { delete file; }

std::uint32_t ColumnCount(const BoostyardParquetFile* file) {
  return static_cast<std::uint32_t>(Fields(file).field_count());
}

BoostyardParquetColumn Column(const BoostyardParquetFile* file, std::uint32_t column) {
  const ::parquet::schema::Node& field = *Fields(file).field(static_cast<int>(column));
  const ColumnType type = TypeOf(field);
  return {field.name().c_str(), type.name, type.is_numeric ? 1 : 0};
}

std::uint32_t GroupCount(const BoostyardParquetFile* file) {
  return static_cast<std::uint32_t>(file->metadata().num_row_groups());
}

std::uint64_t GroupRows(const BoostyardParquetFile* file, std::uint32_t group) {
  return static_cast<std::uint64_t>(file->metadata().RowGroup(static_cast<int>(group))->num_rows());
}

std::uint64_t GroupBytes(const BoostyardParquetFile* file, std::uint32_t group) {
  const std::int64_t bytes = file->metadata().RowGroup(static_cast<int>(group))->total_byte_size();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0));
}

int StartGroup(BoostyardParquetFile* file, std::uint32_t group, BoostyardParquetProblem* problem) {
  return GuardFile(*file, problem, [&] { file->StartGroup(group); });
}

int ReadValues(BoostyardParquetFile* file, std::uint32_t column, std::uint32_t row_count,
               float* out, BoostyardParquetFault* faults, std::uint32_t* fault_count,
               BoostyardParquetProblem* problem) {
  FaultList list({faults, *fault_count});
  const int code = GuardFile(*file, problem, [&] {
    file->values(column).Read({out, row_count}, list);
  });
  *fault_count = list.count();
  return code;
}

constexpr BoostyardParquetApi kApi = {
    .version = BOOSTYARD_PARQUET_API_VERSION,
    .library = "Arrow " ARROW_VERSION_STRING,
    .open = Open,
    .close = Close,
    .column_count = ColumnCount,
    .column = Column,
    .group_count = GroupCount,
    .group_rows = GroupRows,
    .group_bytes = GroupBytes,
    .start_group = StartGroup,
    .read_values = ReadValues,
};

}  // namespace
}  // namespace boostyard::parquet_module

extern "C" __attribute__((visibility("default"))) const BoostyardParquetApi*
BoostyardParquetGetApi() {
  return &boostyard::parquet_module::kApi;
}
