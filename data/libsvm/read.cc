#include "data/libsvm/read.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "data/csv/cell_error.h"
#include "data/csv/chunk_text.h"
#include "data/libsvm/line_error.h"
#include "data/libsvm/parse.h"
#include "data/locate.h"
#include "data/magic.h"
#include "data/rows/byte_stream.h"
#include "data/rows/parse_blocks.h"
#include "data/rows/row_store.h"

namespace boostyard::libsvm {
namespace {

// Whole lines of one input, a window at a time.
class LineWindows {
 public:
  explicit LineWindows(ByteStream stream) : stream_(std::move(stream)) {}

  // The next lines, about `bytes` of them; empty at the end. The last of a file may have no
  // newline. Valid until the next call. Errors: of reading, kDataTooLarge.
  Result<std::string_view> Next(std::uint64_t bytes) {
    newlines_ += static_cast<std::uint64_t>(std::count(window_.begin(), window_.end(), '\n'));
    stream_.Skip(window_.size());
    window_ = {};
    if (stream_.offset() == 0) BOOSTYARD_RETURN_IF_ERROR(SkipMark());
    for (std::uint64_t wanted = bytes;; wanted *= 2) {
      BOOSTYARD_ASSIGN_OR_RETURN(window_, stream_.Peek(wanted));
      if (stream_.is_at_end()) return window_;
      const std::size_t newline = window_.rfind('\n');
      if (newline != std::string_view::npos) {
        window_ = window_.substr(0, newline + 1);
        return window_;
      }
      if (window_.size() > kMaxRowBytes) {
        return csv::RowTooLongError(stream_.display_name(), stream_.offset());
      }
    }
  }

  std::uint64_t offset() const { return stream_.offset(); }
  std::uint64_t newlines_before() const { return newlines_; }

  csv::FoundLine LineAt(std::uint64_t offset) const {
    return csv::FindLine(window_, stream_.offset(), newlines_, offset);
  }

 private:
  Status SkipMark() {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::string_view head, stream_.Peek(kUtf8Mark.size()));
    if (head.starts_with(kUtf8Mark)) stream_.Skip(kUtf8Mark.size());
    return {};
  }

  ByteStream stream_;
  std::string_view window_;
  std::uint64_t newlines_ = 0;  // before the window
};

// Cuts a window into parts of whole lines.
std::vector<std::string_view> CutLines(std::string_view window, std::uint64_t part_bytes) {
  std::vector<std::string_view> parts;
  while (!window.empty()) {
    const std::size_t newline =
        window.find('\n', std::min<std::size_t>(part_bytes, window.size()) - 1);
    const std::size_t size = std::min(newline, window.size() - 1) + 1;
    parts.push_back(window.substr(0, size));
    window.remove_prefix(size);
  }
  return parts;
}

class Reader {
 public:
  Reader(const ReadRequest& request, const ReadOptions& options)
      : request_(request), options_(options), store_(request, "libsvm") {}

  Result<OpenedData> Run(std::vector<InputFile> opened) {
    for (std::size_t i = 0; i < request_.files.size() && errors_.size() < csv::kMaxFaults; ++i) {
      BOOSTYARD_ASSIGN_OR_RETURN(InputFile input, TakeInput(opened, i, request_, options_));
      BOOSTYARD_RETURN_IF_ERROR(ReadFile(std::move(input)));
    }
    if (!errors_.empty()) return Combine(std::move(errors_));
    return store_.Finish();
  }

 private:
  Status ReadFile(InputFile input) {
    const std::string name = input.file.display_name;
    BOOSTYARD_RETURN_IF_ERROR(CheckIsText(input.head, name));
    BOOSTYARD_ASSIGN_OR_RETURN(ByteStream stream, ByteStream::Open(std::move(input), options_));
    LineWindows windows(std::move(stream));
    for (;;) {
      if (request_.stop_requested && request_.stop_requested()) return StoppedError();
      const std::uint64_t bytes =
          options_.chunk_bytes * static_cast<std::uint64_t>(std::max(1, request_.threads));
      BOOSTYARD_ASSIGN_OR_RETURN(const std::string_view window, windows.Next(bytes));
      if (window.empty()) return {};
      BOOSTYARD_RETURN_IF_ERROR(ReadWindow(windows, window, name));
      if (errors_.size() >= csv::kMaxFaults) return {};
    }
  }

  Status ReadWindow(const LineWindows& windows, std::string_view window, const std::string& name) {
    if (!layout_) layout_ = LayoutOf(window, request_.has_label);
    if (!layout_) return {};  // blank lines and comments alone
    const std::vector<std::string_view> parts = CutLines(window, options_.chunk_bytes);
    BOOSTYARD_ASSIGN_OR_RETURN(
        std::vector<ParsedLines> parsed,
        ParseBlocks<ParsedLines>(request_.threads, parts.size(), [&](std::size_t part) {
          const auto place = static_cast<std::uint64_t>(parts[part].data() - window.data());
          return ParseLines(parts[part], windows.offset() + place, *layout_);
        }));
    std::vector<RowBlock> blocks;
    for (ParsedLines& lines : parsed) {
      for (const Fault& fault : lines.faults) {
        if (errors_.size() == csv::kMaxFaults) return {};
        errors_.push_back(DescribeFault(fault, windows.LineAt(fault.offset), name));
      }
      blocks.push_back(std::move(lines.rows));
    }
    if (!errors_.empty()) return {};  // only the faults matter from here on
    return store_.Add(std::move(blocks));
  }

  const ReadRequest& request_;
  const ReadOptions& options_;
  RowStore store_;
  std::optional<Layout> layout_;
  std::vector<Error> errors_;  // in order of (file, byte)
};

}  // namespace

Result<OpenedData> Read(const ReadRequest& request, const ReadOptions& options,
                        std::vector<InputFile> opened) {
  return Reader(request, options).Run(std::move(opened));
}

Result<SourcePosition> LocateRow(const ReadRequest& request, const ReadOptions& options,
                                 RowIndex row) {
  for (const SourceFile& file : request.files) {
    if (IsPipe(file))
      return SourcePosition{.file = file.display_name, .column = 1, .line_text = {}};
    BOOSTYARD_ASSIGN_OR_RETURN(InputFile input, OpenInput(file, request, options));
    BOOSTYARD_ASSIGN_OR_RETURN(ByteStream stream, ByteStream::Open(std::move(input), options));
    LineWindows windows(std::move(stream));
    for (;;) {
      BOOSTYARD_ASSIGN_OR_RETURN(const std::string_view window, windows.Next(options.chunk_bytes));
      if (window.empty()) break;
      const std::uint64_t rows = CountRows(window);
      if (row < rows) {
        const std::uint64_t offset = windows.offset() + OffsetOfRow(window, row);
        return csv::PositionIn(windows.LineAt(offset), file.display_name, offset, 1);
      }
      row -= rows;
    }
  }
  return RowNotFoundError(request);
}

}  // namespace boostyard::libsvm
