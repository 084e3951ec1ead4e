// The rows that start in a byte range, whole: how a file is shared out among threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.h"
#include "engine/base/huge_vector.h"
#include "engine/base/result.h"

namespace boostyard::csv {

// Bytes [begin, end) of a file. `is_first`: a row starts at `begin`; else one does only if the byte
// before is a newline.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool is_first = false;
};

// Some whole rows; each ends with '\n'.
struct RowText {
  std::string_view text;
  std::uint64_t offset = 0;  // of text in its file
};

// Cuts [data_begin, file_size) into ranges of `chunk_bytes`.
std::vector<ByteRange> CutRanges(std::uint64_t data_begin, std::uint64_t file_size,
                                 std::uint64_t chunk_bytes);

// The rows of `range` in `text`, which lies at byte `text_offset` of its file, begins no later than
// one byte before the range (or with it, if first) and ends with the newline of the last row.
RowText RowsStartingIn(std::string_view text, std::uint64_t text_offset, const ByteRange& range);

// Reads row-aligned ranges into a buffer that is used again and again. One per thread.
class RangeReader {
 public:
  // The rows that start in `range`; valid until the next call. Errors: kIoRead, kDataTooLarge (a
  // row longer than kMaxRowBytes).
  Result<RowText> Read(const ByteSource& source, const std::string& display_name,
                       const ByteRange& range);

 private:
  HugeVector<char> buffer_;
};

// The error for a row that does not end.
Error RowTooLongError(const std::string& display_name, std::uint64_t row_offset);

}  // namespace boostyard::csv
