#include "data/csv/read.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "data/csv/cell_error.h"
#include "data/csv/chunk_text.h"
#include "data/csv/kept_stream.h"
#include "data/csv/plan.h"
#include "data/csv/read_rows.h"
#include "data/csv/reread_stream.h"
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

// Leaves of a chunk what must be known to read it again.
void DropCells(StoredChunk& chunk) {
  const std::uint32_t row_count = chunk.row_count;
  chunk = StoredChunk();
  chunk.row_count = row_count;
}

// A regular file that several threads read: opened by the first chunk, closed after the last.
class SharedFile {
 public:
  SharedFile(const PlannedFile& planned, std::size_t chunk_count)
      : planned_(planned), chunks_left_(chunk_count) {}

  const PlannedFile& planned() const { return planned_; }

  Result<RowText> Read(const ByteRange& range, const ReadOptions& options, RangeReader& reader) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::shared_ptr<ByteSource> source, Source(options));
    if (source->size() < planned_.size) {
      return MakeError(ErrorId::kIoRead,
                       "cannot read " + planned_.file.display_name + ": it has become shorter",
                       "do not change the input while the job runs");
    }
    return reader.Read(*source, planned_.file.display_name, range);
  }

 private:
  Result<std::shared_ptr<ByteSource>> Source(const ReadOptions& options) {
    const std::lock_guard lock(mutex_);
    if (source_ == nullptr) {
      BOOSTYARD_ASSIGN_OR_RETURN(source_, options.open_file(planned_.file));
    }
    std::shared_ptr<ByteSource> source = source_;
    if (--chunks_left_ == 0) source_.reset();
    return source;
  }

  const PlannedFile& planned_;
  std::mutex mutex_;
  std::shared_ptr<ByteSource> source_;
  std::size_t chunks_left_;
};

class Reader {
 public:
  Reader(const ReadRequest& request, const ReadOptions& options, const ContentType& type,
         std::vector<InputFile> opened)
      : request_(request),
        options_(options),
        planner_(request, options, type, std::move(opened)),
        threads_(std::max(1, request.threads)),
        workers_(static_cast<std::size_t>(threads_)),
        can_read_again_(std::none_of(request.files.begin(), request.files.end(), IsPipe)) {}

  Result<OpenedData> Run() {
    std::vector<PlannedFile> group;  // regular files, read together
    for (std::size_t i = 0; i < request_.files.size() && errors_.size() < kMaxFaults; ++i) {
      BOOSTYARD_ASSIGN_OR_RETURN(PlannedFile planned, planner_.Next());
      if (planned.pipe == nullptr) {
        group.push_back(std::move(planned));
        continue;
      }
      BOOSTYARD_RETURN_IF_ERROR(ReadFiles(std::exchange(group, {})));
      BOOSTYARD_RETURN_IF_ERROR(ReadPipe(planned));
    }
    BOOSTYARD_RETURN_IF_ERROR(ReadFiles(group));
    if (!errors_.empty()) return Combine(std::move(errors_));
    return Finish();
  }

 private:
  struct Task {
    SharedFile* file;
    ByteRange range;
  };

