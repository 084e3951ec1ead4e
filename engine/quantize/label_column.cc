#include "engine/quantize/label_column.h"

#include <bit>

namespace boostyard {
namespace {

// Writes the labels as bytes; false, and any bytes, if one of them is none. Numbers are rounded to
// the nearest: FloatEnvironment sees to that.
bool Narrow(std::span<const float> labels, std::uint8_t* bytes) {
  // From 2^23 on floats are whole numbers: of a label that is added to it the last bits are the
  // number, if it is one. Nothing is converted, which would be undefined for what is out of range,
  // and nothing is asked, so that several labels are read at a time.
  constexpr float kWhole = 8'388'608.0F;
  std::uint32_t differences = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float sum = labels[i] + kWhole;
    const std::uint32_t number =
        std::bit_cast<std::uint32_t>(sum) - std::bit_cast<std::uint32_t>(kWhole);
    differences |= number & ~std::uint32_t{0xFF};
    differences |=
        std::bit_cast<std::uint32_t>(sum - kWhole) ^ std::bit_cast<std::uint32_t>(labels[i]);
    bytes[i] = static_cast<std::uint8_t>(number);
  }
  return differences == 0;
}

}  // namespace

void LabelColumn::Resize(RowIndex size) {
  if (is_narrow_) {
    bytes_.resize(size);
  } else {
    floats_.resize(size);
  }
}

void LabelColumn::Write(RowIndex first, std::span<const float> labels) {
  if (is_narrow_ && Narrow(labels, bytes_.data() + first)) return;
  if (is_narrow_) Widen();
  std::copy(labels.begin(), labels.end(), floats_.begin() + static_cast<std::ptrdiff_t>(first));
}

void LabelColumn::CopyTo(float* labels) const {
  ForEachRun([&](std::span<const float> run, RowIndex first) {
    std::copy(run.begin(), run.end(), labels + first);
  });
}

void LabelColumn::Widen() {
  floats_.assign(bytes_.begin(), bytes_.end());
  bytes_ = {};
  is_narrow_ = false;
}

}  // namespace boostyard
