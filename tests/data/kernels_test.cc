// Kernels against the C library and against the reference reader, tier by tier.
//
// BOOSTYARD_KERNEL_CELLS and BOOSTYARD_KERNEL_BLOCKS say how much is tried: the slow test is this
// file with more.
#include "data/csv/kernels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "data/csv/block_reader.h"
#include "data/csv/chunk_text.h"
#include "data/csv/kernels/plain_number.h"
#include "data/csv/parse.h"
#include "data/number.h"
#include "engine/base/cpu_features.h"
#include "tests/data/kernel_cells.h"

namespace boostyard::csv {
namespace {

using test::CellMaker;

std::vector<KernelTier> Tiers() {
  std::vector<KernelTier> tiers;
  for (const KernelTier tier : {KernelTier::kPortable, KernelTier::kAvx2, KernelTier::kAvx512}) {
    if (tier <= BestKernelTier()) tiers.push_back(tier);
  }
  return tiers;
}

const CsvKernels& KernelsOf(KernelTier tier) {
  SetKernelTierForTest(tier);
  const CsvKernels& kernels = ActiveCsvKernels();
  SetKernelTierForTest(std::nullopt);
  return kernels;
}

constexpr BlockKernel kKernels[] = {BlockKernel::kSmallInts, BlockKernel::kShort,
                                    BlockKernel::kLong};

auto FunctionOf(const CsvKernels& kernels, BlockKernel kernel) {
  return kernel == BlockKernel::kSmallInts ? kernels.read_small_ints
         : kernel == BlockKernel::kShort   ? kernels.read_short
                                           : kernels.read_long;
}

std::string NameOf(BlockKernel kernel) {
  return kernel == BlockKernel::kSmallInts ? "small ints"
         : kernel == BlockKernel::kShort   ? "short"
                                           : "long";
}

std::string Describe(KernelTier tier, BlockKernel kernel) {
  return std::string(boostyard::NameOf(tier)) + " " + NameOf(kernel);
}

// The float's bits, all missing values being one.
std::uint32_t Bits(float value) {
  return std::isnan(value) ? 0x7FC00000U : std::bit_cast<std::uint32_t>(value);
}

// Text with what a kernel may look at before it and nothing after it, and the kernel's arrays.
struct Block {
  Block(const std::string& rows, std::uint32_t column_count)
      : memory(kReadBehind + rows.size(), 'x'),
        values(rows.size() + kWriteSlack, -7.0F),
        odd(rows.size() + kWriteSlack),
        ends(rows.size() + kWriteSlack + 1) {
    memory[kReadBehind - 1] = '\n';
    std::copy(rows.begin(), rows.end(), memory.begin() + kReadBehind);
    text = {memory.data() + kReadBehind, rows.size(), ',', column_count};
    cells = {values.data(), odd.data(), ends.data() + 1};
  }
  bool IsOdd(std::size_t cell, const BlockCount& count) const {
    return std::binary_search(odd.begin(), odd.begin() + static_cast<std::ptrdiff_t>(count.odd),
                              cell);
  }

  std::vector<char> memory;
  std::vector<float> values;
  std::vector<std::uint32_t> odd;
  std::vector<std::uint32_t> ends;
  BlockText text;
  BlockCells cells;
};

std::string JoinRows(const std::vector<std::string>& cells, std::size_t column_count) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += cells[i] + ((i + 1) % column_count == 0 ? '\n' : ',');
  }
  return text;
}

