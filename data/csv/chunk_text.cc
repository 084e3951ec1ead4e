#include "data/csv/chunk_text.h"

#include <algorithm>

#include "data/input_file.h"
#include "engine/base/error_table.h"

namespace boostyard::csv {

Error RowTooLongError(const std::string& display_name, std::uint64_t row_offset) {
  return MakeError(ErrorId::kDataTooLarge,
                   "a row of " + display_name + " is longer than " +
                       std::to_string(kMaxRowBytes >> 20) + " MiB (it begins before byte " +
                       std::to_string(row_offset) + ")",
                   "check that the file is CSV text with line ends");
}

std::vector<ByteRange> CutRanges(std::uint64_t data_begin, std::uint64_t file_size,
                                 std::uint64_t chunk_bytes) {
  std::vector<ByteRange> ranges;
  for (std::uint64_t begin = data_begin; begin < file_size; begin += chunk_bytes) {
    ranges.push_back({begin, std::min(begin + chunk_bytes, file_size), begin == data_begin});
  }
  return ranges;
}

RowText RowsStartingIn(std::string_view text, std::uint64_t text_offset, const ByteRange& range) {
  std::size_t begin = range.begin - text_offset;
  if (!range.is_first) {
    begin = text.find('\n', begin - 1);
    begin = begin == std::string_view::npos ? text.size() : begin + 1;
  }
  if (text_offset + begin >= range.end) return {{}, range.end};
  const std::size_t end = text.find('\n', range.end - 1 - text_offset) + 1;
  return {text.substr(begin, end - begin), text_offset + begin};
}

Result<RowText> RangeReader::Read(const ByteSource& source, const std::string& display_name,
                                  const ByteRange& range) {
  constexpr std::size_t kFirstSlack = 4U << 10;
  const std::uint64_t start = range.is_first ? range.begin : range.begin - 1;
  std::size_t length = 0;
  std::size_t searched = range.end - 1 - start;  // the last row's newline is not before this
  std::size_t slack = kFirstSlack;
  for (;;) {
    const std::uint64_t wanted_end = std::min(range.end + slack, source.size());
    const auto wanted = static_cast<std::size_t>(wanted_end - start);
    if (buffer_.size() < wanted + 1) buffer_.resize(wanted + 1);
    BOOSTYARD_RETURN_IF_ERROR(ReadFully(source, display_name, start + length,
                                        std::span(buffer_.data() + length, wanted - length)));
    length = wanted;
    if (wanted_end == source.size() && buffer_[length - 1] != '\n') buffer_[length++] = '\n';
    const std::string_view text(buffer_.data(), length);
    // In the middle of a long row there is nothing to wait for.
    if (!range.is_first && text.substr(0, range.end - 1 - start).find('\n') == text.npos) {
      return RowText{{}, range.end};
    }
    if (text.find('\n', searched) != std::string_view::npos) {
      return RowsStartingIn(text, start, range);
    }
    searched = length;
    if (slack > kMaxRowBytes) return RowTooLongError(display_name, range.end);
    slack *= 2;
  }
}

}  // namespace boostyard::csv
