#include "data/csv/encode.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "data/csv/kernels/kernels.h"

namespace boostyard::csv {
namespace {

constexpr std::size_t kMaxDistinct = 255;
constexpr std::uint32_t kNotCoded = 0xFFFFFFFF;

// The distinct values of one column, numbered by their first appearance, then by their order.
class Dictionary {
 public:
  // `max_distinct` <= kMaxDistinct.
  explicit Dictionary(std::size_t max_distinct) : max_distinct_(max_distinct) {
    slots_.fill(kEmpty);
  }

  // Writes a code for each cell; false if there are too many distinct values.
  bool Encode(const float* cells, std::size_t row_count, std::uint8_t* codes) {
    for (std::size_t row = 0; row < row_count; ++row) {
      if (std::isnan(cells[row])) {
        codes[row] = ColumnPiece::kMissingCode;
        continue;
      }
      const int code = CodeOf(cells[row]);
      if (code < 0) return false;
      codes[row] = static_cast<std::uint8_t>(code);
    }
    SortValues(codes, row_count);
    return true;
  }

  std::span<const float> values() const { return {values_.data(), count_}; }

 private:
  static constexpr std::uint16_t kEmpty = 0xFFFF;
  static constexpr std::size_t kSlots = 1024;

  int CodeOf(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    std::size_t slot = (bits * 0x9E3779B1U) >> 22;
    for (; slots_[slot] != kEmpty; slot = (slot + 1) % kSlots) {
      if (values_[slots_[slot]] == value) return slots_[slot];
    }
    if (count_ == max_distinct_) return -1;
    slots_[slot] = static_cast<std::uint16_t>(count_);
    values_[count_] = value;
    return static_cast<int>(count_++);
  }

  void SortValues(std::uint8_t* codes, std::size_t row_count) {
    const std::array<float, kMaxDistinct> by_appearance = values_;
    std::sort(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count_));
    std::array<std::uint8_t, 256> rank{};
    for (std::size_t i = 0; i < count_; ++i) {
      const auto* place =
          std::lower_bound(values_.data(), values_.data() + count_, by_appearance[i]);
      rank[i] = static_cast<std::uint8_t>(place - values_.data());
    }
    rank[ColumnPiece::kMissingCode] = ColumnPiece::kMissingCode;
    for (std::size_t row = 0; row < row_count; ++row) codes[row] = rank[codes[row]];
  }

  std::size_t max_distinct_;
  std::size_t count_ = 0;
  std::array<float, kMaxDistinct> values_{};
  std::array<std::uint16_t, kSlots> slots_{};
};

// Sets occurs[code] to 1 for each code that occurs. Most columns of small integers hold 0 and 1
// alone: 64 of those at a time.
void NoteCodes(const std::uint8_t* codes, std::size_t count,
               std::array<std::uint8_t, 256>& occurs) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t zeros = 0;
  std::uint64_t ones = 0;
  std::size_t i = 0;
  std::array<std::uint64_t, 8> words;
  for (; i + sizeof(words) <= count; i += sizeof(words)) {
    std::memcpy(words.data(), codes + i, sizeof(words));
    std::uint64_t any = 0;
    std::uint64_t all = kOnes;
    for (const std::uint64_t word : words) {
      any |= word;
      all &= word;
    }
    if ((any & ~kOnes) == 0) {
      ones |= any;
      zeros |= all ^ kOnes;
    } else {
      for (std::size_t j = 0; j < sizeof(words); ++j) occurs[codes[i + j]] = 1;
    }
  }
  for (; i < count; ++i) occurs[codes[i]] = 1;
  if (zeros != 0) occurs[0] = 1;
  if (ones != 0) occurs[1] = 1;
}

// The codes are the values themselves: makes them places in the dictionary of those that occur,
// which is appended to `dictionary`. False, and nothing appended, if there are too many.
bool RankSmallInts(std::uint8_t* codes, std::size_t row_count, std::size_t max_distinct,
                   std::vector<float>& dictionary) {
  std::array<std::uint8_t, 256> occurs{};
  NoteCodes(codes, row_count, occurs);
  std::array<std::uint8_t, 256> rank{};
  rank[ColumnPiece::kMissingCode] = ColumnPiece::kMissingCode;
  std::size_t count = 0;
  bool has_gap = false;
  for (std::size_t value = 0; value < kMaxDistinct; ++value) {
    if (occurs[value] == 0) continue;
    has_gap |= count != value;
    rank[value] = static_cast<std::uint8_t>(count++);
  }
  if (count > max_distinct) return false;
  for (std::size_t value = 0; value < kMaxDistinct; ++value) {
    if (occurs[value] != 0) dictionary.push_back(static_cast<float>(value));
  }
  if (has_gap) {
    for (std::size_t row = 0; row < row_count; ++row) codes[row] = rank[codes[row]];
  }
  return true;
}

