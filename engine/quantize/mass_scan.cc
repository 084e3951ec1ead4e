#include "engine/quantize/mass_scan.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include "engine/quantize/float_key.h"

namespace boostyard {

MassScan::MassScan(const QuantizeKernels& kernels, const RowMass* mass_rule)
    : kernels_(&kernels), mass_rule_(mass_rule), known_(kernels) {}

void MassScan::ReserveForFloats() {
  if (!keys_.empty()) return;
  if (mass_rule_ == nullptr) {
    counts_.resize(kBucketCount);
  } else {
    weight_counts_.resize(kBucketCount);
    key_masses_.resize(kBlock);
  }
  keys_.resize(kBlock + 16);  // last: where it is, all are
}

void MassScan::AddMasses(const FeatureTask& task, FeatureMasses& masses, std::mutex& mutex) {
  std::uint64_t rows_counted = 0;  // since the counts were taken
  is_few_ = mass_rule_ == nullptr && !HasBuckets(masses, mutex);
  for (const ColumnChunk& chunk : task.chunks) {
    const ColumnPiece& piece = chunk.features[task.feature];
    if (piece.is_coded()) {
      AddCodedPiece(chunk, piece, masses, mutex);
      continue;
    }
    ReserveForFloats();
    // The counts of buckets have 32 bits where rows have no weights.
    if (rows_counted + chunk.row_count > std::numeric_limits<std::uint32_t>::max()) {
      TakeCounts(masses, mutex);
      rows_counted = 0;
    }
    rows_counted += chunk.row_count;
    if (mass_rule_ != nullptr) {
      AddWeightedFloats(chunk, piece);
    } else {
      AddFloats(piece.floats.first(chunk.row_count));
    }
  }
  if (rows_counted > 0) TakeCounts(masses, mutex);
}

bool MassScan::HasBuckets(const FeatureMasses& masses, std::mutex& mutex) {
  const std::lock_guard lock(mutex);
  return masses.has_buckets();
}

// As few values while they are few, else by bucket.
void MassScan::AddFloats(std::span<const float> values) {
  counted_mass_ += values.size();
  if (is_few_) {
    const std::size_t counted = known_.Count(values.data(), values.size());
    if (counted == values.size()) return;
    is_few_ = false;
    known_.ForEach([&](const FloatMass& value) {
      any_bits_ |= value.bits;
      counts_[FloatKeyOfBits(value.bits) >> 16] += static_cast<std::uint32_t>(value.mass);
    });
    known_.Clear();
    values = values.subspan(counted);
  }
  any_bits_ |= kernels_->count_buckets(values.data(), values.size(), counts_.data());
}

void MassScan::TakeCounts(FeatureMasses& masses, std::mutex& mutex) {
  const std::lock_guard lock(mutex);
  if (is_few_) {
    masses.AddKnown(known_);
  } else if (mass_rule_ == nullptr) {
    masses.TakeBuckets(counts_.data(), counted_mass_, any_bits_);
  } else {
    masses.TakeBuckets(weight_counts_.data(), counted_mass_, any_bits_);
    if (has_missing_) masses.NoteMissing();
  }
  known_.Clear();
  counted_mass_ = 0;
  any_bits_ = 0;
  has_missing_ = false;
}

void MassScan::AddCodedPiece(const ColumnChunk& chunk, const ColumnPiece& piece,
                             FeatureMasses& masses, std::mutex& mutex) {
  std::uint64_t code_masses[256] = {};
  bool has_missing = false;
  if (mass_rule_ == nullptr) {
    std::uint32_t counts[256] = {};
    kernels_->count_codes(piece.codes.data(), chunk.row_count, piece.dictionary.size(), counts);
    std::copy(counts, counts + 256, code_masses);
    has_missing = counts[ColumnPiece::kMissingCode] > 0;
  } else {
    for (std::size_t i = 0; i < chunk.row_count; ++i) {
      const std::uint8_t code = piece.codes[i];
      has_missing |= code == ColumnPiece::kMissingCode;
      code_masses[code] += mass_rule_->Of(static_cast<double>(chunk.weights[i]));
    }
  }
  const std::lock_guard lock(mutex);
  masses.AddCoded(piece.dictionary, code_masses);
  if (has_missing) masses.NoteMissing();
}

void MassScan::AddWeightedFloats(const ColumnChunk& chunk, const ColumnPiece& piece) {
  for (std::size_t i = 0; i < chunk.row_count; ++i) {
    const float value = piece.floats[i];
    has_missing_ |= value != value;  // perhaps of no weight
    any_bits_ |= FloatBits(value);
    const std::uint64_t mass = mass_rule_->Of(static_cast<double>(chunk.weights[i]));
    weight_counts_[FloatKey(value) >> 16] += mass;
    counted_mass_ += mass;
  }
}

std::size_t MassScan::Filter(const ColumnChunk& chunk, const ColumnPiece& piece, std::size_t begin,
                             std::size_t end) {
  if (mass_rule_ == nullptr) {
    return kernels_->filter_keys(piece.floats.data() + begin, end - begin, index_.bucket_bits(),
                                 keys_.data());
  }
  std::size_t kept = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint32_t key = FloatKey(piece.floats[i]);
    keys_[kept] = key;
    key_masses_[kept] = mass_rule_->Of(static_cast<double>(chunk.weights[i]));
    kept += static_cast<std::size_t>(index_.HasBucketOf(key));
  }
  return kept;
}

template <class Count>
void MassScan::CountCells(const FeatureTask& task, std::span<const KeyCell> cells,
                          Count* counters) {
  index_.Build(cells);
  ReserveForFloats();
  const bool has_weights = mass_rule_ != nullptr;
  const auto mass_of = [&](std::size_t i) {
    return has_weights ? static_cast<Count>(key_masses_[i]) : Count{1};
  };
  for (const ColumnChunk& chunk : task.chunks) {
    const ColumnPiece& piece = chunk.features[task.feature];
    if (piece.is_coded()) continue;
    for (std::size_t begin = 0; begin < chunk.row_count; begin += kBlock) {
      const std::size_t end = std::min<std::size_t>(begin + kBlock, chunk.row_count);
      const std::size_t kept = Filter(chunk, piece, begin, end);
      if (task.is_shared) {
        index_.ForEachCounter(keys_.data(), kept, [&](std::size_t counter, std::size_t i) {
          std::atomic_ref(counters[counter]).fetch_add(mass_of(i), std::memory_order_relaxed);
        });
      } else {
        index_.ForEachCounter(keys_.data(), kept, [&](std::size_t counter, std::size_t i) {
          counters[counter] += mass_of(i);
        });
      }
    }
  }
}

template void MassScan::CountCells(const FeatureTask& task, std::span<const KeyCell> cells,
                                   std::uint32_t* counters);
template void MassScan::CountCells(const FeatureTask& task, std::span<const KeyCell> cells,
                                   std::uint64_t* counters);

}  // namespace boostyard
