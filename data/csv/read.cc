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
#include "data/csv/memory_plan.h"
#include "data/csv/plan.h"
#include "data/csv/read_rows.h"
#include "data/csv/reread_stream.h"
#include "data/csv/text_windows.h"
#include "engine/base/error_table.h"
#include "engine/base/huge_buffer.h"
#include "engine/base/parallel.h"

namespace boostyard::csv {
namespace {

// Where memory is scarce, chunks are small: what a thread works with is in proportion to them.
constexpr std::uint64_t kRereadChunkBytes = 256U << 10;

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
        chunk_bytes_(options.chunk_bytes),
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
  // One chunk of a plain file, or all of a compressed one.
  struct Task {
    SharedFile* file;
    ByteRange range;
    bool is_compressed;
  };

  // What a task found, in order of its text.
  struct TaskResult {
    std::vector<ChunkResult> chunks;
    std::optional<Error> damage;  // of what follows them

    std::size_t fault_count() const {
      std::size_t count = damage ? 1 : 0;
      for (const ChunkResult& chunk : chunks) count += chunk.faults.size();
      return count;
    }
  };

  // Runs body(task, worker) -> Result<TaskResult> for each task in parallel. Where a task has noted
  // as many faults as a report shows, later ones are left out.
  template <class Body>
  Result<std::vector<TaskResult>> RunTasks(std::size_t task_count, const Body& body) {
    std::vector<TaskResult> results(task_count);
    std::vector<std::optional<Error>> failures(task_count);
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> last{task_count};  // tasks from here on are not needed
    const auto run_one = [&](std::size_t task, int thread) -> Result<TaskResult> {
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
        Result<TaskResult> result = run_one(task, thread);
        if (!result.ok()) {
          failures[task] = std::move(result).error();
          LowerTo(last, task + 1);
          continue;
        }
        results[task] = std::move(result).value();
        if (results[task].fault_count() >= kMaxFaults) LowerTo(last, task + 1);
      }
    });
    results.resize(std::min(results.size(), last.load()));
    for (std::size_t task = 0; task < results.size(); ++task) {
      if (failures[task]) return *std::move(failures[task]);
    }
    return results;
  }

  // One chunk; what is kept of it is within the limit.
  Result<ChunkResult> ReadChunk(const RowText& rows, const ByteRange& range, Worker& worker) {
    if (request_.stop_requested && request_.stop_requested()) return StoppedError();
    ChunkResult result = ReadRows(rows, planner_.layout(), worker);
    result.range = range;
    return CheckMemory(std::move(result));
  }

  // Beyond their part of the limit the cells are dropped, to be read again in every pass: the job
  // needs memory besides them. Pipes can only be kept, or refused.
  Result<ChunkResult> CheckMemory(ChunkResult result) {
    const std::uint64_t limit = request_.memory_limit_bytes;
    if (is_kept_.load()) {
      const std::uint64_t kept =
          kept_bytes_.fetch_add(result.stored.memory_bytes) + result.stored.memory_bytes;
      if (limit == 0 || kept <= (can_read_again_ ? MostKeptBytes(request_) : limit)) return result;
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

  // Takes over what was found in a part of a file that follows `newlines` newlines; adds its own.
  void Keep(TaskResult& result, const SourceFile& file, std::uint64_t& newlines) {
    for (ChunkResult& chunk : result.chunks) {
      for (std::size_t i = 0; i < chunk.faults.size() && errors_.size() < kMaxFaults; ++i) {
        FoundLine& line = chunk.fault_lines[i];
        line.number += newlines;
        errors_.push_back(
            DescribeFault(chunk.faults[i], line, file.display_name, planner_.layout()));
      }
      newlines += chunk.newlines;
      saw_question_mark_ = saw_question_mark_ || chunk.saw_question_mark;
      if (chunk.stored.row_count > 0) {
        places_.push_back({files_.size() - 1, chunk.range, chunk.stored.row_count});
        chunks_.push_back(std::move(chunk.stored));
      }
    }
    if (result.damage && errors_.size() < kMaxFaults) errors_.push_back(*std::move(result.damage));
  }

  Status ReadFiles(const std::vector<PlannedFile>& files) {
    BOOSTYARD_RETURN_IF_ERROR(ChooseMode(files));
    std::vector<std::unique_ptr<SharedFile>> shared;
    std::vector<Task> tasks;
    std::size_t compressed_count = 0;
    for (const PlannedFile& file : files) {
      const bool is_compressed = file.compression != Compression::kNone;
      compressed_count += is_compressed ? 1 : 0;
      const std::vector<ByteRange> ranges =
          is_compressed ? std::vector<ByteRange>(1)
                        : CutRanges(file.data_begin, file.size, chunk_bytes_);
      shared.push_back(std::make_unique<SharedFile>(file, ranges.size()));
      for (const ByteRange& range : ranges) {
        tasks.push_back({shared.back().get(), range, is_compressed});
      }
    }
    std::vector<TaskResult> results;
    if (!tasks.empty() && planner_.layout().column_count > 0) {
      reads_ahead_ = compressed_count < static_cast<std::size_t>(threads_);
      BOOSTYARD_ASSIGN_OR_RETURN(
          results, RunTasks(tasks.size(), [&](std::size_t task, Worker& worker) {
            return tasks[task].is_compressed ? ReadCompressed(tasks[task], worker)
                                             : ReadPlain(tasks[task], worker);
          }));
    }
    std::size_t task = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
      files_.push_back({files[i].file, files[i].compression});
      std::uint64_t newlines = files[i].newlines_before_data;
      for (; task < results.size() && tasks[task].file == shared[i].get(); ++task) {
        Keep(results[task], files[i].file, newlines);
      }
    }
    DropUnlessKept();
    return {};
  }

  // Before anything is read; where there are pipes, nothing is known before.
  Status ChooseMode(const std::vector<PlannedFile>& files) {
    std::uint64_t text_bytes = 0;
    for (const PlannedFile& file : files) {
      text_bytes += file.text_bytes - std::min(file.text_bytes, file.data_begin);
    }
    if (!can_read_again_ || !IsMemoryAQuestion(request_, text_bytes)) return {};
    for (const PlannedFile& file : files) {
      BOOSTYARD_ASSIGN_OR_RETURN(const MemorySample sample, Sample(file));
      if (sample.row_count == 0) continue;
      BOOSTYARD_ASSIGN_OR_RETURN(MemoryPlan plan,
                                 PlanMemory(request_, planner_.layout(), sample, text_bytes));
      is_kept_.store(plan.is_kept);
      is_kept_by_plan_ = plan.is_kept;
      if (!plan.is_kept) chunk_bytes_ = std::min(chunk_bytes_, kRereadChunkBytes);
      memory_note_ = std::move(plan.note);
      return {};
    }
    return {};
  }

  // The first chunk of a file; no rows if it has faults, which are found again in their turn.
  Result<MemorySample> Sample(const PlannedFile& planned) {
    const std::string& name = planned.file.display_name;
    Worker& worker = workers_.front();
    std::unique_ptr<PipeText> text;
    RowText rows;
    if (planner_.layout().column_count == 0) return MemorySample();
    if (planned.compression == Compression::kNone) {
      const std::uint64_t end = std::min(planned.size, planned.data_begin + options_.chunk_bytes);
      if (end == planned.data_begin) return MemorySample();
      BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                                 options_.open_file(planned.file));
      BOOSTYARD_ASSIGN_OR_RETURN(
          rows, worker.reader.Read(*source, name, {planned.data_begin, end, true}));
    } else {
      BOOSTYARD_ASSIGN_OR_RETURN(
          std::unique_ptr<TextSource> source,
          OpenDecoded(planned.file, planned.compression, options_.open_file));
      text = std::make_unique<PipeText>(std::move(source));
      TextWindows windows(*text, name, planned.data_begin, options_.chunk_bytes);
      BOOSTYARD_ASSIGN_OR_RETURN(const std::vector<ByteRange> ranges, windows.Next(1));
      if (!ranges.empty()) rows = windows.Rows(ranges.front());
    }
    const ChunkResult chunk = ReadRows(rows, planner_.layout(), worker);
    return MemorySample{rows.text.size(), chunk.stored.row_count, chunk.stored.memory_bytes};
  }

  Result<TaskResult> ReadPlain(const Task& task, Worker& worker) {
    BOOSTYARD_ASSIGN_OR_RETURN(const RowText rows,
                               task.file->Read(task.range, options_, worker.reader));
    TaskResult result;
    BOOSTYARD_ASSIGN_OR_RETURN(ChunkResult chunk, ReadChunk(rows, task.range, worker));
    result.chunks.push_back(std::move(chunk));
    return result;
  }

  // Decodes and reads in turn; with threads to spare, at the same time.
  Result<TaskResult> ReadCompressed(const Task& task, Worker& worker) {
    const PlannedFile& planned = task.file->planned();
    BOOSTYARD_ASSIGN_OR_RETURN(std::unique_ptr<TextSource> source,
                               OpenDecoded(planned.file, planned.compression, options_.open_file));
    if (reads_ahead_) source = MakeReadAhead(std::move(source));
    PipeText text(std::move(source));
    TextWindows windows(text, planned.file.display_name, planned.data_begin, chunk_bytes_);
    TaskResult result;
    while (result.fault_count() < kMaxFaults) {
      BOOSTYARD_ASSIGN_OR_RETURN(const std::vector<ByteRange> ranges, windows.Next(1));
      if (ranges.empty()) break;
      BOOSTYARD_ASSIGN_OR_RETURN(ChunkResult chunk,
                                 ReadChunk(windows.Rows(ranges[0]), ranges[0], worker));
      result.chunks.push_back(std::move(chunk));
    }
    result.damage = windows.damage();
    return result;
  }

  Status ReadPipe(const PlannedFile& planned) {
    files_.push_back({planned.file, Compression::kNone});
    if (planner_.layout().column_count == 0) return {};  // nothing but blank lines
    TextWindows windows(*planned.pipe, planned.file.display_name, planned.data_begin, chunk_bytes_);
    std::uint64_t newlines = planned.newlines_before_data;
    while (errors_.size() < kMaxFaults) {
      BOOSTYARD_ASSIGN_OR_RETURN(const std::vector<ByteRange> ranges,
                                 windows.Next(static_cast<std::size_t>(threads_)));
      if (ranges.empty()) break;
      BOOSTYARD_ASSIGN_OR_RETURN(
          std::vector<TaskResult> results,
          RunTasks(ranges.size(), [&](std::size_t task, Worker& worker) -> Result<TaskResult> {
            TaskResult result;
            BOOSTYARD_ASSIGN_OR_RETURN(ChunkResult chunk,
                                       ReadChunk(windows.Rows(ranges[task]), ranges[task], worker));
            result.chunks.push_back(std::move(chunk));
            return result;
          }));
      for (TaskResult& result : results) Keep(result, planned.file, newlines);
    }
    if (windows.damage() && errors_.size() < kMaxFaults) errors_.push_back(*windows.damage());
    DropUnlessKept();
    return {};
  }

  void DropUnlessKept() {
    if (!is_kept_) std::for_each(chunks_.begin(), chunks_.end(), DropCells);
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
      if (memory_note_.empty() || is_kept_by_plan_) {
        opened.notes.push_back(
            "the channel " + request_.channel +
            " is too large for the memory: its files are read again in every pass");
      }
    }
    if (!memory_note_.empty() && is_kept_ == is_kept_by_plan_) {
      opened.notes.push_back(std::move(memory_note_));
    }
    if (is_kept_) opened.memory_bytes = kept_bytes_.load();
    if (saw_question_mark_) {
      opened.notes.push_back("cells that hold ? are read as missing values");
    }
    return opened;
  }

  const ReadRequest& request_;
  const ReadOptions& options_;
  Planner planner_;
  std::uint64_t chunk_bytes_;
  int threads_;
  std::vector<Worker> workers_;
  bool can_read_again_;
  std::atomic<bool> is_kept_{true};  // false: the stream will read the files again
  bool is_kept_by_plan_ = true;
  std::string memory_note_;         // what was decided before reading
  bool reads_ahead_ = false;        // a second thread decodes for each reading one
  std::vector<RereadFile> files_;   // as far as they were read
  std::vector<ChunkPlace> places_;  // of the chunks
  std::atomic<std::uint64_t> kept_bytes_{0};
  std::vector<StoredChunk> chunks_;
  std::vector<Error> errors_;  // in order of (file, byte)
  bool saw_question_mark_ = false;
};

}  // namespace

Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        const ContentType& type, std::vector<InputFile> opened) {
  Result<OpenedData> data = Reader(request, options, type, std::move(opened)).Run();
  ReturnFreeMemory();
  return data;
}

}  // namespace boostyard::csv
