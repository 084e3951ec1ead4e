#include "data/locate.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "data/csv/cell_error.h"
#include "data/csv/chunk_text.h"
#include "data/csv/parse.h"
#include "data/csv/plan.h"
#include "data/csv/sniff.h"
#include "data/read_options.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

// The byte where row `row` of `rows` begins. Precondition: there are more than `row` rows.
std::uint64_t OffsetOfRow(const csv::RowText& rows, RowIndex row, char delimiter) {
  std::string_view text = rows.text;
  for (;;) {
    const std::size_t end = text.find('\n') + 1;
    if (csv::CountRows(text.substr(0, end), delimiter) > 0 && row-- == 0) break;
    text.remove_prefix(end);
  }
  return rows.offset + static_cast<std::uint64_t>(text.data() - rows.text.data());
}

Result<SourcePosition> PositionOfRow(const ByteSource& source, const SourceFile& file,
                                     std::uint64_t row_offset, char delimiter,
                                     std::uint64_t column) {
  BOOSTYARD_ASSIGN_OR_RETURN(const csv::FoundLine line,
                             csv::FindLine(source, file.display_name, row_offset));
  const std::string text = line.text + '\n';
  const csv::SplitLine split = csv::Split(text, delimiter);
  const std::size_t cell =
      std::min<std::size_t>(std::max<std::uint64_t>(column, 1), split.cells.size()) - 1;
  const auto in_line = static_cast<std::uint64_t>(split.cells[cell].text.data() - text.data());
  return csv::PositionIn(line, file.display_name, line.offset + in_line, column);
}

}  // namespace

Result<SourcePosition> LocateCell(const ReadRequest& request, RowIndex row, std::uint64_t column) {
  const ReadOptions options;
  csv::Planner planner(request, options, request.content_type.value_or(ContentType{}), {});
  csv::RangeReader reader;
  for (const SourceFile& file : request.files) {
    if (IsPipe(file)) {
      SourcePosition position;
      position.file = file.display_name;
      position.column = column;
      return position;
    }
    BOOSTYARD_ASSIGN_OR_RETURN(const csv::PlannedFile planned, planner.Next());
    BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, options.open_file(file));
    const char delimiter = planner.layout().delimiter;
    for (const csv::ByteRange& range :
         csv::CutRanges(planned.data_begin, planned.size, options.chunk_bytes)) {
      BOOSTYARD_ASSIGN_OR_RETURN(const csv::RowText rows,
                                 reader.Read(*source, file.display_name, range));
      const std::uint64_t row_count = csv::CountRows(rows.text, delimiter);
      if (row < row_count) {
        return PositionOfRow(*source, file, OffsetOfRow(rows, row, delimiter), delimiter, column);
      }
      row -= row_count;
    }
  }
  return MakeError(ErrorId::kInternal,
                   "a row of the channel " + request.channel + " cannot be found again");
}

}  // namespace boostyard
