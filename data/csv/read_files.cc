#include "data/csv/read_files.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "data/csv/chunk_text.h"
#include "data/csv/shared_text.h"
#include "engine/base/error_table.h"
#include "engine/base/parallel.h"

namespace boostyard::csv {
namespace {

// Sets `value` to `bound` unless it is less already.
void LowerTo(std::atomic<std::size_t>& value, std::size_t bound) {
  std::size_t current = value.load();
  while (bound < current && !value.compare_exchange_weak(current, bound)) {
  }
}

// A regular file that several threads read: opened by the first chunk, closed after the last.
class SharedFile {
 public:
  SharedFile(const PlannedFile& planned, const FileOpener& open_file, std::size_t chunk_count)
      : planned_(planned), open_file_(open_file), chunks_left_(chunk_count) {}

  Result<RowText> Read(const ByteRange& range, RangeReader& reader) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::shared_ptr<ByteSource> source, Source());
    if (source->size() < planned_.size) {
      return MakeError(ErrorId::kIoRead,
                       "cannot read " + planned_.file.display_name + ": it has become shorter",
                       "do not change the input while the job runs");
    }
    return reader.Read(*source, planned_.file.display_name, range);
  }

 private:
  Result<std::shared_ptr<ByteSource>> Source() {
    const std::lock_guard lock(mutex_);
    if (source_ == nullptr) {
      BOOSTYARD_ASSIGN_OR_RETURN(source_, open_file_(planned_.file));
    }
    std::shared_ptr<ByteSource> source = source_;
    if (--chunks_left_ == 0) source_.reset();
    return source;
  }

  const PlannedFile& planned_;
  const FileOpener& open_file_;
  std::mutex mutex_;
  std::shared_ptr<ByteSource> source_;
  std::size_t chunks_left_;
};

// A file that is being read: one of the two.
struct OpenFile {
  std::unique_ptr<SharedFile> plain;
  std::unique_ptr<SharedText> text;
  std::mutex mutex;                 // of what follows, where it is a text
  std::vector<ChunkResult> chunks;  // of a plain file: for each range
  std::size_t fault_count = 0;      // of a text
};

// One chunk of a plain file, or all of a text.
struct Task {
  std::size_t file = 0;
  std::size_t chunk = 0;
  ByteRange range;
};

class FilesReader {
 public:
  FilesReader(std::span<PlannedFile> files, const ReadJob& job, std::span<Worker> workers)
      : job_(job), workers_(workers), files_(files.size()) {
    for (std::size_t file = 0; file < files.size(); ++file) AddTasks(files[file], file);
    last_.store(tasks_.size());
    failures_.resize(tasks_.size());
  }

  Result<std::vector<FileChunks>> Run() {
    const std::size_t threads =
        has_texts_ ? workers_.size() : std::min(workers_.size(), tasks_.size());
    if (!tasks_.empty()) {
      ParallelRegion(static_cast<int>(threads),
                     [&](int thread) { Work(workers_[static_cast<std::size_t>(thread)]); });
    }
    return Collect();
  }

 private:
  void AddTasks(PlannedFile& planned, std::size_t file);
  void Work(Worker& worker);
  void ReadPlain(std::size_t task, Worker& worker);
  void ReadText(std::size_t task, Worker& worker);
  Result<bool> ReadNextOf(OpenFile& file, std::size_t task, Worker& worker);
  Result<ChunkResult> ReadChunk(const RowText& rows, const ByteRange& range, Worker& worker) const;
  void Fail(std::size_t task, Error error);
  Result<std::vector<FileChunks>> Collect();

  // What `read` returns, or that there is no memory for it.
  template <class Read>
  auto Guarded(const Read& read) -> decltype(read()) {
    try {
      return read();
    } catch (const std::bad_alloc&) {
      return job_.out_of_memory();
    }
  }

  const ReadJob& job_;
  std::span<Worker> workers_;
  std::vector<OpenFile> files_;
  std::vector<Task> tasks_;
  bool has_texts_ = false;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> last_{0};  // tasks from here on are not needed
  std::vector<std::optional<Error>> failures_;
};

void FilesReader::AddTasks(PlannedFile& planned, std::size_t file) {
  OpenFile& open = files_[file];
  if (planned.pipe == nullptr && planned.compression == Compression::kNone) {
    const std::vector<ByteRange> ranges =
        CutRanges(planned.data_begin, planned.size, job_.chunk_bytes);
    for (std::size_t i = 0; i < ranges.size(); ++i) tasks_.push_back({file, i, ranges[i]});
    open.plain = std::make_unique<SharedFile>(planned, job_.open_file, ranges.size());
    open.chunks.resize(ranges.size());
    return;
  }
  has_texts_ = true;
  tasks_.push_back({.file = file, .chunk = 0, .range = {}});
  const auto open_text = [this, &planned]() -> Result<std::unique_ptr<TextSource>> {
    if (planned.pipe != nullptr) return planned.pipe->TakeRest();
    BOOSTYARD_ASSIGN_OR_RETURN(std::unique_ptr<TextSource> text,
                               OpenDecoded(planned.file, planned.compression, job_.open_file));
    return text;
  };
  open.text = std::make_unique<SharedText>(open_text, planned.file.display_name, planned.data_begin,
                                           job_.chunk_bytes);
}

