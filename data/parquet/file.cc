#include "data/parquet/file.h"

#include <array>
#include <mutex>
#include <utility>

#include "data/csv/layout.h"
#include "data/escape.h"
#include "data/parquet/load_module.h"
#include "engine/base/error_table.h"

namespace boostyard::parquet {

struct File::Bytes {
  std::unique_ptr<ByteSource> source;
  std::string display_name;
  std::mutex mutex;
  std::optional<Error> failure;  // the first

  static int Read(void* context, std::uint64_t offset, std::uint64_t bytes, void* out) {
    auto& self = *static_cast<Bytes*>(context);
    Status status = ReadFully(*self.source, self.display_name, offset,
                              {static_cast<char*>(out), static_cast<std::size_t>(bytes)});
    if (status.ok()) return 0;
    const std::lock_guard lock(self.mutex);
    if (!self.failure) self.failure = std::move(status).error();
    return 1;
  }
};

File::File(const BoostyardParquetApi& api, std::unique_ptr<Bytes> bytes)
    : api_(api), bytes_(std::move(bytes)) {}

File::~File() {
  if (file_ != nullptr) api_.close(file_);
}

const std::string& File::display_name() const { return bytes_->display_name; }

Result<std::unique_ptr<File>> File::Open(const Input& input, const ReadOptions& options,
                                         std::uint64_t memory_bytes) {
  BOOSTYARD_ASSIGN_OR_RETURN(const BoostyardParquetApi* const api, LoadModule());
  auto bytes = std::make_unique<Bytes>();
  BOOSTYARD_ASSIGN_OR_RETURN(bytes->source, OpenBytes(input, options));
  bytes->display_name = input.file.display_name;
  const BoostyardParquetSource source{bytes.get(), bytes->source->size(), Bytes::Read};
  std::unique_ptr<File> file(new File(*api, std::move(bytes)));
  BoostyardParquetProblem problem{};
  const int code = api->open(&source, memory_bytes, &file->file_, &problem);
  if (code != kBoostyardParquetOk) return file->ErrorOf(code, problem);
  file->ReadMetadata();
  return file;
}

void File::ReadMetadata() {
  for (std::uint32_t i = 0; i < api_.column_count(file_); ++i) {
    const BoostyardParquetColumn column = api_.column(file_, i);
    columns_.push_back({column.name, column.type, column.is_numeric != 0});
  }
  for (std::uint32_t i = 0; i < api_.group_count(file_); ++i) {
    groups_.push_back({api_.group_rows(file_, i), api_.group_bytes(file_, i)});
  }
}

Status File::StartGroup(std::size_t group) {
  BoostyardParquetProblem problem{};
  const int code = api_.start_group(file_, static_cast<std::uint32_t>(group), &problem);
  if (code != kBoostyardParquetOk) return ErrorOf(code, problem);
  return {};
}

Status File::ReadValues(std::size_t column, std::span<float> out, std::vector<ValueFault>& faults) {
  BoostyardParquetProblem problem{};
  std::array<BoostyardParquetFault, csv::kMaxFaults> found;
  auto count = static_cast<std::uint32_t>(found.size());
  const int code = api_.read_values(file_, static_cast<std::uint32_t>(column),
                                    static_cast<std::uint32_t>(out.size()), out.data(),
                                    found.data(), &count, &problem);
  for (std::uint32_t i = 0; i < count; ++i) faults.push_back({found[i].row, found[i].text});
  if (code != kBoostyardParquetOk) return ErrorOf(code, problem);
  return {};
}

Error File::ErrorOf(int code, const BoostyardParquetProblem& problem) const {
  const std::string& name = bytes_->display_name;
  const std::string reason =
      std::string(" (") + api_.library + ": " + ExcerptAround(problem.text, 0).text + ")";
  switch (code) {
    case kBoostyardParquetRead: {
      const std::lock_guard lock(bytes_->mutex);
      if (bytes_->failure) return *bytes_->failure;
      break;
    }
    case kBoostyardParquetMemory:
      return MakeError(
          ErrorId::kOutOfMemory, "there is no memory for the pages of " + name + reason,
          "use an instance with more memory, or write the file with smaller row groups "
          "and pages");
    case kBoostyardParquetUnknown:
      return MakeError(
          ErrorId::kDataFormat, name + " is Parquet of a kind that is not read" + reason,
          "write it without encryption, and with snappy, gzip, zstd or no compression");
    default:
      break;
  }
  return MakeError(ErrorId::kDataDamaged, name + " is damaged or not a whole Parquet file" + reason,
                   "write or copy the file again");
}

}  // namespace boostyard::parquet
