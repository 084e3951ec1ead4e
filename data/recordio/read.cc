#include "data/recordio/read.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "data/locate.h"
#include "data/recordio/diagnose.h"
#include "data/recordio/frames.h"
#include "data/recordio/parse.h"
#include "data/rows/byte_stream.h"
#include "data/rows/parse_blocks.h"
#include "data/rows/row_store.h"
#include "engine/base/error_table.h"

namespace boostyard::recordio {
namespace {

// Whole records of one input, a window at a time.
class RecordWindows {
 public:
  explicit RecordWindows(ByteStream stream) : stream_(std::move(stream)) {}

  // The next records, about `bytes` of them; none at the end of the input or before a fault. Valid
  // until the next call. Errors: of reading.
  Result<std::span<const std::string_view>> Next(std::uint64_t bytes) {
    first_record_ += cut_.records.size();
    stream_.Skip(cut_.bytes);
    cut_ = {};
    for (std::uint64_t wanted = bytes;;) {
      BOOSTYARD_ASSIGN_OR_RETURN(const std::string_view window, stream_.Peek(wanted));
      cut_ = CutRecords(window, stream_.is_at_end());
      if (!cut_.records.empty() || cut_.fault || stream_.is_at_end()) break;
      wanted = std::max(2 * wanted, cut_.wanted);
    }
    return std::span<const std::string_view>(cut_.records);
  }

  std::uint64_t offset() const { return stream_.offset(); }

  // What follows the records and is none.
  const std::optional<FrameFault>& fault() const { return cut_.fault; }

  // Record `index` of the last ones, or what follows them.
  SourcePosition PositionOf(std::size_t index) const {
    SourcePosition at;
    at.file = stream_.display_name();
    at.record = first_record_ + index + 1;
    at.byte = stream_.offset();
    for (std::size_t i = 0; i < index; ++i) at.byte += cut_.records[i].size();
    return at;
  }

 private:
  ByteStream stream_;
  FramedRecords cut_;
  std::uint64_t first_record_ = 0;
};

// Consecutive records, about `part_bytes` in each part.
std::vector<std::span<const std::string_view>> CutParts(std::span<const std::string_view> records,
                                                        std::uint64_t part_bytes) {
  std::vector<std::span<const std::string_view>> parts;
  while (!records.empty()) {
    std::size_t count = 0;
    for (std::uint64_t bytes = 0; count < records.size() && bytes < part_bytes; ++count) {
      bytes += records[count].size();
    }
    parts.push_back(records.first(count));
    records = records.subspan(count);
  }
  return parts;
}

Error ErrorOf(Diagnosis diagnosis, SourcePosition at) {
  return MakeErrorAt(diagnosis.id, std::move(at), std::move(diagnosis.problem),
                     std::move(diagnosis.fix));
}

class Reader {
 public:
  Reader(const ReadRequest& request, const ReadOptions& options)
      : request_(request), options_(options), store_(request, "recordio-protobuf") {}

  Result<OpenedData> Run(std::vector<InputFile> opened) {
    for (std::size_t i = 0; i < request_.files.size() && !is_over_; ++i) {
      BOOSTYARD_ASSIGN_OR_RETURN(InputFile input, TakeInput(opened, i, request_, options_));
      if (!input.is_empty()) BOOSTYARD_RETURN_IF_ERROR(ReadFile(std::move(input)));
    }
    if (!errors_.empty()) return Combine(std::move(errors_));
    BOOSTYARD_ASSIGN_OR_RETURN(OpenedData data, store_.Finish());
    if (has_other_tensors_) {
      data.warnings.push_back("the channel " + request_.channel +
                              " has records with features beside \"values\": they are left out");
    }
    return data;
  }

 private:
  Status ReadFile(InputFile input) {
    BOOSTYARD_ASSIGN_OR_RETURN(ByteStream stream, ByteStream::Open(std::move(input), options_));
    RecordWindows windows(std::move(stream));
    for (;;) {
      if (request_.stop_requested && request_.stop_requested()) return StoppedError();
      const std::uint64_t bytes =
          options_.chunk_bytes * static_cast<std::uint64_t>(std::max(1, request_.threads));
      BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const std::string_view> records,
                                 windows.Next(bytes));
      if (!records.empty()) BOOSTYARD_RETURN_IF_ERROR(ReadWindow(windows, records));
      if (windows.fault()) ReportFrame(windows, records.size());
      if (is_over_ || records.empty()) return {};
    }
  }

  Status ReadWindow(const RecordWindows& windows, std::span<const std::string_view> records) {
    if (!layout_) layout_ = LayoutOf(records.front(), request_.has_label);
    const auto parts = CutParts(records, options_.chunk_bytes);
    BOOSTYARD_ASSIGN_OR_RETURN(
        std::vector<ParsedRecords> parsed,
        ParseBlocks<ParsedRecords>(request_.threads, parts.size(), [&](std::size_t part) {
          return Result<ParsedRecords>(ParseRecords(parts[part], *layout_));
        }));
    std::vector<RowBlock> blocks;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const auto first = static_cast<std::size_t>(parts[part].data() - records.data());
      for (RecordFault& fault : parsed[part].faults) {
        AddError(ErrorOf(std::move(fault.diagnosis), windows.PositionOf(first + fault.record)));
      }
      has_other_tensors_ |= parsed[part].has_other_tensors;
      blocks.push_back(std::move(parsed[part].rows));
    }
    if (!errors_.empty()) return {};  // only the faults matter from here on
    return store_.Add(std::move(blocks));
  }

  // Behind a bad frame nothing can be found any more.
  void ReportFrame(const RecordWindows& windows, std::size_t index) {
    SourcePosition at = windows.PositionOf(index);
    at.byte = windows.offset() + windows.fault()->offset;
    AddError(ErrorOf(BadFrame(*windows.fault()), std::move(at)));
    is_over_ = true;
  }

  void AddError(Error error) {
    if (errors_.size() < kMaxFaults) errors_.push_back(std::move(error));
    is_over_ = errors_.size() == kMaxFaults;
  }

  const ReadRequest& request_;
  const ReadOptions& options_;
  RowStore store_;
  std::optional<Layout> layout_;
  std::vector<Error> errors_;  // in order of (file, byte)
  bool is_over_ = false;
  bool has_other_tensors_ = false;
};

}  // namespace

Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        std::vector<InputFile> opened) {
  return Reader(request, options).Run(std::move(opened));
}

Result<SourcePosition> LocateRow(const ReadRequest& request, const ReadOptions& options,
                                 RowIndex row) {
  for (const SourceFile& file : request.files) {
    if (IsPipe(file)) return SourcePosition{.file = file.display_name, .line_text = {}};
    BOOSTYARD_ASSIGN_OR_RETURN(InputFile input, OpenInput(file, request, options));
    BOOSTYARD_ASSIGN_OR_RETURN(ByteStream stream, ByteStream::Open(std::move(input), options));
    RecordWindows windows(std::move(stream));
    for (;;) {
      BOOSTYARD_ASSIGN_OR_RETURN(const auto records, windows.Next(options.chunk_bytes));
      if (row < records.size()) return windows.PositionOf(row);
      row -= records.size();
      if (records.empty()) break;
    }
  }
  return RowNotFoundError(request);
}

}  // namespace boostyard::recordio
