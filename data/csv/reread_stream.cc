#include "data/csv/reread_stream.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <optional>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"

namespace boostyard::csv {
namespace {

constexpr std::size_t kChunksPerThread = 2;  // in a window

Error ChangedError(const SourceFile& file) {
  return MakeError(
      ErrorId::kIoRead,
      "cannot read " + file.display_name + " again: it has changed since it was first read",
      "do not change the input while the job runs");
}

}  // namespace

RereadStream::RereadStream(std::vector<SourceFile> files, std::vector<ChunkPlace> places,
                           Layout layout, FileOpener open_file, int threads, DataShape shape)
    : files_(std::move(files)),
      places_(std::move(places)),
      layout_(std::move(layout)),
      open_file_(std::move(open_file)),
      shape_(std::move(shape)),
      workers_(static_cast<std::size_t>(std::max(1, threads))),
      sources_(files_.size()) {
  std::erase_if(places_, [](const ChunkPlace& place) { return place.row_count == 0; });
}

Status RereadStream::Rewind() {
  next_ = 0;
  next_row_ = 0;
  chunks_.clear();
  stored_.clear();
  return {};
}

Result<std::span<const ColumnChunk>> RereadStream::NextBatch() {
  chunks_.clear();
  stored_.clear();  // before the window is read: the memory is used again
  const std::size_t end = std::min(places_.size(), next_ + kChunksPerThread * workers_.size());
  BOOSTYARD_RETURN_IF_ERROR(OpenFiles(end));
  BOOSTYARD_RETURN_IF_ERROR(ReadWindow(end));
  for (const StoredChunk& chunk : stored_) {
    chunks_.push_back({.first_row = next_row_,
                       .row_count = chunk.row_count,
                       .features = chunk.features,
                       .labels = chunk.labels,
                       .weights = chunk.weights,
                       .query_ids = {}});
    next_row_ += chunk.row_count;
  }
  next_ = end;
  return std::span<const ColumnChunk>(chunks_);
}

// Opens the files of the places up to `end` and closes the others.
Status RereadStream::OpenFiles(std::size_t end) {
  std::vector<bool> is_needed(files_.size(), false);
  for (std::size_t i = next_; i < end; ++i) is_needed[places_[i].file] = true;
  for (std::size_t file = 0; file < files_.size(); ++file) {
    if (!is_needed[file]) {
      sources_[file].reset();
    } else if (sources_[file] == nullptr) {
      BOOSTYARD_ASSIGN_OR_RETURN(sources_[file], open_file_(files_[file]));
    }
  }
  return {};
}

Status RereadStream::ReadWindow(std::size_t end) {
  const std::size_t count = end - next_;
  stored_.resize(count);
  std::vector<std::optional<Error>> failures(count);
  std::atomic<std::size_t> next_chunk{0};
  const auto threads = static_cast<int>(std::min(workers_.size(), count));
  ParallelRegion(threads, [&](int thread) {
    for (std::size_t i = next_chunk++; i < count; i = next_chunk++) {
      Result<StoredChunk> chunk =
          ReadChunk(places_[next_ + i], workers_[static_cast<std::size_t>(thread)]);
      if (chunk.ok()) {
        stored_[i] = std::move(chunk).value();
      } else {
        failures[i] = std::move(chunk).error();
      }
    }
  });
  for (std::optional<Error>& failure : failures) {
    if (failure) return *std::move(failure);
  }
  return {};
}

Result<StoredChunk> RereadStream::ReadChunk(const ChunkPlace& place, Worker& worker) const {
  try {
    const SourceFile& file = files_[place.file];
    const ByteSource& source = *sources_[place.file];
    if (source.size() < place.range.end) return ChangedError(file);
    BOOSTYARD_ASSIGN_OR_RETURN(const RowText rows,
                               worker.reader.Read(source, file.display_name, place.range));
    ChunkResult result = ReadRows(rows, layout_, worker);
    if (!result.faults.empty() || result.stored.row_count != place.row_count) {
      return ChangedError(file);
    }
    return std::move(result.stored);
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorId::kOutOfMemory, "there is no memory for another chunk of the data",
                     "use an instance with more memory, or fewer columns");
  }
}

}  // namespace boostyard::csv