// A cell that a kernel took for a plain one must be one, with the C library's value.
::testing::AssertionResult IsRead(const std::string& cell, float value) {
  const CellValue reference = ReadCell(cell);
  if (cell.empty() && std::isnan(value)) return ::testing::AssertionSuccess();
  if (reference.kind != CellKind::kNumber) {
    return ::testing::AssertionFailure() << "'" << cell << "' is no number";
  }
  const float expected = test::StrtofValue(cell);
  if (Bits(value) == Bits(expected)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << cell << " is read as " << value;
}

TEST(CsvKernels, ReadEveryPlainCellAsTheCLibraryDoes) {
  constexpr std::size_t kColumns = 7;
  constexpr std::size_t kCells = kColumns * 300;
  CellMaker maker(1);
  for (std::size_t tried = 0; tried < BOOSTYARD_KERNEL_CELLS; tried += kCells) {
    std::vector<std::string> texts(kCells);
    for (std::string& text : texts) text = maker.Any();
    Block block(JoinRows(texts, kColumns), kColumns);
    for (const KernelTier tier : Tiers()) {
      for (const BlockKernel kernel : kKernels) {
        const BlockCount count = FunctionOf(KernelsOf(tier), kernel)(block.text, block.cells);
        ASSERT_TRUE(count.is_even) << Describe(tier, kernel);
        ASSERT_EQ(count.cells, kCells) << Describe(tier, kernel);
        std::size_t odd = 0;
        for (std::size_t i = 0; i < kCells; ++i) {
          if (odd < count.odd && block.odd[odd] == i) {
            const auto begin = static_cast<std::uint32_t>(block.ends[i] + 1);
            ASSERT_EQ(block.ends[i + 1] - begin, texts[i].size()) << Describe(tier, kernel);
            ++odd;
            continue;
          }
          ASSERT_TRUE(IsRead(texts[i], block.values[i])) << Describe(tier, kernel);
        }
        ASSERT_EQ(odd, count.odd) << Describe(tier, kernel);
      }
    }
  }
}

TEST(CsvKernels, ReadWhatTheyAreMadeForWithoutOddCells) {
  constexpr std::size_t kColumns = 11;
  constexpr std::size_t kCells = kColumns * 100;
  CellMaker maker(2);
  for (const KernelTier tier : Tiers()) {
    for (const BlockKernel kernel : kKernels) {
      std::vector<std::string> texts(kCells);
      for (std::string& text : texts) {
        text = kernel == BlockKernel::kSmallInts ? std::to_string(maker.Below(1000))
               : kernel == BlockKernel::kShort   ? maker.Short()
                                                 : maker.Long();
      }
      Block block(JoinRows(texts, kColumns), kColumns);
      const BlockCount count = FunctionOf(KernelsOf(tier), kernel)(block.text, block.cells);
      // A double is halfway now and then, and the portable way takes 19 digits, zeros included.
      EXPECT_LE(count.odd, kCells / 50) << Describe(tier, kernel);
    }
  }
}

TEST(CsvKernels, TellRowsOfWrongLength) {
  for (const KernelTier tier : Tiers()) {
    for (const BlockKernel kernel : kKernels) {
      for (const char* rows : {"1,2\n3\n", "1,2\n3,4,5\n", "1\n2,3\n", "1,2,3\n4\n", "\n1,2\n"}) {
        Block block(rows, 2);
        EXPECT_FALSE(FunctionOf(KernelsOf(tier), kernel)(block.text, block.cells).is_even)
            << Describe(tier, kernel) << ": " << rows;
      }
    }
  }
}

TEST(ReadPlainNumber, ReadsAsTheCLibraryDoes) {
  CellMaker maker(3);
  std::size_t read = 0;
  for (std::size_t i = 0; i < BOOSTYARD_KERNEL_CELLS; ++i) {
    const std::string text = maker.Any();
    const std::string ended = text + "\n";
    float value = 0.0F;
    const char* const end = ReadPlainNumber(ended.data(), ended.data() + ended.size(), value);
    if (end != ended.data() + text.size()) continue;
    ++read;
    ASSERT_TRUE(IsRead(text, value + 0.0F));
  }
  EXPECT_GT(read, BOOSTYARD_KERNEL_CELLS / 3);
}

TEST(CsvKernels, CountNewlines) {
  CellMaker maker(4);
  for (int i = 0; i < 500; ++i) {
    std::string text(maker.Below(9000), 'x');
    for (char& c : text) c = maker.Below(i % 2 ? 3 : 40) == 0 ? '\n' : 'x';
    const auto expected = std::count(text.begin(), text.end(), '\n');
    for (const KernelTier tier : Tiers()) {
      EXPECT_EQ(KernelsOf(tier).count_newlines(text.data(), text.size()), expected);
    }
  }
}

TEST(CsvKernels, Transpose) {
  for (const std::size_t rows : {1, 7, 8, 20, 33}) {
    for (const std::size_t columns : {2, 7, 8, 9, 29, 64}) {
      std::vector<float> from(rows * columns);
      for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i);
      for (const KernelTier tier : Tiers()) {
        const std::size_t stride = rows + 3;
        std::vector<float> to(columns * stride, -1.0F);
        KernelsOf(tier).transpose(from.data(), rows, columns, to.data(), stride);
        for (std::size_t column = 0; column < columns; ++column) {
          for (std::size_t row = 0; row < stride; ++row) {
            const float expected = row < rows ? static_cast<float>(row * columns + column) : -1.0F;
            ASSERT_EQ(to[column * stride + row], expected);
          }
        }
      }
    }
  }
}

