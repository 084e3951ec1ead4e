#include "data/csv/text_windows.h"

#include <algorithm>
#include <utility>

#include "engine/base/error_table.h"

namespace boostyard::csv {

Result<std::vector<ByteRange>> TextWindows::Next(std::size_t chunk_count) {
  if (is_done_) return std::vector<ByteRange>();
  const std::uint64_t begin = next_;
  std::uint64_t end = begin + chunk_bytes_ * chunk_count;
  // The byte before the window tells whether a row starts with it.
  if (begin > data_begin_) text_.Drop(begin - 1);
  Status filled = text_.FillTo(end);
  if (filled.ok()) filled = text_.FillToNewline(end - 1);
  if (!filled.ok()) {
    if (filled.error().id != ErrorId::kDataDamaged) return std::move(filled).error();
    damage_ = std::move(filled).error();
    text_.DropLastLine();
  }
  is_done_ = damage_.has_value() || (text_.is_at_end() && end >= text_.end());
  end = std::min(end, text_.end());
  if (end <= begin) return std::vector<ByteRange>();
  text_.EndLastLine();
  if (text_.text().find('\n', end - 1 - text_.offset()) == std::string_view::npos) {
    return RowTooLongError(display_name_, end);
  }
  std::vector<ByteRange> ranges = CutRanges(begin, end, chunk_bytes_);
  ranges.front().is_first = begin == data_begin_;
  next_ = begin + chunk_bytes_ * chunk_count;
  return ranges;
}

}  // namespace boostyard::csv
