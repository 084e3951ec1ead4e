// What the bytes of a channel are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace boostyard {

enum class DataFormat { kCsv, kLibsvm, kParquet, kRecordio };

// A content type as the job gives it, taken apart.
struct ContentType {
  DataFormat format = DataFormat::kCsv;
  std::optional<char> delimiter;   // text/tab-separated-values, or the delimiter= parameter
  std::optional<bool> has_header;  // the header= parameter
};

// Parses e.g. "csv", "text/csv; label_size=1", "Text/X-LibSVM". Unknown types are
// kChannelContentType errors that list what is known.
Result<ContentType> ParseContentType(std::string_view text);

std::string_view NameOf(DataFormat format);

}  // namespace boostyard