// Hands out consecutive parts of the chunk's memory.
class Carver {
 public:
  explicit Carver(std::byte* begin) : next_(begin) {}

  template <class T>
  std::span<T> Copy(const T* from, std::size_t count) {
    T* const to = reinterpret_cast<T*>(next_);
    if (count > 0) std::memcpy(to, from, count * sizeof(T));
    next_ += count * sizeof(T);
    return {to, count};
  }

 private:
  std::byte* next_;
};

}  // namespace

bool Encoder::EncodeColumn(const float* cells, std::size_t row_count, std::size_t max_distinct,
                           std::uint8_t* codes) {
  if (ActiveCsvKernels().small_int_codes(cells, row_count, codes)) {
    return RankSmallInts(codes, row_count, max_distinct, dictionaries_);
  }
  Dictionary dictionary(max_distinct);
  if (!dictionary.Encode(cells, row_count, codes)) return false;
  const std::span<const float> values = dictionary.values();
  dictionaries_.insert(dictionaries_.end(), values.begin(), values.end());
  return true;
}

StoredChunk Encoder::Encode(const CellTable& table, const Layout& layout) {
  const std::size_t rows = table.row_count;
  const std::uint32_t features = layout.feature_count();
  codes_.resize(rows * features);
  dictionaries_.clear();
  dictionary_sizes_.assign(features, kNotCoded);

  // Coded: rows + 4 * distinct bytes. Floats: 4 * rows.
  const std::size_t max_distinct = std::min(kMaxDistinct, rows * 3 / 4);
  std::size_t coded_columns = 0;
  for (std::uint32_t feature = 0; feature < features; ++feature) {
    const float* const cells = table.column(layout.first_feature() + feature);
    const std::size_t values_before = dictionaries_.size();
    std::uint8_t* const codes = codes_.data() + coded_columns * rows;
    if (!EncodeColumn(cells, rows, max_distinct, codes)) continue;
    ++coded_columns;
    dictionary_sizes_[feature] = static_cast<std::uint32_t>(dictionaries_.size() - values_before);
  }

  const std::size_t target_floats = rows * (1 + (layout.has_weights ? 1 : 0));
  const std::size_t floats =
      target_floats + (features - coded_columns) * rows + dictionaries_.size();
  StoredChunk chunk;
  const std::size_t bytes = floats * sizeof(float) + coded_columns * rows;
  chunk.memory = arena_.Take(bytes);
  chunk.features.resize(features);
  chunk.memory_bytes = bytes + features * sizeof(ColumnPiece) + sizeof(StoredChunk);
  chunk.row_count = table.row_count;

  Carver carver(chunk.memory.data());  // floats first: they are aligned
  if (layout.has_label) {
    chunk.labels = carver.Copy(table.column(0), rows);
  } else {
    const std::vector<float> zeros(rows, 0.0F);
    chunk.labels = carver.Copy(zeros.data(), rows);
  }
  if (layout.has_weights) chunk.weights = carver.Copy(table.column(layout.weight_column()), rows);
  const float* next_dictionary = dictionaries_.data();
  for (std::uint32_t feature = 0; feature < features; ++feature) {
    ColumnPiece& piece = chunk.features[feature];
    if (const std::uint32_t size = dictionary_sizes_[feature]; size != kNotCoded) {
      piece.dictionary = carver.Copy(next_dictionary, size);
      next_dictionary += size;
    } else {
      piece.floats = carver.Copy(table.column(layout.first_feature() + feature), rows);
    }
  }
  const std::uint8_t* next_codes = codes_.data();
  for (ColumnPiece& piece : chunk.features) {
    if (!piece.is_coded()) continue;
    piece.codes = carver.Copy(next_codes, rows);
    next_codes += rows;
  }
  return chunk;
}

}  // namespace boostyard::csv
