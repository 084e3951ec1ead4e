// One line per format: its name, the content types that mean it, and whether a pipe may carry it.
// To add a format: its folder, one line here, one arm in open.cc.
#pragma once

#include <array>
#include <string_view>

#include "data/content_type.h"

namespace boostyard {

struct FormatRow {
  DataFormat format;
  std::string_view name;
  std::array<std::string_view, 4> content_types;  // lower case; empty: unused
  bool may_be_piped;
};

inline constexpr std::array<FormatRow, 4> kFormats{{
    {DataFormat::kCsv, "csv", {"text/csv", "csv", "text/tab-separated-values", "tsv"}, true},
    {DataFormat::kLibsvm, "libsvm", {"text/libsvm", "libsvm", "text/x-libsvm", ""}, true},
    {DataFormat::kParquet, "parquet", {"application/x-parquet", "parquet", "", ""}, true},
    {DataFormat::kRecordio,
     "recordio-protobuf",
     {"application/x-recordio-protobuf", "recordio-protobuf", "", ""},
     true},
}};

constexpr const FormatRow& RowOf(DataFormat format) {
  return kFormats[static_cast<std::size_t>(format)];
}

}  // namespace boostyard
