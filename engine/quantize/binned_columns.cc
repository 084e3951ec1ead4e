#include "engine/quantize/binned_columns.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "engine/quantize/bin_search.h"
#include "engine/quantize/bin_table.h"
#include "engine/quantize/feature_tasks.h"

namespace boostyard {
namespace {

constexpr int kTasksPerThread = 16;
constexpr std::size_t kBlock = 4096;

// All features, those that come one after the other far from each other: threads that work at the
// same time then get their memory from different tables of pages, and do not wait for one another.
std::vector<FeatureIndex> FarApart(FeatureIndex count, int threads) {
  std::vector<FeatureIndex> features;
  features.reserve(count);
  const auto stripes = static_cast<FeatureIndex>(threads);
  const FeatureIndex width = (count + stripes - 1) / stripes;
  for (FeatureIndex place = 0; place < width; ++place) {
    for (FeatureIndex feature = place; feature < count; feature += width) {
      features.push_back(feature);
    }
  }
  return features;
}

// What a thread needs to code the pieces of one feature after the other.
struct BinScratch {
  BinTableBuilder table;
  std::uint8_t narrow_bins[kBlock];
};

class Binner {
 public:
  Binner(ChunkStream& stream, const BinCuts& cuts, int threads)
      : stream_(stream),
        cuts_(cuts),
        threads_(std::max(threads, 1)),
        kernels_(ActiveQuantizeKernels()),
        scratch_(static_cast<std::size_t>(threads_)) {}

  Result<BinnedColumns> Run(bool is_last_pass);

 private:
  // The column cannot be narrow any more: a missing value needs a code of its own.
  enum class Outcome { kDone, kMustWiden };

  std::size_t WidthOf(const BinnedColumn& column) const { return column.is_wide ? 2 : 1; }
  void Reserve(RowIndex capacity);
  void Resize(BinnedColumn& column, bool is_wide, RowIndex capacity) const;
  void CodeBatch(std::span<const ColumnChunk> batch);
  void CopyRows(std::span<const ColumnChunk> batch);
  Outcome CodeTask(const FeatureTask& task, BinScratch& scratch);
  bool CodeNarrow(const ColumnChunk& chunk, FeatureIndex feature, const BinTable& table);
  void CodeWide(const ColumnChunk& chunk, FeatureIndex feature, const BinTable& table,
                std::uint8_t* narrow_bins);

  ChunkStream& stream_;
  const BinCuts& cuts_;
  int threads_;
  const QuantizeKernels& kernels_;
  std::vector<BinScratch> scratch_;
  RowIndex capacity_ = 0;
  BinnedColumns binned_;
};

Result<BinnedColumns> Binner::Run(bool is_last_pass) {
  binned_.columns.resize(cuts_.feature_count());
  for (FeatureIndex feature = 0; feature < cuts_.feature_count(); ++feature) {
    const std::size_t code_count = cuts_.bin_count(feature) + (cuts_.has_missing[feature] ? 1 : 0);
    binned_.columns[feature].is_wide = code_count > kNarrowBins;
  }
  BOOSTYARD_RETURN_IF_ERROR(is_last_pass ? stream_.RewindForLastPass() : stream_.Rewind());
  Reserve(stream_.shape().row_count);
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream_.NextBatch());
    if (batch.empty()) break;
    const RowIndex end = batch.back().first_row + batch.back().row_count;
    // A stream that was never read to its end may not know its length: grow by halves.
    if (end > capacity_) Reserve(std::max(end, capacity_ + capacity_ / 2));
    CodeBatch(batch);
    binned_.row_count = end;
  }
  Reserve(binned_.row_count);
  BOOSTYARD_RETURN_IF_ERROR(stream_.Rewind());
  return std::move(binned_);
}

void Binner::Reserve(RowIndex capacity) {
  if (capacity == capacity_ && capacity > 0) return;
  for (BinnedColumn& column : binned_.columns) Resize(column, column.is_wide, capacity);
  binned_.labels.Resize(capacity);
  if (stream_.shape().has_weights) binned_.weights.resize(capacity);
  capacity_ = capacity;
}

// Moves the rows that are coded so far into a new array.
void Binner::Resize(BinnedColumn& column, bool is_wide, RowIndex capacity) const {
  const std::size_t width = is_wide ? 2 : 1;
  HugeBuffer<std::uint8_t> bytes(capacity * width + BinnedColumn::kPadding);
  if (is_wide == column.is_wide) {
    if (binned_.row_count > 0) {
      std::memcpy(bytes.data(), column.bytes.data(), binned_.row_count * width);
    }
  } else {
    auto* const wide = reinterpret_cast<std::uint16_t*>(bytes.data());
    std::copy(column.narrow(), column.narrow() + binned_.row_count, wide);
  }
  std::memset(bytes.data() + capacity * width, 0, BinnedColumn::kPadding);
  column.bytes = std::move(bytes);
  column.is_wide = is_wide;
}

