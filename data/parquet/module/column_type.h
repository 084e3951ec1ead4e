// What a column of a Parquet file is.
#pragma once

#include <parquet/schema.h>

namespace boostyard::parquet_module {

struct ColumnType {
  const char* name;  // for people: "double", "string", "list"
  bool is_numeric;   // can be read as float32
};

// Of a top-level field.
ColumnType TypeOf(const ::parquet::schema::Node& field);

}  // namespace boostyard::parquet_module
