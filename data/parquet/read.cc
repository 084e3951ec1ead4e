#include "data/parquet/read.h"

#include <algorithm>
#include <string>
#include <utility>

#include "data/csv/kept_stream.h"
#include "data/csv/memory_plan.h"
#include "data/locate.h"
#include "data/parquet/input.h"
#include "data/parquet/plan.h"
#include "data/parquet/stream.h"
#include "data/parquet/windows.h"
#include "engine/base/huge_buffer.h"

namespace boostyard::parquet {
namespace {

class Reader {
 public:
  Reader(const ReadRequest& request, const ReadOptions& options, Plan plan)
      : request_(request),
        options_(options),
        plan_(std::move(plan)),
        threads_(std::max(1, request.threads)),
        windows_(plan_, options, request.memory_limit_bytes, threads_),
        encoder_(threads_) {}

  Result<OpenedData> Run() {
    for (bool is_first = true;; is_first = false) {
      if (request_.stop_requested && request_.stop_requested()) return StoppedError();
      BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const csv::CellTable> tables, windows_.Next());
      if (tables.empty()) break;
      if (!is_first && !is_kept_) continue;  // to check the values
      BOOSTYARD_ASSIGN_OR_RETURN(std::vector<csv::StoredChunk> chunks,
                                 encoder_.Encode(tables, plan_.layout));
      if (is_first) BOOSTYARD_RETURN_IF_ERROR(ChooseMode(chunks));
      Keep(std::move(chunks));
    }
    return Finish();
  }

 private:
  // From the first window: rows are counted, so that only their size is an estimate.
  Status ChooseMode(const std::vector<csv::StoredChunk>& chunks) {
    csv::MemorySample sample;
    for (const csv::StoredChunk& chunk : chunks) {
      sample.row_count += chunk.row_count;
      sample.stored_bytes += chunk.memory_bytes;
    }
    sample.text_bytes = sample.row_count;
    const std::uint64_t cells = plan_.row_count * plan_.layout.column_count;
    ReadRequest beside = request_;
    beside.memory_used_bytes += plan_.page_bytes + windows_.bytes() + PipeBytes();
    if (!csv::IsMemoryAQuestion(beside, 2 * cells)) return {};
    BOOSTYARD_ASSIGN_OR_RETURN(csv::MemoryPlan memory,
                               csv::PlanMemory(beside, plan_.layout, sample, plan_.row_count));
    is_kept_ = memory.is_kept;
    notes_.push_back(std::move(memory.note));
    return {};
  }

  std::uint64_t PipeBytes() const {
    std::uint64_t bytes = 0;
    for (const PlannedFile& file : plan_.files) bytes += file.input.size;
    return bytes;
  }

  // A net under the estimate: what is too much is read again in every pass.
  void Keep(std::vector<csv::StoredChunk> chunks) {
    if (!is_kept_) return;
    for (csv::StoredChunk& chunk : chunks) {
      kept_bytes_ += chunk.memory_bytes;
      kept_.push_back(std::move(chunk));
    }
    if (request_.memory_limit_bytes == 0 || kept_bytes_ <= csv::MostKeptBytes(request_)) return;
    is_kept_ = false;
    kept_.clear();
    notes_ = {"the channel " + request_.channel +
              " is too large for the memory: its files are read again in every pass"};
  }

  Result<OpenedData> Finish() {
    const csv::Layout& layout = plan_.layout;
    DataShape shape;
    shape.feature_count = layout.feature_count();
    shape.feature_names.assign(layout.names.begin() + layout.first_feature(), layout.names.end());
    OpenedData opened;
    opened.notes = std::move(notes_);
    opened.warnings = plan_.warnings;
    if (is_kept_) {
      opened.memory_bytes = kept_bytes_;
      opened.stream = std::make_unique<csv::KeptStream>(std::move(kept_), std::move(shape));
    } else {
      shape.row_count = plan_.row_count;
      opened.memory_bytes = PipeBytes();
      opened.stream = std::make_unique<RereadStream>(
          std::move(plan_), options_, request_.memory_limit_bytes, threads_, std::move(shape));
    }
    return opened;
  }

  const ReadRequest& request_;
  const ReadOptions& options_;
  Plan plan_;
  int threads_;
  Windows windows_;
  WindowEncoder encoder_;
  bool is_kept_ = true;
  std::uint64_t kept_bytes_ = 0;
  std::vector<csv::StoredChunk> kept_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        std::vector<InputFile> opened) {
  BOOSTYARD_ASSIGN_OR_RETURN(std::vector<Input> inputs,
                             GatherInputs(request, options, std::move(opened)));
  BOOSTYARD_ASSIGN_OR_RETURN(Plan plan, PlanFiles(request, options, std::move(inputs)));
  Result<OpenedData> data = Reader(request, options, std::move(plan)).Run();
  ReturnFreeMemory();
  return data;
}

Result<SourcePosition> LocateRow(const ReadRequest& request, const ReadOptions& options,
                                 RowIndex row) {
  SourcePosition position;
  position.column = 1;
  for (const SourceFile& file : request.files) {
    position.file = file.display_name;
    if (IsPipe(file)) return position;
    BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, options.open_file(file));
    if (source->size() == 0) continue;
    BOOSTYARD_ASSIGN_OR_RETURN(
        const std::unique_ptr<File> opened,
        File::Open({.file = file, .bytes = nullptr}, options, request.memory_limit_bytes));
    RowIndex row_count = 0;
    for (const GroupInfo& group : opened->groups()) row_count += group.row_count;
    if (row < row_count) {
      position.file += " row " + std::to_string(row + 1);
      return position;
    }
    row -= row_count;
  }
  return RowNotFoundError(request);
}

}  // namespace boostyard::parquet