// Texts are begun one by one, each by a thread of its own; who has none left helps with those that
// are not at their end.
void FilesReader::Work(Worker& worker) {
  for (;;) {
    const std::size_t task = next_.fetch_add(1);
    if (task >= last_.load()) break;
    if (files_[tasks_[task].file].text != nullptr) {
      ReadText(task, worker);
    } else {
      ReadPlain(task, worker);
    }
  }
  if (!has_texts_) return;
  for (std::size_t task = 0; task < last_.load(); ++task) {
    if (files_[tasks_[task].file].text != nullptr) ReadText(task, worker);
  }
}

void FilesReader::ReadPlain(std::size_t task, Worker& worker) {
  const Task& place = tasks_[task];
  OpenFile& file = files_[place.file];
  Result<ChunkResult> result = Guarded([&]() -> Result<ChunkResult> {
    BOOSTYARD_ASSIGN_OR_RETURN(const RowText rows, file.plain->Read(place.range, worker.reader));
    return ReadChunk(rows, place.range, worker);
  });
  if (!result.ok()) return Fail(task, std::move(result).error());
  ChunkResult& chunk = file.chunks[place.chunk];
  chunk = std::move(result).value();
  if (chunk.faults.size() >= kMaxFaults) LowerTo(last_, task + 1);
}

void FilesReader::ReadText(std::size_t task, Worker& worker) {
  OpenFile& file = files_[tasks_[task].file];
  for (;;) {
    Result<bool> goes_on = Guarded([&] { return ReadNextOf(file, task, worker); });
    if (goes_on.ok() && *goes_on) continue;
    if (goes_on.ok()) return;
    file.text->Stop();
    const std::lock_guard lock(file.mutex);
    return Fail(task, std::move(goes_on).error());
  }
}

// One chunk of a text; false: there is none.
Result<bool> FilesReader::ReadNextOf(OpenFile& file, std::size_t task, Worker& worker) {
  BOOSTYARD_ASSIGN_OR_RETURN(std::optional<TextChunk> chunk, file.text->Next());
  if (!chunk) return false;
  Result<ChunkResult> result = ReadChunk(chunk->rows, chunk->range, worker);
  const std::size_t index = chunk->index;
  file.text->Recycle(*std::move(chunk));
  if (!result.ok()) return std::move(result).error();
  const std::lock_guard lock(file.mutex);
  if (file.chunks.size() <= index) file.chunks.resize(index + 1);
  file.chunks[index] = std::move(result).value();
  file.fault_count += file.chunks[index].faults.size();
  if (file.fault_count >= kMaxFaults) {
    // Chunks are taken in order: all before this one are, or are being, read.
    file.text->Stop();
    LowerTo(last_, task + 1);
  }
  return true;
}

Result<ChunkResult> FilesReader::ReadChunk(const RowText& rows, const ByteRange& range,
                                           Worker& worker) const {
  if (job_.stop_requested && job_.stop_requested()) return StoppedError();
  ChunkResult result = ReadRows(rows, job_.layout, worker);
  result.range = range;
  return job_.accept(std::move(result));
}

void FilesReader::Fail(std::size_t task, Error error) {
  if (!failures_[task]) failures_[task] = std::move(error);
  LowerTo(last_, task + 1);
}

Result<std::vector<FileChunks>> FilesReader::Collect() {
  std::vector<FileChunks> found(files_.size());
  for (std::size_t task = 0; task < last_.load(); ++task) {
    OpenFile& file = files_[tasks_[task].file];
    FileChunks& of_file = found[tasks_[task].file];
    // What a text fails with comes after the faults that end it anyway.
    if (failures_[task] && file.fault_count < kMaxFaults) return *std::move(failures_[task]);
    if (file.text == nullptr) {
      of_file.chunks.push_back(std::move(file.chunks[tasks_[task].chunk]));
    } else {
      of_file.chunks = std::move(file.chunks);
      of_file.damage = file.text->damage();
    }
  }
  return found;
}

}  // namespace

Result<std::vector<FileChunks>> ReadFiles(std::span<PlannedFile> files, const ReadJob& job,
                                          std::span<Worker> workers) {
  return FilesReader(files, job, workers).Run();
}

}  // namespace boostyard::csv
