#include "data/csv/block_reader.h"

#include <cstring>

#include "data/csv/cell_scan.h"
#include "data/csv/kernels/plain_number.h"
#include "data/csv/parse.h"
#include "data/number.h"

namespace boostyard::csv {
namespace {

constexpr std::size_t kBlockBytes = 64U << 10;
constexpr std::size_t kEndsMargin = 16;  // keeps what is before the first cell inside the buffer

// The value of an odd cell, and whether the column takes it.
bool ReadOddCell(std::string_view cell, const char* limit, bool is_target, float& value,
                 bool& saw_question_mark) {
  const std::string_view text = TrimBlanks(cell);
  if (!text.empty() && ReadPlainNumber(text.data(), limit, value) == text.data() + text.size()) {
    value += 0.0F;  // -0 + 0 is 0
    return true;
  }
  const CellValue read = ReadCell(text);
  value = read.value;
  if (read.kind == CellKind::kNumber) return true;
  if (read.kind != CellKind::kMissing || is_target) return false;
  saw_question_mark |= text == "?";
  return true;
}

bool HasMissing(const float* values, std::size_t count) {
  bool has_missing = false;
  for (std::size_t i = 0; i < count; ++i) has_missing |= values[i] != values[i];
  return has_missing;
}

// Whether the columns before the features hold what they must, in `row_count` rows from `first` on.
bool AreTargetsGood(const CellTable& table, const Layout& layout, std::size_t first,
                    std::size_t row_count) {
  bool is_good = true;
  for (std::uint32_t column = 0; column < layout.first_feature(); ++column) {
    const float* const cells = table.column(column) + first;
    const bool is_weight = layout.has_weights && column == layout.weight_column();
    for (std::size_t row = 0; row < row_count; ++row) {
      const bool is_missing = cells[row] != cells[row];
      is_good &= !is_missing && !(is_weight && cells[row] < 0.0F);
    }
  }
  return is_good;
}

}  // namespace

const char* BlockReader::BlockEnd(const char* p, const char* end) {
  if (static_cast<std::size_t>(end - p) <= kBlockBytes) return end;
  const void* newline = memrchr(p, '\n', kBlockBytes);
  if (newline == nullptr) {  // one long row
    newline = std::memchr(p + kBlockBytes, '\n', static_cast<std::size_t>(end - p) - kBlockBytes);
  }
  return static_cast<const char*>(newline) + 1;
}

void BlockReader::Reserve(std::size_t block_bytes) {
  const std::size_t room = block_bytes + kWriteSlack;
  if (values_.size() >= room) return;
  values_ = HugeBuffer<float>(room);
  odd_ = HugeBuffer<std::uint32_t>(room);
  ends_ = HugeBuffer<std::uint32_t>(room + kEndsMargin);
}

bool BlockReader::Read(const BlockText& text, const Layout& layout, CellTable& table,
                       bool& saw_question_mark) {
  Reserve(text.size);
  const CsvKernels& kernels = ActiveCsvKernels();
  const BlockCells cells = {values_.data(), odd_.data(), ends_.data() + kEndsMargin};
  const auto read = kernel_ == BlockKernel::kSmallInts ? kernels.read_small_ints
                    : kernel_ == BlockKernel::kLong    ? kernels.read_long
                                                       : kernels.read_short;
  const BlockCount count = read(text, cells);
  if (is_adaptive_) ChooseNext(text.size, count);
  bool has_question_mark = false;
  if (!count.is_even || !ReadOddCells(text, count.odd, layout, has_question_mark)) return false;

  // Whether a missing cell is one that a row may have, the kernels do not tell.
  if (!layout.takes_empty_cells() && HasMissing(values_.data(), count.cells)) return false;

  const std::size_t row_count = count.cells / layout.column_count;
  kernels.transpose(values_.data(), row_count, layout.column_count,
                    table.cells.data() + table.row_count, table.stride);
  if (!AreTargetsGood(table, layout, table.row_count, row_count)) return false;
  table.row_count += static_cast<std::uint32_t>(row_count);
  saw_question_mark |= has_question_mark;
  return true;
}

// A kernel ends cells at every delimiter. Where quotes hide one, an odd cell ends elsewhere than
// the kernel thought, and the block is not read this way. As a plain cell has no quotes, all cells
// of an accepted block begin and end where they should.
bool BlockReader::ReadOddCells(const BlockText& text, std::size_t odd_count, const Layout& layout,
                               bool& saw_question_mark) {
  const char* const limit = text.begin + text.size;
  for (std::size_t i = 0; i < odd_count; ++i) {
    const std::size_t cell = odd_[i];
    const char* const begin =
        text.begin + static_cast<std::uint32_t>(ends_[kEndsMargin + cell - 1] + 1);
    const CellSpan span = NextCell(begin, text.delimiter);
    if (span.form > CellForm::kQuoted || span.next != text.begin + ends_[kEndsMargin + cell])
      return false;
    const bool is_target = cell % layout.column_count < layout.first_feature();
    if (!ReadOddCell(span.text, limit, is_target, values_[cell], saw_question_mark)) return false;
  }
  return true;
}

void BlockReader::ChooseNext(std::size_t block_bytes, const BlockCount& count) {
  constexpr std::size_t kMeanIntCell = 4;     // bytes with the delimiter: below, try small integers
  constexpr std::size_t kMeanShortCell = 14;  // above, cells are long
  constexpr int kPatience = 16;
  if (blocks_without_ints_ > 0) --blocks_without_ints_;
  if (kernel_ == BlockKernel::kSmallInts && count.odd * 16 > count.cells) {
    blocks_without_ints_ = kPatience;
  }
  if (block_bytes <= kMeanIntCell * count.cells && blocks_without_ints_ == 0) {
    kernel_ = BlockKernel::kSmallInts;
  } else if (block_bytes > kMeanShortCell * count.cells) {
    kernel_ = BlockKernel::kLong;
  } else if (kernel_ == BlockKernel::kShort && count.odd * 8 > count.cells) {
    kernel_ = BlockKernel::kLong;  // some cells are long, or have exponents
  } else if (kernel_ == BlockKernel::kSmallInts || block_bytes < kMeanShortCell / 2 * count.cells) {
    kernel_ = BlockKernel::kShort;
  }
}

}  // namespace boostyard::csv
