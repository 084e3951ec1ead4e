// The labels of binned rows. Most are classes or counts: a byte each, while all of them are whole
// numbers of 0 to 255; else floats. Whatever the form, every label comes out with the bits that
// went in.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/index_types.h"

namespace boostyard {

class LabelColumn {
 public:
  RowIndex size() const { return is_narrow_ ? bytes_.size() : floats_.size(); }

  // Labels that are new are 0. Throws std::bad_alloc.
  void Resize(RowIndex size);

  // Precondition: there are rows `first` to first + labels.size() - 1. Throws std::bad_alloc.
  void Write(RowIndex first, std::span<const float> labels);

  // Calls visit(labels, first_row) for runs of rows in order, which are all rows together.
  template <class Visit>
  void ForEachRun(const Visit& visit) const {
    if (!is_narrow_) {
      visit(std::span<const float>(floats_), RowIndex{0});
      return;
    }
    std::array<float, kRunRows> run;
    for (RowIndex first = 0; first < bytes_.size(); first += kRunRows) {
      const std::size_t count = std::min<RowIndex>(kRunRows, bytes_.size() - first);
      std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(first), count, run.begin());
      visit(std::span<const float>(run.data(), count), first);
    }
  }

  // Writes size() labels.
  void CopyTo(float* labels) const;

 private:
  static constexpr std::size_t kRunRows = 4096;

  void Widen();

  bool is_narrow_ = true;
  std::vector<std::uint8_t> bytes_;  // if narrow
  std::vector<float> floats_;        // if not
};

}  // namespace boostyard
