#include "data/csv/read.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "data/csv/cell_error.h"
#include "data/csv/kept_stream.h"
#include "data/csv/memory_plan.h"
#include "data/csv/plan.h"
#include "data/csv/read_files.h"
#include "data/csv/read_rows.h"
#include "data/csv/reread_stream.h"
#include "data/csv/text_windows.h"
#include "engine/base/error_table.h"
#include "engine/base/huge_buffer.h"

namespace boostyard::csv {
namespace {

// Where memory is scarce, chunks are small: what a thread works with is in proportion to them.
constexpr std::uint64_t kRereadChunkBytes = 256U << 10;

// Leaves of a chunk what must be known to read it again.
void DropCells(StoredChunk& chunk) {
  const std::uint32_t row_count = chunk.row_count;
  chunk = StoredChunk();
  chunk.row_count = row_count;
}

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
      BOOSTYARD_RETURN_IF_ERROR(ReadGroup(std::exchange(group, {})));
      if (errors_.size() >= kMaxFaults) break;
      group.push_back(std::move(planned));
      BOOSTYARD_RETURN_IF_ERROR(ReadGroup(std::exchange(group, {})));
    }
    BOOSTYARD_RETURN_IF_ERROR(ReadGroup(std::move(group)));
    if (!errors_.empty()) return Combine(std::move(errors_));
    return Finish();
  }

 private:
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

  // Takes over what was found in a file, which is the last one of files_.
  void Keep(FileChunks& found, const PlannedFile& file) {
    std::uint64_t newlines = file.newlines_before_data;
    for (ChunkResult& chunk : found.chunks) {
      for (std::size_t i = 0; i < chunk.faults.size() && errors_.size() < kMaxFaults; ++i) {
        FoundLine& line = chunk.fault_lines[i];
        line.number += newlines;
        errors_.push_back(
            DescribeFault(chunk.faults[i], line, file.file.display_name, planner_.layout()));
      }
      newlines += chunk.newlines;
      saw_question_mark_ = saw_question_mark_ || chunk.saw_question_mark;
      if (chunk.stored.row_count > 0) {
        places_.push_back({files_.size() - 1, chunk.range, chunk.stored.row_count});
        chunks_.push_back(std::move(chunk.stored));
      }
    }
    if (found.damage && errors_.size() < kMaxFaults) errors_.push_back(*std::move(found.damage));
  }

  Status ReadGroup(std::vector<PlannedFile> files) {
    BOOSTYARD_RETURN_IF_ERROR(ChooseMode(files));
    std::vector<FileChunks> found(files.size());
    if (planner_.layout().column_count > 0) {  // else there are nothing but blank lines
      const ReadJob job = {
          .layout = planner_.layout(),
          .open_file = options_.open_file,
          .chunk_bytes = chunk_bytes_,
          .stop_requested = request_.stop_requested,
          .accept = [this](ChunkResult chunk) { return CheckMemory(std::move(chunk)); },
          .out_of_memory = [this] { return MemoryError(); }};
      BOOSTYARD_ASSIGN_OR_RETURN(found, ReadFiles(files, job, workers_));
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      const bool is_pipe = IsPipe(files[i].file);
      files_.push_back({files[i].file, is_pipe ? Compression::kNone : files[i].compression});
      Keep(found[i], files[i]);
    }
    if (!is_kept_) std::for_each(chunks_.begin(), chunks_.end(), DropCells);
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