  // Runs body(task, worker) -> Result<ChunkResult> for each task in parallel and appends the chunks
  // in order of tasks. Where a task has noted as many faults as a report shows, later ones are left
  // out.
  template <class Body>
  Result<std::vector<ChunkResult>> RunTasks(std::size_t task_count, const Body& body) {
    std::vector<ChunkResult> results(task_count);
    std::vector<std::optional<Error>> failures(task_count);
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> last{task_count};  // tasks from here on are not needed
    const auto run_one = [&](std::size_t task, int thread) -> Result<ChunkResult> {
      // Only the calling thread asks, so that the caller's function need not be thread safe.
      const bool may_ask = thread == 0 && request_.stop_requested != nullptr;
      if (may_ask && request_.stop_requested()) return StoppedError();
      try {
        return body(task, workers_[static_cast<std::size_t>(thread)]);
      } catch (const std::bad_alloc&) {
        return MemoryError();
      }
    };
    const auto threads =
        static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(threads_), task_count));
    ParallelRegion(threads, [&](int thread) {
      for (;;) {
        const std::size_t task = next.fetch_add(1);
        if (task >= last.load()) return;
        Result<ChunkResult> result = run_one(task, thread);
        if (result.ok()) result = CheckMemory(std::move(result).value());
        if (!result.ok()) {
          failures[task] = std::move(result).error();
          LowerTo(last, task + 1);
          continue;
        }
        results[task] = std::move(result).value();
        if (results[task].faults.size() >= kMaxFaults) LowerTo(last, task + 1);
      }
    });
    results.resize(std::min(results.size(), last.load()));
    for (std::size_t task = 0; task < results.size(); ++task) {
      if (failures[task]) return *std::move(failures[task]);
    }
    return results;
  }

  // Beyond their part of the limit the cells are dropped, to be read again in every pass: the job
  // needs memory besides them. Pipes can only be kept, or refused.
  Result<ChunkResult> CheckMemory(ChunkResult result) {
    const std::uint64_t limit = request_.memory_limit_bytes;
    if (is_kept_.load()) {
      const std::uint64_t kept =
          kept_bytes_.fetch_add(result.stored.memory_bytes) + result.stored.memory_bytes;
      if (limit == 0 || kept <= (can_read_again_ ? limit / 5 * 3 : limit)) return result;
      if (!can_read_again_) return MemoryError();
      is_kept_.store(false);
    }
    DropCells(result.stored);
    return result;
  }

  Error MemoryError() const {
    const std::string limit =
        request_.memory_limit_bytes == 0
            ? "than there is"
            : "than the limit of " + std::to_string(request_.memory_limit_bytes >> 20) + " MiB";
    return MakeError(ErrorId::kOutOfMemory,
                     "the data of the channel " + request_.channel + " need more memory " + limit +
                         " (" + std::to_string(kept_bytes_.load() >> 20) + " MiB were in use)",
                     "use an instance with more memory, or fewer rows or columns");
  }

  void Keep(std::vector<ChunkResult>& results) {
    for (ChunkResult& result : results) {
      saw_question_mark_ = saw_question_mark_ || result.saw_question_mark;
      if (result.stored.row_count > 0) chunks_.push_back(std::move(result.stored));
    }
    if (!is_kept_) std::for_each(chunks_.begin(), chunks_.end(), DropCells);
  }

  Status ReadFiles(const std::vector<PlannedFile>& files) {
    std::vector<std::unique_ptr<SharedFile>> shared;
    std::vector<Task> tasks;
    const std::size_t first_place = places_.size();
    for (const PlannedFile& file : files) {
      const std::vector<ByteRange> ranges =
          CutRanges(file.data_begin, file.size, options_.chunk_bytes);
      shared.push_back(std::make_unique<SharedFile>(file, ranges.size()));
      for (const ByteRange& range : ranges) {
        tasks.push_back({shared.back().get(), range});
        places_.push_back({.file = files_.size(), .range = range});
      }
      files_.push_back(file.file);
    }
    if (tasks.empty() || planner_.layout().column_count == 0) return {};
    BOOSTYARD_ASSIGN_OR_RETURN(
        std::vector<ChunkResult> results,
        RunTasks(tasks.size(), [&](std::size_t task, Worker& worker) -> Result<ChunkResult> {
          BOOSTYARD_ASSIGN_OR_RETURN(
              const RowText rows,
              tasks[task].file->Read(tasks[task].range, options_, worker.reader));
          return ReadRows(rows, planner_.layout(), worker);
        }));
    for (std::size_t task = 0; task < results.size(); ++task) {
      places_[first_place + task].row_count = results[task].stored.row_count;
      const SourceFile& file = tasks[task].file->planned().file;
      for (const Fault& fault : results[task].faults) {
        if (errors_.size() == kMaxFaults) return {};
        BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                                   options_.open_file(file));
        BOOSTYARD_ASSIGN_OR_RETURN(const FoundLine line,
                                   FindLine(*source, file.display_name, fault.offset));
        errors_.push_back(DescribeFault(fault, line, file.display_name, planner_.layout()));
      }
    }
    Keep(results);
    return {};
  }

  // A window of chunks at a time. The chunks are those that a file of the same bytes would have.
  Status ReadPipe(const PlannedFile& planned) {
    PipeText& pipe = *planned.pipe;
    if (planner_.layout().column_count == 0) return {};  // nothing but blank lines
    const std::uint64_t window_bytes = options_.chunk_bytes * static_cast<std::uint64_t>(threads_);
    for (std::uint64_t begin = planned.data_begin;; begin += window_bytes) {
      const std::uint64_t end = begin + window_bytes;
      BOOSTYARD_RETURN_IF_ERROR(pipe.FillTo(end));
      BOOSTYARD_RETURN_IF_ERROR(pipe.FillToNewline(end - 1));
      if (pipe.end() <= begin) return {};
      BOOSTYARD_RETURN_IF_ERROR(ReadWindow(planned, begin, std::min(end, pipe.end())));
      if (errors_.size() >= kMaxFaults || (pipe.is_at_end() && end >= pipe.end())) return {};
      pipe.Drop(end - 1);  // the byte before the next window tells whether a row starts with it
    }
  }

  Status ReadWindow(const PlannedFile& planned, std::uint64_t begin, std::uint64_t end) {
    PipeText& pipe = *planned.pipe;
    pipe.EndLastLine();
    if (pipe.text().find('\n', end - 1 - pipe.offset()) == std::string_view::npos) {
      return RowTooLongError(planned.file.display_name, end);
    }
    std::vector<ByteRange> ranges = CutRanges(begin, end, options_.chunk_bytes);
    ranges.front().is_first = begin == planned.data_begin;
    BOOSTYARD_ASSIGN_OR_RETURN(
        std::vector<ChunkResult> results,
        RunTasks(ranges.size(), [&](std::size_t task, Worker& worker) -> Result<ChunkResult> {
          return ReadRows(RowsStartingIn(pipe.text(), pipe.offset(), ranges[task]),
                          planner_.layout(), worker);
        }));
    for (const ChunkResult& result : results) {
      for (const Fault& fault : result.faults) {
        if (errors_.size() == kMaxFaults) return {};
        const FoundLine line =
            FindLine(pipe.text(), pipe.offset(), pipe.newlines_before(), fault.offset);
        errors_.push_back(DescribeFault(fault, line, planned.file.display_name, planner_.layout()));
      }
    }
    Keep(results);
    return {};
  }

  Result<OpenedData> Finish() {
    if (chunks_.empty()) {
      if (planner_.saw_header()) {
        return MakeError(ErrorId::kCsvNoRows,
                         "the channel " + request_.channel +
                             " has a header and no rows: " + planner_.DescribeHeader(),
                         "supply at least one row");
      }
      return MakeError(ErrorId::kChannelEmpty,
                       "the channel " + request_.channel + " holds no data: all files are empty",
                       "supply at least one row");
    }
    const Layout& layout = planner_.layout();
    DataShape shape;
    shape.feature_count = layout.feature_count();
    shape.has_weights = layout.has_weights;
    if (!layout.names.empty()) {
      shape.feature_names.assign(layout.names.begin() + layout.first_feature(), layout.names.end());
    }
    OpenedData opened;
    planner_.Report(opened.notes, opened.warnings);
    if (is_kept_) {
      opened.stream = std::make_unique<KeptStream>(std::move(chunks_), std::move(shape));
    } else {
      for (const StoredChunk& chunk : chunks_) shape.row_count += chunk.row_count;
      opened.stream =
          std::make_unique<RereadStream>(std::move(files_), std::move(places_), layout,
                                         options_.open_file, threads_, std::move(shape));
      opened.notes.push_back(
          "the channel " + request_.channel +
          " is too large for the memory: its files are read again in every pass");
    }
    if (saw_question_mark_) {
      opened.notes.push_back("cells that hold ? are read as missing values");
    }
    return opened;
  }

  const ReadRequest& request_;
  const ReadOptions& options_;
  Planner planner_;
  int threads_;
  std::vector<Worker> workers_;
  bool can_read_again_;
  std::atomic<bool> is_kept_{true};  // false: the stream will read the files again
  std::vector<SourceFile> files_;    // regular ones, as far as they were read
  std::vector<ChunkPlace> places_;   // of their chunks
  std::atomic<std::uint64_t> kept_bytes_{0};
  std::vector<StoredChunk> chunks_;
  std::vector<Error> errors_;  // in order of (file, byte)
  bool saw_question_mark_ = false;
};

}  // namespace

Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        const ContentType& type, std::vector<InputFile> opened) {
  return Reader(request, options, type, std::move(opened)).Run();
}

}  // namespace boostyard::csv
