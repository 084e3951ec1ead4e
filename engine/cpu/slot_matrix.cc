#include "engine/cpu/slot_matrix.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "engine/cpu/slot_plan.h"

namespace boostyard {
namespace {

constexpr std::size_t kPadding = 4096 + 64;  // kernels prefetch and read a little past the end
constexpr std::uint64_t kTileRows = 2048;

// The lowest bit of each of 8 bytes that are 0 or 1, that of the first byte first.
std::uint64_t LowBits(const std::uint8_t* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word * 0x0102040810204080ULL >> 56;
}

// Runs body(row_begin, row_end) over tiles of rows, shared out in order.
template <class Body>
void ForRowTiles(ThreadTeam& team, std::uint64_t row_count, const Body& body) {
  std::atomic<std::uint64_t> next{0};
  team.Run([&](int) {
    for (;;) {
      const std::uint64_t begin = next.fetch_add(kTileRows, std::memory_order_relaxed);
      if (begin >= row_count) return;
      body(begin, std::min(row_count, begin + kTileRows));
    }
  });
}

// The codes of one feature over training and validation rows.
struct FeatureCodes {
  BinnedColumn* train;
  BinnedColumn* validation;  // may be null
  std::uint64_t train_rows;

  // Copies codes [begin, end) to `out`.
  void Copy(std::uint64_t begin, std::uint64_t end, std::uint8_t* out) const {
    const std::uint64_t middle = std::clamp(train_rows, begin, end);
    if (middle > begin) std::memcpy(out, train->narrow() + begin, middle - begin);
    if (end > middle) {
      std::memcpy(out + (middle - begin), validation->narrow() + (middle - train_rows),
                  end - middle);
    }
  }
};

class Builder {
 public:
  Builder(BinnedColumns& train, BinnedColumns* validation, const BinCuts& cuts, ThreadTeam& team)
      : train_(train), validation_(validation), cuts_(cuts), team_(team) {
    matrix_.row_count = train.row_count + (validation != nullptr ? validation->row_count : 0);
  }

  SlotMatrix Build(const SlotOptions& options) {
    matrix_ = PlanSlots(Facts(), cuts_, options.bundle).value();  // OnesOf does not fail
    if (options.by_row) PlanBlocks();
    FillColumns();
    FillGroups();
    return std::move(matrix_);
  }

 private:
  FeatureCodes Codes(FeatureIndex feature) const {
    return {&train_.columns[feature],
            validation_ != nullptr ? &validation_->columns[feature] : nullptr, train_.row_count};
  }

  // A feature may miss values in the validation rows only: its codes need room for that too.
  std::vector<std::uint8_t> FindMissing() const {
    std::vector<std::uint8_t> has_missing = cuts_.has_missing;
    if (validation_ == nullptr) return has_missing;
    std::atomic<FeatureIndex> next{0};
    team_.Run([&](int) {
      for (FeatureIndex f; (f = next.fetch_add(1)) < cuts_.feature_count();) {
        if (has_missing[f] == 0 && ValidationHasMissing(f)) has_missing[f] = 1;
      }
    });
    return has_missing;
  }

  bool ValidationHasMissing(FeatureIndex feature) const {
    const BinnedColumn& column = validation_->columns[feature];
    const BinIndex missing = cuts_.missing_code(feature);
    for (RowIndex row = 0; row < validation_->row_count; ++row) {
      if ((column.is_wide ? column.wide()[row] : column.narrow()[row]) == missing) return true;
    }
    return false;
  }

  // Two bytes per row in either channel.
  bool IsWide(FeatureIndex feature) const {
    return train_.columns[feature].is_wide ||
           (validation_ != nullptr && validation_->columns[feature].is_wide);
  }

