// The inner loops of reading CSV, one set per kernel tier. All sets give the same values.
//
// A kernel reads the cells that are plainly numbers and lists the others ("odd" cells: blanks,
// quotes, '\r', words, long or halfway numbers, faults), which the caller reads with data/number.h.
// Each kernel reads any text rightly; on text that it is not made for it lists many odd cells.
//
// The files of the wide tiers are alone in their compile flags: they use plain arrays, intrinsics
// and functions that are always inlined, so that no wide instruction gets into code shared with
// others.
#pragma once

#include <cstddef>
#include <cstdint>

namespace boostyard::csv {

// Some whole rows of at least two columns. The last byte is '\n', so is the one before the first,
// and kReadBehind bytes before the first may be read. Less than 2 GiB.
struct BlockText {
  const char* begin;
  std::size_t size;
  char delimiter;  // not a part of a number, and not '"', '\r' or '\n'
  std::uint32_t column_count;
};

inline constexpr std::size_t kReadBehind = 64;
inline constexpr std::size_t kBytesAhead = 2048;  // how far before its use text is fetched
inline constexpr std::size_t kWriteSlack = 96;    // what kernels may write past the last cell

// Where a kernel writes; each array has room for BlockText::size + kWriteSlack elements, one a
// cell.
struct BlockCells {
  float* values;        // row by row; missing is NaN, -0 never occurs; of odd cells: anything
  std::uint32_t* odd;   // the odd cells in order
  std::uint32_t* ends;  // where cells end in the text: known for odd cells and those before them;
                        // ends[-1] is written too: 0xFFFFFFFF
};

struct BlockCount {
  std::size_t cells;
  std::size_t odd;
  bool is_even;  // every row has column_count cells; if not, nothing else is right
};

struct CsvKernels {
  BlockCount (*read_small_ints)(const BlockText& text, const BlockCells& cells);  // up to 3 digits
  BlockCount (*read_short)(const BlockText& text, const BlockCells& cells);  // up to 16 characters
  BlockCount (*read_long)(const BlockText& text, const BlockCells& cells);   // up to 32, exponents
  // '\n' among `size` bytes.
  std::size_t (*count_newlines)(const char* text, std::size_t size);
  // Row-major to column-major: to[column * stride + row] = from[row * column_count + column].
  void (*transpose)(const float* from, std::size_t row_count, std::size_t column_count, float* to,
                    std::size_t stride);
  // codes[i] = cells[i], 255 for NaN. False, and any codes, unless all are NaN or integers of 0 to
  // 254.
  bool (*small_int_codes)(const float* cells, std::size_t count, std::uint8_t* codes);
};

extern const CsvKernels kPortableCsvKernels;
#if defined(__x86_64__)
extern const CsvKernels kAvx2CsvKernels;
extern const CsvKernels kAvx512CsvKernels;
#endif

// Those of ActiveKernelTier().
const CsvKernels& ActiveCsvKernels();

}  // namespace boostyard::csv
