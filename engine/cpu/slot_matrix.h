// The training matrix as the CPU backend reads it.
//
// Features become slots. A narrow slot is one byte per row: one feature, or a bundle of features
// with few bins each, packed as the digits of a mixed-radix number below 256. Sums are integers, so
// the marginals of a bundle's histogram equal the features' own histograms bit for bit: bundling
// changes the speed and nothing else. A wide slot (more than 256 codes) is two bytes per row.
//
// Every narrow slot is stored twice: by column, for partitioning, and by row, for histograms: rows
// of blocks of at most 8 slots (one 64-bit word), blocks in groups of at most 8 (one cache line),
// group after group.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/huge_buffer.h"
#include "engine/base/parallel.h"
#include "engine/quantize/binned_columns.h"

namespace boostyard {

// One digit of a slot's code: (code / stride) % base.
// Ordinal: the digit is the feature's bin, its last value `missing` if the feature has missing
// values. Exclusive: several two-bin features of which at most one is in bin 1 in any row: digit k
// > 0 says that features[k - 1] is, digit 0 that none is.
struct Digit {
  std::uint32_t stride = 1;
  std::uint32_t base = 1;
  std::uint32_t bin_count = 0;  // ordinal: bins without the missing code
  bool has_missing = false;
  bool is_exclusive = false;
  std::vector<FeatureIndex> features;  // ascending; one if ordinal
};

struct Slot {
  bool is_wide = false;
  std::uint32_t code_count = 0;
  std::uint32_t histogram_offset = 0;  // entry of code 0 in a node's histogram; a multiple of 8
  std::vector<Digit> digits;

  std::uint32_t padded_count() const { return (code_count + 7) / 8 * 8; }
};

struct SlotBlock {
  std::uint32_t first_slot = 0;
  std::uint32_t width = 0;  // slots in the block, 1 to 8
};

struct SlotGroup {
  std::uint32_t first_block = 0;
  std::uint32_t block_count = 0;  // 1 to 8
  std::uint32_t stride = 0;       // bytes from row to row: 8, 16, 32 or 64
  HugeBuffer<std::uint8_t> rows;
};

// Where a feature is found.
struct FeaturePlace {
  std::uint32_t slot = 0;
  std::uint32_t digit = 0;
  std::uint32_t exclusive_value = 0;  // the digit that means "bin 1"; 0: ordinal
};

struct SlotMatrix {
  std::uint64_t row_count = 0;
  std::uint32_t narrow_count = 0;  // slots [0, narrow_count) are narrow
  std::vector<Slot> slots;
  std::vector<HugeBuffer<std::uint8_t>> columns;  // per slot, row_count codes + padding
  std::vector<SlotBlock> blocks;                  // of narrow slots
  std::vector<SlotGroup> groups;
  std::vector<FeaturePlace> places;  // per feature
  std::uint32_t histogram_size = 0;  // entries of all slots

  const std::uint16_t* wide_column(std::uint32_t slot) const {
    return reinterpret_cast<const std::uint16_t*>(columns[slot].data());
  }
};

struct SlotOptions {
  bool bundle = true;  // false: one slot per feature (tests)
  bool by_row = true;  // false: no groups; for a device, which makes its own
};

// Takes the binned columns of the training rows, followed by those of the validation rows (may be
// null), and lays them out. Consumes both.
SlotMatrix BuildSlotMatrix(BinnedColumns train, BinnedColumns* validation, const BinCuts& cuts,
                           const SlotOptions& options, ThreadTeam& team);

}  // namespace boostyard
