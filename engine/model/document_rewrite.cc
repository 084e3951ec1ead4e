#include "engine/model/document_rewrite.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/model/document_writer.h"

namespace boostyard {
namespace {

// The arrays that XGBoost's readers take in one type alone; all others are lists of single values.
constexpr std::array<std::string_view, 5> kFloatArrays{"base_weights", "loss_changes", "weights",
                                                       "split_conditions", "sum_hessian"};
constexpr std::array<std::string_view, 8> kIntArrays{
    "categories", "categories_nodes", "feature_segments", "left_children",
    "parents",    "right_children",   "sorted_idx",       "split_indices"};
constexpr std::array<std::string_view, 2> kLongArrays{"categories_segments", "categories_sizes"};

template <class Names>
bool Has(const Names& names, std::string_view key) {
  return std::find(names.begin(), names.end(), key) != names.end();
}

template <class T>
std::vector<T> As(const std::vector<double>& numbers) {
  std::vector<T> values;
  values.reserve(numbers.size());
  for (const double number : numbers) values.push_back(NearestValue<T>(number));
  return values;
}

void WriteNumbers(const DocumentValue& array, std::string_view key, DocumentWriter& writer) {
  if (key == "default_left") return writer.Flags(As<std::uint8_t>(array.numbers));
  if (key == "split_type") return writer.Bytes(As<std::uint8_t>(array.numbers));
  if (Has(kFloatArrays, key)) return writer.Floats(As<float>(array.numbers));
  if (Has(kIntArrays, key)) return writer.Int32s(As<std::int32_t>(array.numbers));
  if (Has(kLongArrays, key)) return writer.Int64s(As<std::int64_t>(array.numbers));
  writer.BeginArray();
  for (const double number : array.numbers) {
    if (array.has_reals) {
      writer.Float(NearestValue<float>(number));
    } else {
      writer.Integer(NearestValue<std::int64_t>(number));
    }
  }
  writer.EndArray();
}

// Recursion is bounded by ParseDocument's depth.
void WriteValue(const DocumentValue& value, std::string_view key, DocumentWriter& writer) {
  switch (value.kind) {
    case DocumentValue::Kind::kNull:
      return writer.Null();
    case DocumentValue::Kind::kInteger:
      return writer.Integer(NearestValue<std::int64_t>(value.number));
    case DocumentValue::Kind::kReal:
      return writer.Float(NearestValue<float>(value.number));
    case DocumentValue::Kind::kString:
      return writer.String(value.text);
    case DocumentValue::Kind::kArray:
      if (value.items.empty()) return WriteNumbers(value, key, writer);
      writer.BeginArray();
      for (const DocumentValue& item : value.items) WriteValue(item, {}, writer);
      return writer.EndArray();
    case DocumentValue::Kind::kObject:
      writer.BeginObject();
      for (std::size_t i = 0; i < value.member_names.size(); ++i) {
        writer.Key(value.member_names[i]);
        WriteValue(value.member_values[i], value.member_names[i], writer);
      }
      return writer.EndObject();
  }
}

}  // namespace

std::vector<std::uint8_t> WriteDocument(const DocumentValue& root, ModelFormat format) {
  DocumentWriter writer(format);
  WriteValue(root, {}, writer);
  return writer.Take();
}

}  // namespace boostyard