TEST(CsvKernels, SmallIntCodes) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  CellMaker maker(5);
  for (const KernelTier tier : Tiers()) {
    const auto codes_of = KernelsOf(tier).small_int_codes;
    for (const std::size_t count : {0, 1, 15, 16, 31, 32, 33, 300, 1000}) {
      std::vector<float> cells(count);
      std::vector<std::uint8_t> expected(count);
      for (std::size_t i = 0; i < count; ++i) {
        expected[i] = static_cast<std::uint8_t>(maker.Below(256));
        cells[i] = expected[i] == 255 ? kNan : static_cast<float>(expected[i]);
      }
      std::vector<std::uint8_t> codes(count);
      ASSERT_TRUE(codes_of(cells.data(), count, codes.data()));
      EXPECT_EQ(codes, expected);
      if (count == 0) continue;
      for (const float other : {255.0F, 256.0F, -1.0F, 0.5F, 253.5F, 3e9F, -3e9F, 1e30F, 1e-40F}) {
        std::vector<float> spoilt = cells;
        spoilt[maker.Below(count)] = other;
        EXPECT_FALSE(codes_of(spoilt.data(), count, codes.data())) << other;
      }
    }
  }
}

// --- blocks and chunks against the reference reader
// -----------------------------------------------

class TierGuard {
 public:
  explicit TierGuard(KernelTier tier) { SetKernelTierForTest(tier); }
  ~TierGuard() { SetKernelTierForTest(std::nullopt); }
  TierGuard(const TierGuard&) = delete;
  TierGuard& operator=(const TierGuard&) = delete;
};

// Rows that a kernel is made for, now and then with something else.
std::string MakeRows(CellMaker& maker, BlockKernel kernel, std::size_t row_count,
                     std::size_t column_count) {
  std::vector<std::string> cells(row_count * column_count);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i % column_count == 0) {
      cells[i] = std::to_string(maker.Below(2));
    } else {
      cells[i] = kernel == BlockKernel::kSmallInts ? maker.SmallInt()
                 : kernel == BlockKernel::kShort   ? maker.Short()
                                                   : maker.Long();
    }
  }
  return JoinRows(cells, column_count);
}

void Mutate(CellMaker& maker, std::string& text) {
  constexpr std::string_view kBytes(",\n\"x -.eE?\0\r+9;\t/:NA", 21);
  const std::uint64_t changes = 1 + maker.Below(3);
  for (std::uint64_t i = 0; i < changes; ++i) {
    text[maker.Below(text.size() - 1)] = kBytes[maker.Below(kBytes.size())];
  }
}

struct Rows {
  ParseOutcome outcome;
  CellTable table;
};

Rows Parse(std::string_view text, std::uint64_t offset, const Layout& layout, BlockReader* blocks) {
  Rows rows;
  rows.outcome = ParseRows(text, offset, layout, rows.table, blocks);
  return rows;
}

bool SameFaults(const std::vector<Fault>& a, const std::vector<Fault>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Fault& x, const Fault& y) {
    return x.offset == y.offset && x.column == y.column && x.kind == y.kind;
  });
}

std::vector<std::uint32_t> CellBits(const Rows& rows, const Layout& layout) {
  std::vector<std::uint32_t> bits;
  for (std::uint32_t row = 0; row < rows.table.row_count; ++row) {
    for (std::uint32_t column = 0; column < layout.column_count; ++column) {
      bits.push_back(Bits(rows.table.column(column)[row]));
    }
  }
  return bits;
}

Layout LayoutOf(std::uint32_t column_count, bool has_weights) {
  Layout layout;
  layout.column_count = column_count;
  layout.has_weights = has_weights;
  return layout;
}