  SlotFacts Facts() {
    SlotFacts facts;
    facts.row_count = matrix_.row_count;
    facts.has_missing = FindMissing();
    for (FeatureIndex feature = 0; feature < cuts_.feature_count(); ++feature) {
      facts.is_wide.push_back(IsWide(feature) ? 1 : 0);
    }
    facts.ones_of = [this](std::span<const FeatureIndex> features) { return OnesOf(features); };
    return facts;
  }

  RowBits OnesOf(std::span<const FeatureIndex> features) {
    RowBits ones(features.size());
    std::atomic<std::size_t> next{0};
    team_.Run([&](int) {
      for (std::size_t i; (i = next.fetch_add(1)) < features.size();) {
        ones[i].assign((matrix_.row_count + 63) / 64, 0);
        MarkOnes(Codes(features[i]), ones[i]);
      }
    });
    return ones;
  }

  // Sets the bits of the rows in bin 1 of two.
  void MarkOnes(const FeatureCodes& codes, std::vector<std::uint64_t>& ones) const {
    std::uint8_t tile[kTileRows];
    for (std::uint64_t begin = 0; begin < matrix_.row_count; begin += kTileRows) {
      const std::uint64_t end = std::min(matrix_.row_count, begin + kTileRows);
      codes.Copy(begin, end, tile);
      std::memset(tile + (end - begin), 0, kTileRows - (end - begin));
      for (std::uint64_t row = begin; row < end; row += 8) {
        ones[row / 64] |= LowBits(tile + (row - begin)) << (row % 64);
      }
    }
  }

  // Spreads the slots evenly over blocks, so that blocks are equal pieces of work.
  void PlanBlocks() {
    const std::uint32_t count = (matrix_.narrow_count + 7) / 8;
    std::uint32_t slot = 0;
    for (std::uint32_t b = 0; b < count; ++b) {
      const std::uint32_t width =
          matrix_.narrow_count / count + (b < matrix_.narrow_count % count ? 1 : 0);
      matrix_.blocks.push_back({slot, width});
      slot += width;
    }
    for (std::uint32_t first = 0; first < count; first += 8) {
      SlotGroup group;
      group.first_block = first;
      group.block_count = std::min(8U, count - first);
      group.stride = std::bit_ceil(group.block_count) * 8;
      group.rows = HugeBuffer<std::uint8_t>(matrix_.row_count * group.stride + kPadding);
      matrix_.groups.push_back(std::move(group));
    }
  }

  bool IsPlain(const Slot& slot) const {
    return slot.digits.size() == 1 && !slot.digits.front().is_exclusive;
  }

  void FillColumns() {
    matrix_.columns.resize(matrix_.slots.size());
    for (std::uint32_t s = 0; s < matrix_.slots.size(); ++s) {
      const Slot& slot = matrix_.slots[s];
      const FeatureIndex first = slot.digits.front().features.front();
      if (IsPlain(slot) && validation_ == nullptr) {  // the bytes are right as they are
        matrix_.columns[s] = std::move(train_.columns[first].bytes);
        continue;
      }
      const std::size_t code_bytes = slot.is_wide ? 2 : 1;
      matrix_.columns[s] = HugeBuffer<std::uint8_t>(matrix_.row_count * code_bytes + kPadding);
      if (slot.is_wide) {
        FillWide(s, first);
      } else {
        ForRowTiles(team_, matrix_.row_count,
                    [&](std::uint64_t begin, std::uint64_t end) { FillNarrow(s, begin, end); });
      }
      for (const Digit& digit : slot.digits) {
        for (const FeatureIndex feature : digit.features) Release(feature);
      }
    }
  }

  void Release(FeatureIndex feature) {
    train_.columns[feature].bytes = {};
    if (validation_ != nullptr) validation_->columns[feature].bytes = {};
  }

  void FillWide(std::uint32_t s, FeatureIndex feature) {
    auto* out = reinterpret_cast<std::uint16_t*>(matrix_.columns[s].data());
    out = CopyWide(train_.columns[feature], train_.row_count, out);
    if (validation_ != nullptr) {
      CopyWide(validation_->columns[feature], validation_->row_count, out);
    }
  }

