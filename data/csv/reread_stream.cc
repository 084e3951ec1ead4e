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

constexpr std::size_t kMostChunksPerThread = 4;                          // in a window
constexpr std::uint64_t kWindowBytesPerThread = std::uint64_t{1} << 20;  // of text, about

Error ChangedError(const SourceFile& file) {
  return MakeError(
      ErrorId::kIoRead,
      "cannot read " + file.display_name + " again: it has changed since it was first read",
      "do not change the input while the job runs");
}

}  // namespace

RereadStream::RereadStream(std::vector<RereadFile> files, std::vector<ChunkPlace> places,
                           Layout layout, FileOpener open_file, int threads, DataShape shape)
    : files_(std::move(files)),
      places_(std::move(places)),
      layout_(std::move(layout)),
      open_file_(std::move(open_file)),
      shape_(std::move(shape)),
      workers_(static_cast<std::size_t>(std::max(1, threads))),
      open_(files_.size()) {
  std::erase_if(places_, [](const ChunkPlace& place) { return place.row_count == 0; });
}

Status RereadStream::Rewind() {
  next_ = 0;
  next_row_ = 0;
  chunks_.clear();
  stored_.clear();
  for (OpenFile& open : open_) open.decoded.reset();
  return {};
}

Result<std::span<const ColumnChunk>> RereadStream::NextBatch() {
  chunks_.clear();
  stored_.clear();  // before the window is read: the memory is used again
  const std::size_t end = WindowEnd();
  BOOSTYARD_RETURN_IF_ERROR(OpenFiles(end));
  BOOSTYARD_RETURN_IF_ERROR(Decode(end));
  BOOSTYARD_RETURN_IF_ERROR(ReadWindow(end));
  for (const StoredChunk& chunk : stored_) {
    chunks_.push_back({.first_row = next_row_,
                       .row_count = chunk.row_count,
                       .features = chunk.features,
                       .labels = chunk.labels,
                       .weights = chunk.weights,
                       .query_ids = {},
                       .sparse = {}});
    next_row_ += chunk.row_count;
  }
  next_ = end;
  return std::span<const ColumnChunk>(chunks_);
}

// Small chunks are read several to a thread, so that threads seldom wait for each other.
std::size_t RereadStream::WindowEnd() const {
  const std::size_t threads = workers_.size();
  const std::size_t least = std::min(places_.size(), next_ + threads);
  const std::size_t most = std::min(places_.size(), next_ + kMostChunksPerThread * threads);
  std::uint64_t bytes = 0;
  std::size_t end = next_;
  while (end < most && (end < least || bytes < kWindowBytesPerThread * threads)) {
    bytes += places_[end].range.end - places_[end].range.begin;
    ++end;
  }
  return end;
}

// Opens the files of the places up to `end` and closes the others. Compressed files that come next
// are opened before their turn, to be decoded meanwhile.
Status RereadStream::OpenFiles(std::size_t end) {
  if (next_ == end) {
    for (OpenFile& open : open_) open = OpenFile();
    return {};
  }
  const std::size_t first = places_[next_].file;
  const std::size_t last = places_[end - 1].file;
  for (std::size_t file = 0; file < first; ++file) open_[file] = OpenFile();
  for (std::size_t file = first; file < files_.size() && file < last + workers_.size(); ++file) {
    const bool is_compressed = files_[file].compression != Compression::kNone;
    if ((file <= last || is_compressed) && !open_[file].is_open()) {
      BOOSTYARD_RETURN_IF_ERROR(Open(file));
    }
  }
  return {};
}

Status RereadStream::Open(std::size_t file) {
  const RereadFile& source = files_[file];
  if (source.compression == Compression::kNone) {
    BOOSTYARD_ASSIGN_OR_RETURN(open_[file].plain, open_file_(source.file));
    return {};
  }
  BOOSTYARD_ASSIGN_OR_RETURN(std::unique_ptr<TextSource> decoded,
                             OpenDecoded(source.file, source.compression, open_file_));
  open_[file].decoded = std::make_unique<PipeText>(MakeReadAhead(std::move(decoded)));
  return {};
}

// Decodes the text of the window.
Status RereadStream::Decode(std::size_t end) {
  for (std::size_t i = next_; i < end; ++i) {
    const ChunkPlace& place = places_[i];
    PipeText* const text = open_[place.file].decoded.get();
    if (text == nullptr) continue;
    const bool is_first_of_window = i == next_ || places_[i - 1].file != place.file;
    const std::uint64_t needed = place.range.begin - (place.range.is_first ? 0 : 1);
    if (is_first_of_window && needed > text->offset()) {
      BOOSTYARD_RETURN_IF_ERROR(text->FillTo(needed));
      if (text->end() < needed) return ChangedError(files_[place.file].file);
      text->Drop(needed);
    }
    BOOSTYARD_RETURN_IF_ERROR(text->FillTo(place.range.end));
    BOOSTYARD_RETURN_IF_ERROR(text->FillToNewline(place.range.end - 1));
    if (text->end() < place.range.end) return ChangedError(files_[place.file].file);
    text->EndLastLine();
    if (text->text().find('\n', place.range.end - 1 - text->offset()) == std::string_view::npos) {
      return ChangedError(files_[place.file].file);
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

Result<RowText> RereadStream::Rows(const ChunkPlace& place, Worker& worker) const {
  const SourceFile& file = files_[place.file].file;
  const OpenFile& open = open_[place.file];
  if (open.decoded != nullptr) {
    return RowsStartingIn(open.decoded->text(), open.decoded->offset(), place.range);
  }
  if (open.plain->size() < place.range.end) return ChangedError(file);
  return worker.reader.Read(*open.plain, file.display_name, place.range);
}

Result<StoredChunk> RereadStream::ReadChunk(const ChunkPlace& place, Worker& worker) const {
  try {
    BOOSTYARD_ASSIGN_OR_RETURN(const RowText rows, Rows(place, worker));
    ChunkResult result = ReadRows(rows, layout_, worker);
    if (!result.faults.empty() || result.stored.row_count != place.row_count) {
      return ChangedError(files_[place.file].file);
    }
    return std::move(result.stored);
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorId::kOutOfMemory, "there is no memory for another chunk of the data",
                     "use an instance with more memory, or fewer columns");
  }
}

}  // namespace boostyard::csv
