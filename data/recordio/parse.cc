#include "data/recordio/parse.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/recordio/diagnose.h"
#include "data/recordio/frames.h"
#include "data/recordio/record_reader.h"

namespace boostyard::recordio {
namespace {

constexpr std::uint64_t kMaxFeatures = kMaxFeatureIndex + 1;

bool IsDense(const TensorView& tensor) { return tensor.value_count() > 0 && tensor.keys.empty(); }

// How many elements the shape has; none without a shape. Beyond kMaxFeatures it is a larger number.
std::optional<std::uint64_t> ElementCount(std::span<const std::uint64_t> shape) {
  if (shape.empty()) return std::nullopt;
  std::uint64_t count = 1;
  for (const std::uint64_t extent : shape) {
    if (extent == 0) return 0;
    count = extent > kMaxFeatures ? kMaxFeatures + 1 : std::min(count * extent, kMaxFeatures + 1);
  }
  return count;
}

// The nearest float32, which never is -0.
template <class T>
float ToFloat(T value) {
  return static_cast<float>(value) + 0.0F;
}

class RowParser {
 public:
  RowParser(const Layout& layout, RowBlock& rows) : layout_(layout), rows_(rows) {}

  // Appends a row, or leaves the rows as they are and returns what is wrong.
  std::optional<Diagnosis> Parse(const NamedTensors& features, const NamedTensors& label) {
    cells_.clear();
    float target = 0.0F;
    std::optional<Diagnosis> wrong = layout_.has_label ? ReadLabel(label, target) : std::nullopt;
    if (!wrong) wrong = ReadFeatures(features);
    if (wrong) return wrong;
    rows_.labels.push_back(target);
    for (const Cell& cell : cells_) {
      if (std::isnan(cell.value)) continue;  // there, but missing
      rows_.indices.push_back(cell.index);
      rows_.values.push_back(cell.value);
    }
    rows_.offsets.push_back(rows_.indices.size());
    rows_.feature_count = std::max(rows_.feature_count, static_cast<FeatureIndex>(width_));
    return std::nullopt;
  }

 private:
  struct Cell {
    FeatureIndex index;
    float value;
  };

  static std::optional<Diagnosis> ReadLabel(const NamedTensors& label, float& target) {
    if (!label.has_values) return NoLabel(label);
    const TensorView& tensor = label.values;
    if (tensor.holds_bytes) return NotNumbers("label");
    if (tensor.value_count() != 1) return LabelCount(tensor.value_count());
    const double value = !tensor.floats.empty()    ? static_cast<double>(tensor.floats[0])
                         : !tensor.doubles.empty() ? tensor.doubles[0]
                                                   : tensor.integers[0];
    target = ToFloat(value);
    if (!std::isfinite(target)) return BadLabel(value);
    return std::nullopt;
  }

  std::optional<Diagnosis> ReadFeatures(const NamedTensors& features) {
    width_ = 0;
    if (!features.has_values) {
      if (!features.other_names.empty()) return NoFeatures(features);
      width_ = layout_.dense_width;
      return std::nullopt;  // all are missing
    }
    const TensorView& tensor = features.values;
    if (tensor.holds_bytes) return NotNumbers("features");
    if (auto wrong = CheckShape(tensor)) return wrong;
    if (auto wrong = ReadCells(tensor, tensor.floats)) return wrong;
    if (auto wrong = ReadCells(tensor, tensor.doubles)) return wrong;
    if (auto wrong = ReadCells(tensor, tensor.integers)) return wrong;
    return tensor.keys.empty() ? std::nullopt : SortCells();
  }

  // Sets the row's width, which the cells must keep to.
  std::optional<Diagnosis> CheckShape(const TensorView& tensor) {
    const std::uint64_t count = tensor.value_count();
    const std::optional<std::uint64_t> shape = ElementCount(tensor.shape);
    if (shape && *shape > kMaxFeatures) return ShapeTooLarge(tensor.shape);
    if (!tensor.keys.empty() || count == 0) {
      if (tensor.keys.size() != count) return KeyCount(tensor.keys.size(), count);
      for (const std::uint64_t key : tensor.keys) {
        if (key > kMaxFeatureIndex) return KeyTooLarge(key);
        if (shape && key >= *shape) return KeyBeyondShape(key, *shape);
        width_ = std::max(width_, key + 1);
      }
    } else if (shape && *shape != count) {
      return ShapeMismatch(*shape, count);
    }
    const bool is_dense = IsDense(tensor);
    width_ = std::max(width_, shape.value_or(is_dense ? count : 0));
    if (layout_.dense_width == 0) return std::nullopt;
    const bool fits =
        is_dense || shape ? width_ == layout_.dense_width : width_ <= layout_.dense_width;
    if (!fits) return OtherWidth(width_, layout_.dense_width);
    width_ = layout_.dense_width;
    return std::nullopt;
  }

  template <class T>
  std::optional<Diagnosis> ReadCells(const TensorView& tensor, std::span<const T> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t index = tensor.keys.empty() ? i : tensor.keys[i];
      const float value = ToFloat(values[i]);
      if (std::isinf(value)) return BadValue(index, static_cast<double>(values[i]));
      cells_.push_back({static_cast<FeatureIndex>(index), value});
    }
    return std::nullopt;
  }

  std::optional<Diagnosis> SortCells() {
    const auto is_before = [](const Cell& a, const Cell& b) { return a.index < b.index; };
    if (!std::is_sorted(cells_.begin(), cells_.end(), is_before)) {
      std::stable_sort(cells_.begin(), cells_.end(), is_before);
    }
    const auto twice =
        std::adjacent_find(cells_.begin(), cells_.end(),
                           [](const Cell& a, const Cell& b) { return a.index == b.index; });
    return twice == cells_.end() ? std::nullopt : std::optional(KeyTwice(twice->index));
  }

  const Layout& layout_;
  RowBlock& rows_;
  std::vector<Cell> cells_;
  std::uint64_t width_ = 0;  // features of the row
};

}  // namespace

ParsedRecords ParseRecords(std::span<const std::string_view> records, const Layout& layout) {
  ParsedRecords parsed;
  parsed.rows.is_dense = layout.dense_width > 0;
  RowParser parser(layout, parsed.rows);
  RecordReader reader;
  std::string scratch;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string_view payload = PayloadOf(records[i], scratch);
    std::optional<Diagnosis> wrong = reader.Read(payload)
                                         ? parser.Parse(reader.features(), reader.label())
                                         : std::optional(NotARecord(payload.size()));
    if (!wrong) {
      parsed.has_other_tensors |= !reader.features().other_names.empty();
      continue;
    }
    parsed.faults.push_back({i, *std::move(wrong)});
    if (parsed.faults.size() == kMaxFaults) break;
  }
  return parsed;
}

Layout LayoutOf(std::string_view record, bool has_label) {
  Layout layout;
  layout.has_label = has_label;
  RecordReader reader;
  std::string scratch;
  if (!reader.Read(PayloadOf(record, scratch))) return layout;
  const TensorView& tensor = reader.features().values;
  if (IsDense(tensor)) layout.dense_width = static_cast<FeatureIndex>(tensor.value_count());
  return layout;
}

}  // namespace boostyard::recordio
