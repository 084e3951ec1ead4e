#include "data/locate.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "data/csv/cell_error.h"
#include "data/csv/chunk_text.h"
#include "data/csv/parse.h"
#include "data/csv/plan.h"
#include "data/csv/sniff.h"
#include "data/csv/text_windows.h"
#include "data/input_file.h"
#include "data/libsvm/read.h"
#include "data/magic.h"
#include "data/parquet/read.h"
#include "data/read_options.h"
#include "data/recordio/read.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

// The byte where row `row` of `rows` begins. Precondition: there are more than `row` rows.
std::uint64_t OffsetOfRow(const csv::RowText& rows, RowIndex row, const csv::Layout& layout) {
  std::string_view text = rows.text;
  for (;;) {
    const std::size_t end = text.find('\n') + 1;
    if (csv::CountRows(text.substr(0, end), layout) > 0 && row-- == 0) break;
    text.remove_prefix(end);
  }
  return rows.offset + static_cast<std::uint64_t>(text.data() - rows.text.data());
}

// The place of a cell in its line.
SourcePosition PlaceOfCell(const csv::FoundLine& line, const SourceFile& file,
                           const csv::Layout& layout, std::uint64_t column) {
  const std::string text = line.text + '\n';
  const csv::SplitLine split = csv::Split(text, layout.delimiter, layout.has_label);
  const std::size_t cell =
      std::min<std::size_t>(std::max<std::uint64_t>(column, 1), split.cells.size()) - 1;
  const auto in_line = static_cast<std::uint64_t>(split.cells[cell].text.data() - text.data());
  return csv::PositionIn(line, file.display_name, line.offset + in_line, column);
}

// The line of row `row` of a file; otherwise takes the file's rows off `row`.
class RowFinder {
 public:
  RowFinder(RowIndex& row, const csv::Layout& layout, std::uint64_t newlines)
      : row_(row), layout_(layout), newlines_(newlines) {}

  std::optional<csv::FoundLine> Find(const csv::RowText& rows) {
    const std::uint64_t row_count = csv::CountRows(rows.text, layout_);
    if (row_ < row_count) {
      const std::uint64_t offset = OffsetOfRow(rows, row_, layout_);
      return csv::FindLine(rows.text, rows.offset, newlines_, offset);
    }
    row_ -= row_count;
    newlines_ += static_cast<std::uint64_t>(std::count(rows.text.begin(), rows.text.end(), '\n'));
    return std::nullopt;
  }

 private:
  RowIndex& row_;
  const csv::Layout& layout_;
  std::uint64_t newlines_;
};

Result<std::optional<csv::FoundLine>> FindInPlain(const csv::PlannedFile& planned,
                                                  const ReadOptions& options, RowFinder finder) {
  csv::RangeReader reader;
  BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                             options.open_file(planned.file));
  for (const csv::ByteRange& range :
       csv::CutRanges(planned.data_begin, planned.size, options.chunk_bytes)) {
    BOOSTYARD_ASSIGN_OR_RETURN(const csv::RowText rows,
                               reader.Read(*source, planned.file.display_name, range));
    if (std::optional<csv::FoundLine> line = finder.Find(rows)) return line;
  }
  return std::optional<csv::FoundLine>();
}

Result<std::optional<csv::FoundLine>> FindInCompressed(const csv::PlannedFile& planned,
                                                       const ReadOptions& options,
                                                       RowFinder finder) {
  BOOSTYARD_ASSIGN_OR_RETURN(std::unique_ptr<TextSource> source,
                             OpenDecoded(planned.file, planned.compression, options.open_file));
  PipeText text(std::move(source));
  csv::TextWindows windows(text, planned.file.display_name, planned.data_begin,
                           options.chunk_bytes);
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::vector<csv::ByteRange> ranges, windows.Next(1));
    if (ranges.empty()) return std::optional<csv::FoundLine>();
    if (std::optional<csv::FoundLine> line = finder.Find(windows.Rows(ranges[0]))) return line;
  }
}

// The declared format, or what the first file looks like. A pipe has been read and cannot tell.
DataFormat FormatOf(const ReadRequest& request, const ReadOptions& options) {
  if (request.content_type) return request.content_type->format;
  for (const SourceFile& file : request.files) {
    if (IsPipe(file)) break;
    const Result<InputFile> input = OpenInput(file, request, options);
    if (input.ok() && !input->is_empty()) return SniffFormat(input->head);
  }
  return DataFormat::kCsv;
}

}  // namespace

Result<SourcePosition> LocateCellWith(const ReadRequest& request, const ReadOptions& options,
                                      RowIndex row, std::uint64_t column) {
  const DataFormat format = FormatOf(request, options);
  if (format == DataFormat::kLibsvm) return libsvm::LocateRow(request, options, row);
  if (format == DataFormat::kRecordio) return recordio::LocateRow(request, options, row);
  if (format == DataFormat::kParquet) return parquet::LocateRow(request, options, row);
  csv::Planner planner(request, options, request.content_type.value_or(ContentType{}), {});
  for (const SourceFile& file : request.files) {
    if (IsPipe(file)) {
      SourcePosition position;
      position.file = file.display_name;
      position.column = column;
      return position;
    }
    BOOSTYARD_ASSIGN_OR_RETURN(const csv::PlannedFile planned, planner.Next());
    const csv::Layout& layout = planner.layout();
    const RowFinder finder(row, layout, planned.newlines_before_data);
    BOOSTYARD_ASSIGN_OR_RETURN(const std::optional<csv::FoundLine> line,
                               planned.compression == Compression::kNone
                                   ? FindInPlain(planned, options, finder)
                                   : FindInCompressed(planned, options, finder));
    if (line) return PlaceOfCell(*line, file, layout, column);
  }
  return RowNotFoundError(request);
}

Error RowNotFoundError(const ReadRequest& request) {
  return MakeError(ErrorId::kInternal,
                   "a row of the channel " + request.channel + " cannot be found again");
}

Result<SourcePosition> LocateCell(const ReadRequest& request, RowIndex row, std::uint64_t column) {
  return LocateCellWith(request, ReadOptions(), row, column);
}

}  // namespace boostyard
