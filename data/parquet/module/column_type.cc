#include "data/parquet/module/column_type.h"

#include <parquet/types.h>

namespace boostyard::parquet_module {
namespace {

using ::parquet::LogicalType;
using ::parquet::Type;

// By what the physical type holds; null: the logical type says nothing of numbers.
const char* NumberName(Type::type physical, const LogicalType& logical) {
  const bool is_plain = logical.is_none();
  switch (physical) {
    case Type::BOOLEAN:
      return "bool";
    case Type::INT32:
    case Type::INT64:
      if (logical.is_decimal()) return "decimal";
      if (logical.is_int()) return "integer";
      return is_plain ? "integer" : nullptr;
    case Type::FLOAT:
      return "float";
    case Type::DOUBLE:
      return "double";
    case Type::FIXED_LEN_BYTE_ARRAY:
      if (logical.is_decimal()) return "decimal";
      return logical.is_float16() ? "half float" : nullptr;
    case Type::BYTE_ARRAY:
      return logical.is_decimal() ? "decimal" : nullptr;
    default:
      return nullptr;
  }
}

const char* OtherName(Type::type physical, const LogicalType& logical) {
  if (logical.is_string()) return "string";
  if (logical.is_enum()) return "enum";
  if (logical.is_UUID()) return "uuid";
  if (logical.is_JSON()) return "json";
  if (logical.is_BSON()) return "bson";
  if (logical.is_date()) return "date";
  if (logical.is_time()) return "time";
  if (logical.is_timestamp() || physical == Type::INT96) return "timestamp";
  if (logical.is_interval()) return "interval";
  return "binary";
}

}  // namespace

ColumnType TypeOf(const ::parquet::schema::Node& field) {
  const LogicalType& logical = *field.logical_type();
  if (field.is_group()) {
    if (logical.is_list()) return {"list", false};
    return {logical.is_map() ? "map" : "struct", false};
  }
  if (field.is_repeated()) return {"list", false};
  const auto& primitive = static_cast<const ::parquet::schema::PrimitiveNode&>(field);
  const Type::type physical = primitive.physical_type();
  // A column without any value, as Arrow writes it.
  if (logical.is_null() && physical == Type::INT32) return {"null", true};
  if (const char* const name = NumberName(physical, logical)) return {name, true};
  return {OtherName(physical, logical), false};
}

}  // namespace boostyard::parquet_module
