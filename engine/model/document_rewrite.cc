#include "engine/model/document_rewrite.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/model/document_writer.h"

namespace boostyard {
namespace {

constexpr std::array<std::string_view, 7> kFloatArrays{
    "base_weights", "leaf_weights", "loss_changes", "split_conditions",
    "sum_hessian",  "weight_drop",  "weights"};
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

// The types are XGBoost's by key; in an array without a known key they follow from the numbers.
void WriteNumbers(const DocumentValue& array, std::string_view key, DocumentWriter& writer) {
  if (key == "default_left") {
    writer.Flags(As<std::uint8_t>(array.numbers));
  } else if (key == "split_type") {
    writer.Bytes(As<std::uint8_t>(array.numbers));
  } else if (array.has_reals || Has(kFloatArrays, key)) {
    writer.Floats(As<float>(array.numbers));
  } else if (Has(kLongArrays, key)) {
    writer.Int64s(As<std::int64_t>(array.numbers));
  } else {
    writer.Int32s(As<std::int32_t>(array.numbers));
  }
}

// Arrays that hold objects or texts, and stay untyped when they are empty.
bool IsListOfValues(const DocumentValue& array, std::string_view key) {
  return !array.items.empty() ||
         (array.numbers.empty() &&
          (key == "trees" || key == "feature_names" || key == "feature_types" || key == "enc"));
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
      if (!IsListOfValues(value, key) && key != "version") {
        return WriteNumbers(value, key, writer);
      }
      writer.BeginArray();
      for (const double number : value.numbers) {
        writer.Integer(NearestValue<std::int64_t>(number));
      }
      for (const DocumentValue& item : value.items) WriteValue(item, {}, writer);
      return writer.EndArray();
    case DocumentValue::Kind::kObject:
      writer.BeginObject();
      for (const auto& [name, member] : value.members) {
        writer.Key(name);
        WriteValue(member, name, writer);
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
