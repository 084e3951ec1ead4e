#include <algorithm>
#include <limits>

#include "data/csv/kernels/kernels.h"
#include "data/csv/kernels/plain_number.h"

namespace boostyard::csv {
namespace {

BlockCount ReadBlock(const BlockText& text, const BlockCells& cells) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const char delimiter = text.delimiter;
  const char* const end = text.begin + text.size;
  const auto ends_cell = [delimiter](char c) { return c == delimiter || c == '\n'; };
  BlockCount count = {0, 0, true};
  cells.ends[-1] = 0xFFFFFFFF;
  std::size_t row_end = text.column_count - 1;  // the cell that must end the row
  for (const char* p = text.begin; p != end; ++p, ++count.cells) {
    float value = kNan;
    const char* const begin = p;
    const auto digit = static_cast<unsigned char>(*p - '0');
    if (digit <= 9 && ends_cell(p[1])) {
      value = digit;
      ++p;
    } else if (!ends_cell(*p)) {
      p = ReadPlainNumber(p, end, value);
      if (p == nullptr || !ends_cell(*p)) {
        for (p = begin; !ends_cell(*p);) ++p;
        cells.odd[count.odd++] = static_cast<std::uint32_t>(count.cells);
      }
    }
    cells.values[count.cells] = value;
    cells.ends[count.cells] = static_cast<std::uint32_t>(p - text.begin);
    count.is_even &= (*p == '\n') == (count.cells == row_end);
    if (count.cells == row_end) row_end += text.column_count;
  }
  return count;
}

std::size_t CountNewlines(const char* text, std::size_t size) {
  // Counted in bytes, which the compiler makes vectors of, and emptied before they overflow.
  constexpr std::size_t kRun = 255 * 16;
  std::size_t count = 0;
  while (size > 0) {
    const std::size_t run = std::min(size, kRun);
    std::uint8_t counts[16] = {};
    std::size_t i = 0;
    for (; i + 16 <= run; i += 16) {
      for (std::size_t lane = 0; lane < 16; ++lane) {
        counts[lane] = static_cast<std::uint8_t>(counts[lane] + (text[i + lane] == '\n'));
      }
    }
    for (; i < run; ++i) count += text[i] == '\n';
    for (const std::uint8_t lane : counts) count += lane;
    text += run;
    size -= run;
  }
  return count;
}

// Tiles of 8 x 8: a line of the cache is used up while it is there.
void Transpose(const float* from, std::size_t row_count, std::size_t column_count, float* to,
               std::size_t stride) {
  constexpr std::size_t kTile = 8;
  for (std::size_t row = 0; row < row_count; row += kTile) {
    const std::size_t row_end = std::min(row + kTile, row_count);
    for (std::size_t column = 0; column < column_count; column += kTile) {
      const std::size_t column_end = std::min(column + kTile, column_count);
      for (std::size_t c = column; c < column_end; ++c) {
        for (std::size_t r = row; r < row_end; ++r) {
          to[c * stride + r] = from[r * column_count + c];
        }
      }
    }
  }
}

bool SmallIntCodes(const float* cells, std::size_t count, std::uint8_t* codes) {
  constexpr std::size_t kRun = 256;  // a column of other values is found out early
  for (std::size_t begin = 0; begin < count; begin += kRun) {
    const std::size_t end = std::min(begin + kRun, count);
    unsigned others = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const float cell = cells[i];
      const bool is_missing = cell != cell;
      const float in_range = cell >= 0.0F && cell < 255.0F ? cell : 255.0F;
      const auto code = static_cast<std::int32_t>(in_range);
      others |= static_cast<unsigned>(static_cast<float>(code) != cell) & !is_missing;
      others |= static_cast<unsigned>(code == 255) & !is_missing;
      codes[i] = static_cast<std::uint8_t>(code);
    }
    if (others != 0) return false;
  }
  return true;
}

}  // namespace

const CsvKernels kPortableCsvKernels = {
    .read_small_ints = ReadBlock,
    .read_short = ReadBlock,
    .read_long = ReadBlock,
    .count_newlines = CountNewlines,
    .transpose = Transpose,
    .small_int_codes = SmallIntCodes,
};

}  // namespace boostyard::csv
