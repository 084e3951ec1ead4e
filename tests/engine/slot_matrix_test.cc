// Every bin of every feature can be read back from the slots, by column and by row group.
#include "engine/cpu/slot_matrix.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "engine/quantize/cuts.h"
#include "tests/support/memory_stream.h"

namespace boostyard::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// A column as a function of the row.
using ColumnRule = float (*)(std::size_t row);

MemoryTable MakeTable(const std::vector<ColumnRule>& columns, std::size_t rows, std::size_t first) {
  MemoryTable table;
  table.row_count = rows;
  table.feature_count = columns.size();
  for (std::size_t row = first; row < first + rows; ++row) {
    for (const ColumnRule rule : columns) table.values.push_back(rule(row));
  }
  table.labels.assign(rows, 0.0F);
  return table;
}

std::size_t Mixed(std::size_t row) { return (row * 2654435761U) >> 7 & 0xFFFFF; }

// One-hot groups, 0/1, few values, some with missing ones, constant, empty, many values.
std::vector<ColumnRule> MixedColumns() {
  std::vector<ColumnRule> columns = {
      [](std::size_t row) { return row % 5 == 0 ? 1.0F : 0.0F; },  // exclusive with the next three
      [](std::size_t row) { return row % 5 == 1 ? 1.0F : 0.0F; },
      [](std::size_t row) { return row % 5 == 2 ? 1.0F : 0.0F; },
      [](std::size_t row) { return row % 5 == 3 ? 7.0F : -7.0F; },
      [](std::size_t row) { return Mixed(row) % 2 == 0 ? 1.0F : 0.0F; },
      [](std::size_t row) { return static_cast<float>(Mixed(row) % 3); },
      [](std::size_t row) { return row % 11 == 4 ? kNan : static_cast<float>(Mixed(row) % 2); },
      [](std::size_t) { return 3.0F; },
      [](std::size_t) { return kNan; },
      [](std::size_t row) { return static_cast<float>(Mixed(row) % 128); },
      [](std::size_t row) { return row % 7 == 0 ? kNan : static_cast<float>(Mixed(row) % 129); },
      [](std::size_t row) { return static_cast<float>(Mixed(row)); },
      [](std::size_t row) { return row % 3 == 0 ? kNan : static_cast<float>(Mixed(row + 1)); },
  };
  return columns;
}

struct Built {
  BinCuts cuts;
  std::vector<std::vector<std::uint32_t>> bins;  // [feature][row], both channels
  SlotMatrix matrix;
};

void AppendBins(const BinnedColumns& binned, std::vector<std::vector<std::uint32_t>>& bins) {
  bins.resize(binned.columns.size());
  for (std::size_t f = 0; f < binned.columns.size(); ++f) {
    const BinnedColumn& column = binned.columns[f];
    for (std::size_t row = 0; row < binned.row_count; ++row) {
      bins[f].push_back(column.is_wide ? column.wide()[row] : column.narrow()[row]);
    }
  }
}

Built Build(const MemoryTable& train, const MemoryTable* validation, int max_bin, bool bundle,
            int threads) {
  Built built;
  MemoryStream train_stream(train);
  built.cuts = *BuildCuts(train_stream, {.max_bin = max_bin});
  BinnedColumns train_bins = *BinColumns(train_stream, built.cuts, 1);
  AppendBins(train_bins, built.bins);
  BinnedColumns validation_bins;
  if (validation != nullptr) {
    MemoryStream stream(*validation);
    validation_bins = *BinColumns(stream, built.cuts, 1);
    AppendBins(validation_bins, built.bins);
  }
  ThreadTeam team(threads);
  built.matrix =
      BuildSlotMatrix(std::move(train_bins), validation != nullptr ? &validation_bins : nullptr,
                      built.cuts, {.bundle = bundle}, team);
  return built;
}

std::uint32_t BinIn(const SlotMatrix& matrix, FeatureIndex feature, std::uint32_t code) {
  const FeaturePlace& place = matrix.places[feature];
  const Digit& digit = matrix.slots[place.slot].digits[place.digit];
  const std::uint32_t value = code / digit.stride % digit.base;
  if (!digit.is_exclusive) return value;
  return value == place.exclusive_value ? 1 : 0;
}

std::uint32_t CodeInGroups(const SlotMatrix& matrix, std::uint32_t slot, std::uint64_t row) {
  for (const SlotGroup& group : matrix.groups) {
    for (std::uint32_t b = 0; b < group.block_count; ++b) {
      const SlotBlock& block = matrix.blocks[group.first_block + b];
      if (slot < block.first_slot || slot >= block.first_slot + block.width) continue;
      return group.rows[row * group.stride + b * 8 + (slot - block.first_slot)];
    }
  }
  ADD_FAILURE() << "slot " << slot << " is in no group";
  return 0;
}