  static std::uint16_t* CopyWide(const BinnedColumn& column, RowIndex rows, std::uint16_t* out) {
    if (column.is_wide) return std::copy_n(column.wide(), rows, out);
    return std::copy_n(column.narrow(), rows, out);
  }

  void FillNarrow(std::uint32_t s, std::uint64_t begin, std::uint64_t end) {
    std::uint8_t codes[kTileRows];
    std::uint8_t* out = matrix_.columns[s].data() + begin;
    const std::uint64_t count = end - begin;
    std::memset(out, 0, count);
    for (const Digit& digit : matrix_.slots[s].digits) {
      for (std::uint32_t k = 0; k < digit.features.size(); ++k) {
        Codes(digit.features[k]).Copy(begin, end, codes);
        const std::uint32_t unit = digit.stride * (digit.is_exclusive ? k + 1 : 1);
        for (std::uint64_t i = 0; i < count; ++i) {
          out[i] = static_cast<std::uint8_t>(out[i] + codes[i] * unit);
        }
      }
    }
  }

  void FillGroups() {
    for (SlotGroup& group : matrix_.groups) {
      ForRowTiles(team_, matrix_.row_count, [&](std::uint64_t begin, std::uint64_t end) {
        for (std::uint32_t b = 0; b < group.block_count; ++b) {
          FillBlock(group, b, begin, end);
        }
        for (std::uint32_t b = group.block_count; b < group.stride / 8; ++b) {
          for (std::uint64_t row = begin; row < end; ++row) {
            std::memset(group.rows.data() + row * group.stride + b * 8, 0, 8);
          }
        }
      });
    }
  }

  // Eight rows of eight columns at a time, transposed in eight words.
  void FillBlock(SlotGroup& group, std::uint32_t b, std::uint64_t begin, std::uint64_t end) {
    const SlotBlock& block = matrix_.blocks[group.first_block + b];
    std::uint8_t* out = group.rows.data() + begin * group.stride + b * 8;
    for (std::uint64_t row = begin; row < end; row += 8) {
      std::uint64_t words[8] = {};
      const std::uint64_t count = std::min<std::uint64_t>(8, end - row);
      for (std::uint32_t i = 0; i < block.width; ++i) {
        std::memcpy(&words[i], matrix_.columns[block.first_slot + i].data() + row, count);
      }
      Transpose8x8(words);
      for (std::uint64_t i = 0; i < count; ++i) {
        std::memcpy(out, &words[i], 8);
        out += group.stride;
      }
    }
  }

  // Bytes of a little-endian 8 x 8 matrix: swaps blocks of 4, 2, 1 across the diagonal.
  static void Transpose8x8(std::uint64_t (&w)[8]) {
    constexpr std::uint64_t kMasks[3] = {0x00000000FFFFFFFFULL, 0x0000FFFF0000FFFFULL,
                                         0x00FF00FF00FF00FFULL};
    for (int step = 0; step < 3; ++step) {
      const int distance = 4 >> step;
      const int shift = 32 >> step;
      for (int i = 0; i < 8; ++i) {
        if ((i & distance) != 0) continue;
        const std::uint64_t swapped = ((w[i] >> shift) ^ w[i + distance]) & kMasks[step];
        w[i + distance] ^= swapped;
        w[i] ^= swapped << shift;
      }
    }
  }

  BinnedColumns& train_;
  BinnedColumns* validation_;
  const BinCuts& cuts_;
  ThreadTeam& team_;
  SlotMatrix matrix_;
};

}  // namespace

SlotMatrix BuildSlotMatrix(BinnedColumns train, BinnedColumns* validation, const BinCuts& cuts,
                           const SlotOptions& options, ThreadTeam& team) {
  return Builder(train, validation, cuts, team).Build(options);
}

}  // namespace boostyard