void Binner::CodeBatch(std::span<const ColumnChunk> batch) {
  std::vector<FeatureIndex> features = FarApart(cuts_.feature_count(), threads_);
  std::atomic<bool> are_rows_copied{false};
  const auto copy_rows_once = [&] {
    if (!are_rows_copied.exchange(true, std::memory_order_relaxed)) CopyRows(batch);
  };
  if (features.empty()) copy_rows_once();
  while (!features.empty()) {
    std::vector<std::uint8_t> must_widen(cuts_.feature_count());
    RunFeatureTasks(
        threads_, kTasksPerThread, features, batch, [&](const FeatureTask& task, int thread) {
          copy_rows_once();  // by whoever comes first: the others have enough to do meanwhile
          if (CodeTask(task, scratch_[thread]) == Outcome::kMustWiden) {
            std::atomic_ref(must_widen[task.feature]).store(1, std::memory_order_relaxed);
          }
        });
    std::erase_if(features, [&](FeatureIndex feature) { return must_widen[feature] == 0; });
    for (const FeatureIndex feature : features) Resize(binned_.columns[feature], true, capacity_);
  }
}

void Binner::CopyRows(std::span<const ColumnChunk> batch) {
  for (const ColumnChunk& chunk : batch) {
    binned_.labels.Write(chunk.first_row, chunk.labels);
    std::copy(chunk.weights.begin(), chunk.weights.end(), binned_.weights.data() + chunk.first_row);
  }
}

Binner::Outcome Binner::CodeTask(const FeatureTask& task, BinScratch& scratch) {
  const FeatureIndex feature = task.feature;
  const BinIndex bin_count = cuts_.bin_count(feature);
  const bool needs_slots = kernels_.bin_values_needs_slots || bin_count > kNarrowBins;
  const BinTable& table = scratch.table.Build(cuts_.of(feature), needs_slots);
  for (const ColumnChunk& chunk : task.chunks) {
    if (binned_.columns[feature].is_wide) {
      CodeWide(chunk, feature, table, scratch.narrow_bins);
    } else {
      const bool has_missing = CodeNarrow(chunk, feature, table);
      if (has_missing && bin_count == kNarrowBins) return Outcome::kMustWiden;
    }
  }
  return Outcome::kDone;
}

// Returns whether a value is missing.
bool Binner::CodeNarrow(const ColumnChunk& chunk, FeatureIndex feature, const BinTable& table) {
  const ColumnPiece& piece = chunk.features[feature];
  const auto missing_code = static_cast<std::uint8_t>(cuts_.missing_code(feature));
  std::uint8_t* const bins = binned_.columns[feature].bytes.data() + chunk.first_row;
  if (!piece.is_coded()) {
    return kernels_.bin_values(piece.floats.data(), chunk.row_count, table, missing_code, bins);
  }
  std::uint8_t map[256] = {};
  kernels_.bin_values(piece.dictionary.data(), piece.dictionary.size(), table, missing_code, map);
  map[ColumnPiece::kMissingCode] = missing_code;
  kernels_.map_codes(piece.codes.data(), chunk.row_count, piece.dictionary.size(), map, bins);
  // Only where a missing value has no code does it matter whether there is one.
  return cuts_.bin_count(feature) == kNarrowBins &&
         std::memchr(piece.codes.data(), ColumnPiece::kMissingCode, chunk.row_count) != nullptr;
}

void Binner::CodeWide(const ColumnChunk& chunk, FeatureIndex feature, const BinTable& table,
                      std::uint8_t* narrow_bins) {
  const ColumnPiece& piece = chunk.features[feature];
  const auto missing_code = static_cast<std::uint16_t>(cuts_.missing_code(feature));
  auto* const bins =
      reinterpret_cast<std::uint16_t*>(binned_.columns[feature].bytes.data()) + chunk.first_row;
  const auto bin_of = [&](float value) {
    return value != value ? missing_code : static_cast<std::uint16_t>(CutsUpTo(table, value));
  };
  if (piece.is_coded()) {
    std::uint16_t map[256] = {};
    const auto interior = cuts_.of(feature).first(cuts_.bin_count(feature) - 1);
    for (std::size_t code = 0; code < piece.dictionary.size(); ++code) {
      map[code] = static_cast<std::uint16_t>(
          std::upper_bound(interior.begin(), interior.end(), piece.dictionary[code]) -
          interior.begin());
    }
    map[ColumnPiece::kMissingCode] = missing_code;
    for (std::size_t i = 0; i < chunk.row_count; ++i) bins[i] = map[piece.codes[i]];
    return;
  }
  if (cuts_.bin_count(feature) > kNarrowBins) {
    for (std::size_t i = 0; i < chunk.row_count; ++i) bins[i] = bin_of(piece.floats[i]);
    return;
  }
  for (std::size_t begin = 0; begin < chunk.row_count; begin += kBlock) {
    const float* const values = piece.floats.data() + begin;
    const std::size_t count = std::min<std::size_t>(kBlock, chunk.row_count - begin);
    kernels_.bin_values(values, count, table, 0, narrow_bins);
    for (std::size_t i = 0; i < count; ++i) {
      bins[begin + i] = values[i] != values[i] ? missing_code : narrow_bins[i];
    }
  }
}

}  // namespace

Result<BinnedColumns> BinColumns(ChunkStream& stream, const BinCuts& cuts, int threads,
                                 bool is_last_pass) {
  return Binner(stream, cuts, threads).Run(is_last_pass);
}

}  // namespace boostyard