void ExpectRecoverable(const Built& built) {
  const SlotMatrix& matrix = built.matrix;
  ASSERT_EQ(matrix.row_count, built.bins[0].size());
  for (FeatureIndex feature = 0; feature < built.bins.size(); ++feature) {
    const std::uint32_t slot = matrix.places[feature].slot;
    const Digit& digit = matrix.slots[slot].digits[matrix.places[feature].digit];
    EXPECT_TRUE(std::count(digit.features.begin(), digit.features.end(), feature) == 1);
    for (std::uint64_t row = 0; row < matrix.row_count; ++row) {
      const bool is_wide = matrix.slots[slot].is_wide;
      const std::uint32_t code =
          is_wide ? matrix.wide_column(slot)[row] : matrix.columns[slot][row];
      ASSERT_LT(code, matrix.slots[slot].code_count);
      ASSERT_EQ(BinIn(matrix, feature, code), built.bins[feature][row]) << feature << " " << row;
      if (is_wide) continue;
      ASSERT_EQ(CodeInGroups(matrix, slot, row), code) << feature << " " << row;
    }
  }
}

void ExpectSound(const SlotMatrix& matrix) {
  std::uint32_t offset = 0;
  for (std::uint32_t s = 0; s < matrix.slots.size(); ++s) {
    const Slot& slot = matrix.slots[s];
    EXPECT_EQ(slot.histogram_offset, offset);
    offset += slot.padded_count();
    EXPECT_EQ(slot.is_wide, s >= matrix.narrow_count);
    std::uint32_t codes = 1;
    for (const Digit& digit : slot.digits) {
      EXPECT_EQ(digit.stride, codes);
      codes *= digit.base;
    }
    EXPECT_EQ(slot.code_count, codes);
    EXPECT_LE(codes, slot.is_wide ? 65'536U : 256U);
  }
  EXPECT_EQ(matrix.histogram_size, offset);
  std::uint32_t next = 0;
  for (const SlotBlock& block : matrix.blocks) {
    EXPECT_EQ(block.first_slot, next);
    EXPECT_LE(block.width, 8U);
    next += block.width;
  }
  EXPECT_EQ(next, matrix.narrow_count);
}

TEST(SlotMatrix, EveryBinIsRecoverable) {
  const MemoryTable train = MakeTable(MixedColumns(), 4099, 0);
  const MemoryTable validation = MakeTable(MixedColumns(), 333, 100'003);
  for (const int max_bin : {16, 256, 1000}) {
    for (const bool bundle : {true, false}) {
      for (const MemoryTable* other : {static_cast<const MemoryTable*>(nullptr), &validation}) {
        SCOPED_TRACE(std::to_string(max_bin) + (bundle ? " bundled" : "") +
                     (other != nullptr ? " validation" : ""));
        const Built built = Build(train, other, max_bin, bundle, 3);
        ExpectSound(built.matrix);
        ExpectRecoverable(built);
      }
    }
  }
}

TEST(SlotMatrix, ExclusiveColumnsShareADigitAndSmallOnesASlot) {
  const Built built = Build(MakeTable(MixedColumns(), 1000, 0), nullptr, 256, true, 1);
  const SlotMatrix& matrix = built.matrix;
  const FeaturePlace& first = matrix.places[0];
  const Digit& digit = matrix.slots[first.slot].digits[first.digit];
  EXPECT_TRUE(digit.is_exclusive);
  EXPECT_EQ(digit.features, (std::vector<FeatureIndex>{0, 1, 2, 3}));
  EXPECT_GT(matrix.slots[matrix.places[5].slot].digits.size(), 1U);
  const Built plain = Build(MakeTable(MixedColumns(), 1000, 0), nullptr, 256, false, 1);
  EXPECT_EQ(plain.matrix.slots.size(), MixedColumns().size());
}

TEST(SlotMatrix, AValidationRowMayBreakExclusivity) {
  const std::vector<ColumnRule> train_rules = {
      [](std::size_t row) { return row % 3 == 0 ? 1.0F : 0.0F; },
      [](std::size_t row) { return row % 3 == 1 ? 1.0F : 0.0F; }};
  const std::vector<ColumnRule> validation_rules = {[](std::size_t) { return 1.0F; },
                                                    [](std::size_t) { return 1.0F; }};
  const MemoryTable train = MakeTable(train_rules, 100, 0);
  const MemoryTable validation = MakeTable(validation_rules, 5, 0);
  const Built built = Build(train, &validation, 256, true, 2);
  ExpectRecoverable(built);
}

TEST(SlotMatrix, MissingInValidationAloneHasACode) {
  const std::vector<ColumnRule> train_rules = {
      [](std::size_t row) { return static_cast<float>(row % 2); },
      [](std::size_t row) { return static_cast<float>(row % 128); },
      [](std::size_t row) { return static_cast<float>(row % 256); }};
  const std::vector<ColumnRule> validation_rules(
      3, [](std::size_t row) { return row % 2 == 0 ? kNan : 1.0F; });
  const MemoryTable train = MakeTable(train_rules, 1000, 0);
  const MemoryTable validation = MakeTable(validation_rules, 50, 0);
  const Built built = Build(train, &validation, 256, true, 1);
  ExpectSound(built.matrix);
  ExpectRecoverable(built);
  EXPECT_TRUE(built.matrix.slots[built.matrix.places[2].slot].is_wide);  // 257 codes
}

TEST(SlotMatrix, ManyColumnsMakeSeveralGroups) {
  const std::vector<ColumnRule> rules(
      150, [](std::size_t row) { return static_cast<float>(Mixed(row) % 200); });
  const Built built = Build(MakeTable(rules, 300, 0), nullptr, 256, true, 2);
  EXPECT_EQ(built.matrix.groups.size(), 3U);
  ExpectSound(built.matrix);
  ExpectRecoverable(built);
}

}  // namespace
}  // namespace boostyard::testing
