#include "engine/quantize/label_column.h"

#include <bit>

namespace boostyard {
namespace {

// Writes the labels as bytes; false, and any bytes, if one of them is none.
bool Narrow(std::span<const float> labels, std::uint8_t* bytes) {
  std::uint32_t differences = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    // Nothing that is out of range, or no number, is converted: that would be undefined.
    const bool is_in_range = labels[i] >= 0.0F && labels[i] <= 255.0F;
    const auto whole = static_cast<std::int32_t>(is_in_range ? labels[i] : 0.0F);
    differences |= std::bit_cast<std::uint32_t>(static_cast<float>(whole)) ^
                   std::bit_cast<std::uint32_t>(labels[i]);
    bytes[i] = static_cast<std::uint8_t>(whole);
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
