#include "data/parquet/windows.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "data/escape.h"
#include "engine/base/error_table.h"
#include "engine/base/parallel.h"

namespace boostyard::parquet {
namespace {

constexpr std::size_t kWindowChunks = 16;
constexpr std::size_t kMaxChunkRows = 1U << 16;

Error NoMemoryError() {
  return MakeError(ErrorId::kOutOfMemory, "there is no memory for another chunk of the data",
                   "use an instance with more memory, or fewer columns");
}

}  // namespace

Windows::Windows(const Plan& plan, const ReadOptions& options, std::uint64_t memory_limit_bytes,
                 int threads)
    : plan_(plan),
      options_(options),
      memory_limit_bytes_(memory_limit_bytes),
      threads_(threads),
      chunk_rows_(std::clamp<std::size_t>(
          options.chunk_bytes / sizeof(float) / plan.layout.column_count, 1,
          std::min<std::size_t>(kMaxChunkRows, std::max<RowIndex>(plan.row_count, 1)))) {}

void Windows::Rewind() {
  file_.reset();
  next_file_ = 0;
  next_group_ = 0;
  rows_left_ = 0;
  row_in_file_ = 0;
}

std::uint64_t Windows::bytes() const {
  return kWindowChunks * HugeAllocator<float>::MemoryBytes(chunk_rows_ * plan_.layout.column_count);
}

Result<std::span<const csv::CellTable>> Windows::Next() {
  try {
    const std::size_t most_rows = kWindowChunks * chunk_rows_;
    std::size_t rows = 0;
    while (rows < most_rows) {
      if (rows_left_ == 0) {
        BOOSTYARD_ASSIGN_OR_RETURN(const bool has_group, Advance());
        if (!has_group) break;
      }
      const std::size_t count = std::min<std::uint64_t>(most_rows - rows, rows_left_);
      BOOSTYARD_RETURN_IF_ERROR(ReadRows(rows, count));
      rows += count;
      rows_left_ -= count;
      row_in_file_ += count;
    }
    const std::size_t table_count = (rows + chunk_rows_ - 1) / chunk_rows_;
    for (std::size_t i = 0; i < table_count; ++i) {
      tables_[i].row_count =
          static_cast<std::uint32_t>(std::min(chunk_rows_, rows - i * chunk_rows_));
    }
    return std::span<const csv::CellTable>(tables_.data(), table_count);
  } catch (const std::bad_alloc&) {
    return NoMemoryError();
  }
}

Result<bool> Windows::Advance() {
  for (;;) {
    if (file_ == nullptr) {
      if (next_file_ == plan_.files.size()) return false;
      const PlannedFile& planned = plan_.files[next_file_++];
      BOOSTYARD_ASSIGN_OR_RETURN(file_, File::Open(planned.input, options_, memory_limit_bytes_));
      if (file_->columns().size() != plan_.layout.column_count ||
          file_->groups() != planned.groups) {
        return MakeError(ErrorId::kIoRead,
                         "cannot read " + file_->display_name() +
                             " again: it has changed since it was first looked at",
                         "do not change the input while the job runs");
      }
      next_group_ = 0;
      row_in_file_ = 0;
    }
    while (next_group_ < file_->groups().size()) {
      rows_left_ = file_->groups()[next_group_].row_count;
      const std::size_t group = next_group_++;
      if (rows_left_ == 0) continue;
      BOOSTYARD_RETURN_IF_ERROR(file_->StartGroup(group));
      return true;
    }
    file_.reset();
  }
}

// The next `count` rows of the group become rows from `begin` on of the window.
Status Windows::ReadRows(std::size_t begin, std::size_t count) {
  const std::uint32_t columns = plan_.layout.column_count;
  const std::size_t table_count = (begin + count + chunk_rows_ - 1) / chunk_rows_;
  if (tables_.size() < table_count) tables_.resize(table_count);
  for (std::size_t i = begin / chunk_rows_; i < table_count; ++i) {
    tables_[i].cells.resize(chunk_rows_ * columns);
    tables_[i].stride = chunk_rows_;
  }
  std::vector<std::vector<ValueFault>> faults(columns);
  std::vector<std::optional<Error>> failures(columns);
  ParallelFor(threads_, columns, [&](std::int64_t index) {
    const auto column = static_cast<std::size_t>(index);
    try {
      Status status = ReadColumn(column, begin, count, faults[column]);
      if (!status.ok()) failures[column] = std::move(status).error();
    } catch (const std::bad_alloc&) {
      failures[column] = NoMemoryError();
    }
  });
  for (std::optional<Error>& failure : failures) {
    if (failure) return *std::move(failure);
  }
  if (plan_.layout.has_label) FindMissingLabels(begin, count, faults[0]);
  return Report(faults);
}

Status Windows::ReadColumn(std::size_t column, std::size_t begin, std::size_t count,
                           std::vector<ValueFault>& faults) {
  for (std::size_t row = begin; row < begin + count;) {
    csv::CellTable& table = tables_[row / chunk_rows_];
    const std::size_t in_chunk = row % chunk_rows_;
    const std::size_t length = std::min(chunk_rows_ - in_chunk, begin + count - row);
    float* const cells = table.cells.data() + column * table.stride + in_chunk;
    const std::size_t known = faults.size();
    BOOSTYARD_RETURN_IF_ERROR(file_->ReadValues(column, {cells, length}, faults));
    for (std::size_t i = known; i < faults.size(); ++i) {
      faults[i].row += static_cast<std::uint32_t>(row - begin);
    }
    row += length;
  }
  return {};
}

// A fault without a text, for each label that is missing and not told of yet.
void Windows::FindMissingLabels(std::size_t begin, std::size_t count,
                                std::vector<ValueFault>& faults) {
  const std::size_t told = faults.size();
  for (std::size_t i = 0; i < count && faults.size() < told + csv::kMaxFaults; ++i) {
    const std::size_t row = begin + i;
    const float label = tables_[row / chunk_rows_].cells[row % chunk_rows_];
    if (!std::isnan(label)) continue;
    const bool is_told = std::any_of(faults.begin(), faults.end(),
                                     [&](const ValueFault& fault) { return fault.row == i; });
    if (!is_told) faults.push_back({static_cast<std::uint32_t>(i), ""});
  }
}

Status Windows::Report(std::vector<std::vector<ValueFault>>& faults) {
  struct Place {
    std::uint32_t row;
    std::size_t column;
    std::string text;
  };
  std::vector<Place> places;
  for (std::size_t column = 0; column < faults.size(); ++column) {
    for (ValueFault& fault : faults[column]) {
      places.push_back({fault.row, column, std::move(fault.text)});
    }
  }
  if (places.empty()) return {};
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.row < b.row; });
  std::vector<Error> errors;
  for (const Place& place : places) {
    if (errors.size() == csv::kMaxFaults) break;
    const bool is_label = plan_.layout.has_label && place.column == 0;
    const std::string where = file_->display_name() + " row " +
                              std::to_string(row_in_file_ + place.row + 1) + ", column " +
                              std::to_string(place.column + 1) + " " +
                              QuoteText(plan_.layout.names[place.column]) + ": ";
    const ErrorId id = is_label ? ErrorId::kParquetBadLabel : ErrorId::kParquetBadValue;
    if (place.text.empty()) {
      errors.push_back(
          MakeError(id, where + "the label is missing",
                    "put the label into the first column and leave out rows without one"));
    } else {
      errors.push_back(
          MakeError(id, where + place.text + " is not finite as a float32, whose largest is 3.4e38",
                    is_label ? "supply a finite label"
                             : "supply a smaller number, or null for a missing one"));
    }
  }
  return Combine(std::move(errors));
}

Result<std::vector<csv::StoredChunk>> WindowEncoder::Encode(std::span<const csv::CellTable> tables,
                                                            const csv::Layout& layout) {
  std::vector<csv::StoredChunk> chunks(tables.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> has_failed{false};
  const auto threads = static_cast<int>(std::min(encoders_.size(), tables.size()));
  ParallelRegion(threads, [&](int thread) {
    csv::Encoder& encoder = encoders_[static_cast<std::size_t>(thread)];
    for (std::size_t i = next++; i < tables.size(); i = next++) {
      try {
        chunks[i] = encoder.Encode(tables[i], layout);
      } catch (const std::bad_alloc&) {
        has_failed.store(true);
      }
    }
  });
  if (has_failed.load()) return NoMemoryError();
  return chunks;
}

}  // namespace boostyard::parquet