// One mutated block: taken as it is exactly if the reference finds neither a fault nor a blank
// line.
void CheckBlock(const std::string& rows, const Layout& layout, const Rows& reference,
                KernelTier tier, BlockKernel kernel) {
  const TierGuard guard(tier);
  const Block block(rows, layout.column_count);
  BlockReader reader(kernel);
  CellTable table;
  table.stride = rows.size();
  table.cells.resize(table.stride * layout.column_count);
  bool saw_question_mark = false;
  const bool is_taken = reader.Read(block.text, layout, table, saw_question_mark);
  const auto newlines = std::count(rows.begin(), rows.end(), '\n');
  const bool is_good = reference.outcome.faults.empty() && reference.table.row_count == newlines;
  ASSERT_EQ(is_taken, is_good) << Describe(tier, kernel) << "\n" << rows;
  if (!is_taken) return;
  ASSERT_EQ(saw_question_mark, reference.outcome.saw_question_mark) << Describe(tier, kernel);
  ASSERT_EQ(CellBits({{}, std::move(table)}, layout), CellBits(reference, layout))
      << Describe(tier, kernel) << "\n"
      << rows;
}

TEST(BlockReader, TakesTheGoodBlocksAndNoOthers) {
  CellMaker maker(6);
  std::size_t good = 0;
  for (int i = 0; i < BOOSTYARD_KERNEL_BLOCKS; ++i) {
    const auto column_count = static_cast<std::uint32_t>(2 + maker.Below(12));
    const BlockKernel made_for = kKernels[maker.Below(3)];
    std::string rows = MakeRows(maker, made_for, 1 + maker.Below(40), column_count);
    if (maker.Below(10) != 0) Mutate(maker, rows);
    const Layout layout = LayoutOf(column_count, maker.Below(4) == 0);
    const Rows reference = Parse(rows, 0, layout, nullptr);
    good += reference.outcome.faults.empty();
    for (const KernelTier tier : Tiers()) {
      for (const BlockKernel kernel : kKernels) {
        CheckBlock(rows, layout, reference, tier, kernel);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(good, BOOSTYARD_KERNEL_BLOCKS / 20);
  EXPECT_LT(good, BOOSTYARD_KERNEL_BLOCKS * 19 / 20);
}

// A text with parts that different kernels are made for, most of them mutated.
std::string MakeMixedText(CellMaker& maker, std::size_t column_count) {
  std::string text;
  const std::uint64_t most_rows = maker.Below(20) == 0 ? 400 : 30;
  for (int part = 0; part < 3; ++part) {
    text += MakeRows(maker, kKernels[maker.Below(3)], 1 + maker.Below(most_rows), column_count);
  }
  if (maker.Below(3) != 0) Mutate(maker, text);
  return text;
}

// Whole texts, cut anywhere: each kernel meets as many chunks as it meets blocks above.
TEST(ParseRows, IsTheSameWithAndWithoutBlocksWhereverChunksEnd) {
  CellMaker maker(7);
  BlockReader readers[] = {BlockReader(BlockKernel::kSmallInts), BlockReader(BlockKernel::kShort),
                           BlockReader(BlockKernel::kLong), BlockReader(BlockKernel::kAdaptive)};
  std::size_t chunks_of_reader[std::size(readers)] = {};
  for (std::size_t i = 0; i < BOOSTYARD_KERNEL_BLOCKS; ++i) {
    const auto column_count = static_cast<std::uint32_t>(2 + maker.Below(20));
    std::string text = MakeMixedText(maker, column_count);
    Layout layout = LayoutOf(column_count, false);
    layout.delimiter = ",;\t| "[i % 5];
    std::replace(text.begin(), text.end(), ',', layout.delimiter);
    const std::uint64_t chunk_bytes = 1 + text.size() / (4 + maker.Below(5));
    const std::size_t reader = maker.Below(std::size(readers));
    const std::vector<char> exact(text.begin(), text.end());  // nothing may be read behind it
    for (const ByteRange& range : CutRanges(0, text.size(), chunk_bytes)) {
      const RowText chunk = RowsStartingIn({exact.data(), exact.size()}, 0, range);
      const Rows expected = Parse(chunk.text, chunk.offset, layout, nullptr);
      for (const KernelTier tier : Tiers()) {
        const TierGuard guard(tier);
        const Rows read = Parse(chunk.text, chunk.offset, layout, &readers[reader]);
        ASSERT_TRUE(SameFaults(read.outcome.faults, expected.outcome.faults));
        ASSERT_EQ(read.outcome.saw_question_mark, expected.outcome.saw_question_mark);
        ASSERT_EQ(CellBits(read, layout), CellBits(expected, layout));
      }
      ++chunks_of_reader[reader];
    }
  }
  for (const std::size_t chunks : chunks_of_reader) {
    EXPECT_GE(chunks, static_cast<std::size_t>(BOOSTYARD_KERNEL_BLOCKS));
  }
}

// A text of several blocks of 64 KiB, with faults in some of them: the first five are reported.
TEST(ParseRows, ReportsTheSameFaultsInLargeTexts) {
  CellMaker maker(8);
  for (int i = 0; i < 10; ++i) {
    std::string rows = MakeRows(maker, BlockKernel::kShort, 6000, 9);
    for (int change = 0; change < i; ++change) Mutate(maker, rows);
    const Layout layout = LayoutOf(9, false);
    const Rows expected = Parse(rows, 77, layout, nullptr);
    for (const KernelTier tier : Tiers()) {
      const TierGuard guard(tier);
      BlockReader reader;
      const Rows read = Parse(rows, 77, layout, &reader);
      EXPECT_TRUE(SameFaults(read.outcome.faults, expected.outcome.faults));
      EXPECT_EQ(CellBits(read, layout), CellBits(expected, layout));
    }
  }
}

TEST(BlockReader, ReadsCarriageReturnsBlanksAndQuotes) {
  const std::string rows = "1, 2 ,\"3\"\r\n0,NA,-0\r\n1,?, 4e0\r\n0,\"\",true\r\n";
  const Layout layout = LayoutOf(3, false);
  const Rows reference = Parse(rows, 0, layout, nullptr);
  ASSERT_EQ(reference.table.row_count, 4U);
  for (const KernelTier tier : Tiers()) {
    for (const BlockKernel kernel : kKernels) CheckBlock(rows, layout, reference, tier, kernel);
  }
}

// Kernels know no blanks before the label: such blocks are read cell by cell, and only they.
TEST(BlockReader, LeavesRowsThatBeginWithBlanks) {
  CellMaker maker(10);
  Layout layout = LayoutOf(4, false);
  layout.delimiter = ' ';
  for (const BlockKernel kernel : kKernels) {
    std::string plain;
    for (const char c : MakeRows(maker, kernel, 5000, 4)) {
      const bool ends_cell = c == ',' || c == '\n';
      if (ends_cell && plain.ends_with(' ')) plain += "nan";  // spaces leave no empty cell
      plain += c == ',' ? ' ' : c;
    }
    const Rows expected = Parse(plain, 0, layout, nullptr);
    ASSERT_EQ(expected.table.row_count, 5000U);
    std::string blanks;
    for (const char c : plain) {
      blanks += c;
      if (c == '\n' && maker.Below(1000) == 0) blanks += maker.Below(2) == 0 ? " " : "   ";
    }
    ASSERT_GT(blanks.size(), plain.size());
    blanks += blanks.back() == ' ' ? "\n" : "";  // a line of blanks is no row
    for (const KernelTier tier : Tiers()) {
      const TierGuard guard(tier);
      BlockReader reader(kernel);
      const Rows read = Parse(blanks, 0, layout, &reader);
      EXPECT_TRUE(read.outcome.faults.empty());
      ASSERT_EQ(CellBits(read, layout), CellBits(expected, layout)) << Describe(tier, kernel);
    }
    layout.has_label = false;  // then they are cells
    EXPECT_FALSE(Parse(blanks, 0, layout, nullptr).outcome.faults.empty());
    layout.has_label = true;
  }
}

TEST(BlockReader, EndsBlocksWithRows) {
  const std::string rows = MakeRows(*std::make_unique<CellMaker>(9), BlockKernel::kShort, 9000, 5);
  const char* const end = rows.data() + rows.size();
  for (const char* p = rows.data(); p != end;) {
    const char* const next = BlockReader::BlockEnd(p, end);
    ASSERT_GT(next, p);
    ASSERT_LE(next - p, 65'536);
    ASSERT_EQ(next[-1], '\n');
    p = next;
  }
  const std::string long_row(200'000, '1');
  const std::string two = long_row + "\n" + long_row + "\n";
  EXPECT_EQ(BlockReader::BlockEnd(two.data(), two.data() + two.size()),
            two.data() + long_row.size() + 1);
}

}  // namespace
}  // namespace boostyard::csv
